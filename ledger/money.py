"""Money on values: ISO 4217 exponents, exact conversion between text and minor units, fair splitting."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext

from accounts import currencies

EXACT = Context(prec=60)
MINOR_MAX = 10**13  # 100 billion EUR: 900,000 rows of it still sum to less than 2**63.


class UnknownCurrency(ValueError):
    """The code is not in ISO 4217, or has no minor unit (gold, test codes)."""


class TooManyDecimals(ValueError):
    """The amount is finer than the currency's minor unit."""


class AmountTooLarge(ValueError):
    """The amount does not fit the books (10^13 minor units)."""


def exponent(currency: str) -> int:
    """Decimals of the currency: JPY 0, EUR 2, KWD 3."""
    places = currencies.exponent(currency)
    if places is None:
        raise UnknownCurrency(currency)
    return places


def to_minor(amount: Decimal, currency: str) -> int:
    """The exact integer of minor units. Trailing zeros beyond the exponent are fine, digits are not."""
    if not amount.is_finite():
        raise InvalidOperation(str(amount))
    if amount and amount.adjusted() > 17:
        raise AmountTooLarge(str(amount))
    scaled = amount.scaleb(exponent(currency), EXACT)
    minor = int(scaled)
    if minor != scaled:
        raise TooManyDecimals(str(amount))
    if abs(minor) > MINOR_MAX:
        raise AmountTooLarge(str(amount))
    return minor


def round_to_minor(amount: Decimal, currency: str) -> int:
    """Minor units, rounded half up (away from zero): the one place where computed money is rounded."""
    with localcontext() as context:
        context.prec = 60
        return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount with exactly the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_minor(minor: int, currency: str) -> str:
    """The API's text: "-12.30" EUR, "1200" JPY, "1.250" KWD. Integer arithmetic only: it is hot."""
    places = exponent(currency)
    if not places:
        return str(minor)
    digits = str(abs(minor)).rjust(places + 1, "0")
    sign = "-" if minor < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def split_evenly(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Shares by largest remainder: they sum to the total, the first of equals gets the extra unit.

    10.00 by 1:1:1 is 3.34, 3.33, 3.33; 0.05 by 1:1 is 0.03, 0.02.
    """
    weight_sum = sum(weights)
    if weight_sum <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if total_minor < 0 else 1
    total = abs(total_minor)
    shares = [total * weight // weight_sum for weight in weights]
    remainders = [total * weight % weight_sum for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]
