"""Common exchange rates, which the operator loads for everybody."""

from collections.abc import Iterable, Sequence
from itertools import islice
from time import time
from typing import Any

from django.db.transaction import atomic

from accounts.audit import audit
from accounts.ids import new_id
from accounts.sql import CHUNK, execute, is_postgres
from ledger.rates import Quotation

UPSERT_HEAD = (
    "INSERT INTO ledger_exchangerate (id, user_id, seq, day, base, quote, rate, source) VALUES "
)
UPSERT_TAIL = (
    " ON CONFLICT (base, quote, day) WHERE user_id IS NULL"
    " DO UPDATE SET rate = excluded.rate, seq = excluded.seq, source = excluded.source"
    " WHERE ledger_exchangerate.rate <> excluded.rate"
)
# Every report may rest on a rate, so every report's ETag must move.
TICK_ALL = "UPDATE accounts_clock SET seq = seq + 1"


@atomic
def load_common_rates(quotations: Iterable[Quotation], *, source: str) -> int:
    """Insert or correct common rates; the number of rows that are new or differ now.

    Safe to repeat: a rate that stands already is not touched, and no clock moves when none changed.
    A changed row's seq is the second of its load, so that its ETag changes too.
    """
    version = int(time())
    changed = 0
    remaining = iter(quotations)
    while chunk := list(islice(remaining, CHUNK)):
        changed += _upsert(chunk, version, source)
    if changed:
        execute(TICK_ALL)
        audit("exchange_rates.loaded", user_id=None, data={"source": source, "changed": changed})
    return changed


def _upsert(chunk: Sequence[Quotation], version: int, source: str) -> int:
    # A file that names a day twice would touch one row twice in one statement.
    unique = {(q.base, q.quote, q.day): q for q in chunk}
    one = "(%s, NULL, %s, %s, %s, %s, %s, %s)"
    values: list[Any] = []
    for q in unique.values():
        rate = q.rate if is_postgres() else format(q.rate, "f")
        values += [new_id(), version, q.day, q.base, q.quote, rate, source]
    return execute(UPSERT_HEAD + ", ".join([one] * len(unique)) + UPSERT_TAIL, values)
