"""Calendar spans on dates. Pure: the owner's day is passed in."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

TIMEFRAMES = ("daily", "weekly", "monthly", "yearly")


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def split_at_months(self) -> tuple["Span | None", list["Span"]]:
        """(the whole months inside, at most two partial edges): what totals answer, what rows must."""
        first = self.start if self.start.day == 1 else month_after(self.start)
        last = (
            self.end if self.end == month_end(self.end) else self.end.replace(day=1) - timedelta(1)
        )
        if first > last:
            return None, [self]
        edges = []
        if self.start < first:
            edges.append(Span(self.start, first - timedelta(1)))
        if last < self.end:
            edges.append(Span(last + timedelta(1), self.end))
        return Span(first, last), edges


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def month_after(day: date) -> date:
    """The first day of the next month."""
    return month_end(day) + timedelta(1)


def add_months(day: date, months: int) -> date:
    """The same day of another month, clamped to its last one: 31 January + 1 is 28 or 29 February."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def rolling(timeframe: str, today: date) -> Span:
    """The days of a timeframe that ends today: one day, seven days, a month back, a year back."""
    start = {
        "daily": today,
        "weekly": today - timedelta(6),
        "monthly": add_months(today, -1) + timedelta(1),
        "yearly": add_months(today, -12) + timedelta(1),
    }[timeframe]
    return Span(start, today)
