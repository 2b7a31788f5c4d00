"""A series with a season, expected by hundreds of exponential smoothers that share the word. Pure.

Every member of a grid (smoothing of level, season and damped trend; season added, multiplied or
none; half the drift of a straight line instead of a trend) runs over the series once, all of them
side by side as one numpy vector. A run leaves its state at every step, so the errors of all rolling
origins come with it. The forecast is the mean of all members, each weighted by
(its mean absolute error at the origins) ** -(steps / STEPS_PER_VOTE): the likelihood of errors with
two exponential tails, tempered because errors of near steps are alike.

Sources: Holt (1957), Winters (1960); Gardner and McKenzie (1985) for damped trends; Assimakopoulos
and Nikolopoulos (2000) with Hyndman and Billah (2003) for the drift, which is the Theta method;
Tashman (2000) for rolling origins; Bates and Granger (1969) for combining.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95)
SEASONS = (0.0, 0.03, 0.1, 0.25, 0.5)  # of what the level leaves
TRENDS = (0.02, 0.1, 0.3)  # of the level's
DAMPING = (0.8, 0.9, 0.97)
STEPS_PER_VOTE = 6.0
ORIGINS = 12
TINY = 1e-12
FACTOR_MIN, FACTOR_MAX = 0.02, 50.0


@dataclass(frozen=True, slots=True)
class Smoothed:
    """expected: the steps to come. past: by origin, what was expected of the steps after it.

    Both in the units of the series. origins: how many values were known at each.
    """

    expected: Floats
    past: Floats
    origins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Members:
    """Parameters of the members of one family, one column each."""

    level: Floats
    trend: Floats
    season: Floats
    damping: Floats


def _members(*, seasonal: bool) -> _Members:
    rows = [
        (level, trend * level, season * (1 - level), damping if trend else 0.0)
        for level in LEVELS
        for season in (SEASONS if seasonal else (0.0,))
        for trend, damping in ((0.0, 0.0), *((t, d) for t in TRENDS for d in DAMPING))
    ]
    return _Members(*np.array(rows).T)


SEASONAL, PLAIN = _members(seasonal=True), _members(seasonal=False)


def origins_of(count: int, season: int, ahead: int) -> tuple[int, ...]:
    """About ORIGINS lengths between half a series and its end, a third of the horizon before it."""
    first = max(count // 2, season + 1)
    return tuple(range(first, count - max(1, ahead // 3), max(1, count // 2 // ORIGINS)))


def smooth(
    values: Sequence[float] | Floats,
    season: int,
    ahead: int,
    origins: tuple[int, ...] | None = None,
) -> Smoothed:
    """What `ahead` steps will bring. Takes two seasons and six values at least; ValueError else."""
    series = np.asarray(values, dtype=np.float64)
    count = len(series)
    if count < 2 * season + 6:
        raise ValueError("too short a series to be smoothed")
    origins = origins or origins_of(count, season, ahead)
    families = [(False, True), (False, False)]
    if series.min() > 0:
        families.append((True, True))
    said = np.concatenate([_family(series, season, ahead, origins, *f) for f in families], axis=2)
    off = np.array([
        np.abs(series[origin : origin + ahead, None] - said[n, : count - origin]).mean(axis=0)
        for n, origin in enumerate(origins)
    ]).mean(axis=0)  # fmt: skip
    weights = shares(off, (count - origins[0]) / STEPS_PER_VOTE)
    return Smoothed(said[-1] @ weights, said[:-1] @ weights, origins)


def shares(errors: Floats, votes: float) -> Floats:
    """Weights that sum to 1, in proportion to error ** -votes."""
    logs = -votes * np.log(errors + TINY * (1 + errors.max()))
    votes_of = np.exp(logs - logs.max())
    found: Floats = votes_of / votes_of.sum()
    return found


def _family(
    series: Floats, season: int, ahead: int, origins: tuple[int, ...], multiplied: bool, seasonal: bool
) -> Floats:  # fmt: skip
    """What members said at each origin and at the end: origins + 1 x ahead x members."""
    members = SEASONAL if seasonal else PLAIN
    count = len(series)
    profile = np.full(season, float(multiplied))
    if seasonal:
        profile = seasonal_profile(series, season, multiplied)
    levels, trends, seasons = _run(series, members, profile, multiplied)
    places = np.arange(count) % season
    bare = series / profile[places] if multiplied else series - profile[places]
    slopes = _slopes(bare)
    steps = np.arange(1, ahead + 1)[:, None]
    damped = members.damping * (1 - members.damping**steps) / (1 - members.damping)
    flat = members.trend == 0
    level = members.level[flat]
    said = []
    for known in (*origins, count):
        part = seasons[known][(known + np.arange(ahead)) % season]
        trended = levels[known] + damped * trends[known]
        lag = (1 - (1 - level) ** known) / level  # how far a smoothed level trails a line
        drifted = levels[known][flat] + slopes[known] / 2 * (steps - 1 + lag)
        both = np.concatenate([trended, drifted], axis=1)
        part = np.concatenate([part, part[:, flat]], axis=1)
        said.append(both * part if multiplied else both + part)
    return np.array(said)


def _run(
    series: Floats, members: _Members, profile: Floats, multiplied: bool
) -> tuple[Floats, Floats, Floats]:
    """Level, trend and seasonal states before the first value and after each one."""
    count, season, width = len(series), len(profile), len(members.level)
    start = min(count, 2 * season)
    places = np.arange(start) % season
    bare = series[:start] / profile[places] if multiplied else series[:start] - profile[places]
    slope, at_zero = np.polyfit(np.arange(start), bare, 1)
    level = np.full(width, at_zero - slope)
    trend = np.where(members.trend > 0, slope, 0.0)
    states = np.repeat(profile[:, None], width, axis=1)
    levels, trends = np.empty((count + 1, width)), np.empty((count + 1, width))
    seasons = np.empty((count + 1, season, width))
    levels[0], trends[0], seasons[0] = level, trend, states
    for step, value in enumerate(series):
        carried = members.damping * trend
        base = level + carried
        of = states[step % season]
        off = value - (base * of if multiplied else base + of)
        scaled = off / of if multiplied else off
        level = base + members.level * scaled
        trend = carried + members.trend * scaled
        if multiplied:
            near = np.where(np.abs(base) < TINY, TINY, base)
            moved = np.clip(of + members.season * off / near, FACTOR_MIN, FACTOR_MAX)
        else:
            moved = of + members.season * off
        states[step % season] = moved
        levels[step + 1], trends[step + 1], seasons[step + 1] = level, trend, states
    return levels, trends, seasons


def seasonal_profile(series: Floats, season: int, multiplied: bool) -> Floats:
    """Classical decomposition: the median of each place's distance from the centred moving mean."""
    window = np.ones(season + 1 - season % 2)
    if season % 2 == 0:
        window[[0, -1]] = 0.5
    middle = np.convolve(series, window / window.sum(), "valid")
    first = (len(window) - 1) // 2
    inside = series[first : first + len(middle)]
    far = inside / middle if multiplied else inside - middle
    places = (np.arange(len(far)) + first) % season
    profile = np.array([np.median(far[places == place]) for place in range(season)])
    if multiplied:
        scaled: Floats = np.clip(profile / profile.mean(), FACTOR_MIN, FACTOR_MAX)
        return scaled
    centred: Floats = profile - profile.mean()
    return centred


def _slopes(series: Floats) -> Floats:
    """The slope of the least squares line through the first n values, for n = 0, 1, ..."""
    at = np.arange(len(series), dtype=np.float64)
    number = np.arange(len(series) + 1.0)
    x, xx, y, xy = (
        np.concatenate([[0.0], part.cumsum()]) for part in (at, at * at, series, at * series)
    )
    under = number * xx - x * x
    found: Floats = np.where(under > 0, number * xy - x * y, 0.0) / np.where(under > 0, under, 1.0)
    return found


__all__ = ["Smoothed", "origins_of", "shares", "smooth"]
