"""When the worker and the beat were last heard of: an instant each, in the cache that all share."""

import time

from django.core.cache import cache

HEARTBEAT = "config.tasks.heartbeat"  # sent by the beat every 30 s, run by a worker
WORKER, BEAT = "worker", "beat"
REMEMBERED_SECONDS = 86_400
LATE_AFTER_SECONDS = 90  # three heartbeats missed


def beat(part: str) -> None:
    cache.set(f"pulse:{part}", time.time(), REMEMBERED_SECONDS)


def age(part: str) -> float | None:
    """Seconds since the part was heard of; None if never, or not within a day."""
    at = cache.get(f"pulse:{part}")
    return None if at is None else round(max(0.0, time.time() - at), 1)
