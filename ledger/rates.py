"""Exchange rates on values: which rate a day's amount is converted with. Pure.

The direction asked for, of the day or at most a week back; else the inverse; else the way over a
common currency; else nothing, and the caller says so. A missing rate is never 1. On one day the
owner's own rate stands before a common one, in whichever direction it was given.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import Any

from ledger.money import from_minor, round_to_minor

DAYS_BACK_MAX = 7  # Longer than any run of bank holidays; an older rate is a guess.
BRIDGES = ("EUR", "USD")  # What published tables are quoted in.
PRECISION = 60
SHOWN_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Quotation:
    """1 `base` = `rate` `quote` on `day`. `own`: the owner gave it, rather than a common table."""

    base: str
    quote: str
    day: date
    rate: Decimal
    own: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """1 `base` = `numerator` / `denominator` `quote`: apart, so that only results are rounded."""

    base: str
    quote: str
    numerator: Decimal
    denominator: Decimal
    day: date  # the oldest quotation that it rests on
    via: str = ""

    @property
    def value(self) -> Decimal:
        """The quotient to twelve significant digits, for people to read."""
        with localcontext() as context:
            context.prec = SHOWN_DIGITS
            return (self.numerator / self.denominator).normalize()

    def apply(self, amount_minor: int) -> int:
        """Minor units of `quote`, rounded half up once."""
        with localcontext() as context:
            context.prec = PRECISION
            amount = from_minor(amount_minor, self.base) * self.numerator / self.denominator
            return round_to_minor(amount, self.quote)


class RateTable:
    """The quotations that were loaded, to be asked for any pair of their currencies and any day."""

    def __init__(self, quotations: Iterable[Quotation] = ()) -> None:
        self._days: dict[tuple[str, str], list[date]] = {}
        self._found: dict[tuple[str, str, date], Quotation] = {}
        for quotation in sorted(quotations, key=lambda q: (q.day, q.own)):
            days = self._days.setdefault((quotation.base, quotation.quote), [])
            if not days or days[-1] != quotation.day:
                days.append(quotation.day)
            # Sorted: the owner's own comes last and takes the place of the common one.
            self._found[quotation.base, quotation.quote, quotation.day] = quotation

    def rate(self, base: str, quote: str, on: date) -> Rate | None:
        """The rate of a day, or None where there is none."""
        if base == quote:
            return Rate(base, quote, Decimal(1), Decimal(1), on)
        return self._pair(base, quote, on) or self._bridged(base, quote, on)

    def _pair(self, base: str, quote: str, on: date) -> Rate | None:
        direct, inverse = self._latest(base, quote, on), self._latest(quote, base, on)
        if direct and inverse and inverse.own and not direct.own and inverse.day >= direct.day:
            direct = None
        if direct:
            return Rate(base, quote, direct.rate, Decimal(1), direct.day)
        if inverse:
            return Rate(base, quote, Decimal(1), inverse.rate, inverse.day)
        return None

    def _latest(self, base: str, quote: str, on: date) -> Quotation | None:
        days = self._days.get((base, quote), [])
        position = bisect_right(days, on)
        if not position or on - days[position - 1] > timedelta(days=DAYS_BACK_MAX):
            return None
        return self._found[base, quote, days[position - 1]]

    def _bridged(self, base: str, quote: str, on: date) -> Rate | None:
        for bridge in BRIDGES:
            if bridge in (base, quote):
                continue
            first, second = self._pair(base, bridge, on), self._pair(bridge, quote, on)
            if first and second:
                with localcontext() as context:
                    context.prec = PRECISION
                    return Rate(
                        base,
                        quote,
                        first.numerator * second.numerator,
                        first.denominator * second.denominator,
                        min(first.day, second.day),
                        via=bridge,
                    )
        return None

    def convert(self, amount_minor: int, base: str, quote: str, on: date) -> int | None:
        """The amount in minor units of `quote`, or None where no rate is known."""
        found = self.rate(base, quote, on)
        return None if found is None else found.apply(amount_minor)


@dataclass(slots=True)
class Converter:
    """Converts into one currency and remembers what it used and what it missed, for the report."""

    table: RateTable
    to: str
    used: dict[tuple[str, date], Rate] = field(default_factory=dict)
    missing: set[tuple[str, date]] = field(default_factory=set)

    def convert(self, amount_minor: int, currency: str, on: date) -> int | None:
        """The amount in the report's currency; None, and a warning, where no rate is known."""
        if currency == self.to:
            return amount_minor
        found = self.used.get((currency, on)) or self.table.rate(currency, self.to, on)
        if found is None:
            self.missing.add((currency, on))
            return None
        self.used[currency, on] = found
        return found.apply(amount_minor)

    def warnings(self) -> list[dict[str, Any]]:
        """One per pair and day without a rate."""
        return [fx_missing(currency, self.to, on) for currency, on in sorted(self.missing)]

    def rates(self) -> list[dict[str, Any]]:
        """The rates that the figures rest on, as reports show them."""
        return [
            {
                "base": rate.base,
                "quote": rate.quote,
                "day": on,
                "rate": format(rate.value, "f"),
                "rate_day": rate.day,
                "via": rate.via or None,
            }
            for (_, on), rate in sorted(self.used.items(), key=lambda pair: pair[0])
        ]


def fx_missing(base: str, quote: str, on: date) -> dict[str, Any]:
    """The warning for a figure that could not be converted."""
    return {
        "code": "fx_missing",
        "message": f"No exchange rate from {base} to {quote} on {on} or the week before.",
        "base": base,
        "quote": quote,
        "day": on,
    }
