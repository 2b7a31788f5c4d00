"""Second factors: an authenticator app and recovery codes; proving one; proving oneself again.

pyotp computes the codes and the address for the app: kept, small, without dependencies. That a code
counts once it cannot know; that is one conditional UPDATE here. (django-otp brings models, middleware
and a throttle for Django's sessions, which the API has none of; its throttle is read-then-write.)
"""

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from uuid import UUID

import pyotp
from django.conf import settings
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.known_devices import Device, standing_of
from accounts.limits import factor_limit, reserve
from accounts.models import Passkey, RecoveryCode, Session, Totp, User
from accounts.services.letters import notify
from accounts.services.telling import credentials_changed, trace
from accounts.vault import decrypt, encrypt

ISSUER = "Household books"
STEP_SECONDS = 30
DRIFT_STEPS = 1  # A phone's clock may be half a minute off in either direction.
RECOVERY_CODES = 10
CODE_LENGTH_MAX = 40
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
GAPS = re.compile(r"[\s-]+")


def methods_of(user_id: UUID) -> list[str]:
    """The second factors that this person can give, the usual one first; empty: there is none."""
    methods = []
    if Totp.objects.for_user(user_id).exclude(confirmed_at=None).exists():
        methods.append("totp")
    if Passkey.objects.for_user(user_id).exists():
        methods.append("passkey")
    if methods and codes_left(user_id):
        methods.append("recovery_code")
    return methods


def codes_left(user_id: UUID) -> int:
    return int(RecoveryCode.objects.for_user(user_id).filter(used_at=None).count())


@atomic
def begin_totp(user: User) -> tuple[str, str]:
    """(secret, otpauth address) of a new app, which counts once it is confirmed with a code."""
    tick(user.pk)
    secret = pyotp.random_base32()
    _, made = Totp.objects.get_or_create(user_id=user.pk, defaults={"secret": encrypt(secret)})
    waiting = Totp.objects.for_user(user.pk).filter(confirmed_at=None)
    if not made and not waiting.update(secret=encrypt(secret), created_at=timezone.now()):
        raise Refusal(Reason.FACTOR_EXISTS, status=409)
    return secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)


def confirm_totp(user_id: UUID, code: str, device: Device) -> list[str]:
    """Make the app count, with a code of it; new recovery codes, to be shown once."""
    user = User.objects.get(pk=user_id)
    if not Totp.objects.for_user(user_id).filter(confirmed_at=None).exists():
        raise Refusal(Reason.NOTHING_TO_CONFIRM, status=409)
    attempt = reserve((factor_limit(), f"{user_id} {standing_of(user, device)}"))
    with atomic():
        seq = tick(user_id)
        right = check_totp(user_id, code, confirmed=False)
        if right:
            Totp.objects.for_user(user_id).update(confirmed_at=timezone.now())
            credentials_changed(user, seq, "second_factor_added", factor="totp")
            codes = new_codes(user_id)
    if not right:
        attempt.failed()
        raise Refusal(Reason.WRONG_CODE, pointer="/code")
    attempt.succeeded()
    return codes


@atomic
def remove_totp(user_id: UUID) -> None:
    seq = tick(user_id)
    if not Totp.objects.for_user(user_id).delete()[0]:
        raise Refusal(Reason.NOT_FOUND, status=404)
    user = User.objects.get(pk=user_id)
    drop_codes_without_factor(user_id)
    credentials_changed(user, seq, "second_factor_removed", factor="totp")


@atomic
def renew_codes(user_id: UUID) -> list[str]:
    """Ten new recovery codes; the old ones are void. Refuses where there is no factor to recover."""
    tick(user_id)
    if not methods_of(user_id):
        raise Refusal(Reason.NO_FACTOR, status=409)
    trace("user.recovery_codes_renewed", User.objects.get(pk=user_id))
    return new_codes(user_id)


def new_codes(user_id: UUID) -> list[str]:
    RecoveryCode.objects.for_user(user_id).delete()
    codes = ["-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(user_id=user_id, hash=_code_hash(code)) for code in codes]
    )
    return codes


def drop_codes_without_factor(user_id: UUID) -> None:
    if not methods_of(user_id):
        RecoveryCode.objects.for_user(user_id).delete()


def _code_hash(code: str) -> str:
    """74 random bits need no slow hash; the key keeps a stolen table from being tried offline."""
    plain = GAPS.sub("", code).lower()
    return hmac.new(settings.SECRET_KEY.encode(), plain.encode(), hashlib.sha256).hexdigest()


def check_totp(user_id: UUID, code: str, *, confirmed: bool = True) -> bool:
    """Whether the code is right and of a later step than any that was used before; it is used now."""
    rows = Totp.objects.for_user(user_id).filter(confirmed_at__isnull=not confirmed)
    row = rows.first()
    if row is None:
        return False
    app = pyotp.TOTP(decrypt(row.secret))
    step = int(timezone.now().timestamp()) // STEP_SECONDS
    for candidate in range(step - DRIFT_STEPS, step + DRIFT_STEPS + 1):
        if hmac.compare_digest(app.generate_otp(candidate).encode(), code.encode()):
            # Of parallel uses one finds an older step.
            return bool(rows.filter(last_step__lt=candidate).update(last_step=candidate))
    return False


def prove_factor(user: User, device: Device, code: str, *, status: int = 400) -> str:
    """The method that the code is right for: "totp" or "recovery_code". Wrong ones are counted."""
    attempt = reserve((factor_limit(), f"{user.pk} {standing_of(user, device)}"))
    plain = GAPS.sub("", code)
    method = ""
    try:
        if plain.isdecimal():
            method = "totp" if check_totp(user.pk, plain) else ""
        elif _use_recovery_code(user, plain):
            method = "recovery_code"
    except BaseException:
        attempt.released()
        raise
    if not method:
        delay = attempt.failed()
        with atomic():
            seq = tick(user.pk)
            trace("user.second_factor_failed", user, device=device.name)
            if delay:
                push(user.pk, seq, "security.alert", [{"code": "second_factor_limited"}])
        raise Refusal(Reason.WRONG_CODE, status=status, pointer="/code")
    attempt.succeeded()
    return method


@atomic
def _use_recovery_code(user: User, code: str) -> bool:
    rows = RecoveryCode.objects.for_user(user.pk).filter(hash=_code_hash(code), used_at=None)
    if not methods_of(user.pk) or not rows.update(used_at=timezone.now()):
        return False
    trace("user.recovery_code_used", user, left=codes_left(user.pk))
    notify(user, "recovery_code_used", codes_left=codes_left(user.pk))
    return True


def require_fresh(user_id: UUID, session_id: UUID) -> None:
    """Refuse with 403 unless this session proved who speaks within STEP_UP_MINUTES."""
    since = timezone.now() - timedelta(minutes=settings.STEP_UP_MINUTES)
    fresh = Session.objects.for_user(user_id).filter(pk=session_id, authenticated_at__gt=since)
    if not fresh.exists():
        methods = methods_of(user_id) or ["password"]
        raise Refusal(Reason.STEP_UP_REQUIRED, status=403, extra={"methods": methods})


@atomic
def freshen(user: User, session_id: UUID, method: str) -> None:
    """This session has just proved again who speaks."""
    rows = Session.objects.for_user(user.pk).filter(pk=session_id, revoked_at=None)
    rows.update(authenticated_at=timezone.now())
    trace("session.stepped_up", user, session=str(session_id), method=method)
