"""Limits on guessing: reserve a place first, compare the secret then, say at last how it went.

A count that is read before and written after the comparison lets a burst through: forty requests at
once all read "four failures". Here one conditional statement takes a place or refuses, so that of any
number of requests only `burst` ever reach the hasher. There is no lockout: after `failures_max`
failures the next place is free after 30 seconds, then after twice that, up to an hour, and every
device that the owner has used before counts for itself (accounts.known_devices).
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from math import ceil

import structlog
from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone

from accounts.errors import Reason, Refusal
from accounts.sql import execute, fetch

log = structlog.get_logger("accounts")
MEMORY = timedelta(minutes=15)  # Failures count as long as the last one is not older.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # "Now" of one request is in the future of another.
STALE = timedelta(seconds=60)  # No comparison takes so long; its process was killed.

RESERVE = """
INSERT INTO accounts_attempts AS a
    (key, failures, pending, pending_until, blocked_until, forget_at)
VALUES (%s, 0, 1, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN a.forget_at <= %s THEN 0 ELSE a.failures END,
    pending = CASE WHEN a.pending_until <= %s THEN 1 ELSE a.pending + 1 END,
    pending_until = excluded.pending_until,
    forget_at = CASE WHEN a.forget_at <= %s THEN excluded.forget_at ELSE a.forget_at END
WHERE a.blocked_until <= %s AND (
    a.forget_at <= %s OR a.pending_until <= %s
    OR a.pending < CASE WHEN a.failures >= %s THEN 1 ELSE %s - a.failures END
)
RETURNING failures
"""
LESS_PENDING = "pending = CASE WHEN pending > 0 THEN pending - 1 ELSE 0 END"
FAIL = (
    f"UPDATE accounts_attempts SET failures = failures + 1, {LESS_PENDING}, forget_at = %s"  # noqa: S608
    " WHERE key = %s RETURNING failures"
)
BLOCK = "UPDATE accounts_attempts SET blocked_until = %s, forget_at = %s WHERE key = %s"
RELEASE = f"UPDATE accounts_attempts SET {LESS_PENDING} WHERE key = %s"  # noqa: S608
CLEAR = (
    f"UPDATE accounts_attempts SET failures = 0, {LESS_PENDING}, blocked_until = %s WHERE key = %s"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Limit:
    """failures_max: so many in a row are free. burst: so many may be under way at once.

    cleared: a success forgets the failures. Not for a source: its own good account would wash it.
    """

    scope: str
    failures_max: int
    burst: int
    cleared: bool = True
    delay_first: timedelta = timedelta(seconds=30)
    delay_max: timedelta = timedelta(hours=1)

    def delay(self, failures: int) -> timedelta | None:
        """How long nobody may try after so many failures; None while they are free."""
        if failures < self.failures_max:
            return None
        doublings = min(failures - self.failures_max, 20)
        return min(self.delay_first * (1 << doublings), self.delay_max)


def person_limit() -> Limit:
    """Wrong passwords for one address, known or not, from one known device or all unknown ones."""
    most = settings.LOGIN_FAILURES_MAX
    return Limit("login", most, burst=2 * most)


def proof_limit() -> Limit:
    """Wrong proofs by somebody who is logged in: the current password again, for example."""
    most = settings.LOGIN_FAILURES_MAX
    return Limit("proof", most, burst=2 * most)


def factor_limit() -> Limit:
    """Wrong codes of a second factor, by one person who knew the password."""
    most = settings.LOGIN_FAILURES_MAX
    return Limit("factor", most, burst=2 * most)


def source_limit() -> Limit:
    """Wrong passwords for whomever, from one address or IPv6 network."""
    most = settings.LOGIN_SOURCE_FAILURES_MAX
    return Limit("source", most, 2 * most, cleared=False, delay_max=timedelta(minutes=15))


def source_of(address: str | None) -> str:
    """Who is counted as one: an IPv4 address, or the /64 that one subscriber has whole."""
    if not address:
        return "unknown"
    if ip_address(address).version == 4:
        return address
    return str(ip_network(f"{address}/64", strict=False))


@dataclass(frozen=True, slots=True)
class Reservation:
    """Places that were taken. Exactly one of the three verbs ends it."""

    places: Sequence[tuple[Limit, str]]

    @atomic
    def failed(self) -> timedelta | None:
        """Count a failure; the longest delay that it brought, if any."""
        delays = []
        now = timezone.now()
        for limit, key in self.places:
            rows = fetch(FAIL, [now + MEMORY, key])
            delay = limit.delay(int(rows[0][0])) if rows else None
            if delay:
                execute(BLOCK, [now + delay, now + delay + MEMORY, key])
                delays.append(delay)
        return max(delays, default=None)

    @atomic
    def succeeded(self) -> None:
        for limit, key in self.places:
            if limit.cleared:
                execute(CLEAR, [NEVER, key])
            else:
                execute(RELEASE, [key])

    @atomic
    def released(self) -> None:
        """Neither right nor wrong: something else went amiss, which is nobody's guess."""
        for _, key in self.places:
            execute(RELEASE, [key])


def key_of(limit: Limit, subject: str) -> str:
    """Addresses of people stand in no table of strangers: the key is an HMAC."""
    message = f"{limit.scope}\n{subject}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


@atomic
def reserve(*wanted: tuple[Limit, str]) -> Reservation:
    """Take a place under every (limit, subject), or none: refuses with 429 and Retry-After."""
    now = timezone.now()
    # In one order everywhere, so that two requests never wait for each other.
    places = sorted(((limit, key_of(limit, subject)) for limit, subject in wanted), key=_second)
    for limit, key in places:
        made = [key, now + STALE, NEVER, now + MEMORY]
        asked = [now] * 6 + [limit.failures_max, limit.burst]
        taken = fetch(RESERVE, made + asked)
        if not taken:
            log.warning("attempt refused", scope=limit.scope)
            raise Refusal(Reason.TOO_MANY_ATTEMPTS, status=429, headers=_headers(limit, key, now))
    return Reservation(places)


def _second(place: tuple[Limit, str]) -> str:
    return place[1]


def _headers(limit: Limit, key: str, now: datetime) -> dict[str, str]:
    from accounts.models import Attempts

    until = Attempts.objects.values_list("blocked_until", flat=True).get(key=key)
    wait = str(max(1, ceil((until - now).total_seconds())))  # 1: others are just being looked at
    return {
        "Retry-After": wait,
        "RateLimit-Limit": str(limit.failures_max),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": wait,
    }


def forgive(limit: Limit, subject: str) -> None:
    """Forget the failures of one subject, who has proved by other means who is there."""
    execute(CLEAR, [NEVER, key_of(limit, subject)])
