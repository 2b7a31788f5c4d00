"""The gate from outside: what a post, an edit and a delete do to scores and profiles."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.tests.cast import account_of, posted
from ledger.models import Transaction
from ledger.services.drafts import Draft
from ledger.services.posting import post
from security_monitor.models import Case, Profile, ScoringGap
from security_monitor.services import gate
from security_monitor.services.rebuilding import drift_of
from security_monitor.tasks import rescore

VECTOR = [42, 38, 45, 40, 41, 39, 44, 43, 40]


def day(back: int) -> str:
    return (timezone.now().date() - timedelta(days=back)).isoformat()


@pytest.fixture
def main(alice: Any) -> Any:
    return account_of(alice)


@pytest.fixture
def client(api: Any, alice: Any) -> Any:
    return api(alice)


@pytest.fixture
def history(main: Any) -> Any:
    """Nine weekly purchases around 41, as in the vector of the robust z-score."""
    for week, amount in enumerate(VECTOR):
        posted(main, f"-{amount}", day(7 * (9 - week)), payee="Aral", category="Fuel")
    return main


def order(account: Any, amount: str, **fields: Any) -> dict[str, Any]:
    return {"account": str(account.pk), "amount": amount, "posted_on": day(0), "payee": "Aral",
            "category": "Fuel", **fields}  # fmt: skip


def snapshot(user: Any) -> dict[Any, str]:
    """What an owner's habits are; the last days (`recent`) count flagged rows too."""
    rows = Profile.objects.for_user(user).exclude(kind="recent")
    return {(r.kind, r.key, r.currency): r.state for r in rows}


def test_an_outlier_is_flagged_and_says_why_in_money(client, history, alice):
    body = client.post("/api/transactions", order(history, "-410.00")).json()
    assert body["risk"]["level"] in ("high", "critical")
    assert body["risk"]["action"] in ("review", "hold")
    assert body["flagged"]
    first = body["risk"]["reasons"][0]
    assert first["message"].startswith("410.00 EUR at Aral is ")
    assert "0 of 9" in first["message"]
    assert first["evidence"]["of"] == 9
    assert [r["id"] for r in client.get("/api/transactions/flagged").json()["results"]] == [
        body["id"]
    ]
    case = Case.objects.for_user(alice).get()
    assert (str(case.transaction_id), case.score) == (body["id"], body["risk"]["score"])


def test_the_usual_is_silent(client, history):
    for amount in ("-41.00", "-55.00", "-30.00"):
        body = client.post("/api/transactions", order(history, amount)).json()
        assert (body["risk"]["score"], body["risk"]["action"]) == (0, "silent"), body["risk"]
        assert not body["flagged"]


def test_a_fixed_subscription_is_not_divided_by_zero(client, main):
    for month in range(12):
        posted(main, "-9.99", day(31 * (12 - month)), payee="Music", category="Subscriptions")
    dearer = order(main, "-12.99", payee="Music", category="Subscriptions")
    risk = client.post("/api/transactions", dearer).json()["risk"]
    assert risk["score"] < 60


def test_delete_restores_the_profiles_to_the_byte(client, history, alice):
    before = snapshot(alice)
    for body in (
        order(history, "-44.00"),
        order(history, "-3.00", payee="Somebody new", category="Something new"),
        order(history, "500.00", occurred_at=timezone.now().isoformat()),
        order(history, "-410.00"),
    ):
        url = client.post("/api/transactions", body)["Location"]
        assert client.delete(url).status_code == 204
        assert snapshot(alice) == before
    assert drift_of(alice.pk) == []


def test_an_edit_is_judged_anew_and_followed(client, history, alice):
    url = client.post("/api/transactions", order(history, "-41.00"))["Location"]
    typo = client.patch(url, {"amount": "-4100.00"}).json()
    assert typo["flagged"]
    assert Case.objects.for_user(alice).get().state == "open"
    assert drift_of(alice.pk) == []
    mended = client.patch(url, {"amount": "-41.50"}).json()
    assert (mended["risk"]["score"], mended["flagged"]) == (0, False)
    case = Case.objects.for_user(alice).get()
    assert (case.state, case.outcome) == ("closed", "withdrawn")
    client.patch(url, {"category": "Travel", "payee": "Shell"})
    assert drift_of(alice.pk) == []


def test_a_flagged_row_is_learned_when_the_owner_knows_it(client, history, alice):
    before = snapshot(alice)
    flagged = client.post("/api/transactions", order(history, "-410.00"))
    assert snapshot(alice) == before
    client.patch(f"{flagged['Location']}/review", {"verdict": "legitimate"})
    assert snapshot(alice) != before
    assert drift_of(alice.pk) == []
    client.patch(f"{flagged['Location']}/review", {"verdict": "fraud"})
    assert snapshot(alice) == before


def test_a_failure_books_the_row_and_scores_it_later(client, history, alice, monkeypatch):
    def broken(*_: Any) -> Any:
        Profile.objects.raw("SELECT 1 FROM no_such_table").__iter__().__next__()

    with monkeypatch.context() as patch:
        patch.setattr(gate, "_assess", broken)
        made = client.post("/api/transactions", order(history, "-410.00"))
        assert made.status_code == 201
        assert made.json()["risk"]["level"] == "unscored"
    assert ScoringGap.objects.get().user_id == alice.pk
    assert rescore() == 1
    assert client.get(made["Location"]).json()["flagged"]
    assert not ScoringGap.objects.exists()
    assert drift_of(alice.pk) == []


def test_old_books_are_learned_when_the_watch_comes(client, main, alice, settings):
    settings.RISK_GATE = ""
    for week, amount in enumerate(VECTOR):
        posted(main, f"-{amount}", day(7 * (9 - week)), payee="Aral", category="Fuel")
    settings.RISK_GATE = "security_monitor.services.gate.assess"
    url = f"/api/transactions/{Transaction.objects.first().pk}"
    assert client.delete(url).status_code == 204  # never counted in, so never counted out
    assert rescore() == 8
    assert drift_of(alice.pk) == []
    assert client.get("/api/transactions/flagged").json()["results"] == []


def test_merged_payees_and_categories_merge_their_profiles(client, history, alice):
    other = client.post("/api/transactions", order(history, "-39.00", payee="ARAL AG")).json()
    into = Transaction.objects.first().payee_id
    answer = client.post(f"/api/payees/{other['payee_id']}/merge", {"into": str(into)})
    assert answer.status_code == 200, answer.content
    assert drift_of(alice.pk) == []
    row = client.post("/api/transactions", order(history, "-5.00", category="Cars")).json()
    gone = f"/api/categories/{row['category']}?move_to={other['category']}"
    assert client.delete(gone).status_code in (200, 204)
    assert drift_of(alice.pk) == []


def counted(call: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        call()
    return sum("SAVEPOINT" not in q["sql"] for q in captured.captured_queries)


@pytest.mark.parametrize(("amount", "most"), [("-41.00", 2), ("-140.00", 3), ("-410.00", 4)])
def test_scoring_adds_few_statements(client, history, settings, amount, most):
    """Read and write; an event where somebody is told; a case where the row is flagged."""
    with_gate = counted(lambda: client.post("/api/transactions", order(history, amount)))
    settings.RISK_GATE = ""
    without = counted(lambda: client.post("/api/transactions", order(history, amount)))
    assert with_gate - without <= most


def test_history_adds_no_statement_and_no_profile(history, alice):
    before = Profile.objects.for_user(alice).count()
    young = counted(lambda: posted(history, "-41", day(0), payee="Aral", category="Fuel"))
    many = [
        Draft(account_id=history.id, amount=Decimal("-41.5"), payee="Aral", category="Fuel",
              posted_on=timezone.now().date() - timedelta(days=back))
        for back in range(300)
    ]  # fmt: skip
    post(alice.pk, many)
    old = counted(lambda: posted(history, "-41", day(0), payee="Aral", category="Fuel"))
    assert young == old
    assert Profile.objects.for_user(alice).count() == before
    assert max(len(p.state) for p in Profile.objects.for_user(alice)) < 4000


def test_profiles_are_apart(api, alice, bob, history):
    theirs = account_of(bob)
    body = api(bob).post("/api/transactions", order(theirs, "-410.00")).json()
    assert body["risk"]["score"] == 0
    assert snapshot(bob).keys().isdisjoint(snapshot(alice).keys())


def test_an_unusual_hour_is_told_on_the_owners_clock_wherever_that_is(client, main, alice):
    """Profiles count in UTC: a move to another zone changes the words and no counter."""
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    drafts = [
        Draft(account_id=main.id, amount=Decimal("-41"), payee="Aral", posted_on=at.date(),
              occurred_at=at)
        for at in (noon - timedelta(days=back) for back in range(1, 201))
    ]  # fmt: skip
    post(alice.pk, drafts)
    before = snapshot(alice)
    at = (noon - timedelta(days=1)).replace(hour=3, minute=40)
    asked = {"account": str(main.pk), "amount": "-41.00", "payee": "Aral",
             "posted_on": at.date().isoformat(), "occurred_at": at.isoformat()}  # fmt: skip
    for name, words in (("UTC", "03:00 and 03:59."), ("Asia/Kolkata", "08:30 and 09:29.")):
        type(alice).objects.filter(pk=alice.pk).update(timezone=name)
        [said] = client.post("/api/security/monitor-transaction", asked).json()["reasons"]
        assert said["code"] == "TX13"
        assert said["message"].endswith(words)
    assert snapshot(alice) == before
    assert drift_of(alice.pk) == []
