"""The heart of the write path: rows that go are counted out, rows that come are counted in.

Every verb ends here. The number of statements depends neither on history nor, beyond chunks, on
the batch. The caller holds the owner's clock, so the rows it read cannot change under it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Case, F, Value, When

from accounts.sql import CHUNK, execute, insert_rows, upsert_adding
from ledger.effects import Effects, Movement
from ledger.models import Account, Split, Transaction, TransactionTag
from ledger.risk import assess


@dataclass(slots=True)
class Row:
    """A transaction with what hangs on it, as one thing to book."""

    transaction: Transaction
    splits: list[Split] = field(default_factory=list)
    tag_ids: list[UUID] = field(default_factory=list)
    budget: dict[str, Any] | None = None  # what the spending gate said of it

    def movement(self) -> Movement:
        row = self.transaction
        parts: tuple[tuple[UUID | None, int], ...] = (
            tuple((split.category_id, split.amount_minor) for split in self.splits)
            if self.splits
            else ((row.category_id, row.amount_minor),)
        )
        return Movement(
            account_id=row.account_id,
            currency=row.currency,
            posted_on=row.posted_on,
            amount_minor=row.amount_minor,
            status=row.status,
            is_transfer=row.transfer_id is not None,
            parts=parts,
        )


def insert(
    user_id: UUID, seq: int, rows: Sequence[Row], source: str, effects: Effects | None = None
) -> None:
    """Book new rows: risk gate, rows, splits, tags, balances, totals.

    effects: collects the sums of several rounds; then the caller applies them, in the same commit.
    """
    transactions = [row.transaction for row in rows]
    assess(user_id, [], transactions, source)
    insert_rows(transactions)
    insert_parts(user_id, rows)
    movements = (row.movement() for row in rows)
    if effects is None:
        apply(user_id, seq, Effects().add(movements))
    else:
        effects.add(movements)


def insert_parts(user_id: UUID, rows: Sequence[Row]) -> None:
    """The splits and tags of rows that have none stored."""
    insert_rows([split for row in rows for split in row.splits])
    insert_rows(
        [
            TransactionTag(user_id=user_id, transaction_id=row.transaction.id, tag_id=tag_id)
            for row in rows
            for tag_id in row.tag_ids
        ]
    )


def drop_parts(
    user_id: UUID, ids: Sequence[UUID], *, splits: bool = True, tags: bool = True
) -> None:
    if splits:
        Split.objects.for_user(user_id).filter(transaction_id__in=ids)._raw_delete("default")
    if tags:
        TransactionTag.objects.for_user(user_id).filter(transaction_id__in=ids)._raw_delete(
            "default"
        )


def delete(user_id: UUID, seq: int, rows: Sequence[Row], source: str) -> None:
    """Take rows out of the books: everything they did is undone to the last unit."""
    assess(user_id, [row.transaction for row in rows], [], source)
    for start in range(0, len(rows), CHUNK):
        ids = [row.transaction.id for row in rows[start : start + CHUNK]]
        drop_parts(user_id, ids)
        Transaction.objects.for_user(user_id).filter(id__in=ids)._raw_delete("default")
    apply(user_id, seq, Effects().add((row.movement() for row in rows), sign=-1))


def load(user_id: UUID, transactions: Sequence[Transaction]) -> list[Row]:
    """The rows with their splits and tags: at most two queries more, none where no row has any."""
    rows = {t.id: Row(t) for t in transactions}
    split_ids = [t.id for t in transactions if t.split_count]
    for start in range(0, len(split_ids), CHUNK):
        chunk = split_ids[start : start + CHUNK]
        for split in Split.objects.for_user(user_id).filter(transaction_id__in=chunk):
            rows[split.transaction_id].splits.append(split)
    tag_ids = [t.id for t in transactions if t.tag_count]
    for start in range(0, len(tag_ids), CHUNK):
        chunk = tag_ids[start : start + CHUNK]
        links = (
            TransactionTag.objects.for_user(user_id).filter(transaction_id__in=chunk).order_by("id")
        )
        for transaction_id, tag_id in links.values_list("transaction_id", "tag_id"):
            rows[transaction_id].tag_ids.append(tag_id)
    return list(rows.values())


ONE_ACCOUNT = (
    "UPDATE ledger_account SET balance_minor = balance_minor + %s, cleared_minor = cleared_minor + %s,"
    " pending_out_minor = pending_out_minor + %s, seq = %s WHERE id = %s"
)


def apply(user_id: UUID, seq: int, effects: Effects) -> None:
    """Move the balances and the totals by the differences: three statements."""
    effects = effects.without_zeros()
    if len(effects.accounts) == 1:
        ((account_id, sums),) = effects.accounts.items()
        execute(ONE_ACCOUNT, [*sums, seq, account_id])
    elif effects.accounts:
        _move_accounts(user_id, seq, effects)
    upsert_adding(
        "ledger_monthlytotal",
        ["user_id", "month", "account_id", "category_id", "is_transfer", "is_pending"],
        ["inflow_minor", "outflow_minor", "count"],
        [
            (user_id, *key, effects.currencies[key[1]], *sums)
            for key, sums in sorted(effects.months.items())
        ],
        also=["currency"],
    )
    upsert_adding(
        "ledger_dailytotal",
        ["user_id", "account_id", "day", "is_transfer", "is_pending"],
        ["inflow_minor", "outflow_minor", "count"],
        [
            (user_id, *key, effects.currencies[key[0]], *sums)
            for key, sums in sorted(effects.days.items())
        ],
        also=["currency"],
    )


def _move_accounts(user_id: UUID, seq: int, effects: Effects) -> None:
    """Several accounts in one statement."""

    def moved(column: str, position: int) -> Case:
        whens = [
            When(id=account_id, then=F(column) + Value(sums[position]))
            for account_id, sums in effects.accounts.items()
        ]
        return Case(*whens, default=F(column), output_field=BigIntegerField())

    Account.objects.for_user(user_id).filter(id__in=effects.accounts).update(
        balance_minor=moved("balance_minor", 0),
        cleared_minor=moved("cleared_minor", 1),
        pending_out_minor=moved("pending_out_minor", 2),
        seq=seq,
    )
