"""The owner's suggester, made from the rows as they are: derived, never stored, so never stale.

One process keeps what it learned under the owner's clock. A clock that moved costs two statements
and the difference; one that stands still costs none. Bounded: the latest ROWS_MAX labelled rows of
an owner, and HELD_ROWS_MAX rows of all owners in one process.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Clock
from accounts.sql import as_id, fetch
from ledger.learning import Label
from ledger.learning_features import Example
from ledger.models import Category, LedgerPreferences
from ledger.suggesting import Suggester

ROWS_MAX = 10_000
HELD_ROWS_MAX = 100_000

# By hand: typed, or changed since the import, unless the category is what a suggestion put there.
LABELLED = (
    "SELECT t.id, t.category_id, p.name, t.statement_text, t.amount_minor, t.account_id, t.posted_on,"
    " CASE WHEN (t.import_batch_id IS NULL OR t.updated_at > t.created_at) AND NOT EXISTS ("
    "SELECT 1 FROM ledger_suggestedcategory s WHERE s.user_id = t.user_id"
    " AND s.transaction_id = t.id AND s.category_id = t.category_id) THEN 1 ELSE 0 END"
    " FROM ledger_transaction t LEFT JOIN ledger_payee p ON p.id = t.payee_id"
    " WHERE t.user_id = %s AND t.category_id IS NOT NULL AND t.split_count = 0"
    " ORDER BY t.posted_on DESC, t.id DESC LIMIT %s"
)


class Held:
    """One owner's suggester in this process, and the clock up to which it knows."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.seq = -1
        self.rows = 0
        self.suggester = Suggester()


_held: OrderedDict[UUID, Held] = OrderedDict()
_shelf = Lock()


@contextmanager
def suggester_for(user_id: UUID, seq: int | None = None) -> Iterator[Suggester]:
    """The owner's suggester, up to date, for this block alone.

    seq: the owner's clock where the caller knows it already. Inside a transaction nothing is kept
    for others, because what is read there may be rolled back.
    """
    if seq is None:
        seq = Clock.objects.filter(user_id=user_id).values_list("seq", flat=True).first() or 0
    held = _take(user_id)
    with held.lock:
        if held.seq < seq or (held.seq > seq and connection.in_atomic_block):
            if connection.in_atomic_block:
                held = Held()
            _bring_up(held, user_id, seq)
        yield held.suggester
    _tidy(user_id)


def _take(user_id: UUID) -> Held:
    with _shelf:
        held = _held.setdefault(user_id, Held())
        _held.move_to_end(user_id)
        return held


def _bring_up(held: Held, user_id: UUID, seq: int) -> None:
    names: dict[Any, str] = dict(
        Category.objects.for_user(user_id).filter(archived=False).values_list("id", "name")
    )
    rows = labelled_rows(user_id)
    held.suggester.refresh(rows, names)
    # The rows may be newer than this clock; a later clock then finds little left to do.
    held.seq, held.rows = seq, len(rows)


def _tidy(user_id: UUID) -> None:
    """Let go of those who were away longest, until what is held fits."""
    with _shelf:
        held = sum(entry.rows for entry in _held.values())
        while held > HELD_ROWS_MAX and len(_held) > 1:
            held -= _held.popitem(last=False)[1].rows
        entry = _held.get(user_id)
        if entry is not None and entry.seq < 0:  # used inside a transaction only: holds nothing
            del _held[user_id]


def labelled_rows(user_id: UUID) -> dict[Any, tuple[Example, Label]]:
    """The latest rows that have a category, by id, in one query."""
    row_id_of = cache(as_id)
    found: dict[Any, tuple[Example, Label]] = {}
    for row_id, category_id, payee, text, amount, account_id, day, by_hand in fetch(
        LABELLED, [user_id, ROWS_MAX]
    ):
        posted_on = date.fromisoformat(day) if isinstance(day, str) else day
        row = Example(payee or "", text, amount, row_id_of(account_id), posted_on)
        found[row_id] = (row, Label(row_id_of(category_id), bool(by_hand)))
    return found


def preferences_of(user_id: UUID) -> LedgerPreferences:
    """The owner's preferences; unsaved defaults with seq 0 where none were set."""
    found: LedgerPreferences | None = LedgerPreferences.objects.for_user(user_id).first()
    return found or LedgerPreferences(user_id=user_id)
