"""Interest over spans of days. Pure: minor units as int, rates and fractions as Decimal.

Every figure is rounded once, half up, where it is charged; nothing in between is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise

from ledger.periods import add_months

PRECISION = 50
DAY_COUNTS = ("30/360", "act/365", "act/360")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days over which neither balance nor rate changes: from `start` (in) to `end` (out)."""

    start: date
    end: date
    balance: int
    apr: Decimal


def rounded(amount: Decimal) -> int:
    """Minor units, half away from zero: the one place where interest becomes money."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def days_30_360(start: date, end: date) -> int:
    """Days between two dates where every month has 30 (bond basis; ISDA 2006, 4.16 f)."""
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first


def year_fraction(start: date, end: date, day_count: str) -> Decimal:
    """The part of a year between two dates. Raises ValueError for an unknown day count."""
    with localcontext() as context:
        context.prec = PRECISION
        if day_count == "30/360":
            return Decimal(days_30_360(start, end)) / 360
        if day_count == "act/365":
            return Decimal((end - start).days) / 365
        if day_count == "act/360":
            return Decimal((end - start).days) / 360
    raise ValueError(day_count)


def is_whole_month(start: date, end: date) -> bool:
    """Whether two days are due days of neighbouring months: 31 January and 28 February are."""
    return add_months(start, 1) == end or add_months(end, -1) == start


def simple_interest(stretches: Sequence[Stretch], day_count: str) -> Decimal:
    """Unrounded interest: balance x apr x fraction, added up.

    30/360: a stretch from due day to due day is exactly a twelfth, however short the month.
    """
    with localcontext() as context:
        context.prec = PRECISION
        total = Decimal(0)
        for part in stretches:
            if day_count == "30/360" and is_whole_month(part.start, part.end):
                total += part.balance * part.apr / 12
            else:
                total += part.balance * part.apr * year_fraction(part.start, part.end, day_count)
        return total


def daily_compounded(stretches: Sequence[Stretch], day_count: str) -> Decimal:
    """Unrounded interest where each day's interest bears interest from the next day on."""
    basis = 360 if day_count.endswith("360") and day_count != "30/360" else 365
    with localcontext() as context:
        context.prec = PRECISION
        earned = Decimal(0)
        for part in stretches:
            growth = (1 + part.apr / basis) ** (part.end - part.start).days
            earned = (part.balance + earned) * growth - part.balance
        return earned


def average_daily_balance(stretches: Sequence[Stretch]) -> Decimal:
    """Unrounded mean of the balances of all days."""
    days = sum((part.end - part.start).days for part in stretches)
    if not days:
        return Decimal(0)
    with localcontext() as context:
        context.prec = PRECISION
        return (
            Decimal(sum(part.balance * (part.end - part.start).days for part in stretches)) / days
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """An APR (a fraction) from a day on; with `until_on` it is a promotion that ends with that day."""

    from_on: date
    apr: Decimal
    until_on: date | None = None


def rate_on(rates: Sequence[Rate], day: date, first: Decimal) -> Decimal:
    """The APR of a day: the latest promotion that covers it, else the latest rate before, else `first`."""
    known = sorted((r for r in rates if r.from_on <= day), key=lambda r: r.from_on)
    promotions = [r for r in known if r.until_on is not None and day <= r.until_on]
    lasting = [r for r in known if r.until_on is None]
    return (promotions or lasting or [Rate(day, first)])[-1].apr


def rate_changes(rates: Sequence[Rate], start: date, end: date) -> list[date]:
    """The days inside a span on which the APR may change."""
    days = {r.from_on for r in rates}
    days |= {date.fromordinal(r.until_on.toordinal() + 1) for r in rates if r.until_on}
    return sorted(day for day in days if start < day < end)


def stretches_of(
    start: date,
    end: date,
    opening: int,
    moves: Sequence[tuple[date, int]],
    rates: Sequence[Rate],
    first_apr: Decimal,
) -> list[Stretch]:
    """A span cut where balance or rate change. moves: (day, by how much) within it, any order.

    A move counts from its own day on; what is owed below zero (a credit) bears no interest.
    """
    cuts = {start, end, *rate_changes(rates, start, end)}
    cuts |= {day for day, _ in moves if start < day < end}
    days = sorted(cuts)
    by_day: dict[date, int] = {}
    for day, amount in moves:
        by_day[day] = by_day.get(day, 0) + amount
    balance, parts = opening, []
    for begin, finish in pairwise(days):
        balance += by_day.get(begin, 0)
        parts.append(Stretch(begin, finish, max(balance, 0), rate_on(rates, begin, first_apr)))
    return parts
