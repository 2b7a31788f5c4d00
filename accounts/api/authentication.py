"""Who calls: the access token names a session, one lean query says whether it still counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.context import Origin, origin
from accounts.errors import Reason, Refusal
from accounts.models import Session, User
from accounts.sql import adapt, fetch_first
from accounts.tokens import verify_access

SEEN_EVERY = timedelta(
    minutes=5
)  # How stale "last seen" may be: a write per request would be absurd.
NEEDED = {"id", "email", "is_active", "is_staff", "is_superuser", "currency", "timezone", "locale"}
# In the model's own order: `from_db` matches values to columns by it.
USER_COLUMNS = [f.attname for f in User._meta.concrete_fields if f.attname in NEEDED]
FLAGS = {"is_active", "is_staff", "is_superuser"}
QUERY = (
    "SELECT s.revoked_at, s.expires_at, s.last_seen_at, c.seq, "  # noqa: S608 (our own columns)
    + ", ".join(f"u.{name}" for name in USER_COLUMNS)
    + " FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id"
    " JOIN accounts_clock c ON c.user_id = u.id WHERE s.id = %s AND s.user_id = %s"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """`request.auth`: the session that speaks, and the owner's clock when it began to."""

    session_id: UUID
    seq: int


def instant(value: Any) -> datetime | None:
    """An instant as the driver gave it: SQLite's text is UTC without saying so."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is not None and value.tzinfo is None:
        value = value.replace(tzinfo=timezone.get_default_timezone())
    return value  # type: ignore[no-any-return]


def live_session(user_id: UUID, session_id: UUID) -> tuple[User, Caller]:
    """The user and caller of a session that is neither ended nor expired, of an active user."""
    rows = fetch_first(QUERY, adapt([session_id, user_id]))
    now = timezone.now()
    if not rows:
        raise Refusal(Reason.SESSION_REVOKED, status=401)
    revoked_at, expires_at, last_seen_at, seq, *columns = rows[0]
    values = [
        user_id if name == "id" else bool(value) if name in FLAGS else value
        for name, value in zip(USER_COLUMNS, columns, strict=True)
    ]
    user = User.from_db("default", USER_COLUMNS, values)
    if revoked_at is not None or instant(expires_at) <= now or not user.is_active:  # type: ignore[operator]
        raise Refusal(Reason.SESSION_REVOKED, status=401)
    if now - instant(last_seen_at) > SEEN_EVERY:  # type: ignore[operator]
        Session.objects.filter(id=session_id).update(last_seen_at=now)
    return user, Caller(session_id, int(seq))


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access token>`. Wrong or dead credentials are 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, raw = header.partition(" ")
        if scheme.lower() != "bearer" or not raw or " " in raw or len(raw) > 4096:
            raise Refusal(Reason.NOT_AUTHENTICATED, status=401)
        claims = verify_access(raw)
        user, caller = live_session(claims.user_id, claims.session_id)
        where = origin.get()
        origin.set(Origin(where.request_id, where.ip, user.pk))
        return user, caller

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
