"""POST /api/auth/login: one answer and one amount of work for everybody who may not come in."""

import pytest

from accounts.models import AuditEntry, Session, User
from accounts.services import people
from accounts.services.people import Device, change_password, log_in
from config.tests.cast import PASSWORD

URL = "/api/auth/login"


def credentials(user, **fields):
    return {"email": user.email, "password": PASSWORD} | fields


def test_the_right_password_opens_a_session(api, alice):
    answer = api().post(URL, credentials(alice), HTTP_USER_AGENT="Browser/1.0")
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(alice.pk)
    assert "default_account" not in answer.json()["user"]
    session = Session.objects.get()
    assert (session.user_id, session.device, session.ip) == (alice.pk, "Browser/1.0", "127.0.0.1")
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    assert client.get("/api/auth/profile").status_code == 200


def test_every_login_is_a_session_of_its_own(api, alice):
    """Checklist 33: the session id changes on login."""
    first, second = (api().post(URL, credentials(alice)).json() for _ in range(2))
    assert first["access"] != second["access"]
    assert Session.objects.for_user(alice).count() == 2


@pytest.mark.parametrize("email", ["ALICE@example.org", " Alice@Example.Org "])
def test_case_and_blanks_of_the_email_do_not_matter(api, alice, email):
    assert api().post(URL, credentials(alice, email=email)).status_code == 200


def test_unknown_wrong_and_inactive_get_the_same_answer(api, alice, bob):
    """Checklist 6: nobody learns which e-mails exist. R7: no token for an inactive user."""
    User.objects.filter(pk=bob.pk).update(is_active=False)
    answers = [
        api().post(URL, body, HTTP_X_REQUEST_ID="same")
        for body in (
            credentials(alice, password="wrong but long"),
            credentials(alice, email="nobody@example.org"),
            credentials(bob),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["code"] == "invalid_credentials"
    assert not Session.objects.exists()


def test_unknown_wrong_and_inactive_cost_the_same_hashing(api, alice, bob, monkeypatch):
    """Checklist 6, without a stopwatch: each attempt checks exactly one hash of the same cost."""
    from accounts.passwords import BCryptHasher

    User.objects.filter(pk=bob.pk).update(is_active=False)
    people.dummy_hash()
    verified = []
    stock = BCryptHasher.verify
    monkeypatch.setattr(
        BCryptHasher,
        "verify",
        lambda self, password, encoded: (
            verified.append(encoded[:20]) or stock(self, password, encoded)
        ),
    )
    for body in (
        credentials(alice, password="wrong but long"),
        credentials(alice, email="nobody@example.org"),
        credentials(bob),
    ):
        api().post(URL, body)
    assert len(verified) == 3
    assert len(set(verified)) == 1  # algorithm and rounds


@pytest.mark.parametrize(
    "variant",
    [
        " Aé" + "x" * 97,
        " Ae\u0301" + "x" * 97 + " ",
        "Aé" + "x" * 97 + " ",
        (" Aé" + "x" * 97 + " ")[:72],
        " aé" + "x" * 97 + " ",
    ],
)
def test_a_password_is_never_trimmed_folded_cut_or_normalised(api, db, variant):
    """Checklist 4: stripped, lower-cased, 72-byte prefix and NFD variants are all wrong."""
    password = " Aé" + "x" * 97 + " "
    user = User.objects.create_user("precise@example.org", password)
    assert api().post(URL, credentials(user, password=password)).status_code == 200
    assert api().post(URL, credentials(user, password=variant)).status_code == 401


def test_a_huge_password_is_refused_before_it_is_hashed(api, alice, monkeypatch):
    monkeypatch.setattr(people, "check_password", None)
    monkeypatch.setattr(User, "check_password", None)
    assert api().post(URL, credentials(alice, password="x" * 900_000)).status_code == 400
    assert api().post(URL, credentials(alice, password="x" * 1_900_000)).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@example.org"},
        {"password": PASSWORD},
        [],
        None,
        {"email": 1, "password": True},
        {"email": "a@example.org", "password": PASSWORD, "remember": True},
    ],
)
def test_a_body_of_another_shape_is_refused(api, db, body):
    answer = api().post(URL, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_success_and_failure_are_on_the_trail_without_secrets(api, alice):
    """Checklist 76 and 77."""
    api().post(URL, credentials(alice))
    api().post(URL, credentials(alice, password="canary-4711-long"))
    api().post(URL, credentials(alice, email="nobody@example.org", password="canary-4711-long"))
    entries = AuditEntry.objects.order_by("id")
    assert [(e.action, e.user_id) for e in entries] == [
        ("session.opened", alice.pk),
        ("login.failed", alice.pk),
        ("login.failed", None),
    ]
    assert all(e.ip == "127.0.0.1" for e in entries)
    assert "canary" not in str([(e.data, e.target) for e in entries])


def test_a_login_that_began_before_a_password_change_opens_nothing(alice, monkeypatch):
    """The hash takes a while; a session must not slip past the change that ends all sessions."""
    stock = User.check_password

    def slow_check(user, raw):
        result = stock(user, raw)
        monkeypatch.setattr(User, "check_password", stock)
        change_password(
            user_id=user.pk, session_id=user.pk, current=PASSWORD, new="quite another phrase"
        )
        return result

    monkeypatch.setattr(User, "check_password", slow_check)
    from accounts.errors import Refusal

    with pytest.raises(Refusal, match="invalid_credentials"):
        log_in(email=alice.email, password=PASSWORD, device=Device())
    assert not Session.objects.exists()


def test_a_token_in_the_header_plays_no_part_in_logging_in(api, alice):
    client = api()
    client.credentials(HTTP_AUTHORIZATION="Bearer rubbish")
    assert client.post(URL, credentials(alice)).status_code == 200


def test_there_is_no_account_that_nobody_made(api, db):
    """Checklist 18: no default credentials on a fresh database."""
    for name in ("admin", "admin@example.org", "demo@example.org"):
        assert api().post(URL, {"email": name, "password": "admin"}).status_code == 401
    assert not User.objects.exists()
