"""Days on which banks work, and where a date moves that falls on another one. Pure."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import holidays

ONE_DAY = timedelta(days=1)
STEPS_MAX = 60  # No calendar has so many days off in a row; past it the date stays as it is.
SATURDAY = 5

IsOff = Callable[[date], bool]


class Weekend(StrEnum):
    """Where a payment moves whose day is a weekend or a bank holiday."""

    NONE = "none"  # it stays
    PREVIOUS = "previous"
    NEXT = "next"
    NEAREST = "nearest"  # Saturday back, Sunday forward; in the middle of a long one: back
    MODIFIED_FOLLOWING = "modified_following"  # forward, unless that leaves the month: then back


@cache
def countries() -> frozenset[str]:
    """What a schedule may name: "DE", and with a part of a country "DE-BY"."""
    named = holidays.list_supported_countries(include_aliases=False)
    return frozenset(named) | {f"{code}-{part}" for code, parts in named.items() for part in parts}


@cache
def _calendar(country: str) -> holidays.HolidayBase:
    code, _, part = country.partition("-")
    return holidays.country_holidays(code, subdiv=part or None)


def off_in(country: str) -> IsOff:
    """Whether a day is off: Saturday, Sunday, and with a country its public holidays."""
    if not country:
        return is_weekend
    calendar = _calendar(country)
    return lambda day: is_weekend(day) or day in calendar


def is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY


def shifted(day: date, weekend: Weekend, is_off: IsOff = is_weekend) -> date:
    """The day on which money moves that is due on `day`."""
    if weekend == Weekend.NONE or not is_off(day):
        return day
    back, forward = _work_day(day, -ONE_DAY, is_off), _work_day(day, ONE_DAY, is_off)
    if weekend == Weekend.PREVIOUS:
        return back
    if weekend == Weekend.NEXT:
        return forward
    if weekend == Weekend.NEAREST:
        return back if day - back <= forward - day else forward
    return forward if forward.month == day.month else back


def _work_day(day: date, step: timedelta, is_off: IsOff) -> date:
    for number in range(1, STEPS_MAX):
        if not is_off(day + number * step):
            return day + number * step
    return day
