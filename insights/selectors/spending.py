"""What whole months brought and took by category, for forecasts: totals alone, one statement."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.sql import fetch
from insights.cashflow import sides
from insights.selectors.flows import as_day
from insights.spending_months import Past
from ledger.periods import add_months, month_end
from ledger.rates import Converter

TRANSFERS = "transfers"
DAYS_OF_MONTH = 31

MONTHS = """
SELECT t.month, t.currency, c.name, c.kind, t.is_transfer, t.is_pending,
    SUM(t.inflow_minor), SUM(t.outflow_minor)
FROM ledger_monthlytotal t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.month BETWEEN %s AND %s AND t.account_id IN ({})
GROUP BY t.month, t.currency, c.name, c.kind, t.is_transfer, t.is_pending
"""


@dataclass(frozen=True, slots=True)
class MonthOf:
    """One month of one category in minor units of the home currency.

    kind: the category's, None without one, TRANSFERS for transfers, of which nothing is spent.
    """

    month: date
    category: str | None
    kind: str | None
    is_pending: bool
    net: int
    spent: int


@dataclass(frozen=True, slots=True)
class Explained:
    """Rows of the past that a recurring transaction explains, by day and category."""

    on: date
    category: str | None
    minor: int
    spent: int


def spent_of(kind: str | None, minor: int) -> int:
    """What a net movement counts for as spending: of expenses a refund is less, else money out."""
    return 0 if kind == TRANSFERS else sides(kind, max(0, minor), max(0, -minor))[1]


def months_of(
    user_id: UUID, accounts: Collection[UUID], first: date, today: date, converter: Converter
) -> list[MonthOf]:
    """The months from one to today's, at today's rates. No statement without accounts."""
    if not accounts:
        return []
    sql = MONTHS.format(", ".join(["%s"] * len(accounts)))
    values = [user_id, first.replace(day=1), today.replace(day=1), *accounts]
    found = []
    for month, currency, name, kind, is_transfer, is_pending, inflow, outflow in fetch(sql, values):
        spent = 0 if is_transfer else sides(kind, int(inflow), int(outflow))[1]
        net, home = (
            converter.convert(minor, currency, today) for minor in (int(inflow - outflow), spent)
        )
        if net is not None and home is not None:
            category = TRANSFERS if is_transfer else name
            nature = TRANSFERS if is_transfer else kind
            found.append(MonthOf(as_day(month), category, nature, bool(is_pending), net, home))
    return found


def past_of(
    months: Iterable[MonthOf],
    explained: Iterable[Explained],
    spent_on: dict[date, int],
    began: date,
    today: date,
) -> Past:
    """The whole months since `began` without what is explained; nothing where there is none.

    spent_on: money out by day, transfers left out.
    """
    start = began if began.day == 1 else add_months(began.replace(day=1), 1)
    end = today.replace(day=1)
    if today == month_end(today):
        end = add_months(end, 1)
    count = (end.year - start.year) * 12 + end.month - start.month
    if count < 1:
        return Past()
    by_category: dict[str | None, list[int]] = defaultdict(lambda: [0] * count)
    for row in months:
        if start <= row.month < end and not row.is_pending and row.spent:
            by_category[row.category][_place(row.month, start)] += row.spent
    days = [0] * DAYS_OF_MONTH
    for on, spent in spent_on.items():
        if start <= on < end:
            days[on.day - 1] += spent
    for gone in explained:
        if start <= gone.on < end and gone.spent:
            by_category[gone.category][_place(gone.on, start)] -= gone.spent
            days[gone.on.day - 1] -= gone.spent
    series = sorted(by_category.items(), key=lambda pair: pair[0] or "")
    return Past(
        tuple((name, tuple(values)) for name, values in series if any(values)),
        tuple(max(0, spent) for spent in days),
    )


def _place(on: date, start: date) -> int:
    return (on.year - start.year) * 12 + on.month - start.month


__all__ = ["TRANSFERS", "Explained", "MonthOf", "months_of", "past_of", "spent_of"]
