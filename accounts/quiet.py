"""Hours in which an owner wants no messages that can wait. Pure, and the one place that says so."""

from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def is_quiet(now: datetime, start: time | None, end: time | None, zone: str) -> bool:
    """Whether `now` (aware) lies in the quiet hours [start, end) of a clock in `zone` (IANA name).

    The owner's wall clock counts: an hour that a change of clocks skips is never quiet, one that it
    repeats is quiet both times. From 22:00 to 07:00 passes midnight. No hours, or an end that is
    the start, mean no quiet at all. ValueError for a moment without a zone.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without a zone has no hour")
    if start is None or end is None or start == end:
        return False
    clock = now.astimezone(_zone(zone)).time()
    if start < end:
        return start <= clock < end
    return clock >= start or clock < end
