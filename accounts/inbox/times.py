"""When a mail goes out, on its owner's clock. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.quiet import is_quiet

MONDAY = 0
DAYS_MAX = 8


def at_clock(day: date, clock: time, zone: str) -> datetime:
    """The first moment (UTC) at which the wall clock of that day shows `clock` or has passed it."""
    local = datetime.combine(day, clock, ZoneInfo(zone))
    # A time that a change of clocks skips is read with the offset of before: so many minutes late.
    return local.astimezone(UTC)


def next_at(now: datetime, clock: time, zone: str, weekday: int | None = None) -> datetime:
    """The next moment after `now` at which the wall clock shows `clock`, on that weekday (Monday 0)."""
    today = now.astimezone(ZoneInfo(zone)).date()
    for ahead in range(DAYS_MAX + 1):
        day = today + timedelta(days=ahead)
        if weekday is not None and day.weekday() != weekday:
            continue
        found = at_clock(day, clock, zone)
        if found > now:
            return found
    raise AssertionError("a week has every weekday")


def mail_due(
    mail: str,
    now: datetime,
    *,
    zone: str,
    hour: int,
    quiet: tuple[time | None, time | None],
) -> datetime | None:
    """When a notification of `now` is mailed; None when it is not.

    at_once: now, or when the quiet hours end. daily: the next morning at `hour`; weekly: the next
    Monday's. A digest's hour inside the quiet hours waits for their end too.
    """
    if mail == "daily":
        due = next_at(now, time(hour), zone)
    elif mail == "weekly":
        due = next_at(now, time(hour), zone, MONDAY)
    elif mail == "at_once":
        due = now
    else:
        return None
    start, end = quiet
    if end is not None and is_quiet(due, start, end, zone):
        due = next_at(due, end, zone)
    return due
