"""A sketch of amounts that can forget: counts in logarithmic buckets, 24 to a decade (γ ≈ 1.10).

After DDSketch (Masson, Rim and Lee, 2019, arXiv:1908.10693), with exact integer bounds, so that an
amount ten times as large falls exactly 24 buckets higher: a currency's number of decimals and its
magnitude move a sketch and change nothing else. Adding and taking away are exact inverses.
"""

from bisect import bisect_right
from collections.abc import Mapping
from decimal import Decimal, localcontext

PER_DECADE = 24
WORST = 20  # digits of the largest amount, with room


def _bounds() -> list[int]:
    """The lower bounds of the buckets of one decade, scaled to WORST digits."""
    with localcontext() as exact:
        exact.prec = 40
        step = Decimal(10).ln() / PER_DECADE
        scale = Decimal(10) ** (WORST - 1)
        return [10 ** (WORST - 1)] + [int((step * j).exp() * scale) for j in range(1, PER_DECADE)]


BOUNDS = _bounds()


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

    __slots__ = ("buckets", "n")

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.buckets = sorted((int(key), count) for key, count in counts.items())
        self.n = sum(count for _, count in self.buckets)

    def quantile(self, share: float) -> int:
        """The bucket below or in which this share of the amounts lies. Needs n ≥ 1."""
        rank, seen = share * (self.n - 1), 0
        for index, count in self.buckets:
            seen += count
            if seen > rank:
                return index
        return self.buckets[-1][0]

    def spread(self) -> tuple[int, int]:
        """(median, median absolute deviation), both in buckets: logarithms of money."""
        median = self.quantile(0.5)
        away = Sketch({})
        sums: dict[int, int] = {}
        for index, count in self.buckets:
            sums[abs(index - median)] = sums.get(abs(index - median), 0) + count
        away.buckets, away.n = sorted(sums.items()), self.n
        return median, away.quantile(0.5)

    def above(self, index: int) -> int:
        """How many amounts lie in higher buckets."""
        return sum(count for bucket, count in self.buckets if bucket > index)
