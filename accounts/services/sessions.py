"""Verbs on sessions: open, refresh, end. A session is one login on one device."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.announce import announce, push, sessions_ended
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.ids import new_id
from accounts.models import Session, User
from accounts.ownership import OwnedQuerySet
from accounts.services.letters import notify
from accounts.tokens import Claims, issue, jti_hash, verify_refresh

DEVICE_LENGTH_MAX = 200
VERSIONS = re.compile(r"[\d._]+")


@atomic
def open_session(
    user: User, *, device: str = "", ip: str | None = None
) -> tuple[str, str, Session]:
    """A new session of an active user: (access token, refresh token, row)."""
    assert user.is_active, "no token before the person may come in"
    now = timezone.now()
    ends_at = now + timedelta(days=settings.SESSION_MAX_DAYS)
    session_id = new_id()
    access, refresh, jti = issue(user.pk, session_id, ends_at=ends_at)
    session = Session.objects.create(
        id=session_id,
        user=user,
        refresh_hash=jti_hash(jti),
        device=device[:DEVICE_LENGTH_MAX],
        ip=ip,
        created_at=now,
        authenticated_at=now,
        last_seen_at=now,
        rotated_at=now,
        expires_at=ends_at,
    )
    return access, refresh, session


def live_sessions(user_id: UUID) -> OwnedQuerySet:
    """The sessions of a user that can still be used, or refreshed into use."""
    now = timezone.now()
    idle_since = now - timedelta(days=settings.REFRESH_IDLE_DAYS)
    return Session.objects.for_user(user_id).filter(
        revoked_at=None, expires_at__gt=now, rotated_at__gt=idle_since
    )


def refresh(raw: str, *, device: str = "", ip: str | None = None) -> tuple[str, str]:
    """Exchange a refresh token for a new (access, refresh), once.

    Refuses with 401: `refresh_superseded` for a request of the same device that lost the race by
    seconds; `refresh_reused` for any other second use, which ends the session and raises an alert.
    """
    claims, device = verify_refresh(raw), device[:DEVICE_LENGTH_MAX]
    arrived_at = timezone.now()
    # A lost race is judged in a transaction of its own: PostgreSQL keeps the lock on a row whose
    # UPDATE came too late, and the verdict takes the owner's clock first, as every change does.
    outcome = _rotate(claims, device, ip, arrived_at) or _lost(claims, device, arrived_at)
    if isinstance(outcome, Refusal):
        raise outcome  # Raised out here, so that the end of a stolen session is committed.
    return outcome


@atomic
def _rotate(
    claims: Claims, device: str, ip: str | None, arrived_at: datetime
) -> tuple[str, str] | Refusal | None:
    """The new pair for the one request that finds its hash; None for those that come too late."""
    rows = Session.objects.for_user(claims.user_id).filter(id=claims.session_id)
    session = _live(rows, arrived_at)
    if session is None:
        return Refusal(Reason.SESSION_REVOKED, status=401)
    access, refresh, jti = issue(claims.user_id, session.pk, ends_at=session.expires_at)
    # One conditional UPDATE decides the race: of all parallel requests one finds its hash.
    won = rows.filter(refresh_hash=jti_hash(claims.jti), revoked_at=None).update(
        previous_hash=F("refresh_hash"),
        refresh_hash=jti_hash(jti),
        rotated_at=arrived_at,
        last_seen_at=arrived_at,
    )
    if won and settings.REFRESH_WATCH:
        import_string(settings.REFRESH_WATCH)(session, device, ip)
    return (access, refresh) if won else None


@atomic
def _lost(claims: Claims, device: str, arrived_at: datetime) -> Refusal:
    """What the second use of a refresh token means: a slow network of the same device, or theft."""
    rows = Session.objects.for_user(claims.user_id).filter(id=claims.session_id)
    session = _live(rows, arrived_at)
    if session is None:
        return Refusal(Reason.SESSION_REVOKED, status=401)
    grace = timedelta(seconds=settings.REFRESH_GRACE_SECONDS)
    if (
        session.previous_hash == jti_hash(claims.jti)  # its successor was not used yet
        and arrived_at - session.rotated_at <= grace
        and same_client(session.device, device)
    ):
        return Refusal(Reason.REFRESH_SUPERSEDED, status=401)
    return _reused(session, device)


def _live(rows: OwnedQuerySet, now: datetime) -> Session | None:
    """The session as it stands in the table now, if it counts; None too for a deleted user."""
    session: Session | None = rows.select_related("user").first()
    if session is None or session.revoked_at or session.expires_at <= now:
        return None
    return session if session.user.is_active else None


def _reused(session: Session, device: str) -> Refusal:
    """Somebody holds a copy of a refresh token: end the family, and tell the owner."""
    seq = tick(session.user_id)
    if not _end(Session.objects.filter(id=session.pk), "refresh_reused"):
        return Refusal(Reason.SESSION_REVOKED, status=401)
    audit(
        "session.refresh_reused",
        user_id=session.user_id,
        target="session",
        target_id=session.pk,
        data={"device": device, "device_at_login": session.device},
    )
    alert = {"code": "refresh_reused", "session": str(session.pk), "device": device}
    push(session.user_id, seq, "security.alert", [alert])
    notify(session.user, "refresh_reused", device=device)
    return Refusal(Reason.REFRESH_REUSED, status=401)


def same_client(one: str, other: str) -> bool:
    """Whether two user agents are one browser or program; an update between them does not count."""
    return VERSIONS.sub("", one) == VERSIONS.sub("", other)


@atomic
def end_session(user_id: UUID, session_id: UUID, *, reason: str) -> None:
    """End one live session of the user, at once; 404 when there is none with this id."""
    rows = Session.objects.for_user(user_id).filter(id=session_id, expires_at__gt=timezone.now())
    if not _end(rows, reason):
        raise Refusal(Reason.NOT_FOUND, status=404)
    audit(
        "session.ended",
        user_id=user_id,
        target="session",
        target_id=session_id,
        data={"reason": reason},
    )


@atomic
def revoke_all(user_id: UUID, *, reason: str, keep: UUID | None = None) -> int:
    """End every session of the user but `keep`, at once; how many there were."""
    rows = Session.objects.for_user(user_id)
    ended = _end(rows.exclude(id=keep) if keep else rows, reason)
    if ended:
        audit(
            "session.all_ended",
            user_id=user_id,
            target="session",
            data={"reason": reason, "count": len(ended), "kept": str(keep) if keep else None},
        )
    return len(ended)


def _end(rows: OwnedQuerySet, reason: str) -> list[UUID]:
    """Mark those of the rows ended that are not; their ids. Their open sockets are told."""
    # Written first, read back by its mark: one opened in between could otherwise be missed.
    now = timezone.now()
    if not rows.filter(revoked_at=None).update(revoked_at=now, revoke_reason=reason):
        return []
    ended: list[UUID] = list(rows.filter(revoked_at=now).values_list("id", flat=True))
    announce(sessions_ended, session_ids=ended)
    return ended
