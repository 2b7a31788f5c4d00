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


def spans_to_accrue(
    start_on: date,
    due_day: int,
    begun_on: date,
    accrued: list[tuple[date, date]],
    until: date,
) -> list[tuple[date, date]]:
    """Whole spans up to `until` without interest yet, from `begun_on` on. Run again, it gives none.

    accrued: (first day, last day) of what has interest. A span begins where the one before ended.
    """
    begin = max([begun_on, *(end for _, end in accrued)])
    found: list[tuple[date, date]] = []
    while len(found) < PERIODS_MAX:
        number = period_of(start_on, due_day, date.fromordinal(begin.toordinal() + 1))
        end = due_on(start_on, due_day, number)
        if end > until:
            break
        found.append((begin, end))
        begin = end
    return found


def spans_for_payment(
    start_on: date,
    due_day: int,
    begun_on: date,
    accrued: list[tuple[date, date]],
    day: date,
    *,
    whole: bool,
) -> list[tuple[date, date]]:
    """Spans whose interest a payment on `day` finds charged: all before it, and the one it lies in.

    whole: the period's interest comes in full with its payment, early or not; else up to the day.
    A day before `begun_on` brings the interest of its own period and of no earlier one.
    """
    if day <= begun_on:
        begin, end = period_span(start_on, due_day, period_of(start_on, due_day, day))
        begin = max([begin, *(e for s, e in accrued if begin <= s and s < end)])
        end = end if whole else min(day, end)
        return [(begin, end)] if begin < end else []
    found = spans_to_accrue(start_on, due_day, begun_on, accrued, day)
    begin = max([begun_on, *(e for _, e in accrued), *(e for _, e in found)])
    if day > begin:
        end = due_on(start_on, due_day, period_of(start_on, due_day, day)) if whole else day
        found.append((begin, end))
    return found
