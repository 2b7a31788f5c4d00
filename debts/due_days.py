"""Due days of a debt. Pure: counted from the anchor, clamped to short months, never from each other."""

from calendar import monthrange
from datetime import date

PERIODS_MAX = 1200  # a century of months


def due_on(start_on: date, due_day: int, number: int) -> date:
    """The due day of the period `number`; 0 is the last one not after the start.

    Due on the 31st from 31 January: 28 February, 31 March, 30 April.
    """
    months = start_on.year * 12 + start_on.month - 1 + number
    if _clamped(start_on.year, start_on.month, due_day) > start_on:
        months -= 1
    year, month = divmod(months, 12)
    return _clamped(year, month + 1, due_day)


def _clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def period_of(start_on: date, due_day: int, day: date) -> int:
    """The period that a day lies in: after the due day before, up to its own. At least 1."""
    months = (day.year - start_on.year) * 12 + day.month - start_on.month
    number = max(months - 1, 1)
    while due_on(start_on, due_day, number) < day:
        number += 1
    return number


def period_span(start_on: date, due_day: int, number: int) -> tuple[date, date]:
    """(first day, due day) of a period; the first one begins where the debt does."""
    start = start_on if number == 1 else due_on(start_on, due_day, number - 1)
    return start, due_on(start_on, due_day, number)
