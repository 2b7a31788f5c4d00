"""Recomputing the books from their rows: what the write path keeps must be what the rows say.

Each owner is checked by a fixed number of statements whose answers hold broken rows only, so that
memory does not grow with the books. Nothing is locked, and nothing is repaired: a finding is a bug.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import OperationalError

from accounts.audit import entry_mac, is_genuine
from accounts.models import AuditEntry, Clock, User
from accounts.sql import fetch, is_postgres
from ledger.effects import NIL
from ledger.verification_sql import CHECKS, FINDINGS_MAX, Check

AUDIT_SAMPLE = 100  # entries looked at per stretch: the newest, and one begun anywhere before
USERS_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant: whose, which, where, what the rows say and what is stored."""

    user_id: UUID
    kind: str
    key: str
    expected: str
    found: str


def verify_user(user_id: UUID) -> list[Finding]:
    """Every broken invariant of one owner's books; an empty list is a clean bill."""
    findings = [finding for check in CHECKS for finding in _broken(check, user_id)]
    return findings + _forged_entries(user_id)


def verify_all() -> list[Finding]:
    """The same for everybody, in a list: for tests and small installations."""
    return [finding for user_id in every_user() for finding in verify_user(user_id)]


def every_user() -> Iterator[UUID]:
    """Ids of all owners, a chunk at a time by keyset."""
    last: UUID | None = None
    while True:
        users = User.objects.order_by("id")
        if last is not None:
            users = users.filter(id__gt=last)
        chunk = list(users.values_list("id", flat=True)[:USERS_CHUNK])
        yield from chunk
        if len(chunk) < USERS_CHUNK:
            return
        last = chunk[-1]


def some_users(percent: float) -> list[UUID]:
    """A random part of all owners, at least one where there is any."""
    total = Clock.objects.count()
    wanted = max(1, round(total * percent / 100))
    return list(Clock.objects.order_by("?").values_list("user_id", flat=True)[:wanted])


def _broken(check: Check, user_id: UUID) -> Iterator[Finding]:
    sql, parameters = _compiled(check, user_id)
    keys, size = len(check.key), len(check.values)
    try:
        rows = fetch(sql, parameters)
    except OperationalError as problem:
        if "integer overflow" not in str(problem):
            raise
        # SQLite cannot add what went past 2**63; that is a finding, and no reason to stop.
        yield Finding(user_id, check.kind, "a sum", "below 2**63", "past it")
        return
    for row in rows:
        yield Finding(
            user_id=user_id,
            kind=check.kind,
            key=_named(check.key, row[:keys]),
            expected=_named(check.values, row[keys : keys + size]),
            found=_named(check.values, row[keys + size :]),
        )


def _compiled(check: Check, user_id: UUID) -> tuple[str, list[Any]]:
    """The statement in the words of the connected database."""
    if is_postgres():
        month, nil = r"CAST(date_trunc('month', \1) AS date)", f"CAST('{NIL}' AS uuid)"
    else:
        month, nil = r"date(\1, 'start of month')", f"'{NIL.hex}'"
    sql = re.sub(r":month\(([a-z._]+)\)", month, check.sql).replace(":nil", nil)
    parameters = [user_id] * sql.count(":user")
    return f"{sql.replace(':user', '%s')} LIMIT {FINDINGS_MAX}", parameters


def _named(names: tuple[str, ...], values: tuple[Any, ...]) -> str:
    return ", ".join(f"{n}={_shown(v)}" for n, v in zip(names, values, strict=True))


def _shown(value: Any) -> str:
    """An id with its dashes on both databases."""
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value):
        return str(UUID(value))
    return str(value)


def _forged_entries(user_id: UUID) -> list[Finding]:
    """Entries of the trail that somebody wrote or changed without the key."""
    entries = AuditEntry.objects.filter(user_id=user_id)
    ids = entries.values_list("id", flat=True)
    first, last = ids.order_by("id").first(), ids.order_by("-id").first()
    if first is None or last is None:
        return []
    anywhere = UUID(int=random.randint(first.int, last.int))  # noqa: S311  a sample, no secret
    looked_at = {
        entry.id: entry
        for stretch in (
            entries.order_by("-id")[:AUDIT_SAMPLE],
            entries.filter(id__gte=anywhere).order_by("id")[:AUDIT_SAMPLE],
        )
        for entry in stretch
    }
    return [
        Finding(
            user_id, "audit_mac", f"entry={entry.id}", f"mac={entry_mac(entry)}", f"mac={entry.mac}"
        )
        for entry in looked_at.values()
        if not is_genuine(entry)
    ]
