"""Many creates, updates and deletes as one order: all or none, or each on its own; or only tried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.transaction import atomic, set_rollback

from accounts.clock import tick
from accounts.errors import Refusal
from ledger.services.drafts import Change, Draft
from ledger.services.editing import edit
from ledger.services.posting import post, remove


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation: the id of its row, or the refusal."""

    id: UUID | None
    refusal: Refusal | None = None


@dataclass(slots=True)
class Outcomes:
    created: list[Outcome] = field(default_factory=list)
    updated: list[Outcome] = field(default_factory=list)
    deleted: list[Outcome] = field(default_factory=list)
    shown: dict[UUID, Any] = field(
        default_factory=dict
    )  # rows as they were before a dry run's undo


@dataclass(frozen=True, slots=True)
class Order:
    creates: Sequence[Draft]
    updates: Sequence[Change]
    deletes: Sequence[UUID]


Show = Callable[[list[UUID]], dict[UUID, Any]]


def carry_out(
    user_id: UUID, order: Order, *, all_or_none: bool, dry_run: bool, show: Show
) -> Outcomes:
    """Run the order. all_or_none raises the first refusal with nothing changed.

    Otherwise every operation stands alone: the whole is tried at once, which is what mostly works
    and costs a constant number of statements, and only a refusal leads to one by one.
    show: renders rows by id while they are there, also in a dry run.
    """
    with atomic():
        try:
            with atomic():
                outcomes = _together(user_id, order)
        except Refusal:
            if all_or_none:
                raise
            outcomes = _one_by_one(user_id, order)
        ids = [o.id for o in (*outcomes.created, *outcomes.updated) if o.id]
        outcomes.shown = show(ids)
        if dry_run:
            set_rollback(True)
    return outcomes


def _together(user_id: UUID, order: Order) -> Outcomes:
    seq = tick(user_id)
    created = post(user_id, order.creates, source="batch", seq=seq)
    updated = edit(user_id, order.updates, source="batch", seq=seq)
    if order.deletes:
        remove(user_id, order.deletes, source="batch", seq=seq)
    return Outcomes(
        [Outcome(row.transaction.id) for row in created],
        [Outcome(row.transaction.id) for row in updated],
        [Outcome(row_id) for row_id in order.deletes],
    )


def _one_by_one(user_id: UUID, order: Order) -> Outcomes:
    def attempt(verb: Callable[[], UUID]) -> Outcome:
        try:
            with atomic():
                return Outcome(verb())
        except Refusal as refusal:
            return Outcome(None, refusal)

    def create(draft: Draft) -> UUID:
        row_id: UUID = post(user_id, [draft], source="batch")[0].transaction.id
        return row_id

    def delete(row_id: UUID) -> UUID:
        remove(user_id, [row_id], source="batch")
        return row_id

    return Outcomes(
        [attempt(lambda d=draft: create(d)) for draft in order.creates],  # type: ignore[misc]
        [
            attempt(lambda c=change: edit(user_id, [c], source="batch")[0].transaction.id)  # type: ignore[misc]
            for change in order.updates
        ],
        [attempt(lambda i=row_id: delete(i)) for row_id in order.deletes],  # type: ignore[misc]
    )
