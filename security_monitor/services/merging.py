"""Two payees or categories became one: so do their profiles, without looking at a row."""

from collections.abc import Sequence
from uuid import UUID

import orjson
from django.utils import timezone

from security_monitor.engine import profiles
from security_monitor.engine.profiles import CATEGORY, PAYEE, State
from security_monitor.models import ListEntry, Profile
from security_monitor.services.shelf import canonical, upsert


def follow_merge(user_id: UUID, kind: str, gone: Sequence[UUID], into: UUID | None) -> None:
    """Called by the ledger inside the merge (settings.RISK_MERGES). kind: payee or category.

    into None: the rows now name nothing. Lists and snoozes about what is gone move along.
    """
    today = timezone.now().toordinal()
    owned = Profile.objects.for_user(user_id)
    wanted = [*gone, into] if into else list(gone)
    found = list(owned.filter(kind=kind, key__in=wanted).order_by("key", "currency"))
    merged: dict[str, State] = {}
    for row in found:
        merged[row.currency] = profiles.merge(merged.get(row.currency, {}), orjson.loads(row.state))
    owned.filter(kind=kind, key__in=gone)._raw_delete("default")
    if into is not None:
        upsert(
            [
                (user_id, kind, into, currency, canonical(profiles.prune(state, today)))
                for currency, state in sorted(merged.items())
            ]
        )
    names = {"payee": ("p", "t"), "category": ("c",)}[kind]
    _rename(user_id, kind, names, gone, into, today)
    _move_lists(user_id, kind, gone, into)


def _rename(
    user_id: UUID,
    kind: str,
    tables: Sequence[str],
    gone: Sequence[UUID],
    into: UUID | None,
    today: int,
) -> None:
    """Other profiles that count by the short id of what is gone: the owner's days, payees' categories."""
    holders = Profile.objects.for_user(user_id).filter(
        kind=profiles.OWNER if kind == PAYEE else PAYEE
    )
    old = {profiles.short(row_id) for row_id in gone}
    changed = []
    for row in holders.iterator():
        state = orjson.loads(row.state)
        before = canonical(state)
        for name in tables:
            if kind == CATEGORY:
                _fold(state, name, old, into)
            else:
                for key in list(state.get(name, {})):
                    _fold(state[name], key, old, into)
                if name in state and not state[name]:
                    del state[name]
        after = canonical(profiles.prune(state, today))
        if canonical(profiles.prune(orjson.loads(before), today)) != after:
            changed.append((user_id, row.kind, row.key, row.currency, after))
    upsert(changed)


def _fold(state: State, name: str, old: set[str], into: UUID | None) -> None:
    counts = state.get(name, {})
    moved = sum(counts.pop(key, 0) for key in old)
    if moved and into is not None:
        key = profiles.short(into)
        counts[key] = counts.get(key, 0) + moved
    if name in state and not counts:
        del state[name]


def _move_lists(user_id: UUID, kind: str, gone: Sequence[UUID], into: UUID | None) -> None:
    """A denied payee stays denied under its new name; what stands there already wins."""
    entries = ListEntry.objects.for_user(user_id).filter(subject=kind)
    moving = entries.filter(subject_id__in=gone)
    if into is not None:
        taken = set(entries.filter(subject_id=into).values_list("kind", flat=True))
        for entry in moving.order_by("id"):
            if entry.kind not in taken:
                taken.add(entry.kind)
                entries.filter(id=entry.id).update(subject_id=into)
    moving.delete()
