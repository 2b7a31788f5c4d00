"""Schedules of what comes again: dates counted from the anchor, never from the date before. Pure.

The nominal date is what the schedule says, and what makes an occurrence that one occurrence. The
posting date is where weekends and holidays move it; money moves then.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from ledger.business_days import Weekend, is_weekend, off_in, shifted

LAST_YEAR = 2199  # Bounds every walk: a schedule that never meets a date ends here.
MONTHS_PER_YEAR = 12


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"  # every two weeks: 26 times a year
    FOUR_WEEKLY = "four_weekly"  # 13 times a year, which is not monthly
    SEMI_MONTHLY = "semi_monthly"  # on two days of each month
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class DayPolicy(StrEnum):
    """What a month does that has not got the anchor's day."""

    CLAMP = "clamp"  # its last day
    SKIP = "skip"  # no occurrence
    NEXT_DAY = "next_day"  # the first of the next month


DAYS = {
    Frequency.DAILY: 1,
    Frequency.WEEKLY: 7,
    Frequency.BIWEEKLY: 14,
    Frequency.FOUR_WEEKLY: 28,
}
MONTHS = {
    Frequency.SEMI_MONTHLY: 1,
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.YEARLY: 12,
}
SEMI_MONTHLY_DAYS = (15, -1)


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """The n-th such weekday of a month: 1 to 5, or -1 to -5 from its end. Monday is 0."""

    n: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule of dates.

    Month by month it is the anchor's day, or one of: last_day, last_business_day (Monday to Friday),
    nth_weekday, days_of_month (1 to 31; -1 is the last day, -2 the one before). Week by week it is
    the anchor's weekday, or `weekdays` (Monday is 0; weeks begin on Monday). `until` is the last
    nominal date that may be; `count` is how many nominal dates there are in all.
    """

    frequency: Frequency
    anchor_on: date
    interval: int = 1
    day_policy: DayPolicy = DayPolicy.CLAMP
    weekend: Weekend = Weekend.NONE
    holidays: str = ""
    last_day: bool = False
    last_business_day: bool = False
    nth_weekday: NthWeekday | None = None
    days_of_month: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None

    @property
    def step(self) -> int:
        """Days or months from one slot to the next."""
        return self.interval * (DAYS.get(self.frequency) or MONTHS[self.frequency])

    @property
    def first_on(self) -> date:
        """No nominal date is before it. A last business day may be before an anchor on a weekend."""
        day = self.anchor_on
        while self.last_business_day and is_weekend(day):
            day -= timedelta(days=1)
        return day

    def posted_on(self, nominal_on: date) -> date:
        """The day on which the money of a nominal date moves."""
        if self.last_business_day:
            # Weekends are taken care of; the nominal date must not depend on a list of holidays.
            return shifted(nominal_on, Weekend.PREVIOUS, off_in(self.holidays))
        return shifted(nominal_on, self.weekend, off_in(self.holidays))


def nominal_dates(schedule: Schedule, after: date | None = None) -> Iterator[date]:
    """The nominal dates in order, those after `after`. Endless ones end with LAST_YEAR.

    Where each slot has exactly one date the walk begins near `after`; else `count` makes it begin
    at the anchor.
    """
    slot = 0
    if after is not None and (schedule.count is None or _one_per_slot(schedule)):
        slot = _slot_before(schedule, after)
    number, previous = slot, None
    last = schedule.until or date.max
    while True:
        days = _in_slot(schedule, slot)
        if days is None:
            return
        for day in days:
            if day < schedule.first_on or (previous is not None and day <= previous):
                continue
            number += 1
            if day > last or (schedule.count is not None and number > schedule.count):
                return
            previous = day
            if after is None or day > after:
                yield day
        slot += 1


def _one_per_slot(schedule: Schedule) -> bool:
    if schedule.weekdays or schedule.nth_weekday or days_of_month(schedule):
        return False
    if schedule.frequency in DAYS or schedule.last_day or schedule.last_business_day:
        return True
    return schedule.day_policy != DayPolicy.SKIP or schedule.anchor_on.day <= 28


def days_of_month(schedule: Schedule) -> tuple[int, ...]:
    if schedule.frequency == Frequency.SEMI_MONTHLY:
        return schedule.days_of_month or SEMI_MONTHLY_DAYS
    return schedule.days_of_month


def _slot_before(schedule: Schedule, after: date) -> int:
    """A slot that has no date after `after` behind it; one more back, for dates moved forward."""
    anchor = schedule.anchor_on
    if schedule.frequency in DAYS:
        passed = (after - anchor).days
    else:
        passed = (after.year - anchor.year) * MONTHS_PER_YEAR + after.month - anchor.month
    return max(0, passed // schedule.step - 1)


def _in_slot(schedule: Schedule, slot: int) -> list[date] | None:
    """The dates of one slot in order, perhaps none; None past the last year."""
    anchor = schedule.anchor_on
    if schedule.frequency in DAYS:
        if anchor.toordinal() + slot * schedule.step > date(LAST_YEAR, 12, 24).toordinal():
            return None
        day = anchor + timedelta(days=slot * schedule.step)
        if not schedule.weekdays:
            return [day]
        monday = day - timedelta(days=anchor.weekday())
        return [monday + timedelta(days=n) for n in sorted(schedule.weekdays)]
    year, month = divmod(
        anchor.year * MONTHS_PER_YEAR + anchor.month - 1 + slot * schedule.step, MONTHS_PER_YEAR
    )
    return _in_month(schedule, year, month + 1) if year <= LAST_YEAR else None


def _in_month(schedule: Schedule, year: int, month: int) -> list[date]:
    length = calendar.monthrange(year, month)[1]
    end = date(year, month, length)
    if schedule.last_day:
        return [end]
    if schedule.last_business_day:
        return [end - timedelta(days=max(0, end.weekday() - 4))]
    if schedule.nth_weekday:
        return _nth(schedule.nth_weekday, end)
    wanted = days_of_month(schedule) or (schedule.anchor_on.day,)
    found = set()
    for number in wanted:
        if number < 0:
            found.add(end + timedelta(days=number + 1))
        elif number <= length:
            found.add(date(year, month, number))
        elif schedule.day_policy == DayPolicy.CLAMP:
            found.add(end)
        elif schedule.day_policy == DayPolicy.NEXT_DAY:
            found.add(end + timedelta(days=1))
    return sorted(found)


def _nth(nth: NthWeekday, end: date) -> list[date]:
    """The n-th weekday of the month that ends so; none where it has not got so many."""
    if nth.n > 0:
        first = end.replace(day=1)
        day = first + timedelta(days=(nth.weekday - first.weekday()) % 7 + 7 * (nth.n - 1))
    else:
        day = end - timedelta(days=(end.weekday() - nth.weekday) % 7 - 7 * (nth.n + 1))
    return [day] if day.month == end.month else []


def between(schedule: Schedule, first: date, last: date) -> Iterator[tuple[date, date]]:
    """(nominal, posted) whose posting date is in these days, both included."""
    # A date moves by few days only: look a little further on both sides.
    for nominal in nominal_dates(schedule, first - timedelta(days=15)):
        posted = schedule.posted_on(nominal)
        if first <= posted <= last:
            yield nominal, posted
        elif posted > last and nominal > last:
            return


def slack(schedule: Schedule, nominal_on: date, most: int) -> int:
    """Days by which a payment may miss a nominal date: `most`, but half the gap to a neighbour.

    So that what is early for one occurrence is never late for another.
    """
    near = []
    low = nominal_on.toordinal() - 2 * most - 1
    for day in nominal_dates(schedule, date.fromordinal(max(1, low))):
        if day != nominal_on:
            near.append(abs((day - nominal_on).days))
        if day > nominal_on:
            break
    return min(most, min(near, default=2 * most) // 2)


def due_at(day: date, at: time | None, zone: ZoneInfo) -> datetime:
    """The instant at which a day's occurrence is due, at that time on the owner's clock.

    An hour that the clock leaves out is the one after it; an hour that comes twice is the first.
    """
    return datetime.combine(day, at or time.min, zone).astimezone(UTC)


def monthly_equivalent(amount: Decimal, schedule: Schedule) -> Decimal:
    """What it comes to in an average month, unrounded: 2000 every two weeks is 4333.33…

    A year has 52 weeks, as everybody who is paid by the week counts.
    """
    per_year = {
        Frequency.DAILY: 365, Frequency.WEEKLY: 52, Frequency.BIWEEKLY: 26,
        Frequency.FOUR_WEEKLY: 13, Frequency.SEMI_MONTHLY: 12, Frequency.MONTHLY: 12,
        Frequency.QUARTERLY: 4, Frequency.YEARLY: 1,
    }[schedule.frequency]  # fmt: skip
    times = len(schedule.weekdays) or len(days_of_month(schedule)) or 1
    return amount * per_year * times / (MONTHS_PER_YEAR * schedule.interval)
