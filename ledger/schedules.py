"""Schedules as JSON, as the API takes and shows them, and back."""

from datetime import date
from typing import Any

from ledger.business_days import Weekend
from ledger.models import RecurringTransaction
from ledger.recurrence import DayPolicy, Frequency, NthWeekday, Schedule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def schedule_of(rule: RecurringTransaction) -> Schedule:
    return from_json(rule.schedule)


def from_json(kept: dict[str, Any]) -> Schedule:
    """The schedule of a validated document; what is not said is at its default."""
    nth = kept.get("nth_weekday")
    until = kept.get("until")
    return Schedule(
        frequency=Frequency(kept["frequency"]),
        anchor_on=date.fromisoformat(kept["anchor_on"]),
        interval=kept.get("interval", 1),
        day_policy=DayPolicy(kept.get("day_policy", "clamp")),
        weekend=Weekend(kept.get("weekend", "none")),
        holidays=kept.get("holidays") or "",
        last_day=kept.get("last_day", False),
        last_business_day=kept.get("last_business_day", False),
        nth_weekday=NthWeekday(nth["n"], WEEKDAYS.index(nth["weekday"])) if nth else None,
        days_of_month=tuple(kept.get("days_of_month") or ()),
        weekdays=tuple(WEEKDAYS.index(day) for day in kept.get("weekdays") or ()),
        until=date.fromisoformat(until) if until else None,
        count=kept.get("count"),
    )


def to_json(schedule: Schedule) -> dict[str, Any]:
    """Every part, also those at their default."""
    nth = schedule.nth_weekday
    return {
        "frequency": schedule.frequency.value,
        "interval": schedule.interval,
        "anchor_on": schedule.anchor_on.isoformat(),
        "day_policy": schedule.day_policy.value,
        "weekend": schedule.weekend.value,
        "holidays": schedule.holidays or None,
        "last_day": schedule.last_day,
        "last_business_day": schedule.last_business_day,
        "nth_weekday": {"n": nth.n, "weekday": WEEKDAYS[nth.weekday]} if nth else None,
        "days_of_month": list(schedule.days_of_month),
        "weekdays": [WEEKDAYS[day] for day in schedule.weekdays],
        "until": schedule.until.isoformat() if schedule.until else None,
        "count": schedule.count,
    }
