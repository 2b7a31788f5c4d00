"""What shows in no single request: staff among many people (AS17), a rule switched off, all logins (AS03)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit import audit
from accounts.context import Origin, origin
from accounts.models import Event
from config.tests.cast import account_of, person, posted
from security_monitor.behaviour.rates import Usual, Window, is_spray, learned
from security_monitor.models import Case, RuleChange, SecurityEvent
from security_monitor.services import login_rates, sightings
from security_monitor.services.rules_off import judge_rules_off
from security_monitor.tasks import look_around


@pytest.fixture(autouse=True)
def counts(monkeypatch):
    monkeypatch.setattr(sightings, "own", sightings.OwnSightings())
    sightings.own.store.clear()


def events(kind):
    return list(SecurityEvent.objects.filter(kind=kind))


# --- AS17: staff among many people


@pytest.fixture
def people(db):
    return [person(f"p{n}@example.org") for n in range(5)]


@pytest.fixture
def chief(db):
    return person("chief@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def console(chief, settings):
    settings.STAFF_PEOPLE_MAX = 3
    client = Client()
    client.force_login(chief)
    return client


def pages(user):
    account = account_of(user)
    return [
        reverse("admin:accounts_user_change", args=[user.pk]),
        reverse("admin:ledger_account_change", args=[account.pk]),
        reverse("admin:ledger_account_changelist") + f"?user={user.pk}",
        reverse("admin:debts_payoff", args=[user.pk]),
        reverse("admin:accounts_user_history", args=[user.pk]),
    ]


@pytest.mark.parametrize("kind", range(5))
def test_as17_pages_of_more_people_than_work_needs_are_an_event(
    console, chief, people, staff, kind, django_capture_on_commit_callbacks
):
    addresses = [pages(user)[kind] for user in people]
    for address in addresses[:3]:
        assert console.get(address).status_code == 200
    assert events("staff.opened_many") == [], "three may be opened"
    with django_capture_on_commit_callbacks(execute=True):
        console.get(addresses[3])
    [event] = events("staff.opened_many")
    assert (event.user_id, event.risk_score, event.data) == (chief.pk, 50, {"people": 4})
    told = Event.objects.filter(kind="security.alert", data__code="staff.opened_many")
    assert [row.user_id for row in told] == [staff.pk], "others of the staff hear of it"
    console.get(addresses[4])
    assert len(events("staff.opened_many")) == 1, "once an hour"


def test_as17_many_pages_of_few_people_and_one_s_own_are_work(console, chief, people):
    for user in [chief, *people[:3]]:
        for address in pages(user):
            assert console.get(address).status_code == 200
    assert events("staff.opened_many") == []


def test_as17_the_api_of_the_staff_counts_with_the_admin(api, console, chief, people):
    client, now = api(chief), timezone.now()
    case = Case.objects.create(user=people[0], score=70, level="high", evidence={}, due_at=now)
    assert client.get(f"/api/security/cases/{case.id}").status_code == 200
    assert client.get("/api/security/events", {"user": people[1].pk}).status_code == 200
    assert client.get("/api/security/cases", {"user": people[2].pk}).status_code == 200
    assert events("staff.opened_many") == []
    assert client.get("/api/security/summary", {"user": people[3].pk}).status_code == 200
    assert len(events("staff.opened_many")) == 1


def test_as17_who_is_not_staff_and_zero_count_nothing(api, alice, people, console, settings):
    settings.STAFF_PEOPLE_MAX = 0
    for user in people:
        assert api(alice).get("/api/security/events", {"user": user.pk}).status_code == 403
        console.get(pages(user)[0])
    assert events("staff.opened_many") == []


# --- AS17: a rule that was switched off


@pytest.fixture
def booked(alice):
    account = account_of(alice)
    for n in range(25):
        posted(account, f"-{10 + n}.00")
    return account


def switched_off(by, other, **fields):
    said = {"code": "TX01", "status": "shadow", "state": "approved", "why": "loud"}
    when = {"decided_by_id": other.pk, "decided_at": timezone.now()}
    return RuleChange.objects.create(proposed_by_id=by.pk, **{**said, **when, **fields})


def test_as17_a_rule_off_and_a_large_payment_of_who_did_it(alice, bob, booked):
    change = switched_off(alice, bob)
    posted(booked, "-30.00")
    assert judge_rules_off(timezone.now()) == 0, "as large as others"
    row = posted(booked, "-900.00")
    assert look_around() == 1
    [event] = events("rule.off_then_large")
    assert event.user_id == alice.pk
    said = {"rule": "TX01", "change": str(change.id), "transaction": str(row.id)}
    assert event.data == said
    assert look_around() == 0, "once"


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "live"},
        {"status": "", "weight": 20},
        {"state": "refused"},
        {"state": "proposed", "decided_at": None, "decided_by_id": None},
        {"decided_at": timezone.now() - timedelta(days=1, minutes=1)},
    ],
)
def test_as17_a_rule_that_goes_on_is_none(alice, bob, booked, fields):
    switched_off(alice, bob, **fields)
    posted(booked, "-900.00")
    assert judge_rules_off(timezone.now()) == 0


def test_as17_before_it_by_others_and_between_own_accounts_are_none(alice, bob, mallory, booked):
    posted(booked, "-900.00")
    switched_off(bob, mallory)
    posted(booked, "-901.00")
    switched_off(alice, bob, decided_at=timezone.now() + timedelta(seconds=1))
    assert judge_rules_off(timezone.now()) == 0


def test_as17_of_young_books_nothing_is_known(alice, bob):
    account = account_of(alice)
    switched_off(alice, bob)
    posted(account, "-900.00")
    assert judge_rules_off(timezone.now()) == 0


def test_as17_a_weight_of_nothing_is_off(alice, bob, booked):
    switched_off(bob, alice, status="", weight=0)
    posted(booked, "-900.00")
    assert judge_rules_off(timezone.now()) == 1


# --- AS03: all logins

QUIET = Usual(ratio=0.1, people=20, windows=12)
SPRAY = Window(failed=80, succeeded=10, people_failed=61, people=71)


@pytest.mark.parametrize(
    ("window", "usual"),
    [
        (SPRAY, QUIET),
        (Window(122, 10, 61, 71), QUIET),  # two tries each
        (Window(62, 100, 62, 162), QUIET),  # a share of 0.38 where 0.1 is usual
        (Window(91, 9, 91, 100), Usual(0.5, 20, 12)),  # where half fail, nine of ten are odd
        (Window(10, 1, 10, 11), Usual(0.0, 0, 12)),
    ],
)
def test_as03_a_spray_is_many_new_people_that_fail_once_or_twice(window, usual):
    assert is_spray(window, usual, 3.0)


@pytest.mark.parametrize(
    ("window", "usual"),
    [
        (Window(20, 0, 20, 20), QUIET),  # a deploy broke the login: nobody new, once each
        (Window(60, 0, 60, 60), QUIET),  # the boundary: not more than three times as many people
        (Window(300, 0, 61, 61), QUIET),  # many come and try again and again
        (Window(123, 0, 61, 61), QUIET),  # more than two tries each
        (Window(70, 400, 70, 470), QUIET),  # a campaign: many new people of whom few mistype
        (Window(90, 10, 90, 100), Usual(0.5, 20, 12)),  # the boundary of nine of ten
        (Window(9, 0, 9, 9), Usual(0.0, 0, 12)),
        (SPRAY, Usual(0.1, 20, 11)),  # not known for an hour yet
        (Window(0, 0, 0, 0), QUIET),
    ],
)
def test_as03_what_looks_alike_is_none(window, usual):
    assert not is_spray(window, usual, 3.0)


def test_as03_what_is_usual_is_learned_and_no_single_window_makes_it():
    usual = Usual()
    for _ in range(40):
        usual = learned(usual, Window(2, 18, 2, 20), 3.0)
    assert usual.ratio == pytest.approx(0.1)
    assert usual.people == 20
    shifted = learned(usual, Window(1000, 0, 1000, 1000), 3.0)
    assert shifted.ratio <= 0.1 + 0.1 * 0.2 + 1e-9
    assert shifted.people == 60
    night = usual
    for _ in range(12 * 19):
        night = learned(night, Window(0, 0, 0, 0), 3.0)
    assert (night.ratio, night.windows) == (usual.ratio, usual.windows)
    assert night.people == pytest.approx(10, abs=0.3), (
        "a night does not make the morning a surprise"
    )


def fail(count, prefix, user=None):
    for n in range(count):
        token = origin.set(Origin(ip=f"198.51.{n % 100}.7"))
        data = {} if user else {"who": f"{prefix}{n}"}
        audit("login.failed", user_id=user.pk if user else None, data=data)
        origin.reset(token)


@pytest.fixture
def usual_is_known(db):
    sightings.remember(login_rates.USUAL, {"ratio": 0.05, "people": 3.0, "windows": 12}, 3600)


def test_as03_a_spray_over_many_networks_is_an_event_and_no_network_shows_it(
    usual_is_known, staff, django_capture_on_commit_callbacks
):
    fail(12, "nobody")
    with django_capture_on_commit_callbacks(execute=True):
        assert look_around() == 1
    [event] = events("logins.sprayed")
    assert (event.user_id, event.severity, event.risk_score) == (None, "high", 60)
    assert (event.data["failed"], event.data["people_failed"]) == (12, 12)
    spray = SecurityEvent.objects.filter(reasons__icontains="password_spray")
    assert not spray.exists()
    assert Event.objects.filter(user_id=staff.pk, data__code="logins.sprayed").count() == 1
    look_around()
    assert len(events("logins.sprayed")) == 1, "once an hour"
    assert sightings.recalled(login_rates.USUAL)["windows"] == 12, "an attack is not learned"


def test_as03_one_person_who_cannot_remember_is_none(usual_is_known, alice):
    fail(40, "", alice)
    assert look_around() == 0


def test_as03_what_is_older_than_the_window_is_not_read_again(usual_is_known, db):
    fail(12, "nobody")
    assert not login_rates.judge_window(timezone.now() + timedelta(minutes=5, seconds=1))


def test_as03_reads_one_statement_and_can_be_off(
    usual_is_known, django_assert_num_queries, settings
):
    with django_assert_num_queries(1):
        login_rates.judge_window(timezone.now())
    settings.LOGIN_FAILURES_FACTOR = 0
    fail(12, "nobody")
    with django_assert_num_queries(0):
        assert not login_rates.judge_window(timezone.now())
