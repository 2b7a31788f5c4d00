"""Cash flow on values: buckets that open with what the last one closed with, trend, volatility. Pure.

Amounts are minor units of the home currency. `income` and `expense` are both positive when money
flows as usual: a refund lowers its expense, a correction its income, transfers are neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import median

from ledger.periods import Span

TREND_BUCKETS = 3  # the last three full buckets against the three before
TREND_PERCENT = 15  # less than this is steady
CONSISTENT_BELOW, UNEVEN_BELOW = 20, 50  # volatility in percent


@dataclass(slots=True)
class Bucket:
    """One bucket. opening + income - expense + transfers == closing, while every rate is known."""

    span: Span
    partial: bool
    opening: int | None = 0
    income: int = 0
    expense: int = 0
    transfers: int = 0  # net: zero where both legs are inside
    count: int = 0
    is_complete: bool = True  # False where a rate is missing: then the figures are unknown

    @property
    def net(self) -> int:
        return self.income - self.expense

    @property
    def closing(self) -> int | None:
        if self.opening is None or not self.is_complete:
            return None
        return self.opening + self.net + self.transfers

    @property
    def savings_rate_percent(self) -> float | None:
        return percent(self.net, self.income)


def sides(kind: str | None, inflow: int, outflow: int) -> tuple[int, int]:
    """(income, expense) of a category's flows: a refund is less expense, never income."""
    if kind == "income":
        return inflow - outflow, 0
    if kind == "expense":
        return 0, outflow - inflow
    return inflow, outflow


def chain(buckets: Sequence[Bucket], opening: int | None) -> None:
    """Let each bucket open with what the one before closed with."""
    for bucket in buckets:
        bucket.opening = opening
        opening = bucket.closing


def percent(part: int, whole: int) -> float | None:
    """Two decimals; None where the whole is nothing to take a part of."""
    return None if whole <= 0 else round(float(Decimal(100 * part) / whole), 2)


@dataclass(frozen=True, slots=True)
class Trend:
    """Where a series is heading. `change_percent`: mean of the last three against three before."""

    direction: str  # up, down, steady or insufficient_data
    change_percent: float | None
    per_bucket: Decimal | None  # Theil-Sen slope in minor units: robust against one odd bucket


def trend(values: Sequence[int]) -> Trend:
    """The trend of full buckets, oldest first; six of them at least."""
    if len(values) < 2 * TREND_BUCKETS:
        return Trend("insufficient_data", None, None)
    before = sum(values[-2 * TREND_BUCKETS : -TREND_BUCKETS])
    last = sum(values[-TREND_BUCKETS:])
    slopes = [
        Decimal(values[j] - values[i]) / (j - i) for i, j in combinations(range(len(values)), 2)
    ]
    slope = median(slopes)
    if before == 0:
        heading = "steady" if last == 0 else "up" if last > 0 else "down"
        return Trend(heading, None, slope)
    change = Decimal(100 * (last - before)) / abs(before)
    heading = "up" if change > TREND_PERCENT else "down" if change < -TREND_PERCENT else "steady"
    return Trend(heading, round(float(change), 2), slope)


def volatility_percent(values: Sequence[int]) -> float | None:
    """Population deviation over the absolute mean; None below three values or for a mean of zero."""
    if len(values) < 3 or not sum(values):
        return None
    mean = Decimal(sum(values)) / len(values)
    squares = sum(((value - mean) ** 2 for value in values), Decimal(0))
    spread = (squares / len(values)).sqrt()
    return round(float(100 * spread / abs(mean)), 2)


def consistency(volatility: float | None) -> str:
    if volatility is None:
        return "insufficient_data"
    return (
        "high"
        if volatility < CONSISTENT_BELOW
        else "medium"
        if volatility < UNEVEN_BELOW
        else "low"
    )


def settled(buckets: Sequence[Bucket]) -> list[Bucket]:
    """The full buckets from the first with a row on: what a trend may rest on."""
    full = [b for b in buckets if not b.partial and b.is_complete]
    first = next((i for i, b in enumerate(full) if b.count), len(full))
    return full[first:]


@dataclass(frozen=True, slots=True)
class Stream:
    """What a category brought in or took over the whole span, refunds taken off."""

    name: str | None
    is_income: bool
    minor: int


INCOME, SAVINGS, RESERVES = "Income", "Left over", "From reserves"


def sankey(streams: Sequence[Stream]) -> list[tuple[str, str, int]]:
    """Links (source, target, amount) of a diagram: sources of income, the pool, what it went to.

    Both sides of the pool are equal: what is left over leaves it, what lacks comes from reserves.
    A category with more refunds than expenses gives to the pool.
    """
    links: list[tuple[str, str, int]] = []
    total = 0
    for stream in sorted(streams, key=lambda s: (-abs(s.minor), str(s.name))):
        flow = stream.minor if stream.is_income else -stream.minor
        total += flow
        name = stream.name or ("Other income" if stream.is_income else "Uncategorised")
        if flow > 0:
            links.append((f"{name} (in)" if not stream.is_income else name, INCOME, flow))
        elif flow < 0:
            links.append((INCOME, f"{name} (out)" if stream.is_income else name, -flow))
    if total > 0:
        links.append((INCOME, SAVINGS, total))
    elif total < 0:
        links.append((RESERVES, INCOME, -total))
    return links
