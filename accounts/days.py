"""What day it is for the owner: every "today" and every bucket follows the owner's IANA zone."""

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User


@lru_cache(maxsize=600)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def today_of(user: User) -> date:
    return timezone.now().astimezone(zone(user.timezone)).date()
