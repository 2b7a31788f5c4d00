"""Tokens from outside: whatever is not exactly ours is 401, and never 500."""

import base64
import json
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.api.authentication import live_session
from accounts.errors import Refusal
from accounts.services.sessions import open_session
from accounts.services.tickets import issue_ticket
from accounts.tokens import verify_access

PROFILE = "/api/auth/profile"
KEY = settings.JWT_SIGNING_KEY


def claims_of(raw):
    return jwt.decode(raw, options={"verify_signature": False})


def signed(claims, key=KEY, algorithm="HS256", **header):
    return jwt.encode(claims, key, algorithm=algorithm, headers=header or None)


def segment(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header, claims, signature=b"x" * 32):
    return f"{segment(header)}.{segment(claims)}.{segment(signature)}"


@pytest.fixture
def bearer(api):
    def ask(raw):
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
        return client.get(PROFILE)

    return ask


@pytest.fixture
def good(alice):
    access, refresh, session = open_session(alice, device="test")
    return {"access": access, "refresh": refresh, "session": session, "claims": claims_of(access)}


def test_our_own_copy_of_the_claims_is_accepted(bearer, good):
    """So that the refusals below are for what they change, not for how they are made."""
    assert bearer(signed(good["claims"])).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "1"},
        {"kid": "../../dev/null"},
        {"jku": "https://evil.example/keys"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"crit": ["exp"]},
        {"x5u": "https://evil.example"},
        {"b64": False, "crit": ["b64"]},
        {"typ": "at+jwt"},
        {"zip": "DEF"},
    ],
)
def test_a_header_that_chooses_a_key_or_a_rule_is_refused(bearer, good, header):
    """Checklist 27, R8: kid, jku, jwk, crit, even under our own signature."""
    assert bearer(signed(good["claims"], **header)).status_code == 401


def test_unsigned_and_otherwise_signed_tokens_are_refused(bearer, good):
    """Checklist 27, R8: alg none in every spelling, swapped algorithms, another key."""
    claims = good["claims"]
    for name in ("none", "None", "NONE", "nOnE"):
        assert bearer(by_hand({"alg": name, "typ": "JWT"}, claims, b"")).status_code == 401
    for algorithm in ("HS384", "HS512"):
        assert bearer(signed(claims, KEY + "x" * 64, algorithm=algorithm)).status_code == 401
    assert bearer(signed(claims, "another key " * 6)).status_code == 401
    for algorithm in ("RS256", "ES256", "EdDSA", "HS1", "", None, 5, ["HS256"], {"a": 1}):
        assert bearer(by_hand({"alg": algorithm, "typ": "JWT"}, claims)).status_code == 401


def test_a_changed_payload_or_signature_is_refused(bearer, good):
    header, payload, signature = good["access"].split(".")
    other = segment(good["claims"] | {"sid": "0" * 32})
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    for parts in (
        (header, other, signature),
        (header, payload, flipped),
        (header, payload, ""),
        (header, payload),
        (header, payload, signature, ""),
    ):
        assert bearer(".".join(parts)).status_code == 401


@pytest.mark.parametrize("name", ["exp", "iat", "jti", "sub", "sid", "iss", "aud", "token_type"])
def test_every_claim_is_required(bearer, good, name):
    """Checklist 27 and 28."""
    claims = {k: v for k, v in good["claims"].items() if k != name}
    assert bearer(signed(claims)).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "someone-else"},
        {"aud": "another-api"},
        {"aud": []},
        {"token_type": "sliding"},
        {"token_type": "refresh"},
        {"sub": "not-a-uuid"},
        {"sub": 5},
        {"sid": None},
        {"exp": "soon"},
        {"exp": None},
        {"iat": "once"},
        {"iat": 10**400},
        {"exp": 10**400},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"jti": None},
    ],
)
def test_a_claim_of_another_value_is_refused(bearer, good, changes):
    """Checklist 28: issuer and audience; and types nobody issued are 401, not 500."""
    assert bearer(signed_raw(good["claims"] | changes)).status_code == 401


def signed_raw(claims):
    """Signed with our key, without PyJWT's own checks of the claims."""
    return jwt.PyJWS().encode(json.dumps(claims).encode(), KEY, algorithm="HS256")


def test_an_expired_token_says_so(bearer, good):
    past = int((timezone.now() - timedelta(minutes=1)).timestamp())
    answer = bearer(signed(good["claims"] | {"exp": past}))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_a_token_known_to_be_genuine_expires_all_the_same(bearer, good):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert bearer(good["access"]).status_code == 200
        clock.shift(timedelta(minutes=settings.ACCESS_TOKEN_MINUTES, seconds=1))
        answer = bearer(good["access"])
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_a_token_from_the_future_is_refused(bearer, good):
    future = int((timezone.now() + timedelta(minutes=5)).timestamp())
    assert bearer(signed(good["claims"] | {"iat": future})).status_code == 401


def test_access_tokens_live_fifteen_minutes_at_most(good):
    """Checklist 20."""
    assert good["claims"]["exp"] - good["claims"]["iat"] <= 15 * 60


def test_no_token_does_for_another(api, bearer, good):
    """Checklist 26: refresh as bearer, access at refresh, a stream ticket as either."""
    ticket = issue_ticket(good["session"].pk)
    assert bearer(good["refresh"]).status_code == 401
    assert bearer(ticket).status_code == 401
    for raw in (good["access"], ticket):
        assert api().post("/api/auth/refresh", {"refresh": raw}).status_code == 401


def test_a_session_of_somebody_else_is_no_session(api, bearer, good, bob):
    """Another user's sid, or another user's sub, even under our signature."""
    _, refresh, other = open_session(bob)
    assert bearer(signed(good["claims"] | {"sid": str(other.pk)})).status_code == 401
    assert bearer(signed(good["claims"] | {"sub": str(bob.pk)})).status_code == 401
    forged = signed(claims_of(good["refresh"]) | {"sid": str(other.pk)})
    assert api().post("/api/auth/refresh", {"refresh": forged}).status_code == 401
    assert api().post("/api/auth/refresh", {"refresh": refresh}).status_code == 200


def test_tokens_carry_ids_and_times_only(good):
    """Checklist 29, R5: no e-mail, no role, nothing made of the password."""
    assert good["claims"].keys() == {
        "sub",
        "sid",
        "jti",
        "iat",
        "exp",
        "iss",
        "aud",
        "token_type",
    }


def test_a_deeply_nested_header_is_refused_not_a_crash(bearer, api, db):
    """The header is parsed before any signature: 3000 brackets must not exhaust the stack."""
    bomb = f"{segment(b'[' * 2900)}.e30.e30"
    assert bearer(bomb).status_code == 401
    assert api().post("/api/auth/refresh", {"refresh": bomb}).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Basic YTpi",
        "Token x",
        "bearer",
        "\xff",
        "Bearer \xff.\xff.\xff",
        "Bearer " + "x" * 5000,
        "Bearer .",
        "Bearer ..",
        "Bearer ....",
    ],
)
def test_any_other_authorization_header_is_401(api, db, header):
    """Also where the view would let a visitor in: credentials that are wrong are never nothing."""
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get(PROFILE)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_there_is_no_endpoint_that_verifies_tokens(api, db, good):
    """R3: SimpleJWT's /token/verify says 200 for dead tokens."""
    for path in ("token", "token/verify", "token/refresh", "verify"):
        answer = api().post(f"/api/auth/{path}", {"token": good["access"]})
        assert answer.status_code == 404


def test_claims_prove_nothing_without_the_session_row(alice, good):
    """R3, R7: every request asks the row, and the row asks the person."""
    claims = verify_access(good["access"])
    assert live_session(claims.user_id, claims.session_id)[0].pk == alice.pk
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    with pytest.raises(Refusal, match="session_revoked"):
        live_session(claims.user_id, claims.session_id)


def test_neither_token_outlives_the_session(alice):
    """R6: the absolute end caps what is issued shortly before it."""
    from accounts.tokens import issue

    ends_at = timezone.now() + timedelta(minutes=3)
    access, refresh, _ = issue(alice.pk, alice.pk, ends_at=ends_at)
    assert claims_of(access)["exp"] == claims_of(refresh)["exp"] == int(ends_at.timestamp())
