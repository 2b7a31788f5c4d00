"""How much one may ask for in a time: quotas per scope, counted by django-ratelimit in the cache.

Quotas keep one guest from taking the whole house; they protect no secret (accounts.limits does).
What django-ratelimit does otherwise and would be wrong here: it reads names out of forms, so that all
JSON callers would share one count; it answers 403; and of the failures of Redis it knows one, the
others would be a 500. Here the key is the owner or the network, the answer is 429 with its headers,
and while Redis is away each process counts for itself, with a quarter of the quota.
"""

import threading
import time
from typing import Any

import structlog
from django.conf import settings
from django_ratelimit.core import _split_rate, get_usage
from redis.exceptions import RedisError
from rest_framework.request import Request

from accounts.client_address import client_ip
from accounts.errors import Reason, Refusal
from accounts.limits import source_of

log = structlog.get_logger("api")
AWAY_SECONDS = 5  # After a failure Redis is left alone so long: each try may cost a time-out.
SHARE = 4  # While it is away, so many processes may be counting on their own.
COUNTS_MAX = 50_000


class OwnCounts:
    """Fixed windows in this process, for as long as the shared ones are out of reach."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.counts: dict[tuple[str, str, int], int] = {}
        self.away_until = 0.0

    def add(self, scope: str, who: str, period: int) -> tuple[int, int]:
        """(the count with this one, seconds until it begins anew)"""
        now = int(time.time())
        window = now // period
        with self.guard:
            if len(self.counts) >= COUNTS_MAX:
                self.counts.clear()
            count = self.counts[scope, who, window] = self.counts.get((scope, who, window), 0) + 1
        return count, period - now % period


own = OwnCounts()


def spend(request: Request, scope: str) -> dict[str, str]:
    """Count one request; the headers that say what is left. Refuses with 429 when nothing is."""
    rate = settings.QUOTAS[scope]
    user: Any = request.user
    who = str(user.pk) if user else source_of(client_ip(request))
    limit, period = _split_rate(rate)
    counted = _shared(request, scope, who, rate)
    if counted is None:
        limit = max(1, limit // SHARE)
        counted = own.add(scope, who, period)
    count, wait = counted
    headers = {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(0, limit - count)),
        "RateLimit-Reset": str(wait),
    }
    if count > limit:
        log.warning("quota used up", scope=scope)
        headers["Retry-After"] = str(wait)
        raise Refusal(Reason.QUOTA_USED_UP, status=429, headers=headers)
    return headers


def _shared(request: Request, scope: str, who: str, rate: str) -> tuple[int, int] | None:
    """(count, seconds left) from the cache that all processes share; None while it is away."""
    if time.monotonic() < own.away_until:
        return None
    try:
        usage = get_usage(
            request, group=scope, key=lambda group, request: who, rate=rate, increment=True
        )
    except (RedisError, OSError) as failure:
        own.away_until = time.monotonic() + AWAY_SECONDS
        log.warning("quotas count alone", error=type(failure).__name__)
        return None
    if not usage or not usage["limit"]:  # the count was lost between two commands
        return None
    return int(usage["count"]), max(1, int(usage["time_left"]))
