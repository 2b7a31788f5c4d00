"""Personal access tokens: made with a fresh proof, shown once, looked up by their hash."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.models import PersonalToken, User
from accounts.ownership import OwnedQuerySet
from accounts.services.letters import notify
from accounts.services.telling import trace

PREFIX = "hbk_"  # so that scanners of source code can tell one
SCOPES = ("read", "write", "admin")
DAYS_MAX = 366
PER_USER_MAX = 50
SEEN_EVERY = timedelta(minutes=5)


def token_hash(raw: str) -> str:
    return hashlib.sha256(raw.encode()).hexdigest()


def live_tokens(user_id: UUID) -> OwnedQuerySet:
    rows: OwnedQuerySet = PersonalToken.objects.for_user(user_id)
    return rows.filter(revoked_at=None)


@atomic
def make_token(
    user: User, *, name: str, scopes: Sequence[str], expires_at: datetime
) -> tuple[PersonalToken, str]:
    """(row, the token itself, which is never seen again). Scope admin is for staff alone."""
    tick(user.pk)
    now = timezone.now()
    if not now < expires_at <= now + timedelta(days=DAYS_MAX):
        raise Refusal(Reason.IMPOSSIBLE_EXPIRY, pointer="/expires_at")
    if "admin" in scopes and not user.is_staff:
        raise Refusal(Reason.SCOPE_NOT_YOURS, status=403, pointer="/scopes")
    if live_tokens(user.pk).filter(expires_at__gt=now).count() >= PER_USER_MAX:
        raise Refusal(Reason.TOO_MANY_TOKENS, status=409)
    raw = PREFIX + secrets.token_urlsafe(32)
    row = PersonalToken.objects.create(
        user=user,
        name=name,
        hash=token_hash(raw),
        hint=raw[:8],
        scopes=" ".join(scope for scope in SCOPES if scope in scopes),
        expires_at=expires_at,
    )
    trace("token.created", user, token=str(row.pk), scopes=row.scopes)
    notify(user, "token_created", name=name)
    return row, raw


@atomic
def revoke_token(user_id: UUID, token_id: UUID) -> None:
    """End one token at once; 404 when there is none with this id."""
    tick(user_id)
    if not live_tokens(user_id).filter(pk=token_id).update(revoked_at=timezone.now()):
        raise Refusal(Reason.NOT_FOUND, status=404)
    trace("token.revoked", User.objects.get(pk=user_id), token=str(token_id))


def revoke_all_tokens(user_id: UUID) -> int:
    return live_tokens(user_id).update(revoked_at=timezone.now())
