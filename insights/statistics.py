"""Comparing two groups of purchases without assuming a distribution. Pure, and the same every time.

Amounts are numbers of one unit; results are floats: they are shown, never booked.
Sources: Cliff (1993) for delta; Mann and Whitney (1947), exact with midranks for small groups;
Efron (1979) for the bootstrap; Holm (1979) for many comparisons; Wilson (1927) for rates.
"""

import math
import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median

RESAMPLES = 2000
SEED = 1979
EXACT_MAX = 30  # members of both groups together, up to which every arrangement is counted
LEVEL = 0.95


def cliffs_delta(ours: Sequence[float], others: Sequence[float]) -> float:
    """P(ours > other) - P(ours < other): 1 when all of ours are above, -1 when all are below."""
    ordered = sorted(others)
    above = sum(bisect_left(ordered, x) for x in ours)
    below = sum(len(ordered) - bisect_right(ordered, x) for x in ours)
    return (above - below) / (len(ours) * len(others))


def median_difference_interval(
    ours: Sequence[float], others: Sequence[float], *, seed: int = SEED
) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of median(ours) - median(others)."""
    dice = random.Random(seed)  # noqa: S311 (statistics, not secrets)
    mine, theirs = sorted(ours), sorted(others)
    found = sorted(
        _resampled_median(mine, dice) - _resampled_median(theirs, dice) for _ in range(RESAMPLES)
    )
    return quantile(found, (1 - LEVEL) / 2), quantile(found, (1 + LEVEL) / 2)


def median_interval(values: Sequence[float], *, seed: int = SEED) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of a median."""
    dice = random.Random(seed)  # noqa: S311 (statistics, not secrets)
    ordered = sorted(values)
    found = sorted(_resampled_median(ordered, dice) for _ in range(RESAMPLES))
    return quantile(found, (1 - LEVEL) / 2), quantile(found, (1 + LEVEL) / 2)


def _resampled_median(ordered: Sequence[float], dice: random.Random) -> float:
    """The median of n draws with replacement, in constant time.

    The k-th smallest of n uniform draws follows Beta(k, n - k + 1); the value drawn is the one
    that the uniform number falls on. Exactly the distribution of resampling, without resampling.
    """
    n = len(ordered)
    k = (n + 1) // 2
    low = dice.betavariate(k, n - k + 1)
    first = ordered[min(int(low * n), n - 1)]
    if n % 2:
        return first
    high = low + (1 - low) * dice.betavariate(1, n - k)
    return (first + ordered[min(int(high * n), n - 1)]) / 2


def quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours, as most programs do by default (type 7)."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def rank_test(ours: Sequence[float], others: Sequence[float]) -> float:
    """Two-sided p of the Mann-Whitney test. Exact for small groups, ties by midranks; else normal."""
    doubled = _doubled_midranks([*ours, *others])
    observed = sum(doubled[: len(ours)])
    if len(doubled) <= EXACT_MAX:
        return _exact_p(doubled, len(ours), observed)
    return _normal_p(doubled, len(ours), observed)


def _doubled_midranks(values: Sequence[float]) -> list[int]:
    """Twice the midrank of each value, so that ties stay whole numbers."""
    ordered = sorted(values)
    return [bisect_left(ordered, x) + 1 + bisect_right(ordered, x) for x in values]


def _exact_p(ranks: Sequence[int], size: int, observed: int) -> float:
    """The share of arrangements at least as far from the middle as ours."""
    ways: list[dict[int, int]] = [{0: 1}, *({} for _ in range(size))]
    for rank in ranks:
        for chosen in range(size, 0, -1):
            for total, count in ways[chosen - 1].items():
                ways[chosen][total + rank] = ways[chosen].get(total + rank, 0) + count
    # Twice the mean of the sums, to compare whole numbers.
    middle = 2 * size * sum(ranks) / len(ranks)
    distance = abs(2 * observed - middle)
    extreme = sum(
        c for total, c in ways[size].items() if abs(2 * total - middle) >= distance - 1e-9
    )
    return extreme / sum(ways[size].values())


def _normal_p(ranks: Sequence[int], size: int, observed: int) -> float:
    """With the correction for continuity; the variance is that of the ranks as they are tied."""
    count = len(ranks)
    mean = sum(ranks) / count
    spread = sum((rank - mean) ** 2 for rank in ranks) / (count - 1)
    variance = size * (count - size) / count * spread
    if variance == 0:
        return 1.0
    distance = max(0.0, abs(observed - size * mean) - 1)  # half a rank, doubled
    return math.erfc(distance / math.sqrt(2 * variance))


def holm(ps: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given: the chance of any false alarm stays at the level."""
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for place, i in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - place) * ps[i]))
        adjusted[i] = highest
    return adjusted


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a rate."""
    z = 1.959964
    share = hits / count
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count)
    half *= math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)


__all__ = [
    "cliffs_delta",
    "holm",
    "median",
    "median_difference_interval",
    "median_interval",
    "quantile",
    "rank_test",
    "wilson",
]
