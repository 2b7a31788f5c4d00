"""Which days belong to which period of a budget. Pure.

Weeks count from an anchor day. Months, quarters and years start on a day of the month, clamped to
the month's last, and may move off a weekend; each period ends the day before the next one starts.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ledger.periods import Span

WEEKS = {"weekly": 1, "biweekly": 2}
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
PERIODS = (*WEEKS, *MONTHS)
WEEKENDS = ("none", "previous", "next")
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Cycle:
    """How a budget's periods follow each other.

    anchor: a day on which a week starts (weekly, biweekly). start_day: 1 to 31, of the first month
    of a monthly, quarterly (from January) or yearly (January) period. weekend: where a start that
    falls on a Saturday or Sunday goes.
    """

    period: str
    anchor: date
    start_day: int = 1
    weekend: str = "none"

    @property
    def is_of_months(self) -> bool:
        """Whether every period is whole calendar months."""
        return self.period in MONTHS and self.start_day == 1 and self.weekend == "none"

    def start(self, number: int) -> date:
        """The first day of a period, counted from the anchor or from January of the year 0."""
        return _start(self, number)

    def _start(self, number: int) -> date:
        if self.period in WEEKS:
            return self.anchor + timedelta(weeks=WEEKS[self.period] * number)
        year, month = divmod(MONTHS[self.period] * number, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return self._off_weekend(date(year, month + 1, min(self.start_day, last)))

    def number(self, day: date) -> int:
        """The number of the period that holds a day."""
        if self.period in WEEKS:
            return (day - self.anchor).days // (7 * WEEKS[self.period])
        number = (day.year * 12 + day.month - 1) // MONTHS[self.period]
        # A start may lie later in its month than the day, or have moved out of its month.
        while self.start(number) > day:
            number -= 1
        while self.start(number + 1) <= day:
            number += 1
        return number

    def span(self, number: int) -> Span:
        return Span(self.start(number), self.start(number + 1) - timedelta(1))

    def containing(self, day: date) -> Span:
        """The period that holds a day."""
        return self.span(self.number(day))

    def spans(self, first: date, last: date) -> Iterator[Span]:
        """The periods from the one that holds `first` to the one that holds `last`."""
        for number in range(self.number(first), self.number(last) + 1):
            yield self.span(number)

    def _off_weekend(self, day: date) -> date:
        over = day.weekday() - SATURDAY
        if over < 0 or self.weekend == "none":
            return day
        return (
            day - timedelta(over + 1) if self.weekend == "previous" else day + timedelta(2 - over)
        )


@lru_cache(maxsize=10_000)  # Most budgets share one rhythm, and each period is asked for twice.
def _start(cycle: Cycle, number: int) -> date:
    return cycle._start(number)
