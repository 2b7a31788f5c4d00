"""What a category will take month by month: plain models, weighed by their own past errors. Pure.

A series is what a category took in each whole month, oldest first, in minor units; refunds are
taken off. Results are floats of minor units. Sources: Teunter, Syntetos and Babai (2011) for what is
empty in many months; Tashman (2000) for rolling origins; Bates and Granger (1969) for combining.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import sub
from statistics import median

from insights.forecasting import mixed

YEAR = 12
MONTHS_MAX = 24
REACH = 12  # steps ahead that errors are counted of
ORIGINS_FROM = 0.4  # of the history: before that there is too little to learn from
ORIGIN_MIN = 2
VOTES = 2  # of 1, 2, 3: households to tune on hardly told 1 from 2, and lost with 3
EMPTY_SHARE = 0.25  # empty in so many of its months, a category is intermittent
SMOOTHING = 0.1
SAME_MIN, ENDED_MIN = 3, 6
GAP_MIN = 3  # so short a quiet at the end is no end
SEASON_SHRINK = 2.0  # a month's own deviation counts n / (n + this) after n years
NEGLIGIBLE = 1e-9
Model = Callable[[Sequence[float], int], list[float]]


def _mean_of(months: int) -> Model:
    def said(past: Sequence[float], ahead: int) -> list[float]:
        recent = past[-months:]
        return [sum(recent) / len(recent)] * ahead

    return said


def _median_of(months: int) -> Model:
    def said(past: Sequence[float], ahead: int) -> list[float]:
        return [float(median(past[-months:]))] * ahead

    return said


def _last(past: Sequence[float], ahead: int) -> list[float]:
    """A price that changed in one step is paid from then on."""
    return [past[-1]] * ahead


def _season(past: Sequence[float], ahead: int) -> list[float]:
    """The mean, and part of what the same months of earlier years had more or less."""
    count = len(past)
    level = sum(past) / count
    year = []
    for step in range(min(ahead, YEAR)):
        same = past[(count + step) % YEAR :: YEAR]
        more = sum(same) - level * len(same)
        year.append(level + more / (len(same) + SEASON_SHRINK))
    return [year[step % YEAR] for step in range(ahead)]


def _chance_and_size(past: Sequence[float], ahead: int) -> list[float]:
    """How often times how much, both smoothed: with each empty month a little less is expected."""
    bought = [value for value in past if value]
    if not bought:
        return [0.0] * ahead
    chance, size = len(bought) / len(past), sum(bought) / len(bought)
    for value in past:
        chance += SMOOTHING * (bool(value) - chance)
        if value:
            size += SMOOTHING * (value - size)
    return [chance * size] * ahead


LONG: dict[str, Model] = {"two_years": _mean_of(MONTHS_MAX), "season": _season}
# Means alone: the median and the latest of what comes in few months are nothing or far too much.
INTERMITTENT: dict[str, Model] = {**LONG, "chance_and_size": _chance_and_size}
STEADY: dict[str, Model] = {
    **LONG,
    "year": _mean_of(YEAR),
    "half_year": _mean_of(6),
    "median_month": _median_of(YEAR),
    "last_month": _last,
}
FIXED: dict[str, Model] = {"last_month": _last}


@dataclass(frozen=True, slots=True)
class Past:
    """What spending is modelled from, without what is known to come again.

    months: by category (None: none) its whole months, oldest first, all of one length, in minor
    units. days: what each day of the month took over those months together, the 1st first.
    """

    months: tuple[tuple[str | None, tuple[int, ...]], ...] = ()
    days: tuple[int, ...] = ()


NOTHING = Past()


@dataclass(frozen=True, slots=True)
class Fitted:
    """expected: by month to come. errors: by origin, actual less expected of the months after it."""

    expected: list[float]
    errors: list[list[float]]
    weights: dict[str, float]
    intermittent: bool

    @property
    def model(self) -> str:
        """The one that weighs most; of equals the plainest."""
        return max(self.weights, key=lambda name: self.weights[name])


def origins_of(count: int) -> range:
    """Lengths of the histories that a backtest stands at the end of: every month of the later part."""
    return range(max(ORIGIN_MIN, int(count * ORIGINS_FROM)), count)


def is_intermittent(past: Sequence[float]) -> bool:
    """Empty in many months, and not over: the quiet at the end is no longer than twice any before."""
    gap = longest = empty = 0
    for value in past:
        if value:
            empty, longest, gap = empty + gap, max(longest, gap), 0
        else:
            gap += 1
    return empty + gap >= EMPTY_SHARE * len(past) and gap <= max(GAP_MIN, 2 * longest)


def is_fixed(past: Sequence[float]) -> bool:
    """The same to the cent for some months: a bill, whatever it was before, or one that ended."""
    months = SAME_MIN if past[-1] else ENDED_MIN
    return len(past) >= months and len(set(past[-months:])) == 1


def fit_months(series: Sequence[float], ahead: int) -> Fitted:
    """Weigh the models by rolling origins, each by (its mean error of sums) ** -VOTES.

    Sums, because a budget asks what so many months take together. At least one month.
    """
    past = list(series)[-MONTHS_MAX:]
    count = len(past)
    intermittent = is_intermittent(past)
    models = INTERMITTENT if intermittent else FIXED if is_fixed(past) else STEADY
    if min(past) == max(past):
        origins = origins_of(count)
        none = [[0.0] * min(REACH, count - origin) for origin in origins]
        return Fitted([past[-1]] * ahead, none, {"two_years": 1.0}, intermittent)
    tried = {name: _backtest(model, past) for name, model in models.items()}
    losses = {name: _loss_of_sums(paths) for name, paths in tried.items()}
    least = min(losses.values()) + NEGLIGIBLE
    votes = {name: ((loss + NEGLIGIBLE) / least) ** -VOTES for name, loss in losses.items()}
    weights = {name: vote / sum(votes.values()) for name, vote in votes.items()}
    said = [(weight, models[name](past, ahead)) for name, weight in weights.items()]
    errors = [
        mixed(list(zip(weights.values(), paths, strict=True)))
        for paths in zip(*tried.values(), strict=True)
    ]
    return Fitted(mixed(said), errors, weights, intermittent)


def _backtest(model: Model, past: Sequence[float]) -> list[list[float]]:
    paths = []
    for origin in origins_of(len(past)):
        came = past[origin : origin + REACH]
        said = model(past[:origin], len(came))
        paths.append(list(map(sub, came, said)))
    return paths


def _loss_of_sums(paths: Sequence[Sequence[float]]) -> float:
    count = sum(map(len, paths))
    return sum(sum(map(abs, accumulate(path))) for path in paths) / max(1, count)


__all__ = ["MONTHS_MAX", "NOTHING", "YEAR", "Fitted", "Past", "fit_months"]
