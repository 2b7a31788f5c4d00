"""Passkeys (WebAuthn): adding one, and letting one sign as a second factor or as the whole login.

python-fido2 checks the ceremonies: Yubico keeps it, it is typed, and it needs nothing but cryptography
(py_webauthn brings four more packages). What it leaves to its caller is here: the challenge counts
once, the counter of the key must grow, and a key belongs to one person.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import IntegrityError
from django.db.models import Q
from django.db.transaction import atomic
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.models import Challenge, Passkey, User
from accounts.services import challenges
from accounts.services.factors import codes_left, drop_codes_without_factor, new_codes
from accounts.services.telling import credentials_changed

PER_USER_MAX = 20
VERIFY = UserVerificationRequirement.PREFERRED
QUESTION = "accounts.passkeys.open_question"


def server() -> Fido2Server:
    """The relying party is the host of PUBLIC_URL, and only its origin may ask."""
    parts = urlsplit(settings.PUBLIC_URL)
    origin = f"{parts.scheme}://{parts.netloc}"
    rp = PublicKeyCredentialRpEntity(id=parts.hostname or "localhost", name="Household books")
    return Fido2Server(rp, verify_origin=lambda asked: asked == origin)


def _keys_of(user_id: UUID) -> list[AttestedCredentialData]:
    rows = Passkey.objects.for_user(user_id).values_list("credential", flat=True)
    return [AttestedCredentialData(bytes(row)) for row in rows]


def creation_options(user: User, session_id: UUID) -> dict[str, Any]:
    """What navigator.credentials.create() takes; keys of this person are left out."""
    challenge = challenges.find(
        challenges.put(user, Challenge.Purpose.PASSKEY, session_id=session_id),
        Challenge.Purpose.PASSKEY,
    )
    entity = PublicKeyCredentialUserEntity(
        id=user.pk.bytes, name=user.email, display_name=user.name or user.email
    )
    options, state = server().register_begin(
        entity,
        _keys_of(user.pk),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=VERIFY,
    )
    challenges.keep(challenge, state)
    return dict(options)


def add(
    user: User, session_id: UUID, *, name: str, credential: Mapping[str, Any]
) -> tuple[Passkey, list[str]]:
    """(the passkey, recovery codes if it is the first factor: shown once)."""
    challenge = challenges.find_of_session(session_id, Challenge.Purpose.PASSKEY)
    try:
        data = server().register_complete(challenge.state, credential)
    except Exception as failure:
        raise Refusal(Reason.PASSKEY_INVALID, pointer="/credential") from failure
    attested = data.credential_data
    assert attested is not None, "register_complete requires it"
    try:
        with atomic():
            seq = tick(user.pk)
            challenges.spend(challenge)
            if Passkey.objects.for_user(user.pk).count() >= PER_USER_MAX:
                raise Refusal(Reason.TOO_MANY_PASSKEYS, status=409)
            key = Passkey.objects.create(
                user=user,
                name=name,
                credential_id=websafe_encode(attested.credential_id),
                credential=bytes(attested),
                sign_count=data.counter,
            )
            credentials_changed(user, seq, "second_factor_added", factor="passkey")
            codes = [] if codes_left(user.pk) else new_codes(user.pk)
    except IntegrityError:
        raise Refusal(Reason.PASSKEY_INVALID, pointer="/credential") from None
    return key, codes


@atomic
def remove(user_id: UUID, passkey_id: UUID) -> None:
    seq = tick(user_id)
    if not Passkey.objects.for_user(user_id).filter(pk=passkey_id).delete()[0]:
        raise Refusal(Reason.NOT_FOUND, status=404)
    drop_codes_without_factor(user_id)
    credentials_changed(
        User.objects.get(pk=user_id), seq, "second_factor_removed", factor="passkey"
    )


def request_options(challenge: Challenge) -> dict[str, Any]:
    """What navigator.credentials.get() takes, for the question that was put."""
    keys = _keys_of(challenge.user_id)
    if not keys:
        raise Refusal(Reason.NO_FACTOR, status=409)
    options, state = server().authenticate_begin(keys, user_verification=VERIFY)
    challenges.keep(challenge, state)
    return dict(options)


def open_question() -> tuple[str, dict[str, Any]]:
    """(token, what navigator.credentials.get() takes) for whoever has a passkey here.

    Nobody is known yet, so no row is kept: the token holds the question under our signature. The key
    must verify its user, by a fingerprint or a PIN: it stands for the password and the second factor.
    """
    options, state = server().authenticate_begin(
        None, user_verification=UserVerificationRequirement.REQUIRED
    )
    return signing.dumps(state, salt=QUESTION), dict(options)


def person_of(token: str, credential: Mapping[str, Any]) -> User:
    """Who signed an open question; refuses a key that is not of the person it names (WebAuthn, 7.2)."""
    try:
        state = signing.loads(token, salt=QUESTION, max_age=challenges.GOOD_FOR)
    except signing.BadSignature:
        raise Refusal(Reason.CHALLENGE_INVALID, status=401) from None
    key = Passkey.objects.filter(credential_id=str(credential.get("id", ""))).first()
    named = credential.get("response")
    handle = named.get("userHandle") if isinstance(named, Mapping) else None
    if key is None or handle != websafe_encode(key.user_id.bytes):
        raise Refusal(Reason.PASSKEY_INVALID, pointer="/credential")
    _signed(state, key.user_id, credential)
    return User.objects.get(pk=key.user_id)


def prove(challenge: Challenge, credential: Mapping[str, Any]) -> None:
    """Refuse unless a passkey of the person signed what was asked."""
    _signed(challenge.state, challenge.user_id, credential)


def _signed(state: dict[str, Any], user_id: UUID, credential: Mapping[str, Any]) -> None:
    """Refuse unless a passkey of the person signed this. A copied key shows by its counter."""
    try:
        signed = server().authenticate_complete(state, _keys_of(user_id), credential)
        count = AuthenticationResponse.from_dict(credential).response.authenticator_data.counter
    except Exception as failure:
        raise Refusal(Reason.PASSKEY_INVALID, pointer="/credential") from failure
    rows = Passkey.objects.for_user(user_id)
    grown = Q(sign_count__lt=count) if count else Q(sign_count=0)  # 0: the key does not count
    mine = rows.filter(grown, credential_id=websafe_encode(signed.credential_id))
    if not mine.update(sign_count=count, last_used_at=timezone.now()):
        raise Refusal(Reason.PASSKEY_INVALID, pointer="/credential")
