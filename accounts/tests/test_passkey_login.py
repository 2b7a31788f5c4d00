"""A passkey that verified its user logs in by itself: no e-mail, no password, once per question."""

from datetime import timedelta
from functools import partial

import pytest
from django.core import signing
from django.utils import timezone
from fido2.utils import websafe_encode

from accounts.models import AuditEntry, Challenge, Passkey, Session
from accounts.services import passkeys
from accounts.services.challenges import forget_challenges
from accounts.tests.authenticator import Authenticator
from accounts.tests.test_passkeys import ORIGIN, add, known_address, post
from config.tests.cast import person, race

__all__ = ["known_address"]  # a fixture


@pytest.fixture
def key(api, alice):
    key = Authenticator(ORIGIN)
    assert add(api(alice), key).status_code == 201
    return key


def question(api):
    return post(api(), "login/passkey/options").json()


def answer(api, asked, credential):
    body = {"passkey_token": asked["passkey_token"], "credential": credential}
    return post(api(), "login/passkey", body)


def test_it_opens_a_session_and_the_trail_says_by_what(api, alice, key):
    asked = question(api)
    assert asked["publicKey"]["userVerification"] == "required"
    assert "allowCredentials" not in asked["publicKey"], "who it is, nobody knows yet"
    done = answer(api, asked, key.get(asked))
    assert done.status_code == 200, done.content
    assert done.json()["user"]["email"] == alice.email
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {done.json()['access']}"}
    assert api().get("/api/auth/profile", **bearer).json()["id"] == str(alice.pk)
    opened = AuditEntry.objects.filter(action="session.opened").latest("at")
    assert opened.data["proved_by"] == "passkey"
    assert Passkey.objects.for_user(alice).get().last_used_at


def test_a_question_leaves_no_row_behind(api, db):
    question(api)
    assert not Challenge.objects.exists()


def test_an_answer_opens_one_session(api, alice, key):
    asked = question(api)
    credential = key.get(asked)
    assert answer(api, asked, credential).status_code == 200
    assert answer(api, asked, credential).status_code == 400, "the key counted on"
    assert Session.objects.for_user(alice).count() == 2, "that of the set-up and this one"


@pytest.mark.parametrize("counts", [True, False])
def test_of_twenty_at_once_one_comes_in(api, transactional_db, counts):
    """Also with a key that does not count, as those that are shared between devices."""
    alice = person("alice@example.org")
    key = Authenticator(ORIGIN, counts=counts)
    add(api(alice), key)
    asked = question(api)
    credential = key.get(asked)
    answers = race([partial(answer, api, asked, credential) for _ in range(20)])
    assert sorted(each.status_code for each in answers)[:2] in ([200, 400], [200, 401])
    assert Session.objects.for_user(alice).count() == 2


def test_the_answer_of_yesterday_is_refused_and_its_row_goes(api, alice, settings, monkeypatch):
    key = Authenticator(ORIGIN, counts=False)
    add(api(alice), key)
    asked = question(api)
    credential = key.get(asked)
    assert answer(api, asked, credential).status_code == 200
    again = answer(api, asked, credential)
    assert (again.status_code, again.json()["code"]) == (401, "challenge_invalid")
    Challenge.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    forget_challenges()
    old = signing.TimestampSigner.timestamp
    late = signing.b62_encode(int(timezone.now().timestamp()) - 301)
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda self: late)
    asked = question(api)
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", old)
    assert answer(api, asked, key.get(asked)).json()["code"] == "challenge_invalid"


@pytest.mark.parametrize(
    "changes",
    [
        {"unverified": True},
        {"forged": True},
        {"origin": "https://evil.example"},
        {"challenge": b"x" * 32},
        {"user_handle": b""},
        {"user_handle": b"x" * 16},
    ],
)
def test_what_does_not_prove_its_user_is_refused(api, alice, key, changes):
    asked = question(api)
    refused = answer(api, asked, key.get(asked, **changes))
    assert (refused.status_code, refused.json()["code"]) == (400, "passkey_invalid")
    assert answer(api, asked, key.get(asked)).status_code == 200


def test_it_speaks_for_nobody_else(api, alice, bob, key):
    asked = question(api)
    assert answer(api, asked, key.get(asked, user_handle=bob.pk.bytes)).status_code == 400
    assert answer(api, asked, Authenticator(ORIGIN).get(asked)).status_code == 400
    for broken in ({}, {"id": None}, {"id": websafe_encode(key.id)}, {"id": websafe_encode(key.id), "response": []}):  # fmt: skip
        assert answer(api, asked, broken).json()["code"] == "passkey_invalid"
    assert not Session.objects.for_user(bob).exists()


def test_a_question_that_we_did_not_put_is_refused(api, alice, key):
    asked = question(api)
    forged = {**asked, "passkey_token": asked["passkey_token"][:-2] + "xx"}
    assert answer(api, forged, key.get(asked)).status_code == 401
    other = signing.dumps({"challenge": "AAAA"}, salt="another")
    assert answer(api, {"passkey_token": other}, key.get(asked)).status_code == 401
    assert passkeys.QUESTION


def test_nobody_comes_in_who_may_not(api, alice, key, settings):
    settings.REQUIRE_VERIFIED_EMAIL = True
    asked = question(api)
    assert answer(api, asked, key.get(asked)).json()["code"] == "email_not_verified"
    settings.REQUIRE_VERIFIED_EMAIL = False
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    asked = question(api)
    assert answer(api, asked, key.get(asked)).status_code == 401
    alice.is_active = True
    alice.save(update_fields=["is_active"])
    Passkey.objects.for_user(alice).delete()
    asked = question(api)
    assert answer(api, asked, key.get(asked)).json()["code"] == "passkey_invalid"
