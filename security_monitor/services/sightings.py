"""How many different things somebody did within a time, in the cache that all processes share.

What is counted is rare (refusals, pages of the staff), so five commands each cost ordinary requests
nothing, and there is no statement and no lock. While Redis is away each process counts for itself.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

log = structlog.get_logger("watch")
DAY_SECONDS = 86_400
AWAY_SECONDS = 5  # After a failure Redis is left alone so long: each try may cost a time-out.
# So many times the number that matters are looked at: what turns out to be harmless hides little.
LOOKED_AT = 4
Result = TypeVar("Result")


class OwnSightings:
    """Counts of this process alone, for as long as the shared ones are out of reach."""

    def __init__(self) -> None:
        self.store: BaseCache = LocMemCache("sightings", {"OPTIONS": {"MAX_ENTRIES": 20_000}})
        self.away_until = 0.0


own = OwnSightings()


def _counted(ask: Callable[[BaseCache], Result]) -> Result:
    if time.monotonic() >= own.away_until:
        try:
            return ask(cache)
        except (RedisError, OSError) as failure:
            own.away_until = time.monotonic() + AWAY_SECONDS
            log.warning("sightings count alone", error=type(failure).__name__)
    return ask(own.store)


def sighted(who: str, what: str, *, least: int, seconds: int) -> list[str]:
    """Note a thing; the different ones within the time once they are `least` or more, else none.

    who: the rule and whom it is about. The window slides: each different thing has a number, and stands
    under it only so long. Of things at once the last one that is noted sees all.
    """

    def ask(store: BaseCache) -> list[str]:
        head = f"watch:{who}"
        if not store.add(f"{head}:is:{what}", 1, seconds):
            return []
        store.add(f"{head}:n", 0, DAY_SECONDS)
        try:
            number = store.incr(f"{head}:n")
        except ValueError:  # it ended between the two commands
            return []
        store.set(f"{head}:{number}", what, seconds)
        if number < least:
            return []
        last = range(number, max(0, number - LOOKED_AT * least), -1)
        found = list(store.get_many([f"{head}:{n}" for n in last]).values())
        return found if len(found) >= least else []

    return _counted(ask)


def is_first(who: str, seconds: int) -> bool:
    """Whether this is the first time within so many seconds; of several at once one is."""
    return _counted(lambda store: bool(store.add(f"watch:{who}:said", 1, seconds)))


def added(name: str, count: int, seconds: int) -> int:
    """Add to a count that ends so long after its first; what it is now."""

    def ask(store: BaseCache) -> int:
        store.add(f"watch:{name}", 0, seconds)
        try:
            return int(store.incr(f"watch:{name}", count))
        except ValueError:  # it ended between the two commands
            return count

    return _counted(ask)


def recalled(name: str) -> Any:
    return _counted(lambda store: store.get(f"watch:{name}"))


def remember(name: str, value: Any, seconds: int) -> None:
    _counted(lambda store: store.set(f"watch:{name}", value, seconds))


def was_said(who: str) -> bool:
    return _counted(lambda store: store.get(f"watch:{who}:said") is not None)
