"""The verbs of the books: post, edit, remove, restore. Every way in ends in one of them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.bulk import defaults_of, made
from accounts.clock import tick
from accounts.context import origin
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.ids import new_id
from ledger import money
from ledger.effects import Effects
from ledger.errors import Reason
from ledger.models import Account, DeletedTransaction, Split, Transaction, Transfer
from ledger.services import books
from ledger.services.books import Row
from ledger.services.drafts import Draft, Reference, SplitDraft
from ledger.services.references import (
    Wanted,
    accounts_of,
    categories_of,
    ids_of,
    look_up,
    payees_of,
    tags_of,
)
from ledger.snapshots import snapshot
from ledger.spending import consider

EVENTS_MAX = 200  # Past this a verb announces one summary; clients then read the change feed.
FIRST_DAY = date(1900, 1, 1)
FUTURE_DAYS_MAX = 3660  # ten years: loans and plans are booked ahead, typing errors are not


def minor_of(amount: Decimal, currency: str, pointer: str, place: str = "") -> int:
    """The exact minor units, or a refusal that names the field."""
    try:
        return money.to_minor(amount, currency)
    except money.TooManyDecimals:
        places = money.exponent(currency)
        raise Refusal(
            Common.TOO_MANY_DECIMALS,
            detail=f"{currency} has {places} decimals; {amount} has more.",
            pointer=pointer + place,
        ) from None
    except money.AmountTooLarge:
        raise Refusal(Common.AMOUNT_TOO_LARGE, pointer=pointer + place) from None


def last_day() -> date:
    return timezone.now().date() + timedelta(days=FUTURE_DAYS_MAX)


def check_day(day: date, pointer: str) -> None:
    """Refuse a day that no book has: typing errors, mostly."""
    if not FIRST_DAY <= day <= last_day():
        raise Refusal(Reason.DATE_OUT_OF_RANGE, pointer=pointer)


@atomic
def post(
    user_id: UUID,
    drafts: Sequence[Draft],
    *,
    source: str = "api",
    seq: int | None = None,
    effects: Effects | None = None,
) -> list[Row]:
    """Book new rows, all or none, in the order given.

    source: api, batch, import, transfer, recurring, admin… (the risk gate treats imports apart).
    seq: the tick already taken by a verb that wraps this one. Refusals point into the request.
    effects: of a verb that posts in rounds and applies the sums of all of them once, at its end.
    """
    if not drafts:
        return []
    seq = seq or tick(user_id)
    rows = build(user_id, seq, drafts)
    try:
        books.insert(user_id, seq, rows, source, effects)
    except IntegrityError as error:
        if "external_id" not in str(error):
            raise
        raise Refusal(Reason.EXTERNAL_ID_TAKEN, status=409, pointer="/external_id") from None
    record(user_id, seq, "created", [row.transaction for row in rows], source)
    if effects is None:
        consider(user_id, seq, [], rows, source)
    return rows


def build(user_id: UUID, seq: int, drafts: Sequence[Draft]) -> list[Row]:
    """Check ownership and exactness of drafts and make the rows, unsaved. Five queries at most."""
    accounts = accounts_of(user_id, {d.account_id: d.pointer for d in reversed(drafts)})
    categories = categories_of(user_id, seq, wanted_categories(drafts))
    payees = payees_of(user_id, seq, wanted_payees(drafts))
    tags = tags_of(
        user_id, seq, [Wanted(tag, f"{d.pointer}/tags") for d in drafts for tag in d.tags]
    )
    now = timezone.now()
    until = last_day()
    common = {
        **defaults_of(Transaction),
        "user_id": user_id,
        "seq": seq,
        "created_at": now,
        "updated_at": now,
    }
    rows = []
    for draft in drafts:
        account = accounts[draft.account_id]
        if account.closed:
            raise Refusal(Reason.ACCOUNT_IS_CLOSED, status=409, pointer=f"{draft.pointer}/account")
        if not FIRST_DAY <= draft.posted_on <= until:
            raise Refusal(Reason.DATE_OUT_OF_RANGE, pointer=f"{draft.pointer}/posted_on")
        values = {
            **common,
            "id": new_id(),
            "account_id": account.id,
            "posted_on": draft.posted_on,
            "occurred_at": draft.occurred_at,
            "amount_minor": minor_of(draft.amount, account.currency, draft.pointer, "/amount"),
            "currency": account.currency,
            "payee_id": look_up(payees, draft.payee or None),
            "category_id": look_up(categories, draft.category or None),
            "transfer_id": draft.transfer_id,
            "status": draft.status,
            "memo": draft.memo,
            "statement_text": draft.statement_text,
            "external_id": draft.external_id,
            "fingerprint": draft.fingerprint,
            "import_batch_id": draft.import_batch_id,
            "risk_reasons": [],
        }
        row = Row(made(Transaction, values), tag_ids=ids_of(tags, draft.tags))
        if draft.splits or draft.transfer_id:
            put_splits(row, draft.splits, categories, draft.pointer)
        row.transaction.tag_count = len(row.tag_ids)
        rows.append(row)
    return rows


def wanted_categories(drafts: Sequence[Draft]) -> Iterable[Wanted]:
    """Every category that drafts name, once, at its first place; those of splits after the others."""
    found: dict[Reference, Wanted] = {}
    for draft in drafts:
        if draft.category and draft.category not in found:
            found[draft.category] = Wanted(
                draft.category, f"{draft.pointer}/category", draft.amount > 0
            )
    for draft in drafts:
        for i, split in enumerate(draft.splits):
            if split.category and split.category not in found:
                pointer = f"{draft.pointer}/splits/{i}/category"
                found[split.category] = Wanted(split.category, pointer, split.amount > 0)
    return found.values()


def wanted_payees(drafts: Sequence[Draft]) -> Iterable[Wanted]:
    """Every payee that drafts name, once, at its first place."""
    found: dict[Reference, Wanted] = {}
    for draft in drafts:
        if draft.payee and draft.payee not in found:
            found[draft.payee] = Wanted(draft.payee, f"{draft.pointer}/payee")
    return found.values()


def put_splits(
    row: Row, splits: Sequence[SplitDraft], categories: dict[Any, UUID], pointer: str
) -> None:
    """Give a row its splits; they must sum to it, and its own category moves into them."""
    transaction = row.transaction
    if (splits or transaction.category_id) and transaction.transfer_id:
        raise Refusal(Reason.TRANSFER_HAS_NO_CATEGORY, pointer=f"{pointer}/category")
    row.splits = [
        Split(
            id=new_id(),
            user_id=transaction.user_id,
            transaction_id=transaction.id,
            position=position,
            amount_minor=minor_of(
                split.amount, transaction.currency, f"{pointer}/splits/{position}/amount"
            ),
            category_id=look_up(categories, split.category or None),
            memo=split.memo,
        )
        for position, split in enumerate(splits)
    ]
    transaction.split_count = len(row.splits)
    if row.splits:
        transaction.category_id = None
        if sum(split.amount_minor for split in row.splits) != transaction.amount_minor:
            raise Refusal(Reason.SPLITS_MUST_SUM, pointer=f"{pointer}/splits")


@atomic
def remove(
    user_id: UUID,
    ids: Sequence[UUID],
    *,
    expected: dict[UUID, int] | None = None,
    source: str = "api",
    seq: int | None = None,
    keep: bool = True,
) -> list[Row]:
    """Delete rows, both legs of a transfer together, and count them out of every sum.

    expected: seq by id, from If-Match. keep: remember the rows, so that a bank file does not bring
    them back and `restore` can. Refuses unknown ids (404) and reconciled rows (409).
    """
    seq = seq or tick(user_id)
    rows = held_rows(user_id, ids, expected or {})
    transfers = {row.transaction.transfer_id for row in rows if row.transaction.transfer_id}
    if transfers:
        known = {row.transaction.id for row in rows}
        legs = Transaction.objects.for_user(user_id).filter(transfer_id__in=transfers)
        rows += books.load(user_id, [leg for leg in legs if leg.id not in known])
    if any(row.transaction.status == "reconciled" for row in rows):
        raise Refusal(Reason.ROW_IS_RECONCILED, status=409)
    if keep:
        remember(user_id, seq, rows)
    books.delete(user_id, seq, rows, source)
    _drop_transfers(user_id, seq, transfers)
    bury(user_id, seq, "transaction", [row.transaction.id for row in rows])
    record(user_id, seq, "deleted", [row.transaction for row in rows], source)
    return rows


def _drop_transfers(user_id: UUID, seq: int, transfers: set[UUID]) -> None:
    if transfers:
        Transfer.objects.for_user(user_id).filter(id__in=transfers)._raw_delete("default")
        bury(user_id, seq, "transfer", list(transfers))


def held_rows(user_id: UUID, ids: Sequence[UUID], expected: dict[UUID, int]) -> list[Row]:
    """Owned rows by id in the order asked, with splits and tags; 404 for a stranger's, 412 when stale."""
    found = {t.id: t for t in Transaction.objects.for_user(user_id).filter(id__in=ids)}
    for row_id in ids:
        if row_id not in found:
            raise Refusal(Reason.TRANSACTION_NOT_FOUND, status=404)
        if row_id in expected and expected[row_id] != found[row_id].seq:
            raise Refusal(Common.STALE, status=412)
    return books.load(user_id, [found[row_id] for row_id in dict.fromkeys(ids)])


def remember(user_id: UUID, seq: int, rows: Sequence[Row]) -> None:
    """Keep what `restore` needs of rows that go; of linked legs also what they were before."""
    before = _before_linking(user_id, rows)
    DeletedTransaction.objects.bulk_create(
        [
            DeletedTransaction(
                id=row.transaction.id,
                user_id=user_id,
                seq=seq,
                account_id=row.transaction.account_id,
                external_id=row.transaction.external_id,
                fingerprint=row.transaction.fingerprint,
                posted_on=row.transaction.posted_on,
                amount_minor=row.transaction.amount_minor,
                snapshot=snapshot(row, before.get(str(row.transaction.id))),
            )
            for row in rows
        ],
        batch_size=500,
    )


def _before_linking(user_id: UUID, rows: Sequence[Row]) -> dict[str, Any]:
    """Category and splits that legs had while they stood alone, by row id."""
    ids = {row.transaction.transfer_id for row in rows if row.transaction.transfer_id}
    found: dict[str, Any] = {}
    if ids:
        linked = Transfer.objects.for_user(user_id).filter(id__in=ids)
        for before in linked.values_list("before", flat=True):
            found |= before
    return found


def record(
    user_id: UUID,
    seq: int,
    what: str,
    transactions: Sequence[Transaction],
    source: str,
    **data: Any,
) -> None:
    """The trace and the events of a change, in its commit: two statements."""
    only = transactions[0].id if len(transactions) == 1 else None
    ids = [str(t.id) for t in transactions[:EVENTS_MAX]]
    session_id = origin.get().session_id  # by which login: what a review of a payment asks first
    audit(
        f"transaction.{what}",
        user_id=user_id,
        target="transaction",
        target_id=only,
        data={
            "source": source,
            "count": len(transactions),
            **({} if only else {"ids": ids}),
            **({"session": str(session_id)} if session_id else {}),
            **data,
        },
    )
    if len(transactions) <= EVENTS_MAX:
        push(user_id, seq, f"transaction.{what}", [{"id": row_id} for row_id in ids])
    else:
        push(user_id, seq, "transactions.changed", [{"count": len(transactions), "what": what}])


def account_of(user_id: UUID, account_id: UUID) -> Account:
    """One owned account, or 404."""
    account: Account | None = Account.objects.for_user(user_id).filter(id=account_id).first()
    if account is None:
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, status=404)
    return account
