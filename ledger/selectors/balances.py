"""Balances of accounts over time and in one sum, read from the totals and never from the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, Sum, Value, When
from django.db.models.functions import TruncMonth, TruncWeek, TruncYear

from ledger.effects import NIL
from ledger.models import Account, Category, CategoryKind, DailyTotal, MonthlyTotal
from ledger.periods import Span

TRUNCATE: dict[str, Any] = {
    "daily": F,
    "weekly": TruncWeek,
    "monthly": TruncMonth,
    "yearly": TruncYear,
}


@dataclass(slots=True)
class Bucket:
    """One bucket of an account's history, in minor units. opening + inflow - outflow == closing."""

    span: Span
    opening: int = 0
    inflow: int = 0
    outflow: int = 0
    cleared: int = 0  # net of the cleared rows, then the cleared balance at the end
    count: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.inflow - self.outflow


def balance_history(account: Account, spans: Sequence[Span], granularity: str) -> list[Bucket]:
    """The account's buckets, those without rows included. Two queries, whatever the history."""
    days = DailyTotal.objects.for_user(account.user_id).filter(account_id=account.id)
    opening, cleared = _before(days, spans[0].start)
    by_start = {span.start: Bucket(span) for span in spans}
    moved = (
        days.filter(day__range=(spans[0].start, spans[-1].end))
        .annotate(bucket=TRUNCATE[granularity]("day"))
        .values("bucket", "is_pending")
        .annotate(into=Sum("inflow_minor"), out=Sum("outflow_minor"), rows=Sum("count"))
        .order_by()
    )
    for row in moved:
        # The first bucket begins where the span does, perhaps in the middle of a week or month.
        bucket = by_start[max(row["bucket"], spans[0].start)]
        bucket.inflow += row["into"]
        bucket.outflow += row["out"]
        bucket.count += row["rows"]
        if not row["is_pending"]:
            bucket.cleared += row["into"] - row["out"]
    balance, cleared = account.opening_minor + opening, account.opening_minor + cleared
    buckets = list(by_start.values())
    for bucket in buckets:
        bucket.opening = balance
        balance = bucket.closing
        bucket.cleared = cleared = cleared + bucket.cleared
    return buckets


def _before(days: Any, first: date) -> tuple[int, int]:
    """(net of all rows, net of the cleared ones) before a day."""
    nets = dict(
        days.filter(day__lt=first)
        .values_list("is_pending")
        .annotate(net=Sum(F("inflow_minor") - F("outflow_minor")))
        .order_by()
    )
    cleared = nets.get(False, 0)
    return cleared + nets.get(True, 0), cleared


@dataclass(slots=True)
class Month:
    """What one month did on one account, in minor units; refunds are taken off the expense."""

    income: int = 0
    expense: int = 0
    count: int = 0


def month_by_account(user_id: UUID, month: date) -> dict[UUID, Month]:
    """Each account's month without transfers and pending rows, in one query."""
    earning = Category.objects.for_user(user_id).filter(kind=CategoryKind.INCOME).values("id")
    side = Case(
        When(category_id=NIL, then=Value("")),
        When(category_id__in=earning, then=Value("income")),
        default=Value("expense"),
        output_field=CharField(),
    )
    totals = (
        MonthlyTotal.objects.for_user(user_id)
        .filter(month=month, is_transfer=False, is_pending=False)
        .annotate(side=side)
        .values("account_id", "side")
        .annotate(into=Sum("inflow_minor"), out=Sum("outflow_minor"), parts=Sum("count"))
        .order_by()
    )
    months: dict[UUID, Month] = {}
    for row in totals:
        found = months.setdefault(row["account_id"], Month())
        found.count += row["parts"]
        net = row["into"] - row["out"]
        if row["side"] == "income":
            found.income += net
        elif row["side"] == "expense":
            found.expense -= net
        else:
            found.income += row["into"]
            found.expense += row["out"]
    return months
