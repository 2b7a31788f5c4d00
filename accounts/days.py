"""What day it is for the owner: every "today" and every bucket follows the owner's IANA zone."""

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User

# No book has days beyond these. Open ends are written 0001-01-01 and 9999-12-31 all over the world;
# one day further, and arithmetic leaves the calendar.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


def within_calendar(day: date) -> date:
    return min(max(day, EARLIEST), LATEST)


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def today_of(user: User) -> date:
    return timezone.now().astimezone(zone(user.timezone)).date()
