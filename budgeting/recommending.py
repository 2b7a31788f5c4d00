"""How much a category needs in a month, from what it took. Pure, in minor units.

The suggestion is the 70th percentile of the months, by linear interpolation (Hyndman and Fan 1996,
type 7), rounded up: one month of three may be dearer, one outlier in a year moves nothing. It lies
at or above the median by construction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

QUANTILE = Decimal("0.7")
MONTHS_MIN = 3
SURE, FAIR = (9, Decimal("0.35")), (6, Decimal("0.75"))  # months, spread


@dataclass(frozen=True, slots=True)
class Recommendation:
    """amount ≥ median. spread: median absolute deviation ÷ median; None where the median is zero."""

    amount: int
    median: int
    months: int
    spread: Decimal | None
    confidence: str  # low, medium, high


def quantile(values: Sequence[int], q: Decimal) -> Decimal:
    """The q-quantile of at least one value, interpolated between neighbours."""
    ranked = sorted(values)
    place = q * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)


def median(values: Sequence[int]) -> int:
    return int(quantile(values, Decimal("0.5")).to_integral_value(ROUND_CEILING))


def recommend(months: Sequence[int], step: int = 1) -> Recommendation | None:
    """For a category with this net spending in each of its months; None under three months of it.

    step: the amount is rounded up to a multiple of it (a whole unit of money reads better).
    """
    if len(months) < MONTHS_MIN or not any(amount > 0 for amount in months):
        return None
    middle = median(months)
    wanted = max(quantile(months, QUANTILE), Decimal(middle), Decimal(0))
    amount = int((wanted / step).to_integral_value(ROUND_CEILING)) * step
    deviation = median([abs(amount - middle) for amount in months])
    spread = Decimal(deviation) / middle if middle > 0 else None
    return Recommendation(amount, middle, len(months), spread, _confidence(len(months), spread))


def _confidence(months: int, spread: Decimal | None) -> str:
    if spread is None:
        return "low"
    if months >= SURE[0] and spread <= SURE[1]:
        return "high"
    return "medium" if months >= FAIR[0] and spread <= FAIR[1] else "low"
