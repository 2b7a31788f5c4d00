"""Spending to come by calendar month and category, with honest ranges. Pure.

Bottom up: every category is expected by itself (insights.spending_months), and months, categories
and the whole are sums of the same rounded cells, so that they agree to the last cent. Ranges do not
add up, and are not made to: each rests on its own past errors, those of the whole on the errors that
the categories made together, so that what one spends more and another less is not counted twice.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from insights.forecast import Inputs
from insights.forecasting import COVERAGE, high_rank, low_rank
from insights.spending_months import YEAR, Fitted, Past, fit_months
from ledger.periods import Span, month_end

RANGE_MONTHS_MIN = YEAR  # less has not seen what comes once a year
SINGLE_STEPS, SUMS_REACH = 6, 6  # further ahead there are too few past errors
# Weights were chosen by the errors that the ranges are made of: so much wider, 80 % held 80 % on
# three households.
SINGLE_WIDER, SUMS_WIDER = 1.05, 1.15
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, slots=True)
class Amounts:
    """Positive minor units. known is part of the rest; p10 and p90 are None without enough history."""

    known: int
    p10: int | None
    p50: int
    p90: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """The days of one calendar month that are ahead."""

    span: Span
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Category:
    """model: the one that weighs most in what is not known; None where nothing is modelled."""

    name: str | None
    amounts: Amounts
    model: str | None
    intermittent: bool


@dataclass(frozen=True, slots=True)
class Spending:
    total: Amounts
    months: list[Month]
    by_category: list[Category]


@dataclass(frozen=True, slots=True)
class Band:
    """How far off single months and sums of months were, at the origins of a backtest.

    single: errors of months, sorted. usual: the mean absolute error of sums of 1, 2, ... months,
    never falling. sums: errors of sums in these, sorted. growth: the power they grow with further on.
    """

    single: list[float]
    usual: list[float]
    sums: list[float]
    growth: float

    def month(self, part: float, coverage: float = COVERAGE) -> tuple[float, float]:
        """(low, high) of a part of a month: its days are taken as independent."""
        return _around(self.single, coverage, SINGLE_WIDER * math.sqrt(part))

    def months(self, count: float, coverage: float = COVERAGE) -> tuple[float, float]:
        """(low, high) of so many months together, which need not be a whole number."""
        return _around(self.sums, coverage, SUMS_WIDER * self._usual(count))

    def _usual(self, count: float) -> float:
        reach, whole = len(self.usual), int(count)
        if count < 1:
            return self.usual[0] * math.sqrt(count)
        if count >= reach:
            return float(self.usual[-1] * (count / reach) ** self.growth)
        return self.usual[whole - 1] + (count - whole) * (self.usual[whole] - self.usual[whole - 1])


def _around(errors: Sequence[float], coverage: float, wider: float) -> tuple[float, float]:
    low, high = low_rank(errors, coverage), high_rank(errors, coverage)
    return min(0.0, low * wider), max(0.0, high * wider)


def band_of(errors: Sequence[Sequence[float]]) -> Band:
    """errors: by origin, of the months after it; the first origin has the most."""
    sums = [list(accumulate(path)) for path in errors]
    usual: list[float] = []
    for step in range(min(SUMS_REACH, len(errors[0]))):
        sizes = [abs(path[step]) for path in sums if len(path) > step]
        usual.append(max([sum(sizes) / len(sizes), *usual[-1:], NEGLIGIBLE]))
    scaled = [total / usual[k] for path in sums for k, total in enumerate(path[: len(usual)])]
    half = len(usual) // 2
    growth = math.log(usual[-1] / usual[half - 1]) / math.log(len(usual) / half) if half else 0.5
    single = sorted(error for path in errors for error in path[:SINGLE_STEPS])
    return Band(single, usual, sorted(scaled), min(1.0, max(0.5, growth)))


def spending(inputs: Inputs, days: int) -> Spending:
    """What the days from tomorrow on will take, by month and category."""
    spans = months_ahead(inputs.today, days)
    past = inputs.spending
    parts = [_part(past, span) for span in spans]
    fitted = {name: fit_months(series, len(spans)) for name, series in past.months if any(series)}
    cells = {
        name: [round(value * part) for value, part in zip(fit.expected, parts, strict=True)]
        for name, fit in fitted.items()
    }
    known = [_known(inputs, span, first=k == 0) for k, span in enumerate(spans)]
    is_ranged = bool(past.months) and len(past.months[0][1]) >= RANGE_MONTHS_MIN
    whole = band_of(together(fitted.values())) if is_ranged and fitted else None
    certain = (0.0, 0.0) if is_ranged else None
    months = [
        Month(span, _amounts(
            sum(known[k].values()), sum(row[k] for row in cells.values()),
            whole.month(parts[k]) if whole else certain,
        ))
        for k, span in enumerate(spans)
    ]  # fmt: skip
    categories = []
    for name in {**cells, **{name: None for row in known for name in row}}:
        fit = fitted.get(name)
        band = band_of(fit.errors).months(sum(parts)) if is_ranged and fit else certain
        amounts = _amounts(sum(row.get(name, 0) for row in known), sum(cells.get(name, ())), band)
        categories.append(
            Category(name, amounts, fit.model if fit else None, bool(fit and fit.intermittent))
        )
    categories.sort(key=lambda row: (-abs(row.amounts.p50), row.name or ""))
    total = _amounts(
        sum(month.amounts.known for month in months),
        sum(sum(row) for row in cells.values()),
        whole.months(sum(parts)) if whole else certain,
    )
    return Spending(total, months, categories)


def months_ahead(today: date, days: int) -> list[Span]:
    """The calendar months of the days from tomorrow on; the first is today's, and may be over."""
    first, last = today + timedelta(days=1), today + timedelta(days=days)
    found = []
    start = first
    while start <= last:
        found.append(Span(start, min(last, month_end(start))))
        start = found[-1].end + timedelta(days=1)
    return found


def _part(past: Past, span: Span) -> float:
    """How much of its month's spending the days of a span bring, by the days of months past."""
    last = month_end(span.start).day
    whole = past.days[:last]
    if span.start.day == 1 and span.end.day == last:
        return 1.0
    if sum(whole) <= 0:
        return (span.end.day - span.start.day + 1) / last
    return sum(whole[span.start.day - 1 : span.end.day]) / sum(whole)


def _known(inputs: Inputs, span: Span, *, first: bool) -> dict[str | None, int]:
    """What is known to be spent in a span by category; what is overdue counts in the first one."""
    found: dict[str | None, int] = {}
    for item in inputs.known:
        if item.spends and item.on <= span.end and (first or item.on >= span.start):
            found[item.category] = found.get(item.category, 0) - item.minor
    return found


def together(fitted: Iterable[Fitted]) -> list[list[float]]:
    """The errors that all categories made together: by origin and month, their sum."""
    return [
        [sum(step) for step in zip(*paths, strict=True)]
        for paths in zip(*(fit.errors for fit in fitted), strict=True)
    ]


def _amounts(known: int, modelled: int, band: tuple[float, float] | None) -> Amounts:
    """Nobody spends less than nothing: the low end stays above what is known, unless refunds do not."""
    if band is None:
        return Amounts(known, None, known + modelled, None)
    low = max(min(0, modelled), modelled + round(band[0]))
    return Amounts(known, known + low, known + modelled, known + modelled + round(band[1]))


__all__ = ["Amounts", "Band", "Category", "Month", "Spending", "band_of", "spending", "together"]
