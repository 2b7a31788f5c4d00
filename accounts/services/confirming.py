"""A login that is too unlike the others waits for a code that is mailed to its owner.

Whether it is, the floor above says (LOGIN_GATE), asked inside the login's commit: the session is then
rolled back with everything that was counted for it. Who has a second factor gave it and is not asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.known_devices import UNKNOWN, Device, standing_of
from accounts.limits import factor_limit, reserve, source_of
from accounts.models import Challenge, Letter, Purpose, User
from accounts.services import challenges
from accounts.services.letters import GOOD_FOR_TYPED, secret_hash, write
from accounts.services.telling import trace


@dataclass(frozen=True, slots=True)
class Word:
    """What the gate says of a login. reasons: [{code, ...}]; channels: by which the owner hears of it."""

    is_risky: bool = False
    risk_score: int = 0
    reasons: list[dict[str, Any]] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)


class Held(Exception):
    """Raised inside the commit of a login that must be confirmed, so that nothing of it stays."""

    def __init__(self, word: Word) -> None:
        super().__init__("the login waits for its owner's word")
        self.word = word


@cache
def _gate(path: str) -> Callable[[UUID, UUID, bool], Word]:
    gate: Callable[[UUID, UUID, bool], Word] = import_string(path)
    return gate


def weigh(user: User, session_id: UUID, standing: str) -> Word:
    """What the gate says of a session that was just opened."""
    if not settings.LOGIN_GATE:
        return Word()
    return _gate(settings.LOGIN_GATE)(user.pk, session_id, standing != UNKNOWN)


def ask(user: User, device: Device, word: Word) -> Refusal:
    """The refusal that asks for the code; the code itself goes by mail, the trail and the gate know.

    Past five letters an hour none is sent: the answer is the same.
    """
    with atomic():
        tick(user.pk)
        told = {"device": device.name, "network": source_of(device.ip)}
        letter = write(Purpose.CONFIRM_LOGIN, user.email, user, **told)
        token = challenges.put(
            user,
            Challenge.Purpose.CONFIRM,
            good_for=GOOD_FOR_TYPED,
            state={"letter": str(letter.pk) if letter else ""},
        )
        data = {"risk_score": word.risk_score, "reasons": word.reasons}
        trace("login.held", user, device=device.name, **data)
    extra = {"mfa_token": token, "methods": ["mail"]}
    return Refusal(Reason.LOGIN_UNCONFIRMED, status=401, extra=extra)


def prove(challenge: Challenge, device: Device, code: str) -> None:
    """Spend the code of the letter that this login caused. Wrong ones count as those of factors do."""
    user = challenge.user
    attempt = reserve((factor_limit(), f"{user.pk} {standing_of(user, device)}"))
    try:
        # One conditional UPDATE: of parallel uses one succeeds.
        used = _letter_of(challenge, code).update(used_at=timezone.now())
    except BaseException:
        attempt.released()
        raise
    if not used:
        attempt.failed()
        with atomic():
            tick(user.pk)
            trace("user.second_factor_failed", user, device=device.name)
        raise Refusal(Reason.WRONG_CODE, status=401, pointer="/code")
    attempt.succeeded()


def _letter_of(challenge: Challenge, code: str) -> Any:
    rows = Letter.objects.for_user(challenge.user_id)
    letter_id = challenge.state.get("letter")
    if not letter_id:
        return rows.none()
    return rows.filter(
        pk=letter_id,
        purpose=Purpose.CONFIRM_LOGIN,
        secret_hash=secret_hash("".join(code.split()).lower()),
        used_at=None,
        expires_at__gt=timezone.now(),
    )
