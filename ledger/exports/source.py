"""Reading the books for an export: a fixed number of queries a chunk, in constant memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.utils import timezone

from ledger.exports.model import Book, BookAccount, BookCategory, Leg, Part, Row
from ledger.models import Account, Category, DailyTotal, Split, Transaction, TransactionTag

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Selection:
    """Whose rows, of which days (both included) and of which account; None is all."""

    user_id: UUID
    date_from: date | None = None
    date_to: date | None = None
    account_id: UUID | None = None

    def rows(self) -> QuerySet[Any]:
        rows = Transaction.objects.for_user(self.user_id)
        if self.date_from:
            rows = rows.filter(posted_on__gte=self.date_from)
        if self.date_to:
            rows = rows.filter(posted_on__lte=self.date_to)
        return rows.filter(account_id=self.account_id) if self.account_id else rows

    @property
    def is_backwards(self) -> bool:
        return bool(self.date_from and self.date_to and self.date_from > self.date_to)

    def includes(self, account_id: UUID, day: date) -> bool:
        return (
            (self.date_from is None or day >= self.date_from)
            and (self.date_to is None or day <= self.date_to)
            and self.account_id in (None, account_id)
        )


def read_book(selection: Selection) -> Book:
    """The accounts with what they had when the period began, and the category tree."""
    carried = _carried(selection)
    accounts = tuple(
        BookAccount(
            a.id,
            a.name,
            a.type,
            a.currency,
            a.opening_minor + carried[a.id] if selection.account_id in (None, a.id) else 0,
            a.closed,
        )
        for a in Account.objects.for_user(selection.user_id).order_by("name")
    )
    return Book(_starts_on(selection), accounts, _categories(selection.user_id))


def _carried(selection: Selection) -> dict[UUID, int]:
    """What rows before the period add to each account's opening, out of the daily totals."""
    carried: dict[UUID, int] = defaultdict(int)
    if selection.date_from:
        totals = DailyTotal.objects.for_user(selection.user_id).filter(day__lt=selection.date_from)
        sums = totals.values("account_id").annotate(net=Sum(F("inflow_minor") - F("outflow_minor")))
        carried.update({row["account_id"]: int(row["net"]) for row in sums})
    return carried


def _starts_on(selection: Selection) -> date:
    if selection.date_from:
        return selection.date_from
    first = selection.rows().order_by("posted_on", "id").values_list("posted_on", flat=True).first()
    today = timezone.now().date()
    return min(first, today) if first else today


def _categories(user_id: UUID) -> tuple[BookCategory, ...]:
    found = {c.id: c for c in Category.objects.for_user(user_id)}

    def path(category: Any) -> tuple[str, ...]:
        names: list[str] = []
        while category is not None and len(names) <= len(found):
            names.insert(0, category.name)
            category = found.get(category.parent_id)
        return tuple(names)

    made = [BookCategory(c.id, path(c), c.kind == "income") for c in found.values()]
    return tuple(sorted(made, key=lambda c: c.path))


# Plain values, not instances: an export reads every row there is.
COLUMNS = (
    "id", "account_id", "account__name", "posted_on", "occurred_at", "amount_minor", "currency",
    "payee__name", "category__name", "category_id", "memo", "statement_text", "external_id",
    "status", "transfer_id", "split_count", "tag_count",
)  # fmt: skip


def read_rows(selection: Selection) -> Iterator[Row]:
    """The rows by day, a chunk in memory at a time. A row changed meanwhile comes in one state."""
    last: tuple[date, UUID] | None = None
    while True:
        rows = selection.rows()
        if last is not None:
            keyset: Any = Tuple(F("posted_on"), F("id"))
            rows = rows.filter(TupleGreaterThan(keyset, last))
        found = rows.order_by("posted_on", "id").values_list(*COLUMNS, named=True)
        chunk = list(found[:CHUNK])
        yield from _complete(selection, chunk)
        if len(chunk) < CHUNK:
            return
        last = (chunk[-1].posted_on, chunk[-1].id)


def _complete(selection: Selection, chunk: list[Any]) -> Iterator[Row]:
    """The chunk with its splits, tags and other legs: at most three queries."""
    user_id = selection.user_id
    splits = _splits(user_id, [t.id for t in chunk if t.split_count])
    tags = _tags(user_id, [t.id for t in chunk if t.tag_count])
    legs = _legs(user_id, [t.transfer_id for t in chunk if t.transfer_id])
    for t in chunk:
        parts = splits.get(t.id) or (Part(t.amount_minor, t.category_id),)
        other = next((leg for leg in legs.get(t.transfer_id, ()) if leg.id != t.id), None)
        yield Row(
            id=t.id,
            account_id=t.account_id,
            account=t.account__name,
            posted_on=t.posted_on,
            occurred_at=t.occurred_at,
            amount_minor=t.amount_minor,
            currency=t.currency,
            payee=t.payee__name or "",
            category=t.category__name or "",
            memo=t.memo,
            statement_text=t.statement_text,
            external_id=t.external_id,
            status=t.status,
            tags=tuple(tags.get(t.id, ())),
            parts=tuple(parts),
            is_split=bool(t.split_count),
            transfer_id=t.transfer_id,
            other=_leg(selection, other) if other else None,
        )


def _leg(selection: Selection, t: Transaction) -> Leg:
    return Leg(
        t.account_id,
        t.posted_on,
        t.amount_minor,
        t.currency,
        t.status == "pending",
        selection.includes(t.account_id, t.posted_on),
    )


def _splits(user_id: UUID, ids: list[UUID]) -> dict[UUID, list[Part]]:
    found: dict[UUID, list[Part]] = defaultdict(list)
    if ids:
        rows = Split.objects.for_user(user_id).filter(transaction_id__in=ids).order_by("position")
        for split in rows:
            part = Part(split.amount_minor, split.category_id, split.memo)
            found[split.transaction_id].append(part)
    return found


def _tags(user_id: UUID, ids: list[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    if ids:
        links = TransactionTag.objects.for_user(user_id).filter(transaction_id__in=ids)
        for row_id, name in links.order_by("id").values_list("transaction_id", "tag__name"):
            found[row_id].append(name)
    return found


def _legs(user_id: UUID, ids: list[UUID]) -> dict[UUID | None, list[Transaction]]:
    found: dict[UUID | None, list[Transaction]] = defaultdict(list)
    if ids:
        for leg in Transaction.objects.for_user(user_id).filter(transfer_id__in=ids):
            found[leg.transfer_id].append(leg)
    return found
