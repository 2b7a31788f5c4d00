"""Verbs on pairs of rows: two that exist become a transfer, or come apart as they were.

Linking takes amounts out of income and spending. That is never silent: every verb here returns what
it moved, and the rows' categories and splits are kept on the transfer so that nothing is lost.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Refusal
from accounts.ids import new_id
from ledger.effects import Effects
from ledger.errors import Reason
from ledger.models import Category, RejectedTransfer, Split, Transfer
from ledger.risk import assess
from ledger.services import books
from ledger.services.books import Row
from ledger.services.mending import mend
from ledger.services.owned import hold, trace
from ledger.services.posting import held_rows, record
from ledger.services.transfers import held_transfer
from ledger.transfer_shift import Shift, shift_of

SOURCE = "transfer_link"
JUDGED = ("risk_score", "risk_level", "risk_action", "risk_reasons", "risk_shadow", "flagged")


@dataclass(frozen=True, slots=True)
class Linked:
    """A transfer made of two rows, and what left income and spending by it."""

    transfer: Transfer
    shifts: list[Shift]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Rows that stand alone again: (what leaves, what arrives), and what came back by it."""

    row_ids: tuple[UUID, UUID]
    shifts: list[Shift]


@atomic
def link_transfer(*, user_id: UUID, out_id: UUID, in_id: UUID) -> Linked:
    """Make one transfer of two rows: opposite signs, different accounts, one amount per currency.

    A reconciled row may become a leg: its account, amount and day stay. Its days and rate need not
    be those that suggestions keep to: this is the owner's word. 409 where a row is a leg already.
    """
    seq = tick(user_id)
    old = held_rows(user_id, [out_id, in_id], {})
    _check(old)
    transfer = Transfer(
        id=new_id(),
        user_id=user_id,
        seq=seq,
        before={str(row.transaction.id): _kept(row) for row in old},
    )
    transfer.save(force_insert=True)
    new = [_turned(row, seq, transfer.id, None, []) for row in old]
    _replace(user_id, seq, old, new)
    RejectedTransfer.objects.for_user(user_id).filter(out_id=out_id, in_id=in_id).delete()
    shifts = _shifts(user_id, old, sign=-1)
    audit(
        "transfer.linked",
        user_id=user_id,
        target="transfer",
        target_id=transfer.id,
        data={"out": str(out_id), "in": str(in_id), "shifts": [s.figures() for s in shifts]},
    )
    push(user_id, seq, "transfer.created", [{"id": str(transfer.id)}])
    return Linked(transfer, shifts)


def _check(rows: Sequence[Row]) -> None:
    if len(rows) != 2:
        raise Refusal(Reason.LEGS_MUST_OPPOSE, pointer="/in")
    out, into = (row.transaction for row in rows)
    if out.transfer_id or into.transfer_id:
        pointer = "/out" if out.transfer_id else "/in"
        raise Refusal(Reason.ROW_IS_IN_TRANSFER, status=409, pointer=pointer)
    if out.amount_minor >= 0:
        raise Refusal(Reason.LEGS_MUST_OPPOSE, pointer="/out")
    if into.amount_minor <= 0:
        raise Refusal(Reason.LEGS_MUST_OPPOSE, pointer="/in")
    if out.account_id == into.account_id:
        raise Refusal(Reason.ACCOUNTS_MUST_DIFFER, pointer="/in")
    if out.currency == into.currency and out.amount_minor != -into.amount_minor:
        raise Refusal(Reason.TRANSFER_AMOUNTS_MUST_MATCH, pointer="/in")


@atomic
def unlink_transfer(
    *, user_id: UUID, transfer_id: UUID, reject: bool = False, expected_seq: int | None = None
) -> Unlinked:
    """Take a transfer apart: both rows stay in the books, with the category and splits they had.

    Rows that never stood alone come back without a category, as do parts that no longer sum to
    their row and categories that are gone. reject: do not suggest the pair again.
    """
    seq = tick(user_id)
    transfer, legs = held_transfer(user_id, transfer_id, expected_seq)
    old = books.load(user_id, legs)
    new = [_revived(row, seq, transfer.before.get(str(row.transaction.id))) for row in old]
    mend(user_id, new)
    _replace(user_id, seq, old, new)
    transfer.delete()
    bury(user_id, seq, "transfer", [transfer_id])
    out_id, in_id = (row.transaction.id for row in old)
    if reject:
        _reject(user_id, seq, out_id, in_id)
    shifts = _shifts(user_id, new, sign=1)
    audit(
        "transfer.unlinked",
        user_id=user_id,
        target="transfer",
        target_id=transfer_id,
        data={"out": str(out_id), "in": str(in_id), "shifts": [s.figures() for s in shifts]},
    )
    push(user_id, seq, "transfer.deleted", [{"id": str(transfer_id)}])
    return Unlinked((out_id, in_id), shifts)


@atomic
def reject_pair(*, user_id: UUID, out_id: UUID, in_id: UUID) -> RejectedTransfer:
    """Remember that two rows are no transfer. Said twice it is remembered once."""
    seq = tick(user_id)
    _check(held_rows(user_id, [out_id, in_id], {}))
    return _reject(user_id, seq, out_id, in_id)


def _reject(user_id: UUID, seq: int, out_id: UUID, in_id: UUID) -> RejectedTransfer:
    known: RejectedTransfer | None = (
        RejectedTransfer.objects.for_user(user_id).filter(out_id=out_id, in_id=in_id).first()
    )
    if known is not None:
        return known
    rejected = RejectedTransfer(user_id=user_id, seq=seq, out_id=out_id, in_id=in_id)
    rejected.save(force_insert=True)
    trace(user_id, seq, "rejected_transfer", "created", rejected.id)
    return rejected


@atomic
def forget_rejection(*, user_id: UUID, rejection_id: UUID) -> None:
    """Let a pair be suggested again."""
    seq = tick(user_id)
    rows = RejectedTransfer.objects.for_user(user_id)
    rejected = hold(rows, rejection_id, Reason.REJECTION_NOT_FOUND)
    rejected.delete()
    bury(user_id, seq, "rejected_transfer", [rejection_id])
    trace(user_id, seq, "rejected_transfer", "deleted", rejection_id)


def _kept(row: Row) -> dict[str, Any]:
    """What a row gives up as a leg."""
    category_id = row.transaction.category_id
    return {
        "category_id": str(category_id) if category_id else None,
        "splits": [
            {
                "id": str(split.id),
                "amount_minor": split.amount_minor,
                "category_id": str(split.category_id) if split.category_id else None,
                "memo": split.memo,
            }
            for split in sorted(row.splits, key=lambda split: split.position)
        ],
    }


def _revived(row: Row, seq: int, kept: dict[str, Any] | None) -> Row:
    """The leg as the plain row that it was."""
    kept = kept or {"category_id": None, "splits": []}
    transaction = row.transaction
    splits = [
        Split(
            id=UUID(part["id"]),
            user_id=transaction.user_id,
            transaction_id=transaction.id,
            position=position,
            amount_minor=part["amount_minor"],
            category_id=_id(part["category_id"]),
            memo=part["memo"],
        )
        for position, part in enumerate(kept["splits"])
    ]
    if sum(split.amount_minor for split in splits) != transaction.amount_minor:
        splits = []  # The transfer's amount was changed: its old parts are parts of nothing.
    return _turned(row, seq, None, _id(kept["category_id"]), splits)


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _turned(
    row: Row, seq: int, transfer_id: UUID | None, category_id: UUID | None, splits: list[Split]
) -> Row:
    """A copy of the row with these; the old one stays as it was, to be counted out."""
    transaction = copy(row.transaction)
    transaction.seq, transaction.updated_at = seq, timezone.now()
    transaction.transfer_id, transaction.category_id = transfer_id, category_id
    transaction.split_count = len(splits)
    return Row(transaction, splits, list(row.tag_ids))


def _replace(user_id: UUID, seq: int, old: Sequence[Row], new: Sequence[Row]) -> None:
    """Count the old rows out and the new ones in, and store those."""
    rows = [row.transaction for row in new]
    judged = [{name: getattr(row, name) for name in JUDGED} for row in rows]
    assess(user_id, [row.transaction for row in old], rows, SOURCE)
    for row, columns in zip(rows, judged, strict=True):
        # What was said of the payment stands: linking it is no payment of its own.
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(update_fields=["seq", "updated_at", "transfer", "category", "split_count"])
    books.drop_parts(user_id, [row.id for row in rows], tags=False)
    books.insert_parts(user_id, [Row(row.transaction, splits=row.splits) for row in new])
    effects = Effects().add((row.movement() for row in old), sign=-1)
    books.apply(user_id, seq, effects.add(row.movement() for row in new))
    record(user_id, seq, "updated", rows, SOURCE)


def _shifts(user_id: UUID, rows: Sequence[Row], sign: int) -> list[Shift]:
    """What plain rows are in income and spending, by category; sign -1: what leaves them."""
    movements = [row.movement() for row in rows]
    ids = {category_id for m in movements for category_id, _ in m.parts if category_id}
    categories = {
        row_id: (name, kind)
        for row_id, name, kind in Category.objects.for_user(user_id)
        .filter(id__in=ids)
        .values_list("id", "name", "kind")
    }
    return shift_of(movements, categories, sign)
