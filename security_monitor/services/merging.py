"""Two payees or categories became one: so do their profiles, without looking at a row."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.utils import timezone

from accounts.sql import as_id, fetch
from security_monitor.engine import profiles
from security_monitor.engine.profiles import CATEGORY, OWNER, PAYEE, Key, State
from security_monitor.models import ListEntry, Profile
from security_monitor.services.shelf import canonical, upsert

# Which tables of which profiles count by the short id of a payee or a category.
COUNTED_IN = {PAYEE: (OWNER, ("p", "t")), CATEGORY: (PAYEE, ("c",))}
READ = """
SELECT kind, key, currency, state FROM security_monitor_profile
 WHERE user_id = %s AND (kind = %s AND key IN ({marks}) OR kind = %s AND ({likes}))
UNION ALL SELECT 'list', subject_id, kind, '' FROM security_monitor_listentry
 WHERE user_id = %s AND subject = %s AND subject_id IN ({marks})
"""


def follow_merge(user_id: UUID, kind: str, gone: Sequence[UUID], into: UUID | None) -> None:
    """Called by the ledger inside the merge (settings.RISK_MERGES). kind: payee or category.

    into None: the rows now name nothing. What was listed about those that go moves along.
    Three statements, however many rows or payees there are, and three more where something is listed.
    """
    today = timezone.now().toordinal()
    found, listed = _read(user_id, kind, gone, into)
    old, going = {profiles.short(row_id) for row_id in gone}, set(gone)
    changed: dict[Key, State] = {}
    for key, state in sorted(found.items(), key=lambda item: (item[0][1].hex, item[0][2])):
        about_gone = key[0] == kind and key[1] in going
        if about_gone and into is None:
            continue
        target = (kind, into, key[2]) if about_gone and into is not None else key
        if key[0] == COUNTED_IN[kind][0]:
            _fold(state, kind, old, into)
        changed[target] = profiles.merge(changed.get(target, {}), state)
    Profile.objects.for_user(user_id).filter(kind=kind, key__in=gone)._raw_delete("default")
    rows = [(key, profiles.prune(state, today)) for key, state in changed.items()]
    upsert([(user_id, *key, canonical(state)) for key, state in rows if state])
    if any(row_id in going for row_id, _ in listed):
        _move_lists(user_id, kind, gone, into, listed)


def _read(
    user_id: UUID, kind: str, gone: Sequence[UUID], into: UUID | None
) -> tuple[dict[Key, State], list[tuple[UUID, str]]]:
    """The profiles that the merge touches, and (id, kind) of what is listed about either side."""
    about = [*gone, *([into] if into else [])]
    likes = [f'%"{profiles.short(row_id)}"%' for row_id in gone]
    sql = READ.format(
        marks=", ".join(["%s"] * len(about)), likes=" OR ".join(["state LIKE %s"] * len(likes))
    )
    holder = COUNTED_IN[kind][0]
    states: dict[Key, State] = {}
    listed = []
    given: list[Any] = [user_id, kind, *about, holder, *likes, user_id, kind, *about]
    for tag, row_id, extra, state in fetch(sql, given):
        if tag == "list":
            listed.append((as_id(row_id), extra))
        else:
            states[tag, as_id(row_id), extra] = orjson.loads(state)
    return states, listed


def _fold(state: State, kind: str, old: set[str], into: UUID | None) -> None:
    """Count what was counted under the ids that go under the one that stays."""
    for name in COUNTED_IN[kind][1]:
        table = state.get(name, {})
        for key in [None] if kind == CATEGORY else list(table):
            counts = table if key is None else table[key]
            moved = sum(counts.pop(short, 0) for short in old)
            if moved and into is not None:
                short = profiles.short(into)
                counts[short] = counts.get(short, 0) + moved
            if key is not None and not counts:
                del table[key]
        if name in state and not table:
            del state[name]


def _move_lists(
    user_id: UUID,
    kind: str,
    gone: Sequence[UUID],
    into: UUID | None,
    listed: Sequence[tuple[UUID, str]],
) -> None:
    """A denied payee stays denied under its new name; what is said of that one already wins."""
    entries = ListEntry.objects.for_user(user_id).filter(subject=kind)
    taken = {word for row_id, word in listed if row_id == into}
    if into is not None:
        moving = entries.filter(subject_id__in=gone).exclude(kind__in=taken).order_by("kind", "id")
        first = {entry.kind: entry.id for entry in reversed(moving)}
        entries.filter(id__in=first.values()).update(subject_id=into)
    entries.filter(subject_id__in=gone).delete()
