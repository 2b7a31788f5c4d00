"""What a goal takes and when it will be met. Minor units and days; no Django, no floats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Literal

from ledger.periods import add_months

Status = Literal["done", "paused", "overdue", "on_track", "behind"]
MONTH = Decimal("365.25") / 12  # days; no cliffs where calendar months differ
PACE_DAYS = 90
SPREAD = Decimal("1.2816")  # normal quantile: the range holds 80 % of futures like the past
MILESTONES = (25, 50, 75, 100)
FAR = 36_500  # A day further off than a century is no projection.


@dataclass(frozen=True, slots=True)
class Path:
    """How a goal stands on a day. Amounts in minor units; None: no day asks, or none is in sight."""

    remaining: int
    progress_percent: int
    required_per_month: int | None
    pace_per_month: int
    status: Status
    projected_on: date | None
    earliest: date | None
    latest: date | None


def progress(saved: int, target: int) -> int:
    """Whole percents, rounded down: 99 until the goal is truly met."""
    return 100 if saved >= target else max(0, min(99, saved * 100 // target))


def crossed(before: int, after: int, target: int) -> list[int]:
    """Milestones that lie above the progress before and not above the one after."""
    low, high = progress(before, target), progress(after, target)
    return [mark for mark in MILESTONES if low < mark <= high]


def required_per_month(remaining: int, target_on: date, today: date) -> int:
    """Minor units a month of 365.25/12 days; all that remains once less than a month is left."""
    days = (target_on - today).days
    if days <= MONTH:
        return remaining
    return int((remaining * MONTH / days).quantize(Decimal(1), ROUND_HALF_UP))


def plan(remaining: int, target_on: date, today: date) -> list[tuple[date, int]]:
    """Monthly payments from today on that reach the goal to the last unit.

    Each is ceil(what remains / periods left), the current one counted, so earlier ones are larger.
    """
    periods = 1
    while add_months(today, periods) < target_on:
        periods += 1
    dues = []
    for number in range(periods):
        amount = -(-remaining // (periods - number))
        if amount > 0:
            dues.append((add_months(today, number), amount))
        remaining -= amount
    return dues


def path(
    *,
    target: int,
    saved: int,
    flows: Sequence[tuple[date, int]],
    target_on: date | None,
    today: date,
    paused: bool = False,
) -> Path:
    """How the goal stands. flows: (day, signed minor units) put aside; days after today count not."""
    remaining = max(0, target - saved)
    months = _thirds(flows, today)
    pace = int((Decimal(sum(months)) / 3).quantize(Decimal(1), ROUND_HALF_UP))
    required = None
    if target_on is not None:
        required = required_per_month(remaining, target_on, today)
    status: Status = "on_track"
    if remaining == 0:
        status = "done"
    elif paused:
        status = "paused"
    elif target_on is not None and target_on <= today:
        status = "overdue"
    elif required is not None and pace < required:
        status = "behind"
    mean = Decimal(sum(months)) / 3
    variance = sum(((month - mean) ** 2 for month in months), Decimal(0)) / 2
    off = SPREAD * (variance / 3).sqrt()
    days = [_met_on(remaining, rate, today) for rate in (mean, mean + off, mean - off)]
    percent = progress(saved, target)
    return Path(remaining, percent, required, pace, status, days[0], days[1], days[2])


def _thirds(flows: Sequence[tuple[date, int]], today: date) -> list[int]:
    """Net of each third of the last 90 days."""
    sums = [0, 0, 0]
    for day, amount in flows:
        age = (today - day).days
        if 0 <= age < PACE_DAYS:
            sums[age // 30] += amount
    return sums


def _met_on(remaining: int, rate: Decimal, today: date) -> date | None:
    if remaining == 0:
        return today
    if rate <= 0:
        return None
    days = (remaining / rate * 30).to_integral_value(ROUND_CEILING)
    return today + timedelta(days=int(days)) if days <= FAR else None
