"""Verbs on people: register, log in, change the password, the profile, and who may do what.

Hashing a password takes a good part of a second, so it happens before the transaction: on SQLite
it would hold up every other writer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.transaction import atomic
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import FieldError, Reason, Refusal
from accounts.known_devices import UNKNOWN, standing_of
from accounts.known_devices import Device as Device  # what callers describe themselves with
from accounts.limits import (
    Reservation,
    key_of,
    person_limit,
    proof_limit,
    reserve,
    source_limit,
    source_of,
)
from accounts.models import Challenge, Clock, Purpose, Session, User, normalise_email
from accounts.services import challenges, confirming, factors, passkeys
from accounts.services.letters import notify, write
from accounts.services.sessions import open_session, revoke_all
from accounts.services.telling import credentials_changed, trace

log = structlog.get_logger("accounts")
WHO_LENGTH = 16  # of a hash: enough to tell addresses apart


@dataclass(frozen=True, slots=True)
class Challenged:
    """The password was right; no token exists before the second factor is."""

    mfa_token: str
    methods: list[str]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who just proved who they are, and the tokens of the new session."""

    user: User
    access: str  # empty, as the next, while the address waits to be confirmed
    refresh: str
    session: Session | None
    welcome: dict[str, Any] = field(default_factory=dict)  # what the hooks made for a new person


def register(*, email: str, password: str, device: Device, **profile: Any) -> SignedIn:
    """A new person with all that NEW_USER_HOOKS give them, and a session, in one commit.

    profile: name, currency, timezone. Refuses a weak password (400) and a known e-mail (409).
    """
    user = User(email=normalise_email(email), **profile)
    check_new_password(password, user, pointer="/password")
    user.password = make_password(password)  # also before the look for the e-mail: equal time
    try:
        with atomic():
            user.save(force_insert=True)
            Clock.objects.create(user=user)
            welcome: dict[str, Any] = {}
            for path in settings.NEW_USER_HOOKS:
                welcome |= import_string(path)(user) or {}
            write(Purpose.VERIFY_EMAIL, user.email, user)
            if settings.REQUIRE_VERIFIED_EMAIL:
                trace("user.registered", user)
                return SignedIn(user, "", "", None, welcome)
            access, refresh, session = open_session(user, device=device.name, ip=device.ip)
            # After the session, by which the watch learns of the device.
            trace("user.registered", user)
    except IntegrityError:
        if not User.objects.filter(email=user.email).exists():
            raise
        raise Refusal(Reason.EMAIL_TAKEN, status=409, pointer="/email") from None
    return SignedIn(user, access, refresh, session, welcome)


def log_in(*, email: str, password: str, device: Device) -> SignedIn | Challenged:
    """A new session for the right e-mail and password, or the question for a second factor.

    Without one a login that is unlike the others is refused until a mailed code confirms it.
    Refuses with one answer, after the same work, whether the person is unknown, inactive, or the
    password is wrong; with 429, before any work, after too many failures.
    """
    user, standing = prove_password(email=email, password=password, device=device)
    _require_confirmed_address(user)
    methods = factors.methods_of(user.pk)
    if methods:
        return Challenged(challenges.put(user, Challenge.Purpose.LOGIN), methods)
    try:
        return _enter(user, device, standing)
    except confirming.Held as held:
        refusal = confirming.ask(user, device, held.word)
    raise refusal


def finish_login(
    *,
    mfa_token: str,
    device: Device,
    code: str = "",
    credential: dict[str, Any] | None = None,
) -> SignedIn:
    """A new session for the right second factor or the right mailed code. Wrong ones are counted."""
    challenge = challenges.find(mfa_token, Challenge.Purpose.LOGIN, Challenge.Purpose.CONFIRM)
    if challenge.purpose == Challenge.Purpose.CONFIRM:
        confirming.prove(challenge, device, code)
    elif credential is not None:
        passkeys.prove(challenge, credential)
    else:
        factors.prove_factor(challenge.user, device, code, status=401)
    is_mail = challenge.purpose == Challenge.Purpose.CONFIRM
    return _enter(
        challenge.user,
        device,
        standing_of(challenge.user, device),
        proved_by="mail" if is_mail else "factor",
        spend=partial(challenges.spend, challenge),
    )


def log_in_by_passkey(
    *, passkey_token: str, credential: dict[str, Any], device: Device
) -> SignedIn:
    """A new session for who signed an open question by a passkey that verified its user."""
    user = passkeys.person_of(passkey_token, credential)
    _require_confirmed_address(user)
    spend = partial(challenges.use_once, passkey_token, user)
    return _enter(user, device, standing_of(user, device), proved_by="passkey", spend=spend)


def step_up(
    user_id: UUID,
    session_id: UUID,
    device: Device,
    *,
    current_password: str = "",
    code: str = "",
    credential: dict[str, Any] | None = None,
) -> None:
    """Prove again who speaks. With a second factor the password alone is not enough."""
    user = User.objects.get(pk=user_id)
    if current_password:
        if factors.methods_of(user_id):
            raise Refusal(Reason.STEP_UP_REQUIRED, status=403, pointer="/current_password")
        prove_current(user_id, current_password)
        method = "password"
    elif credential is not None:
        challenge = challenges.find_of_session(session_id, Challenge.Purpose.STEP_UP)
        with atomic():
            challenges.spend(challenge)
            passkeys.prove(challenge, credential)
        method = "passkey"
    else:
        method = factors.prove_factor(user, device, code)
    factors.freshen(user, session_id, method)


def _require_confirmed_address(user: User) -> None:
    if settings.REQUIRE_VERIFIED_EMAIL and user.email_verified_at is None:
        write(Purpose.VERIFY_EMAIL, user.email, user)
        raise Refusal(Reason.EMAIL_NOT_VERIFIED, status=403)


def _enter(
    user: User,
    device: Device,
    standing: str,
    *,
    proved_by: str = "",
    spend: Callable[[], None] = lambda: None,
) -> SignedIn:
    """Open the session. proved_by: what proved it beyond the password; spend: that counts once."""
    with atomic():
        seq = tick(user.pk) if standing == UNKNOWN else 0
        spend()
        # Asked again under the row's lock: the password may have been changed, or the person
        # disabled, while the hash was computed, and this session would outlive that.
        still = User.objects.filter(pk=user.pk, password=user.password, is_active=True)
        if not still.update(last_login=timezone.now()):
            raise Refusal(Reason.INVALID_CREDENTIALS, status=401)
        access, refresh, session = open_session(user, device=device.name, ip=device.ip)
        proof = {"proved_by": proved_by} if proved_by else {}
        known_by = standing.partition(":")[0]
        trace("session.opened", user, session=str(session.pk), known_by=known_by, **proof)
        word = confirming.weigh(user, session.pk, standing)
        if not proved_by and word.is_risky and settings.LOGIN_CONFIRMATION:
            raise confirming.Held(word)
        if standing == UNKNOWN and proved_by != "mail":  # that letter told it all
            _tell_of_new_device(user, session, seq, word.channels)
    return SignedIn(user, access, refresh, session)


def _tell_of_new_device(user: User, session: Session, seq: int, channels: list[str]) -> None:
    """By mail and on the stream, unless there was no device before or the owner wants no such mail.

    channels: by which the watch tells of this login already; nobody hears of one login twice.
    """
    if not Session.objects.for_user(user).exclude(pk=session.pk).exists():
        return
    told = {"device": session.device, "address": session.ip}
    alert = {"code": "new_device", "session": str(session.pk), "device": session.device}
    if not set(channels) - {"mail"}:  # the stream and webhooks live on the same events
        push(user.pk, seq, "security.alert", [alert])
    if user.notifications.get("security", True) and "mail" not in channels:
        notify(user, "new_device", **told)


def prove_password(*, email: str, password: str, device: Device) -> tuple[User, str]:
    """(the active person whose password this is, the standing of the device).

    The limits count before the hash is computed.
    """
    address = normalise_email(email)
    user = User.objects.filter(email=address).first()
    standing = standing_of(user, device)
    wanted = [(person_limit(), f"{address} {standing}")]
    if standing == UNKNOWN:  # A neighbour's guesses must not keep the owner's own device out.
        wanted.append((source_limit(), source_of(device.ip)))
    attempt = reserve(*wanted)
    try:
        matches = user.check_password(password) if user else check_password(password, dummy_hash())
    except BaseException:
        attempt.released()
        raise
    if user is None or not matches or not user.is_active:
        _count_failure(attempt, user, device, address)
        raise Refusal(Reason.INVALID_CREDENTIALS, status=401)
    attempt.succeeded()
    return user, standing


def _count_failure(attempt: Reservation, user: User | None, device: Device, address: str) -> None:
    """A wrong login, on the trail; the owner hears of it when it was one too many.

    Of an address that nobody has a keyed hash is kept, to tell many addresses from one.
    """
    delay = attempt.failed()
    user_id = user.pk if user else None
    log.warning("login refused", user_id=str(user_id) if user else None)
    data: dict[str, Any] = {"device": device.name}
    if user is None:
        data["who"] = key_of(person_limit(), address)[:WHO_LENGTH]
    if delay:
        data["delay_seconds"] = int(delay.total_seconds())
    with atomic():  # takes its turn in SQLite's queue of writers
        audit("login.failed", user_id=user_id, data=data)
    if user and delay:
        with atomic():
            push(user.pk, tick(user.pk), "security.alert", [{"code": "login_limited", **data}])


@lru_cache(maxsize=1)
def dummy_hash() -> str:
    """The hash of a password nobody has, as costly to check as a real one."""
    return make_password("nobody has this password")


def check_new_password(password: str, user: User, *, pointer: str) -> None:
    """Refuse a password that the validators refuse, with each reason as a field error."""
    try:
        validate_password(password, user)
    except ValidationError as refused:
        errors = [
            FieldError(pointer, error.code or Reason.WEAK_PASSWORD.value, error.messages[0])
            for error in refused.error_list
        ]
        detail = " ".join(error.message for error in errors)
        raise Refusal(Reason.WEAK_PASSWORD, detail=detail, errors=errors) from None


def change_password(*, user_id: UUID, session_id: UUID, current: str, new: str) -> None:
    """Set a new password; every other session of the user ends at once, this one stays.

    Whoever has a second factor must have given it lately.
    """
    if factors.methods_of(user_id):
        factors.require_fresh(user_id, session_id)
    user = prove_current(user_id, current)
    check_new_password(new, user, pointer="/new_password")
    hashed = make_password(new)
    now = timezone.now()
    with atomic():
        seq = tick(user_id)
        unchanged = User.objects.filter(pk=user_id, password=user.password)
        if not unchanged.update(password=hashed, password_changed_at=now):
            raise Refusal(Reason.WRONG_PASSWORD, pointer="/current_password")
        revoke_all(user_id, reason="password_changed", keep=session_id)
        Session.objects.for_user(user_id).filter(id=session_id).update(authenticated_at=now)
        credentials_changed(user, seq, "password_changed")


def prove_current(user_id: UUID, password: str) -> User:
    """The person, who is logged in and gave the password again. Wrong ones are counted."""
    user = User.objects.get(pk=user_id)
    attempt = reserve((proof_limit(), str(user_id)))
    try:
        matches = user.check_password(password)
    except BaseException:
        attempt.released()
        raise
    if not matches:
        attempt.failed()
        raise Refusal(Reason.WRONG_PASSWORD, pointer="/current_password")
    attempt.succeeded()
    return user


@atomic
def update_profile(
    *, user_id: UUID, changes: dict[str, Any], merge: bool, expected_seq: int | None = None
) -> User:
    """Set the named columns of the profile. Refuses with 412 when the caller read an older one.

    merge: notification choices are laid over those that stand, instead of replacing them.
    """
    seq = tick(user_id)
    user = User.objects.get(pk=user_id)
    if expected_seq is not None and expected_seq != user.seq:
        raise Refusal(Reason.STALE, status=412)
    if merge and "notifications" in changes:
        changes = {**changes, "notifications": user.notifications | changes["notifications"]}
    changed = [name for name, value in changes.items() if getattr(user, name) != value]
    if not changed:
        return user
    for name in changed:
        setattr(user, name, changes[name])
    user.seq = seq
    user.save(update_fields=[*changed, "seq"])
    trace("user.profile_changed", user, fields=changed)
    push(user_id, seq, "profile.updated", [{"fields": changed}])
    return user


@atomic
def change_access(*, user_id: UUID, **flags: bool) -> User:
    """Set is_active, is_staff, is_superuser; when one really changes, all sessions end at once."""
    assert flags.keys() <= {"is_active", "is_staff", "is_superuser"}
    seq = tick(user_id)
    user = User.objects.get(pk=user_id)
    changed = {name: value for name, value in flags.items() if getattr(user, name) != value}
    if not changed:
        return user
    for name, value in changed.items():
        setattr(user, name, value)
    user.seq = seq
    user.save(update_fields=[*changed, "seq"])
    revoke_all(user_id, reason="access_changed")
    trace("user.access_changed", user, **changed)
    push(user_id, seq, "security.alert", [{"code": "access_changed", **changed}])
    return user
