"""The two tokens of a session, signed and parsed by SimpleJWT. They carry ids and times only.

Whether a token still counts is not written in it: every request asks the Session row.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

import jwt
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.errors import Reason, Refusal

HEADER_FIELDS = {"alg", "typ"}  # No kid, jku, jwk or crit: nothing in a token may choose its key.


@dataclass(frozen=True, slots=True)
class Claims:
    user_id: UUID
    session_id: UUID
    jti: str
    expires_at: float  # POSIX seconds


def jti_hash(jti: str) -> str:
    return hashlib.sha256(jti.encode()).hexdigest()


def issue(user_id: UUID, session_id: UUID, *, ends_at: datetime) -> tuple[str, str, str]:
    """A new (access, refresh, jti of the refresh). Neither outlives the session's absolute end."""
    jti = uuid4().hex
    refresh = _stamped(RefreshToken(), user_id, session_id, ends_at)
    refresh["jti"] = jti
    access = _stamped(AccessToken(), user_id, session_id, ends_at)
    return str(access), str(refresh), jti


def _stamped(token: Token, user_id: UUID, session_id: UUID, ends_at: datetime) -> Token:
    token["sub"] = str(user_id)
    token["sid"] = str(session_id)
    token["exp"] = min(token["exp"], int(ends_at.timestamp()))
    return token


def verify_access(raw: str) -> Claims:
    """The claims of an access token that is genuine and in time; refuses any other with 401."""
    claims = _verified(raw, AccessToken, settings.JWT_SIGNING_KEY)
    if claims.expires_at <= timezone.now().timestamp():
        raise Refusal(Reason.TOKEN_EXPIRED, status=401)
    return claims


def verify_refresh(raw: str) -> Claims:
    """The claims of a refresh token that is genuine and in time; if it was used, the row knows."""
    return _parsed(raw, RefreshToken)


@lru_cache(maxsize=20_000)
def _verified(raw: str, kind: type[Token], _key: str) -> Claims:
    """Parse once per token and process: a verified token stays genuine, only its time runs out."""
    return _parsed(raw, kind)


def _parsed(raw: str, kind: type[Token]) -> Claims:
    _check_header(raw)
    try:
        # Signature, algorithm, exp, iat, iss, aud, jti and token_type are checked in here.
        token = kind(raw)  # type: ignore[arg-type]
        if not isinstance(token["iat"], int):
            raise Refusal(Reason.TOKEN_INVALID, status=401)
        return Claims(
            UUID(token["sub"]), UUID(token["sid"]), str(token["jti"]), float(token["exp"])
        )
    except ExpiredTokenError:
        raise Refusal(Reason.TOKEN_EXPIRED, status=401) from None
    except (TokenError, KeyError, ValueError, TypeError, AttributeError, OverflowError):
        raise Refusal(Reason.TOKEN_INVALID, status=401) from None


def _check_header(raw: str) -> None:
    """Refuse what a forger could choose a key or a rule with, before anything else looks at it."""
    try:
        header = jwt.get_unverified_header(raw)
    except jwt.InvalidTokenError:
        raise Refusal(Reason.TOKEN_INVALID, status=401) from None
    if not header.keys() <= HEADER_FIELDS or header.get("typ") != "JWT":
        raise Refusal(Reason.TOKEN_INVALID, status=401)
