"""What nobody scheduled, day by day: simple models, weighed and bounded by their own past errors. Pure.

A history is a list of daily nets in minor units, oldest first, without gaps. Results are floats of
minor units: they are shown, never booked. Sources: Gardner and McKenzie (1985) for damped trends;
Sen (1968) for the slope; Tashman (2000) for rolling origins; Bates and Granger (1969) for combining;
Vovk et al. (2005) for the ranks of conformal intervals.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from operator import sub
from statistics import median

MONTH_DAYS = 30  # a level is worked out by blocks of so many days
BLOCKS_MAX = 12
RECENT_DAYS = 91
WEEKDAY_DAYS = 182
FORTNIGHT = 14
DAMPING = 0.8  # per block: a trend of a household does not go on for ever
TRAIN_MIN = 30
AHEAD_MAX = 91  # further ahead errors are extrapolated, not counted
ORIGINS_MAX = 60
COVERAGE = 0.8
VOTES = 16  # of 4, 8, 16, 32, 64: least error on what came before the test windows
# Models are weighed by the very errors that ranges are made of, which flatters them the more the
# further ahead: 80 % ranges of three households held 78 % at 90 days. From a month on they are made
# wider, by this part at the end of the reach.
HINDSIGHT, HINDSIGHT_FROM = 0.1, 30
DAYS_MAX = 365
UNHEARD = 1e-4  # a weight that moves nothing
NEGLIGIBLE = 1e-9  # of a minor unit: a history without any error
ROUNDING = 1e-9  # 0.1 * 20 is a little more or less than 2
Model = Callable[[Sequence[float], Sequence[int], int, int], list[float]]


def _blocks(history: Sequence[float], end: int, most: int = BLOCKS_MAX) -> list[float]:
    """Sums of the blocks of 30 days before `end`, the newest first."""
    count = min(most, end // MONTH_DAYS)
    return [
        sum(history[end - MONTH_DAYS * (k + 1) : end - MONTH_DAYS * k] or [0.0])
        for k in range(count)
    ]


def typical_month(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """The median month, spread evenly: a single dear month does not move it."""
    return [median(_blocks(history, end)) / MONTH_DAYS] * ahead


def recent_weekdays(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """The mean of the last quarter, with what each day of the week has more or less than others."""
    recent = history[max(0, end - RECENT_DAYS) : end]
    level = sum(recent) / len(recent)
    start = end - min(WEEKDAY_DAYS, end) // 7 * 7
    weeks = (end - start) // 7
    longer = sum(history[start:end]) / (end - start)
    profile = [sum(history[start + k : end : 7]) / weeks - longer for k in range(7)]
    return [level + profile[k % 7] for k in range(ahead)]


def weekday_medians(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """Each day of the week's median, of two months and of half a year in equal parts."""
    profile = [0.0] * 7
    for weeks in (8, 26):
        start = end - min(weeks, end // 7) * 7
        for k in range(7):
            profile[k] += median(history[start + k : end : 7]) / 2
    return [profile[k % 7] for k in range(ahead)]


def long_mean(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """The mean of the last year, what is rare and dear included."""
    year = history[max(0, end - DAYS_MAX) : end]
    return [sum(year) / len(year)] * ahead


def days_of_month(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """What the same day of the month brought on average: income and bills without a schedule."""
    sums, counts = [0.0] * 32, [0] * 32
    for k in range(max(0, end - WEEKDAY_DAYS), end):
        sums[month_days[k]] += history[k]
        counts[month_days[k]] += 1
    days = month_days[end : end + ahead]
    return [sums[day] / counts[day] if counts[day] else 0.0 for day in days]


def rhythms(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """What comes every fortnight, then every month, each by its median, and the mean of the rest:
    wages and bills of a household that scheduled nothing."""
    start = end - min(2 * WEEKDAY_DAYS, end) // FORTNIGHT * FORTNIGHT
    fortnight = [median(history[start + k : end : FORTNIGHT]) for k in range(FORTNIGHT)]
    rest = list(map(sub, history[start:end], fortnight * ((end - start) // FORTNIGHT)))
    by_day: list[list[float]] = [[] for _ in range(32)]
    for value, day in zip(rest, month_days[start:end], strict=True):
        by_day[day].append(value)
    monthly = [median(values) if values else 0.0 for values in by_day]
    explained = sum(value * len(days) for value, days in zip(monthly, by_day, strict=True))
    level = (sum(rest) - explained) / (end - start)
    days = month_days[end : end + ahead]
    return [level + fortnight[k % FORTNIGHT] + monthly[day] for k, day in enumerate(days)]


def damped_trend(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """The last three months' median and the median slope between months, fading."""
    blocks = _blocks(history, end, 6)
    level = median(blocks[:3])
    count = len(blocks)
    slopes = [(blocks[i] - blocks[j]) / (j - i) for i in range(count) for j in range(i + 1, count)]
    slope = median(slopes) if len(slopes) > 2 else 0.0
    found: list[float] = []
    rise = slope
    damped = 0.0
    while len(found) < ahead:
        rise *= DAMPING
        damped += rise
        found += [(level + damped) / MONTH_DAYS] * MONTH_DAYS
    return found[:ahead]


def seasonal_naive(
    history: Sequence[float], month_days: Sequence[int], end: int, ahead: int
) -> list[float]:
    """The last four weeks once more: what every model must beat."""
    return [history[end - 28 + k % 28] for k in range(ahead)]


# The first of equals is taken: the plainest stand first.
MODELS: dict[str, Model] = {
    "typical_month": typical_month,
    "long_mean": long_mean,
    "recent_weekdays": recent_weekdays,
    "weekday_medians": weekday_medians,
    "days_of_month": days_of_month,
    "rhythms": rhythms,
    "damped_trend": damped_trend,
    "seasonal_naive": seasonal_naive,
}


@dataclass(frozen=True, slots=True)
class Fit:
    """What the models expect together by day, and how far off that would have been in the past.

    errors: by origin, the cumulative (actual - expected) after 1, 2, ... days.
    losses: mean absolute cumulative error by model; growth: how errors grow with the horizon.
    weights: by model, in proportion to (that error and the mean absolute error of single days, each
    against the best one's) ** -VOTES; they sum to 1.
    """

    weights: dict[str, float]
    by_day: list[float]
    errors: list[list[float]]
    losses: dict[str, float]
    growth: float = 0.5

    @property
    def model(self) -> str:
        """The one that weighs most; of equals the plainest."""
        return max(self.weights, key=lambda name: self.weights[name])

    @property
    def reach(self) -> int:
        """The days ahead up to which errors were counted."""
        return len(self.errors[0]) if self.errors else 0

    def error(self, path: Sequence[float], ahead: int) -> float:
        """The cumulative error of one origin after so many days, extrapolated beyond its reach, and
        without the flattery of hindsight."""
        further = (min(ahead, AHEAD_MAX) - HINDSIGHT_FROM) / (AHEAD_MAX - HINDSIGHT_FROM)
        wider = 1 + HINDSIGHT * max(0.0, further)
        if ahead <= len(path):
            return path[ahead - 1] * wider
        return path[-1] * wider * float((ahead / len(path)) ** self.growth)

    def band(self, ahead: int, coverage: float = COVERAGE) -> tuple[float, float]:
        """(low, high) around what is expected: that part of errors like those of the past lies inside."""
        if not self.errors:
            return 0.0, 0.0
        found = sorted(self.error(path, ahead) for path in self.errors)
        return min(0.0, low_rank(found, coverage)), max(0.0, high_rank(found, coverage))


def low_rank(ordered: Sequence[float], coverage: float = COVERAGE) -> float:
    """The conformal lower bound: of n + 1 equally likely places a tenth lies below it."""
    place = math.floor((1 - coverage) / 2 * (len(ordered) + 1) + ROUNDING)
    return ordered[max(0, place - 1)]


def high_rank(ordered: Sequence[float], coverage: float = COVERAGE) -> float:
    place = math.ceil((1 + coverage) / 2 * (len(ordered) + 1) - ROUNDING)
    return ordered[min(len(ordered), place) - 1]


def fit(history: Sequence[float], last: date, ahead: int = DAYS_MAX) -> Fit:
    """Weigh the models by rolling origins and expect from the day after `last` on.

    history ends on `last` and has at least 2 * TRAIN_MIN - 2 days; ValueError else.
    """
    count = len(history)
    if count < 2 * TRAIN_MIN - 2:
        raise ValueError("too short a history to be judged by")
    first = last - timedelta(days=count - 1)
    month_days = [(first + timedelta(days=k)).day for k in range(count + ahead)]
    reach = min(AHEAD_MAX, (count - TRAIN_MIN) // 2)
    tried = {name: _backtest(model, history, month_days, reach) for name, model in MODELS.items()}
    losses = {
        name: sum(sum(map(abs, path)) for path in paths) / (len(paths) * reach)
        for name, paths in tried.items()
    }
    daily = {name: _daily_loss(paths) for name, paths in tried.items()}
    least, least_daily = min(losses.values()) + NEGLIGIBLE, min(daily.values()) + NEGLIGIBLE
    votes = {
        n: ((losses[n] + NEGLIGIBLE) / least + (daily[n] + NEGLIGIBLE) / least_daily) ** -VOTES
        for n in MODELS
    }
    weights = {n: vote / sum(votes.values()) for n, vote in votes.items()}
    heard = {n: weight for n, weight in weights.items() if weight > UNHEARD}
    said = {n: MODELS[n](history, month_days, count, ahead) for n in heard}
    errors = _mixed([(weight, tried[n]) for n, weight in heard.items()])
    by_day = _mixed([(weight, [said[n]]) for n, weight in heard.items()])[0]
    return Fit(weights, by_day, errors, losses, _growth(errors))


def _mixed(parts: Sequence[tuple[float, Sequence[Sequence[float]]]]) -> list[list[float]]:
    """Paths weighted by their models. The weights of those that are heard count as all."""
    whole = sum(weight for weight, _ in parts)
    return [
        mixed([(weight / whole, path) for (weight, _), path in zip(parts, paths, strict=True)])
        for paths in zip(*(paths for _, paths in parts), strict=True)
    ]


def mixed(parts: Sequence[tuple[float, Sequence[float]]]) -> list[float]:
    """The weighted sum of some paths of one length, path by path: a sum per step takes twice as long."""
    first, *others = parts
    found = [first[0] * value for value in first[1]]
    for weight, path in others:
        found = [so_far + weight * value for so_far, value in zip(found, path, strict=True)]
    return found


def origins_of(count: int, reach: int) -> list[int]:
    """Lengths of the histories that a backtest stands at the end of, evenly spread."""
    first, last = max(TRAIN_MIN, (count - reach) // 3), count - reach
    step = max(1, -(-(last - first + 1) // ORIGINS_MAX))
    return list(range(last, first - 1, -step))


def _backtest(
    model: Model, history: Sequence[float], month_days: Sequence[int], reach: int
) -> list[list[float]]:
    paths = []
    for origin in origins_of(len(history), reach):
        expected = model(history, month_days, origin, reach)
        paths.append(list(accumulate(map(sub, history[origin : origin + reach], expected))))
    return paths


def _daily_loss(paths: Sequence[Sequence[float]]) -> float:
    off: float = sum(abs(path[0]) + sum(map(abs, map(sub, path[1:], path))) for path in paths)
    return off / (len(paths) * len(paths[0]))


def _growth(paths: Sequence[Sequence[float]]) -> float:
    """The power of the horizon that errors grow with: 1/2 where days are independent, 1 where the
    level itself is off; measured between half the reach and all of it."""
    reach = len(paths[0])
    half = sum(abs(path[reach // 2 - 1]) for path in paths)
    whole = sum(abs(path[-1]) for path in paths)
    if not half or not whole:
        return 0.5
    return min(1.0, max(0.5, math.log(whole / half) / math.log(reach / (reach // 2))))


__all__ = ["COVERAGE", "DAYS_MAX", "MODELS", "Fit", "fit", "high_rank", "low_rank", "mixed"]
