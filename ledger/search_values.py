"""What the values of amount and date terms mean: one reading for every interpreter. Pure."""

import re
from calendar import monthrange
from datetime import date
from decimal import Decimal
from uuid import UUID

AMOUNT = re.compile(r"[+-]?(\d{1,30}(\.\d{0,6})?|\.\d{1,6})", re.ASCII)
SIZE_MAX = Decimal(10**17)
SPAN = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)


def size_of(value: str) -> Decimal | None:
    """The size of an amount, whatever its sign; None for what is no amount."""
    return abs(Decimal(value)) if AMOUNT.fullmatch(value) else None


def span_of(value: str) -> tuple[date, date] | None:
    """First and last day of `2026`, `2026-03` or `2026-03-15`; None for what is no day."""
    match = SPAN.fullmatch(value)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if day:
        return first, first
    last_month = int(month or 12)
    return first, date(first.year, last_month, monthrange(first.year, last_month)[1])


def id_of(value: str) -> UUID | None:
    """The id that a term names in place of a name."""
    if len(value) != 36 or value.count("-") != 4:
        return None
    try:
        return UUID(value)
    except ValueError:
        return None
