"""Verbs on sessions: open, refresh, revoke. A session is one login on one device."""

from datetime import timedelta

from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone

from accounts.ids import new_id
from accounts.models import Session, User
from accounts.tokens import issue, jti_hash


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
        device=device[:200],
        ip=ip,
        created_at=now,
        authenticated_at=now,
        last_seen_at=now,
        rotated_at=now,
        expires_at=ends_at,
    )
    return access, refresh, session
