"""Making transfers of plain rows, because a rule says that they are the owner's own money moving."""

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.announce import push
from accounts.audit import audit
from accounts.ids import new_id
from ledger import money
from ledger.models import Transaction, Transfer
from ledger.services import books
from ledger.services.books import Row
from ledger.services.change_sets import Entry, before_of, made_of
from ledger.services.drafts import Change, Draft
from ledger.services.editing import write
from ledger.services.posting import EVENTS_MAX, post

GAP_DAYS_MAX = 5  # Banks book the two sides up to three working days apart; a weekend adds two.
FIELDS = ("category", "splits", "transfer")


def mark(user_id: UUID, seq: int, marks: Sequence[tuple[Row, UUID]], *, source: str) -> list[Entry]:
    """Make each row a leg of a transfer with the account named beside it, of the same currency.

    The other leg is a plain row of that account with the opposite amount within five days, nearest
    first, each used once; else it is booked. Returns what an undo needs. Call under the clock; the
    number of statements does not depend on the rows.
    """
    if not marks:
        return []
    partners = _partners(user_id, marks)
    transfers = [
        Transfer(
            id=new_id(),
            user_id=user_id,
            seq=seq,
            before={str(leg.transaction.id): _kept(leg) for leg in (row, partner) if leg},
        )
        for (row, _), partner in zip(marks, partners, strict=True)
    ]
    Transfer.objects.bulk_create(transfers, batch_size=500)
    before: list[Row] = []
    after: list[Row] = []
    drafts: list[Draft] = []
    for (row, account_id), partner, transfer in zip(marks, partners, transfers, strict=True):
        for leg in (row, partner):
            if leg is not None:
                before.append(leg)
                after.append(_linked(leg, transfer.id, seq))
        if partner is None:
            drafts.append(_other_side(row.transaction, account_id, transfer.id))
    fields: dict[str, Any] = dict.fromkeys(FIELDS)
    changes = [Change(id=row.transaction.id, fields=fields) for row in before]
    write(user_id, seq, changes, before, after, source)
    made = post(user_id, drafts, source=source, seq=seq)
    _tell(user_id, seq, [transfer.id for transfer in transfers], source)
    return [*(before_of(row, FIELDS) for row in before), *(made_of(row) for row in made)]


def _kept(leg: Row) -> dict[str, Any]:
    """What a row gives up as a leg, as `transfer_links` gives it back."""
    category_id = leg.transaction.category_id
    splits = [
        {
            "id": str(split.id),
            "amount_minor": split.amount_minor,
            "category_id": str(split.category_id) if split.category_id else None,
            "memo": split.memo,
        }
        for split in leg.splits
    ]
    return {"category_id": str(category_id) if category_id else None, "splits": splits}


def _linked(leg: Row, transfer_id: UUID, seq: int) -> Row:
    new = Row(copy(leg.transaction), [], list(leg.tag_ids))
    one = new.transaction
    one.transfer_id, one.category_id, one.split_count = transfer_id, None, 0
    one.seq, one.updated_at = seq, timezone.now()
    return new


def _other_side(row: Transaction, account_id: UUID, transfer_id: UUID) -> Draft:
    return Draft(
        account_id=account_id,
        amount=money.from_minor(-row.amount_minor, row.currency),
        posted_on=row.posted_on,
        memo=row.memo,
        status="pending" if row.status == "pending" else "cleared",
        transfer_id=transfer_id,
        import_batch_id=row.import_batch_id,
    )


def _partners(user_id: UUID, marks: Sequence[tuple[Row, UUID]]) -> list[Row | None]:
    """The row that may be each mark's other leg: one query, and one or two for their parts."""
    days = [row.transaction.posted_on for row, _ in marks]
    gap = timedelta(days=GAP_DAYS_MAX)
    plain = (
        Transaction.objects.for_user(user_id)
        .filter(
            account_id__in={account_id for _, account_id in marks},
            amount_minor__in={-row.transaction.amount_minor for row, _ in marks},
            posted_on__range=(min(days) - gap, max(days) + gap),
            transfer__isnull=True,
        )
        .exclude(status="pending")
        .order_by("posted_on", "id")
    )
    free: dict[tuple[UUID, int], list[Row]] = defaultdict(list)
    for row in books.load(user_id, list(plain)):
        free[row.transaction.account_id, row.transaction.amount_minor].append(row)
    used = {row.transaction.id for row, _ in marks}
    return [
        _nearest(row, free[account, -row.transaction.amount_minor], used) for row, account in marks
    ]


def _nearest(row: Row, candidates: Sequence[Row], used: set[UUID]) -> Row | None:
    day = row.transaction.posted_on
    near = [
        (abs((c.transaction.posted_on - day).days), n, c)
        for n, c in enumerate(candidates)
        if c.transaction.id not in used
    ]
    if not near or min(n[0] for n in near) > GAP_DAYS_MAX:
        return None
    found = min(near, key=lambda item: item[:2])[2]
    used.add(found.transaction.id)
    return found


def _tell(user_id: UUID, seq: int, ids: Sequence[UUID], source: str) -> None:
    audit(
        "transfer.created",
        user_id=user_id,
        target="transfer",
        target_id=ids[0] if len(ids) == 1 else None,
        data={"source": source, "count": len(ids)},
    )
    if len(ids) <= EVENTS_MAX:
        push(user_id, seq, "transfer.created", [{"id": str(row_id)} for row_id in ids])
