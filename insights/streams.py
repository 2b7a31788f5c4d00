"""Streams of income on values: how many there are in effect, and how far each can be relied on. Pure.

Amounts are minor units of the home currency, after conversion, transfers and refunds out.
Ratios are floats: they are shown, never booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median, pstdev

from ledger.periods import add_months

OBSERVATIONS_MIN = 3
REGULAR_GAP_CV = 0.25
TOLERANCE_DAYS = 4  # early or late by this much is on time: weekends and bank holidays
# Weights of the blended score; they sum to one.
WEIGHTS = {"amount": 0.4, "timing": 0.3, "on_time": 0.3}
GRADES = ((0.9, "A"), (0.8, "B"), (0.65, "C"), (0.5, "D"))
# (name, shortest and longest median gap in days); narrow windows first would not matter: they
# do not overlap. A weekly wage is weekly and a salary every 30 or 31 days is monthly.
FREQUENCIES = (
    ("weekly", 6, 8),
    ("biweekly", 13, 15),
    ("semimonthly", 15.01, 16.5),
    ("monthly", 26, 35),
    ("bimonthly", 57, 65),
    ("quarterly", 84, 98),
    ("half_yearly", 175, 190),
    ("yearly", 350, 380),
)
STEP_DAYS = {"weekly": 7, "biweekly": 14}
STEP_MONTHS = {"monthly": 1, "bimonthly": 2, "quarterly": 3, "half_yearly": 6, "yearly": 12}
EXPECTED_MAX = 400


@dataclass(frozen=True, slots=True)
class Concentration:
    """How income spreads over its streams. hhi: sum of squared shares, 1 for a single stream."""

    shares: tuple[float, ...]
    hhi: float
    effective_streams: float
    diversification: float
    normalised_hhi: float


def concentration(totals: Sequence[int]) -> Concentration | None:
    """Of streams with a positive total; None where there is none."""
    positive = [total for total in totals if total > 0]
    whole = sum(positive)
    if not whole:
        return None
    shares = tuple(max(total, 0) / whole for total in totals)
    hhi = sum(share * share for share in shares)
    count = len(positive)
    normalised = 1.0 if count == 1 else (hhi - 1 / count) / (1 - 1 / count)
    return Concentration(shares, hhi, 1 / hhi, 1 - hhi, normalised)


def variation(values: Sequence[float]) -> float | None:
    """Population standard deviation over the mean; None for no values or a mean of zero."""
    if not values:
        return None
    mean = fmean(values)
    return pstdev(values) / abs(mean) if mean else None


def stability(cv: float | None) -> float:
    """1 for what never varies, towards 0 for what does."""
    return 0.0 if cv is None else 1 / (1 + cv)


def gaps(days: Sequence[date]) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(days)]


def gap_variation(days: Sequence[date]) -> float | None:
    """Variation of the gaps between days in order."""
    return variation(gaps(days))


def frequency(days: Sequence[date]) -> str:
    """The calendar rhythm that the median gap is of, else `irregular`."""
    between = gaps(days)
    if not between:
        return "irregular"
    middle = median(between)
    return next((name for name, low, high in FREQUENCIES if low <= middle <= high), "irregular")


def expected_days(first: date, rhythm: str, until: date) -> list[date]:
    """The days that a rhythm promises from its first on; a 31st is clamped, never drifts."""
    found = []
    for k in range(EXPECTED_MAX):
        if rhythm in STEP_DAYS:
            day = first + timedelta(days=STEP_DAYS[rhythm] * k)
        elif rhythm == "semimonthly":
            day = add_months(first, k // 2) + timedelta(days=15 * (k % 2))
        elif rhythm in STEP_MONTHS:
            day = add_months(first, STEP_MONTHS[rhythm] * k)
        else:
            break
        if day > until:
            break
        found.append(day)
    return found


def matched(
    observed: Sequence[date], expected: Sequence[date], tolerance: int = TOLERANCE_DAYS
) -> int:
    """How many expected days have an observation near them; each observation counts once."""
    left = sorted(observed)
    hits = 0
    for day in expected:
        near = next((o for o in left if abs((o - day).days) <= tolerance), None)
        if near is not None:
            left.remove(near)
            hits += 1
    return hits


@dataclass(slots=True)
class Stream:
    """One payer's income, by day."""

    name: str
    by_day: dict[date, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.by_day.values())

    @property
    def days(self) -> list[date]:
        return sorted(day for day, minor in self.by_day.items() if minor > 0)


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far a stream can be relied on, each factor beside the blended score.

    score, cv and ratios are None and the grade `insufficient_data` below three observations.
    """

    observations: int
    frequency: str
    amount_cv: float | None = None
    gap_cv: float | None = None
    expected: int = 0
    matched: int = 0
    on_time: float | None = None
    missing_months: tuple[date, ...] = ()
    score: float | None = None
    grade: str = "insufficient_data"
    next_on: date | None = None

    @property
    def regularity(self) -> str:
        if self.gap_cv is None:
            return "insufficient_data"
        regular = self.gap_cv <= REGULAR_GAP_CV and self.frequency != "irregular"
        return "regular" if regular else "irregular"


def months_of(stream: Stream, today: date) -> dict[date, int]:
    """Totals by month from the first observation on; a month without income is 0.

    The month that runs counts once it has income: before that it is not missing, only not over.
    """
    days = stream.days
    if not days:
        return {}
    month, last = days[0].replace(day=1), today.replace(day=1)
    totals: dict[date, int] = {}
    while month <= last:
        totals[month] = 0
        month = add_months(month, 1)
    for day, minor in stream.by_day.items():
        if day.replace(day=1) in totals:
            totals[day.replace(day=1)] += minor
    if not totals[last] and len(totals) > 1:
        del totals[last]
    return totals


def reliability(stream: Stream, today: date) -> Reliability:
    """Grade a stream by the variation of its amounts and gaps and by what came when expected."""
    days = stream.days
    rhythm = frequency(days) if len(days) >= OBSERVATIONS_MIN else "irregular"
    months = months_of(stream, today)
    if len(days) < OBSERVATIONS_MIN:
        return Reliability(len(days), rhythm)
    step = STEP_MONTHS.get(rhythm, 1)
    # Amounts of a slower rhythm are compared payment by payment: its empty months are no fault.
    amounts = list(months.values()) if step == 1 else [stream.by_day[day] for day in days]
    missing = tuple(m for m, minor in months.items() if minor <= 0) if step == 1 else ()
    amount_cv, gap_cv = variation(amounts), gap_variation(days)
    tolerance = min(TOLERANCE_DAYS, STEP_DAYS.get(rhythm, 28) // 2)
    due = expected_days(days[0], rhythm, today - timedelta(days=tolerance))
    hits = matched(days, due, tolerance)
    on_time = hits / len(due) if due else None
    factors = {
        "amount": stability(amount_cv),
        "timing": stability(gap_cv),
        "on_time": on_time or 0.0,
    }
    score = sum(WEIGHTS[name] * value for name, value in factors.items())
    grade = next((name for floor, name in GRADES if score >= floor), "E")
    ahead = expected_days(days[0], rhythm, today + timedelta(days=400))
    coming = next((d for d in ahead if d > days[-1] + timedelta(days=tolerance)), None)
    return Reliability(
        len(days), rhythm, amount_cv, gap_cv, len(due), hits, on_time, missing, score, grade, coming
    )
