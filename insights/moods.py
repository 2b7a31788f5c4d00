"""What moods have to do with spending: comparisons, regret, evenings. Pure.

Amounts are positive minor units of the home currency. Everything here is an association that was
seen, never a cause: silence below five purchases on either side, and many moods are corrected for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from uuid import UUID

from insights.statistics import (
    cliffs_delta,
    holm,
    median_difference_interval,
    median_interval,
    quantile,
    rank_test,
    wilson,
)

GROUP_MIN = 5
SIGNIFICANT = 0.05
EMOTIONAL = frozenset({"stressed", "anxious", "bored", "impulsive"})
PLANNED = "planned"
REGRET = "regretful"
LOW = frozenset({"stressed", "anxious", "bored", "regretful"})
DAY_PARTS = ((6, "night"), (12, "morning"), (17, "afternoon"), (22, "evening"), (24, "night"))
EVENING_FROM, EVENING_UNTIL = 17, 4  # an evening ends when people sleep, not at midnight
REGRET_RATE_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Purchase:
    """An expense; `at` is its local time where known, `mood` None where nothing was said."""

    row_id: UUID
    on: date
    minor: int
    category: str | None = None
    at: datetime | None = None
    mood: str | None = None
    intensity: int = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """Purchases in one mood against all others. Figures are None below five on either side."""

    mood: str
    n: int
    n_others: int
    total: int
    median: float | None = None
    baseline_median: float | None = None
    cliffs_delta: float | None = None
    interval: tuple[float, float] | None = None
    p_adjusted: float | None = None
    day_parts: dict[str, int] = field(default_factory=dict)
    categories: list[tuple[str | None, int]] = field(default_factory=list)

    @property
    def difference(self) -> float | None:
        if self.median is None or self.baseline_median is None:
            return None
        return self.median - self.baseline_median

    @property
    def verdict(self) -> str:
        if self.p_adjusted is None or self.difference is None:
            return "insufficient_data"
        if self.p_adjusted >= SIGNIFICANT:
            return "no_clear_difference"
        return "spends_more" if (self.cliffs_delta or 0) > 0 else "spends_less"


def day_part(at: datetime | None) -> str:
    if at is None:
        return "unknown"
    return next(name for until, name in DAY_PARTS if at.hour < until)


def compare(purchases: Sequence[Purchase]) -> list[Comparison]:
    """Each mood that occurs against all other purchases, the most frequent first."""
    counts = Counter(p.mood for p in purchases if p.mood)
    order = sorted(counts, key=lambda mood: (-counts[mood], mood))
    tested: dict[str, float] = {}
    groups: dict[str, tuple[list[int], list[int]]] = {}
    for mood in order:
        ours = [p.minor for p in purchases if p.mood == mood]
        others = [p.minor for p in purchases if p.mood != mood]
        groups[mood] = ours, others
        if min(len(ours), len(others)) >= GROUP_MIN:
            tested[mood] = rank_test(ours, others)
    adjusted = dict(zip(tested, holm(list(tested.values())), strict=True))
    return [_comparison(mood, groups[mood], purchases, adjusted.get(mood)) for mood in order]


def _comparison(
    mood: str,
    groups: tuple[list[int], list[int]],
    purchases: Sequence[Purchase],
    p_adjusted: float | None,
) -> Comparison:
    ours, others = groups
    mine = [p for p in purchases if p.mood == mood]
    parts = dict(Counter(day_part(p.at) for p in mine))
    spent: Counter[str | None] = Counter()
    for purchase in mine:
        spent[purchase.category] += purchase.minor
    if p_adjusted is None:
        return Comparison(mood, len(ours), len(others), sum(ours), day_parts=parts)
    return Comparison(
        mood,
        len(ours),
        len(others),
        sum(ours),
        median(ours),
        median(others),
        cliffs_delta(ours, others),
        median_difference_interval(ours, others),
        p_adjusted,
        parts,
        spent.most_common(3),
    )


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of what was spent in a mood, 0 to 1; None where no purchase has one."""

    emotional: float | None
    planned: float | None


def shares(purchases: Iterable[Purchase]) -> Shares:
    told = [p for p in purchases if p.mood]
    total = sum(p.minor for p in told)
    if not total:
        return Shares(None, None)
    emotional = sum(p.minor for p in told if p.mood in EMOTIONAL)
    return Shares(emotional / total, sum(p.minor for p in told if p.mood == PLANNED) / total)


@dataclass(frozen=True, slots=True)
class Regret:
    """How often purchases of a category with a mood were regretted; rates None below five."""

    category: str | None
    n: int
    regretted: int
    rate: float | None
    interval: tuple[float, float] | None
    from_minor: int | None  # the lower quartile of what was regretted


def regrets(purchases: Iterable[Purchase]) -> list[Regret]:
    """By category, the highest rate first; those below five stand last and say nothing."""
    told: dict[str | None, list[Purchase]] = {}
    for purchase in purchases:
        if purchase.mood:
            told.setdefault(purchase.category, []).append(purchase)
    found = []
    for category, group in told.items():
        amounts = sorted(p.minor for p in group if p.mood == REGRET)
        enough = len(group) >= GROUP_MIN
        found.append(
            Regret(
                category,
                len(group),
                len(amounts),
                len(amounts) / len(group) if enough else None,
                wilson(len(amounts), len(group)) if enough else None,
                int(quantile(amounts, 0.25)) if amounts else None,
            )
        )
    return sorted(found, key=lambda r: (r.rate is None, -(r.rate or 0), -r.n, str(r.category)))


def is_like_regretted(purchase: Purchase, known: Iterable[Regret]) -> Regret | None:
    """The owner's own pattern that a purchase follows: a category regretted at least every second
    time, and no smaller amount than what was regretted there."""
    for regret in known:
        if (
            regret.category == purchase.category
            and regret.rate is not None
            and regret.rate >= REGRET_RATE_MIN
            and regret.from_minor is not None
            and purchase.minor >= regret.from_minor
        ):
            return regret
    return None


@dataclass(frozen=True, slots=True)
class Evening:
    """What evenings with a low mood cost so far; figures None below five of them."""

    n: int
    median: float | None = None
    interval: tuple[float, float] | None = None  # of the median
    p10: float | None = None
    p90: float | None = None


def low_evenings(purchases: Iterable[Purchase]) -> Evening:
    """Sums by evening of purchases in a low mood whose time is known."""
    sums: dict[date, int] = {}
    for purchase in purchases:
        if purchase.mood not in LOW or purchase.at is None:
            continue
        hour = purchase.at.hour
        if EVENING_UNTIL <= hour < EVENING_FROM:
            continue
        evening = purchase.at.date() - timedelta(days=hour < EVENING_UNTIL)
        sums[evening] = sums.get(evening, 0) + purchase.minor
    costs = sorted(sums.values())
    if len(costs) < GROUP_MIN:
        return Evening(len(costs))
    return Evening(
        len(costs),
        median(costs),
        median_interval(costs),
        quantile(costs, 0.1),
        quantile(costs, 0.9),
    )


def drift(periods: Sequence[tuple[int, int]], size: int = 4) -> str:
    """Whether the emotional part of spending rises: the newest periods against those before.

    periods: (emotional, all) amounts with a mood, oldest first. Read from the newest end.
    """
    newest, before = periods[-size:], periods[-2 * size : -size]
    sums = [sum(all_ for _, all_ in part) for part in (newest, before)]
    if len(periods) < 2 * size or not all(sums):
        return "insufficient_data"
    now, then = (
        sum(emotional for emotional, _ in part) / total
        for part, total in zip((newest, before), sums, strict=True)
    )
    return "rising" if now > then + 0.1 else "falling" if now < then - 0.1 else "steady"
