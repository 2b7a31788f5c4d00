"""Login, payment, export as one sequence: TX31 on payments, `export_by_strange_login` on what leaves."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from config.tests.cast import account_of, posted
from security_monitor.engine.catalogue import BY_CODE
from security_monitor.engine.facts import Facts, StrangeLogin
from security_monitor.engine.scores import Hit
from security_monitor.models import Case, SecurityEvent
from security_monitor.services.rebuilding import drift_of
from security_monitor.services.strange_logins import strange_login
from security_monitor.tests.test_engine import TODAY, an_id, entry
from security_monitor.tests.test_login_behaviour import CHROME, FIREFOX, HOME, enter

NOW = timezone.now


def day(back: int = 0) -> str:
    return (NOW().date() - timedelta(days=back)).isoformat()


@pytest.fixture
def main(alice: Any) -> Any:
    account = account_of(alice)
    for week in range(9):
        posted(account, "-41", day(7 * (9 - week)), payee="Aral", category="Fuel")
    return account


def logged_in(user: Any, agent: str = FIREFOX, ip: str = HOME) -> APIClient:
    client = APIClient(REMOTE_ADDR=ip)
    client.default_format = "json"
    access = enter(user, agent=agent, ip=ip).json()["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


@pytest.fixture
def owner(alice: Any) -> APIClient:
    """On the device of the first login."""
    return logged_in(alice)


@pytest.fixture
def intruder(alice: Any, owner: APIClient) -> APIClient:
    """With the password, from another device and network; not so odd that the login is a case."""
    client = logged_in(alice, agent=CHROME, ip="91.10.10.10")
    assert 35 <= SecurityEvent.objects.for_user(alice).latest("id").risk_score < 60
    return client


def book(client: APIClient, account: Any, amount: str = "-41.00", **fields: str) -> Any:
    row = {"account": str(account.pk), "amount": amount, "posted_on": day(), "payee": "Aral",
           "category_name": "Fuel", **fields}  # fmt: skip
    answer = client.post("/api/transactions", row)
    assert answer.status_code == 201, answer.content
    return answer.json()


def reason(row: Any) -> dict[str, Any]:
    return next((r for r in row["risk"]["reasons"] if r["code"] == "TX31"), {})


# --- the rule alone


def said(login: StrangeLogin | None, **fields: Any) -> Hit | None:
    row = entry(1, -900, **fields)
    facts = Facts(entry=row, profiles={}, today=TODAY, login=login)
    return BY_CODE["TX31"].check(facts, BY_CODE["TX31"].parameters)


@pytest.mark.parametrize(
    ("risk", "steps", "payee", "weight"),
    [
        (19, (), an_id(77), 0),
        (20, (), an_id(77), 15),
        (60, (), an_id(77), 28),
        (100, (), an_id(77), 28),
        (20, (), None, 5),
        (60, (), None, 15),
        (60, ("export",), an_id(77), 38),
        (60, ("export", "ways_in"), an_id(77), 38),
    ],
)
def test_the_stranger_the_login_and_the_newer_the_payee_the_more(risk, steps, payee, weight):
    hit = said(StrangeLogin(risk, 3, "Odd.", frozenset(steps)), payee_id=payee)
    assert (hit.weight if hit else 0) == weight


def test_money_that_comes_in_and_usual_logins_are_left_alone():
    assert said(None) is None
    facts = Facts(entry=entry(1, 900), profiles={}, today=TODAY, login=StrangeLogin(60, 3, "Odd."))
    assert BY_CODE["TX31"].check(facts, BY_CODE["TX31"].parameters) is None


def test_the_sentence_says_when_and_why():
    hit = said(StrangeLogin(60, 121, "The first login with X.", frozenset({"export"})))
    assert hit is not None
    assert hit.message == (
        "The first payment to this payee came 2 hours after an unusual login. The first login with X. "
        "In the same session data was exported."
    )


def test_a_proof_ends_the_suspicion():
    now, event = NOW(), AuditEntry().id
    odd = '[{"message": "Odd."}]'
    login = ("login.succeeded", event, "35|", odd)
    assert strange_login([login], now) == StrangeLogin(35, 0, "Odd.")
    assert strange_login([("login.succeeded", event, "35|mail", odd)], now) is None
    assert strange_login([login, ("session.stepped_up", event, "0|", "[]")], now) is None
    assert strange_login([("login.succeeded", event, "0|", "[]")], now) is None
    assert strange_login([("data.exported", event, "10|", "[]")], now) is None


# --- from outside


def test_an_intruder_who_pays_somebody_new_is_told_of(intruder, main, alice):
    row = book(intruder, main, payee="Mule")
    assert reason(row)["message"].startswith(
        "The first payment to Mule came less than a minute after"
    )
    assert "Chrome on Windows" in reason(row)["message"]
    assert row["risk"]["score"] < 60
    changed = intruder.patch(f"/api/transactions/{row['id']}", {"payee": "Other mule"}).json()
    assert reason(changed)["contribution"] > reason(row)["contribution"]
    assert drift_of(alice.pk) == []


def test_the_owner_on_the_usual_device_hears_nothing(intruder, owner, main):
    assert reason(book(owner, main, payee="Mule")) == {}


def test_a_new_phone_that_buys_as_ever_stays_silent(intruder, main):
    row = book(intruder, main)
    assert (row["risk"]["action"], row["flagged"]) == ("silent", False)


def test_this_was_me_ends_it(intruder, owner, main, alice):
    event = SecurityEvent.objects.for_user(alice).latest("id")
    said = owner.patch(f"/api/security/events/{event.id}", {"resolved": True})
    assert said.status_code == 200
    assert reason(book(intruder, main, payee="Mule")) == {}


def test_after_a_day_a_login_is_one_like_the_others(intruder, main, alice):
    events = SecurityEvent.objects.for_user(alice)
    events.update(at=NOW() - timedelta(hours=23, minutes=59))
    assert reason(book(intruder, main, payee="Mule"))
    events.update(at=NOW() - timedelta(hours=24, minutes=1))
    assert reason(book(intruder, main, payee="Mule two")) == {}


def test_a_login_of_somebody_else_says_nothing(intruder, alice, bob):
    theirs = account_of(bob)
    assert reason(book(logged_in(bob), theirs, payee="Mule")) == {}


def test_an_export_after_a_strange_login_is_heard_of(intruder, alice):
    assert intruder.get("/api/transactions/export?format=csv").status_code == 200
    event = SecurityEvent.objects.for_user(alice).filter(kind="data.exported").get()
    assert event.reasons[0]["code"] == "export_by_strange_login"
    assert (event.severity, event.session_id is not None) == ("medium", True)
    assert not Case.objects.exists()


def test_login_payment_export_is_one_case_more(intruder, main, alice):
    assert book(intruder, main, "-4100.00")["flagged"]
    assert intruder.get("/api/transactions/export?format=csv").status_code == 200
    case = Case.objects.for_user(alice).get(kind="login")
    assert case.score >= 60
    assert "a payment that waits for review" in case.evidence["reasons"][0]["message"]
    after = book(intruder, main, payee="Mule")
    assert reason(after)["evidence"]["steps"] == ["export"]


def test_an_export_of_the_owner_is_one_like_the_others(owner, intruder, alice):
    assert owner.get("/api/transactions/export?format=csv").status_code == 200
    event = SecurityEvent.objects.for_user(alice).filter(kind="data.exported").get()
    assert (event.risk_score, event.severity) == (10, "low")


def test_a_session_costs_no_statement(intruder, main, alice):
    def counted(call: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured.captured_queries)

    book(intruder, main)
    by_session = counted(lambda: book(intruder, main))
    SecurityEvent.objects.for_user(alice).delete()
    assert counted(lambda: book(intruder, main)) == by_session


def test_the_trail_says_by_which_session_a_row_was_booked(owner, main, alice):
    row = book(owner, main)
    entry = AuditEntry.objects.get(target_id=row["id"], action="transaction.created")
    login = SecurityEvent.objects.for_user(alice).filter(kind="login.succeeded").latest("id")
    assert entry.data["session"] == str(login.session_id)
