"""The statement's two charts, SVG."""

from collections.abc import Sequence

from insights.selectors.statement import MonthStatement
from ledger.charts import Series, bars, lines
from ledger.money import from_minor


def charts_of(found: MonthStatement) -> tuple[str, str]:
    """(income beside expense by month, net worth at the end of each month)."""
    labels = [f"{bucket.span.start:%b %y}" for bucket in found.months]
    flow = bars(
        f"Income and expense by month, {found.currency}",
        labels,
        [
            Series(
                "Income",
                _values(
                    [b.income if b.is_complete else None for b in found.months], found.currency
                ),
            ),
            Series(
                "Expense",
                _values(
                    [b.expense if b.is_complete else None for b in found.months], found.currency
                ),
            ),
        ],
    )
    worth = Series("Net worth", _values([p.net for p in found.worth], found.currency))
    return flow, lines(f"Net worth at the end of each month, {found.currency}", labels, [worth])


def _values(minors: Sequence[int | None], currency: str) -> list[float | None]:
    return [None if minor is None else float(from_minor(minor, currency)) for minor in minors]
