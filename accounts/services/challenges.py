"""Questions halfway through a login or a step-up: what the client holds is a secret, kept hashed."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.errors import Reason, Refusal
from accounts.models import Challenge, User

GOOD_FOR = timedelta(minutes=5)
TOKEN_LENGTH_MAX = 100


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@atomic
def put(
    user: User,
    purpose: Challenge.Purpose,
    *,
    session_id: UUID | None = None,
    good_for: timedelta = GOOD_FOR,
    state: dict[str, Any] | None = None,
) -> str:
    """A new question; the secret by which its answer names it."""
    token = secrets.token_urlsafe(32)
    Challenge.objects.create(
        hash=_hash(token),
        user=user,
        purpose=purpose,
        session_id=session_id,
        password_hash=_hash(user.password),
        state=state or {},
        expires_at=timezone.now() + good_for,
    )
    return token


def find(token: str, *purposes: Challenge.Purpose) -> Challenge:
    """The live question; refuses (401) once the password changed or the person may not come in."""
    rows = Challenge.objects.filter(
        hash=_hash(token), purpose__in=purposes, expires_at__gt=timezone.now(), user__is_active=True
    )
    challenge: Challenge | None = rows.select_related("user").first()
    if challenge is None or challenge.password_hash != _hash(challenge.user.password):
        raise Refusal(Reason.CHALLENGE_INVALID, status=401)
    return challenge


def find_of_session(session_id: UUID, purpose: Challenge.Purpose) -> Challenge:
    """The question that was put last to this session."""
    rows = Challenge.objects.filter(
        session_id=session_id, purpose=purpose, expires_at__gt=timezone.now()
    )
    challenge: Challenge | None = rows.select_related("user").order_by("-expires_at").first()
    if challenge is None:
        raise Refusal(Reason.CHALLENGE_INVALID, status=400)
    return challenge


def keep(challenge: Challenge, state: dict[str, Any]) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(state=state)


def spend(challenge: Challenge) -> None:
    """Answered: of parallel answers one finds the question still there. Call inside a commit."""
    if not Challenge.objects.filter(pk=challenge.pk).delete()[0]:
        raise Refusal(Reason.CHALLENGE_INVALID, status=401)


def use_once(token: str, user: User) -> None:
    """A signed question that no row held until now is answered, and never again while it lives."""
    try:
        with atomic():
            Challenge.objects.create(
                hash=_hash(token),
                user=user,
                purpose=Challenge.Purpose.SIGNED,
                session_id=None,
                password_hash="",
                expires_at=timezone.now() + GOOD_FOR,
            )
    except IntegrityError:
        raise Refusal(Reason.CHALLENGE_INVALID, status=401) from None


def forget_challenges() -> int:
    return Challenge.objects.filter(expires_at__lt=timezone.now()).delete()[0]
