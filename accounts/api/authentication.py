"""Who calls: the access token names a session, one lean query says whether it still counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.context import Origin, origin
from accounts.errors import Reason, Refusal
from accounts.models import PersonalToken, Session, User
from accounts.services.personal_tokens import PREFIX, token_hash
from accounts.sql import adapt, as_id, fetch_first
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
TOKEN_QUERY = (
    "SELECT t.user_id, t.scopes, t.revoked_at, t.expires_at, t.last_used_at, c.seq, "  # noqa: S608
    + ", ".join(f"u.{name}" for name in USER_COLUMNS)
    + " FROM accounts_personaltoken t JOIN accounts_user u ON u.id = t.user_id"
    " JOIN accounts_clock c ON c.user_id = u.id WHERE t.hash = %s"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """`request.auth`: what speaks for the owner, and the owner's clock when it began to.

    scopes: None for a session, which may do all that its person may; of a token, what it says.
    """

    session_id: UUID | None
    seq: int
    scopes: frozenset[str] | None = None


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
    user = _user(user_id, columns)
    if revoked_at is not None or instant(expires_at) <= now or not user.is_active:  # type: ignore[operator]
        raise Refusal(Reason.SESSION_REVOKED, status=401)
    if now - instant(last_seen_at) > SEEN_EVERY:  # type: ignore[operator]
        Session.objects.filter(id=session_id).update(last_seen_at=now)
    return user, Caller(session_id, int(seq))


def _user(user_id: UUID, columns: Sequence[Any]) -> User:
    values = [
        user_id if name == "id" else bool(value) if name in FLAGS else value
        for name, value in zip(USER_COLUMNS, columns, strict=True)
    ]
    return User.from_db("default", USER_COLUMNS, values)


def live_token(raw: str) -> tuple[User, Caller]:
    """The user and caller of a personal access token that still counts, of an active user."""
    hashed, now = token_hash(raw), timezone.now()
    rows = fetch_first(TOKEN_QUERY, [hashed])
    if not rows:
        raise Refusal(Reason.TOKEN_INVALID, status=401)
    owner_id, scopes, revoked_at, expires_at, last_used_at, seq, *columns = rows[0]
    user = _user(as_id(owner_id), columns)
    if revoked_at is not None or not user.is_active:
        raise Refusal(Reason.TOKEN_INVALID, status=401)
    if instant(expires_at) <= now:  # type: ignore[operator]
        raise Refusal(Reason.TOKEN_EXPIRED, status=401)
    seen = instant(last_used_at)
    if seen is None or now - seen > SEEN_EVERY:
        PersonalToken.objects.filter(hash=hashed).update(last_used_at=now)
    return user, Caller(None, int(seq), frozenset(scopes.split()))


class SessionTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access or personal token>`. Dead credentials are 401, never anonymous."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, raw = header.partition(" ")
        if scheme.lower() != "bearer" or not raw or " " in raw or len(raw) > 4096:
            raise Refusal(Reason.NOT_AUTHENTICATED, status=401)
        if raw.startswith(PREFIX):
            user, caller = live_token(raw)
        else:
            claims = verify_access(raw)
            user, caller = live_session(claims.user_id, claims.session_id)
        where = origin.get()
        origin.set(Origin(where.request_id, where.ip, user.pk, caller.session_id))
        return user, caller

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'
