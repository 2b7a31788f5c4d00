"""A sketch of amounts that can forget: counts in logarithmic buckets, 24 to a decade (γ ≈ 1.10).

After DDSketch (Masson, Rim and Lee, 2019, arXiv:1908.10693), with exact integer bounds, so that an
amount ten times as large falls exactly 24 buckets higher: a currency's number of decimals and its
magnitude move a sketch and change nothing else. Adding and taking away are exact inverses.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from decimal import Decimal, localcontext
from functools import lru_cache

PER_DECADE = 24
WORST = 20  # digits of the largest amount, with room
FAR = 10**9  # buckets: farther than any amount


def _bounds() -> list[int]:
    """The lower bounds of the buckets of one decade, scaled to WORST digits."""
    with localcontext() as exact:
        exact.prec = 40
        step = Decimal(10).ln() / PER_DECADE
        scale = Decimal(10) ** (WORST - 1)
        return [10 ** (WORST - 1)] + [int((step * j).exp() * scale) for j in range(1, PER_DECADE)]


BOUNDS = _bounds()


@lru_cache(maxsize=20_000)  # a row asks once per profile, and prices repeat
def index_of(amount: int) -> int:
    """The bucket of a positive amount in minor units; 0 for one minor unit."""
    digits = len(str(amount))
    scaled = amount * 10 ** (WORST - digits)
    return PER_DECADE * (digits - 1) + bisect_right(BOUNDS, scaled) - 1


def value_of(index: float) -> float:
    """The amount in the (geometric) middle of a bucket, in minor units."""
    return float(10 ** ((index + 0.5) / PER_DECADE))


def ratio_of(steps: float) -> float:
    """How many times larger an amount is that lies this many buckets higher."""
    return float(10 ** (steps / PER_DECADE))


class Sketch:
    """Quantiles of a stored `{bucket: count}`. Reads once, then answers; O(buckets), not O(rows)."""

    __slots__ = ("_counts", "_keys", "n")

    def __init__(self, counts: Mapping[str, int]) -> None:
        pairs = sorted([(int(key), count) for key, count in counts.items()])
        self._keys = [key for key, _ in pairs]
        self._counts = [count for _, count in pairs]
        self.n = sum(self._counts)

    @property
    def buckets(self) -> list[tuple[int, int]]:
        """(bucket, count), lowest first."""
        return list(zip(self._keys, self._counts, strict=True))

    def add(self, index: int, sign: int) -> None:
        """Count an amount in (1) or out (-1), for who keeps a sketch while rows come by."""
        at = bisect_left(self._keys, index)
        if at == len(self._keys) or self._keys[at] != index:
            self._keys.insert(at, index)
            self._counts.insert(at, 0)
        self._counts[at] += sign
        if not self._counts[at]:
            del self._keys[at], self._counts[at]
        self.n += sign

    def quantile(self, share: float) -> int:
        """The bucket in which this share of the amounts lies. Needs n ≥ 1."""
        rank, seen = share * (self.n - 1), 0
        for index, count in zip(self._keys, self._counts, strict=True):
            seen += count
            if seen > rank:
                return index
        return self._keys[-1]

    def spread(self) -> tuple[int, int]:
        """(median, median absolute deviation), both in buckets: logarithms of money."""
        keys, counts = self._keys, self._counts
        median, rank = self.quantile(0.5), 0.5 * (self.n - 1)
        high = bisect_left(keys, median)
        low, seen, away = high - 1, 0, 0
        while seen <= rank:
            above = keys[high] - median if high < len(keys) else FAR
            below = median - keys[low] if low >= 0 else FAR
            away = min(above, below)
            if above == away:
                seen, high = seen + counts[high], high + 1
            if below == away:
                seen, low = seen + counts[low], low - 1
        return median, away

    def above(self, index: int) -> int:
        """How many amounts lie in higher buckets."""
        return sum(self._counts[bisect_right(self._keys, index) :])
