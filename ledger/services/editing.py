"""Edit and restore. An edit counts the old row out and the new row in, in one commit."""

from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.clock import tick
from accounts.errors import Refusal
from ledger import money
from ledger.effects import Effects
from ledger.errors import Reason
from ledger.models import DeletedTransaction, Split, Transaction
from ledger.risk import assess
from ledger.selectors.attachments import attachments_of
from ledger.services import books
from ledger.services.books import Row
from ledger.services.drafts import Change
from ledger.services.mending import mend
from ledger.services.posting import check_day, held_rows, minor_of, put_splits, record
from ledger.services.references import (
    OwnAccount,
    Wanted,
    accounts_of,
    categories_of,
    ids_of,
    look_up,
    payees_of,
    tags_of,
)
from ledger.snapshots import revive
from ledger.spending import consider

PLAIN = (
    "occurred_at",
    "memo",
    "external_id",
    "statement_text",
    "fingerprint",
    "status",
    "import_batch_id",
)
LOCKED_BY_RECONCILIATION = {"account", "amount", "posted_on"}
LOCKED_BY_TRANSFER = {"account", "amount", "category", "splits"}
# What the sums and the risk gate look at: an edit of anything else moves no total.
MATERIAL = {
    "account",
    "amount",
    "posted_on",
    "category",
    "splits",
    "status",
    "payee",
    "occurred_at",
    "transfer",
}


@atomic
def edit(
    user_id: UUID,
    changes: Sequence[Change],
    *,
    source: str = "api",
    seq: int | None = None,
    legs: bool = False,
) -> list[Row]:
    """Change rows; only the named fields. Returns the rows as they now are, in the order given.

    legs: the caller is the transfer itself and keeps both legs equal. Refusals: 404 unknown,
    412 stale, 409 reconciled or a transfer's leg, 400 for what is wrong in the fields.
    """
    if not changes:
        return []
    seq = seq or tick(user_id)
    expected = {c.id: c.expected_seq for c in changes if c.expected_seq is not None}
    old = {row.transaction.id: row for row in held_rows(user_id, [c.id for c in changes], expected)}
    found = _references(user_id, seq, changes)
    rows = [_changed(old[c.id], c, seq, found, legs) for c in changes]
    write(user_id, seq, changes, [old[c.id] for c in changes], rows, source)
    return rows


def write(
    user_id: UUID,
    seq: int,
    changes: Sequence[Change],
    before: Sequence[Row],
    after: Sequence[Row],
    source: str,
) -> None:
    """Count the old rows out and the new ones in, and store them: what an edit ends with.

    For verbs that made `after` themselves, under the clock. The changes say which fields differ.
    """
    named = list(zip(changes, before, after, strict=True))
    material = [(old, new) for c, old, new in named if MATERIAL & c.fields.keys()]
    assess(
        user_id, [o.transaction for o, _ in material], [n.transaction for _, n in material], source
    )
    _store(user_id, changes, after)
    effects = Effects().add((o.movement() for o, _ in material), sign=-1)
    books.apply(user_id, seq, effects.add(n.movement() for _, n in material))
    record(
        user_id,
        seq,
        "updated",
        [row.transaction for row in after],
        source,
        changes=[_difference(old, new, c) for c, old, new in named[:50]],
    )
    consider(user_id, seq, [o for o, _ in material], [n for _, n in material], source)


def _references(user_id: UUID, seq: int, changes: Sequence[Change]) -> dict[str, dict[Any, Any]]:
    """Everything the changes refer to, checked to be the owner's."""
    account_ids = {c.fields["account"]: c.pointer for c in changes if "account" in c.fields}
    categories = [
        Wanted(c.fields["category"], f"{c.pointer}/category", c.fields.get("amount", -1) > 0)
        for c in changes
        if c.fields.get("category")
    ] + [
        Wanted(split.category, f"{c.pointer}/splits/{i}/category", split.amount > 0)
        for c in changes
        for i, split in enumerate(c.fields.get("splits", ()))
        if split.category
    ]
    payees = [
        Wanted(c.fields["payee"], f"{c.pointer}/payee") for c in changes if c.fields.get("payee")
    ]
    tags = [Wanted(tag, f"{c.pointer}/tags") for c in changes for tag in c.fields.get("tags", ())]
    return {
        "account": accounts_of(user_id, account_ids) if account_ids else {},
        "category": categories_of(user_id, seq, categories),
        "payee": payees_of(user_id, seq, payees),
        "tag": tags_of(user_id, seq, tags),
    }


def _changed(
    old: Row, change: Change, seq: int, found: dict[str, dict[Any, Any]], legs: bool
) -> Row:
    """The row as it will be; the old one stays as it was, to be counted out."""
    fields, before = change.fields, old.transaction
    _refuse_locked(before, fields, legs)
    new = Row(copy(before), list(old.splits), list(old.tag_ids))
    row = new.transaction
    row.seq, row.updated_at = seq, timezone.now()
    for name in PLAIN:
        if name in fields:
            setattr(row, name, fields[name])
    if "posted_on" in fields:
        check_day(fields["posted_on"], f"{change.pointer}/posted_on")
        row.posted_on = fields["posted_on"]
    if "account" in fields:
        _move_account(row, found["account"][fields["account"]], change)
    if "amount" in fields:
        row.amount_minor = minor_of(fields["amount"], row.currency, f"{change.pointer}/amount")
    if "payee" in fields:
        row.payee_id = look_up(found["payee"], fields["payee"] or None)
    if "category" in fields:
        row.category_id = look_up(found["category"], fields["category"] or None)
        if row.category_id and "splits" not in fields:
            new.splits, row.split_count = [], 0  # one category for the whole replaces the parts
    if "splits" in fields:
        put_splits(new, fields["splits"], found["category"], change.pointer)
    elif new.splits and sum(s.amount_minor for s in new.splits) != row.amount_minor:
        raise Refusal(Reason.SPLITS_MUST_SUM, pointer=f"{change.pointer}/splits")
    if "tags" in fields:
        new.tag_ids = ids_of(found["tag"], fields["tags"])
        row.tag_count = len(new.tag_ids)
    return new


def _refuse_locked(row: Transaction, fields: dict[str, Any], legs: bool) -> None:
    if row.transfer_id and not legs and LOCKED_BY_TRANSFER & fields.keys():
        if fields.keys() & {"category", "splits"} and not any(
            fields.get(name) for name in ("category", "splits", "account", "amount")
        ):
            return  # clearing what a leg has not got anyway
        raise Refusal(Reason.CHANGE_THE_TRANSFER, status=409)
    if row.status == "reconciled":
        unlocking = fields.get("status", "reconciled") != "reconciled"
        if LOCKED_BY_RECONCILIATION & fields.keys() or (unlocking and row.reconciliation_id):
            raise Refusal(Reason.ROW_IS_RECONCILED, status=409)


def _move_account(row: Transaction, account: OwnAccount, change: Change) -> None:
    """To another account. Its currency becomes the row's, so the amount must be said anew if it differs."""
    if account.closed:
        raise Refusal(Reason.ACCOUNT_IS_CLOSED, status=409, pointer=f"{change.pointer}/account")
    if account.currency != row.currency and "amount" not in change.fields:
        same: Decimal = money.from_minor(row.amount_minor, row.currency)
        row.amount_minor = minor_of(same, account.currency, f"{change.pointer}/amount")
    row.account_id, row.currency = account.id, account.currency


def _store(user_id: UUID, changes: Sequence[Change], rows: Sequence[Row]) -> None:
    """Write the rows back: one statement for the rows, two for the parts that were replaced."""
    columns = [
        "seq", "updated_at", "account_id", "posted_on", "amount_minor", "currency", "payee_id",
        "category_id", "transfer_id", "split_count", "tag_count", *PLAIN,
        "risk_score", "risk_level", "risk_action", "risk_reasons", "risk_shadow", "flagged",
    ]  # fmt: skip
    names = [name.removesuffix("_id") if name != "external_id" else name for name in columns]
    transactions = [row.transaction for row in rows]
    try:
        if len(transactions) == 1:
            transactions[0].save(update_fields=names)
        else:
            Transaction.objects.bulk_update(transactions, names, batch_size=200)
    except IntegrityError as error:
        if "external_id" not in str(error):
            raise
        raise Refusal(Reason.EXTERNAL_ID_TAKEN, status=409, pointer="/external_id") from None
    parted = [
        row
        for c, row in zip(changes, rows, strict=True)
        if {"splits", "category"} & c.fields.keys()
    ]
    tagged = [row for c, row in zip(changes, rows, strict=True) if "tags" in c.fields]
    if parted:
        books.drop_parts(user_id, [row.transaction.id for row in parted], tags=False)
    if tagged:
        books.drop_parts(user_id, [row.transaction.id for row in tagged], splits=False)
    books.insert_parts(user_id, [Row(r.transaction, splits=_fresh(r.splits)) for r in parted])
    books.insert_parts(user_id, [Row(r.transaction, tag_ids=r.tag_ids) for r in tagged])


def _fresh(splits: Sequence[Split]) -> list[Split]:
    for split in splits:
        split._state.adding = True
    return list(splits)


def _difference(old: Row, new: Row, change: Change) -> dict[str, Any]:
    """Old and new values of what the change named: figures and ids, never the owner's words."""
    words = {"memo", "statement_text", "payee", "external_id"}
    columns = {"account": "account_id", "amount": "amount_minor", "category": "category_id",
               "transfer": "transfer_id"}  # fmt: skip
    said: dict[str, Any] = {}
    for name in change.fields:
        if name in words or name in {"splits", "tags"}:
            said[name] = "changed"
        else:
            column = columns.get(name, name)
            said[name] = [
                str(getattr(old.transaction, column)),
                str(getattr(new.transaction, column)),
            ]
    return {"id": str(change.id), **said}


@atomic
def restore(user_id: UUID, row_id: UUID) -> Row:
    """Bring a deleted row back as it was (a transfer's leg comes back as a plain row).

    What it names and is gone since is let go; a payee that was merged is the one it became.
    """
    seq = tick(user_id)
    kept = DeletedTransaction.objects.for_user(user_id).filter(id=row_id).first()
    if kept is None:
        raise Refusal(Reason.TRANSACTION_NOT_FOUND, status=404)
    row = revive(kept.snapshot, user_id, seq)
    accounts_of(user_id, {row.transaction.account_id: ""})
    mend(user_id, [row])
    row.transaction.attachment_count = attachments_of(user_id).filter(transaction_id=row_id).count()
    try:
        books.insert(user_id, seq, [row], "restore")
    except IntegrityError:
        raise Refusal(Reason.EXTERNAL_ID_TAKEN, status=409) from None
    kept.delete()
    record(user_id, seq, "created", [row.transaction], "restore")
    return row
