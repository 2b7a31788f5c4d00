"""The chapter "Authentication" of the security checklist; each test names its line.

Lines 1 to 5 and 11 are also in test_passwords, test_register, test_login and test_change_password.
"""

from functools import partial

import pytest
import time_machine
from django.utils import timezone

from accounts import limits
from accounts.models import Attempts, Event, Session, User
from accounts.passwords import BCryptHasher
from accounts.services.people import Device, prove_password
from config.tests.cast import PASSWORD, person, race

LOGIN = "/api/auth/login"
PHONE, ELSEWHERE = "Phone/1.0", "Script/2.0"


def log_in(api, email, password="wrong but long", agent=ELSEWHERE, **headers):
    client = headers.pop("client", None) or api()
    body = {"email": email, "password": password}
    return client.post(LOGIN, body, HTTP_USER_AGENT=agent, **headers)


def burn(api, email, times=5, **options):
    answers = [log_in(api, email, **options) for _ in range(times)]
    assert {answer.status_code for answer in answers} == {401}


def test_line_6_known_and_unknown_people_are_limited_alike(api, alice):
    """Nobody learns from a limit who exists: same answers in the same order."""
    answers = [
        [log_in(api, email, HTTP_X_REQUEST_ID="same") for _ in range(7)]
        for email in (alice.email, "nobody@example.org")
    ]
    statuses = [[answer.status_code for answer in group] for group in answers]
    assert statuses == [[401] * 5 + [429] * 2] * 2
    assert len({answer.content for group in answers for answer in group}) == 2


def test_line_6_a_refusal_takes_the_same_statements_for_both(api, alice, django_assert_num_queries):
    for email in (alice.email, "nobody@example.org"):
        burn(api, email)
    for email in (alice.email, "nobody@example.org"):
        with django_assert_num_queries(8):
            assert log_in(api, email).status_code == 429


def test_line_7_of_a_burst_only_so_many_reach_the_hasher(api, transactional_db, monkeypatch):
    """50 wrong at once, and the right one after them: counted before hashing, under concurrency."""
    alice = person("alice@example.org")
    hashed = []
    stock = BCryptHasher.verify
    monkeypatch.setattr(BCryptHasher, "verify", lambda *args: hashed.append(1) or stock(*args))
    answers = race([lambda: log_in(api, alice.email) for _ in range(50)])
    assert {answer.status_code for answer in answers} == {401, 429}
    assert 5 <= len(hashed) <= 10
    assert log_in(api, alice.email, PASSWORD).status_code == 429
    assert not Session.objects.exists()


def test_line_7_right_logins_at_once_all_pass(api, transactional_db):
    """A limit on failures is none on people: reserved places come free again."""
    alice = person("alice@example.org")
    calls = [partial(log_in, api, alice.email, PASSWORD, f"App/{i}") for i in range(8)]
    assert {answer.status_code for answer in race(calls)} == {200}
    assert set(Attempts.objects.values_list("failures", "pending")) == {(0, 0)}


@pytest.mark.parametrize(
    "disguise",
    [
        lambda i: {"HTTP_X_FORWARDED_FOR": f"198.51.100.{i}"},
        lambda i: {"HTTP_X_REAL_IP": f"198.51.100.{i}"},
        lambda i: {"HTTP_FORWARDED": f"for=198.51.100.{i}"},
        lambda i: {"agent": f"Browser/{i} (rotating)"},
        lambda i: {"HTTP_COOKIE": f"known_device=forged{i}"},
    ],
)
def test_line_8_no_header_buys_more_guesses(api, alice, disguise):
    statuses = [log_in(api, alice.email, **disguise(i)).status_code for i in range(7)]
    assert statuses == [401] * 5 + [429] * 2


def test_line_8_no_spelling_buys_more_guesses(api, alice):
    spellings = ["ALICE@example.org", " alice@example.org", "Alice@Example.Org ", "aLICE@example.org",
                 "alice@EXAMPLE.org", "AlIcE@example.org", "alice@example.ORG"]  # fmt: skip
    assert [log_in(api, s).status_code for s in spellings] == [401] * 5 + [429] * 2


def test_line_9_the_victims_device_still_gets_in(api, alice):
    """By its cookie from wherever, and without cookies by the same program at the same address."""
    at_home = api()
    assert log_in(api, alice.email, PASSWORD, PHONE, client=at_home).status_code == 200
    burn(api, alice.email)
    assert log_in(api, alice.email, PASSWORD).status_code == 429
    assert log_in(api, alice.email, PASSWORD, PHONE).status_code == 200
    travelling = {"client": at_home, "agent": "Phone/2.0", "REMOTE_ADDR": "203.0.113.9"}
    assert log_in(api, alice.email, PASSWORD, **travelling).status_code == 200
    elsewhere = {"agent": PHONE, "REMOTE_ADDR": "203.0.113.9"}
    assert log_in(api, alice.email, PASSWORD, **elsewhere).status_code == 429


def test_line_9_a_known_device_has_no_endless_guesses_either(api, alice):
    client = api()
    log_in(api, alice.email, PASSWORD, PHONE, client=client)
    burn(api, alice.email, agent=PHONE, client=client)
    assert log_in(api, alice.email, PASSWORD, PHONE, client=client).status_code == 429


def test_line_9_a_cookie_of_another_person_makes_no_known_device(api, alice, mallory):
    client = api()
    log_in(api, mallory.email, PASSWORD, ELSEWHERE, client=client)
    burn(api, alice.email, client=client)
    assert log_in(api, alice.email, PASSWORD).status_code == 429


def test_line_10_the_refusal_says_how_long(api, alice):
    burn(api, alice.email)
    answer = log_in(api, alice.email)
    assert answer.status_code == 429
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "too_many_attempts"
    assert 28 <= int(answer["Retry-After"]) <= 30
    assert answer["RateLimit-Remaining"] == "0"


def test_as01_each_further_failure_doubles_the_wait_and_time_forgives(api, alice):
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        burn(api, alice.email)
        for _ in range(9):
            refused = log_in(api, alice.email)
            waits.append(int(refused["Retry-After"]))
            clock.shift(waits[-1])
            assert log_in(api, alice.email).status_code == 401, "one try is free again"
        assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
        clock.shift(3600 + 900)
        burn(api, alice.email)


def test_as01_success_forgets_and_the_owner_hears_of_a_limit(api, alice):
    burn(api, alice.email, times=4)
    assert log_in(api, alice.email, PASSWORD).status_code == 200
    burn(api, alice.email)  # from the same program and address: a device of its own by now
    alerts = Event.objects.for_user(alice).filter(kind="security.alert")
    assert [alert.data["code"] for alert in alerts] == ["login_limited"]
    assert alerts[0].data["delay_seconds"] == 30


def test_as02_a_source_that_guesses_at_many_is_slowed(api, alice, mallory, settings):
    """An IPv6 network is one source; an account of one's own washes nothing (trap L5)."""
    settings.LOGIN_SOURCE_FAILURES_MAX = 6
    for i in range(6):
        address = f"2001:db8:1:2::{i}"
        assert log_in(api, f"victim{i}@example.org", REMOTE_ADDR=address).status_code == 401
        if i == 4:
            assert log_in(api, mallory.email, PASSWORD, REMOTE_ADDR=address).status_code == 200
    near = log_in(api, alice.email, PASSWORD, REMOTE_ADDR="2001:db8:1:2:ffff::1")
    far = log_in(api, alice.email, PASSWORD, REMOTE_ADDR="2001:db8:1:3::1")
    assert (near.status_code, far.status_code) == (429, 200)


def test_a_crash_while_hashing_leaves_no_place_taken(api, alice, monkeypatch):
    def crash(*args):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(User, "check_password", crash)
        for _ in range(12):
            with pytest.raises(ZeroDivisionError):
                prove_password(email=alice.email, password=PASSWORD, device=Device())
    assert log_in(api, alice.email, PASSWORD).status_code == 200


def test_a_killed_process_frees_its_places_after_a_minute(db):
    limit = limits.person_limit()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(limit.burst):
            limits.reserve((limit, "somebody"))
        with pytest.raises(limits.Refusal):
            limits.reserve((limit, "somebody"))
        clock.shift(61)
        limits.reserve((limit, "somebody"))


def test_line_11_a_flood_is_refused_before_any_hash(api, alice, monkeypatch):
    burn(api, alice.email)
    monkeypatch.setattr(BCryptHasher, "verify", None)
    assert {log_in(api, alice.email).status_code for _ in range(20)} == {429}


def test_line_18_there_is_no_account_that_nobody_made(db):
    assert not User.objects.exists()


def test_no_table_tells_who_was_guessed_at(api, db):
    log_in(api, "secretive@example.org")
    assert not [row for row in Attempts.objects.values_list("key", flat=True) if "secret" in row]
