"""Counts of pages that a person turns: in this process, and by twenties in the shared cache (AS15).

A read pays for a look-up in a dictionary, and each twentieth page of a minute five commands of the cache;
who turns fewer never pays them. Up to 19 pages a minute of each process are in no common count. No
statement is spent.
"""

import time
from uuid import UUID

from django.conf import settings

from security_monitor.behaviour.paging import learned, limit_of
from security_monitor.services.operators import raise_event
from security_monitor.services.sightings import added, is_first, recalled, remember

BATCH = 20
PEOPLE_MAX = 10_000  # in the memory of this process
MINUTE, HOUR, KEPT_SECONDS = 60, 3600, 30 * 86_400
SCRAPED = "books.scraped"
turned_here: dict[UUID, tuple[int, int]] = {}  # by person: the minute, and pages in it


def page_turned(user_id: UUID) -> None:
    """Count one page that is not the first of its list."""
    if not settings.SCRAPING_FACTOR:
        return
    minute = int(time.time()) // MINUTE
    last, pages = turned_here.get(user_id, (minute, 0))
    pages = pages + 1 if last == minute else 1
    if len(turned_here) >= PEOPLE_MAX:
        turned_here.clear()
    turned_here[user_id] = (minute, pages)
    if pages % BATCH == 0:
        _judge(user_id, minute)


def _judge(user_id: UUID, minute: int) -> None:
    """Two processes at once may lose a minute of what is usual; the count of pages loses nothing."""
    factor, name = settings.SCRAPING_FACTOR, f"pages-of:{user_id}"
    total = added(f"pages:{user_id}:{minute}", BATCH, 5 * MINUTE)
    known = recalled(name) or {"minute": minute, "pages": 0, "usual": []}
    usual = known["usual"]
    if known["minute"] != minute:
        usual = learned(usual, known["pages"], factor)
    remember(name, {"minute": minute, "pages": total, "usual": usual}, KEPT_SECONDS)
    limit = limit_of(usual, factor)
    if total > limit and is_first(f"scraped:{user_id}", HOUR):
        raise_event(SCRAPED, user_id, {"pages": total, "limit": round(limit)}, tell=False)
