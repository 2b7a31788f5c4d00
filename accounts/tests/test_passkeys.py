"""Passkeys: added with a fresh proof, signing the second half of a login and a step-up."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Passkey, Session
from accounts.tests.authenticator import Authenticator
from config.tests.cast import PASSWORD, person, race

AUTH = "/api/auth/"
ORIGIN = "https://books.example.org"


@pytest.fixture(autouse=True)
def known_address(settings):
    settings.PUBLIC_URL = ORIGIN


def post(client, path, body=None):
    return client.post(AUTH + path, body or {})


def add(client, key, name="Laptop", **changes):
    options = post(client, "mfa/passkeys/options")
    assert options.status_code == 200, options.content
    body = {"name": name, "credential": key.create(options.json(), **changes)}
    return post(client, "mfa/passkeys", body)


def begin(api, user):
    return post(api(), "login", {"email": user.email, "password": PASSWORD}).json()["mfa_token"]


def options_of(api, token):
    return post(api(), "login/mfa/passkey-options", {"mfa_token": token}).json()


def sign_in(api, token, credential):
    return post(api(), "login/mfa", {"mfa_token": token, "credential": credential})


@pytest.fixture
def key(api, alice):
    key = Authenticator(ORIGIN)
    assert add(api(alice), key).status_code == 201
    return key


def test_a_passkey_is_added_and_signs_a_login(api, alice):
    client, key = api(alice), Authenticator(ORIGIN)
    added = add(client, key)
    assert added.status_code == 201, added.content
    assert len(added.json()["recovery_codes"]) == 10, "the first factor brings them"
    assert "recovery_codes" not in add(client, Authenticator(ORIGIN), "Phone").json()
    listed = client.get(AUTH + "mfa/passkeys").json()["results"]
    assert [row["name"] for row in listed] == ["Laptop", "Phone"]
    begun = post(api(), "login", {"email": alice.email, "password": PASSWORD}).json()
    assert begun["methods"] == ["passkey", "recovery_code"]
    token = begun["mfa_token"]
    done = sign_in(api, token, key.get(options_of(api, token)))
    assert done.status_code == 200, done.content
    assert client.get(AUTH + "mfa/passkeys").json()["results"][0]["last_used_at"]


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://books.example.org"},
        {"origin": "https://books.example.org.evil.io"},
        {"challenge": b"x" * 32},
    ],
)
def test_what_another_page_asked_for_is_refused(api, alice, key, changes):
    assert add(api(alice), Authenticator(ORIGIN), **changes).json()["code"] == "passkey_invalid"
    token = begin(api, alice)
    answer = sign_in(api, token, key.get(options_of(api, token), **changes))
    assert answer.json()["code"] == "passkey_invalid"


def test_a_forged_signature_and_a_strangers_key_are_refused(api, alice, bob, key):
    token = begin(api, alice)
    options = options_of(api, token)
    assert sign_in(api, token, key.get(options, forged=True)).status_code == 400
    other = Authenticator(ORIGIN)
    add(api(bob), other)
    assert sign_in(api, token, other.get(options)).status_code == 400
    assert sign_in(api, token, key.get(options)).status_code == 200


def test_an_answer_is_good_once(api, alice, key):
    token = begin(api, alice)
    credential = key.get(options_of(api, token))
    assert sign_in(api, token, credential).status_code == 200
    assert sign_in(api, token, credential).status_code == 401
    again = begin(api, alice)
    options_of(api, again)
    assert sign_in(api, again, credential).status_code == 400, "another challenge"


def test_of_parallel_answers_one_opens_a_session(api, transactional_db):
    alice = person("alice@example.org")
    key = Authenticator(ORIGIN)
    add(api(alice), key)
    token = begin(api, alice)
    credential = key.get(options_of(api, token))
    answers = race([partial(sign_in, api, token, credential) for _ in range(5)])
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert Session.objects.for_user(alice).count() == 2, "that of the set-up and this one"


def test_a_copied_key_shows_by_its_counter(api, alice, key):
    token = begin(api, alice)
    sign_in(api, token, key.get(options_of(api, token)))
    key.count -= 1
    token = begin(api, alice)
    assert sign_in(api, token, key.get(options_of(api, token))).status_code == 400


def test_a_key_that_does_not_count_is_taken_as_it_is(api, alice):
    key = Authenticator(ORIGIN, counts=False)
    add(api(alice), key)
    for _ in range(2):
        token = begin(api, alice)
        assert sign_in(api, token, key.get(options_of(api, token))).status_code == 200


def test_a_key_belongs_to_one_person(api, alice, bob, key):
    assert add(api(bob), key).json()["code"] == "passkey_invalid"
    assert not Passkey.objects.for_user(bob).exists()
    mine = Passkey.objects.for_user(alice).get()
    assert api(bob).delete(f"{AUTH}mfa/passkeys/{mine.pk}").status_code == 404
    client = api(alice)
    assert client.delete(f"{AUTH}mfa/passkeys/{mine.pk}").status_code == 204
    assert client.get(AUTH + "mfa").json() == {"methods": [], "recovery_codes_left": 0}


def test_a_passkey_makes_a_session_fresh(api, alice, key):
    client = api(alice)
    old = timezone.now() - timedelta(minutes=11)
    Session.objects.filter(pk=client.session_row.pk).update(authenticated_at=old)
    assert post(client, "mfa/recovery-codes").status_code == 403
    options = post(client, "step-up/passkey-options").json()
    credential = key.get(options)
    assert post(client, "step-up", {"credential": credential}).status_code == 204
    assert post(client, "mfa/recovery-codes").status_code == 200
    assert post(client, "step-up", {"credential": credential}).status_code == 400


@pytest.mark.parametrize(
    "credential",
    [{}, {"id": "a"}, {"id": 1, "rawId": [], "response": {}}, {"rawId": "AA", "response": "x"}],
)
def test_rubbish_is_refused_by_name(api, alice, key, credential):
    client = api(alice)
    post(client, "mfa/passkeys/options")
    answer = post(client, "mfa/passkeys", {"name": "x", "credential": credential})
    assert (answer.status_code, answer.json()["code"]) == (400, "passkey_invalid")
    token = begin(api, alice)
    options_of(api, token)
    assert sign_in(api, token, credential).json()["code"] == "passkey_invalid"


def test_nothing_is_added_without_being_asked_for(api, alice):
    answer = post(api(alice), "mfa/passkeys", {"name": "x", "credential": {}})
    assert answer.json()["code"] == "challenge_invalid"
