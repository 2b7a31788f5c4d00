"""GET /api/analytics/insights and putting them aside."""

from datetime import date
from uuid import uuid4

import pytest
import time_machine

from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of, client_of, posted, race
from insights.models import InsightChoice
from ledger.periods import add_months

pytestmark = pytest.mark.django_db
URL = "/api/analytics/insights"


def feed(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def only(client, kind):
    found = [row for row in feed(client) if row["kind"] == kind]
    assert len(found) == 1, found
    return found[0]


def every_month(account, day, amounts, **fields):
    """On a day of the last months up to June 2026, or up to May where the day is still to come."""
    last = date(2026, 6, day) if day <= 15 else date(2026, 5, day)
    for back, amount in zip(reversed(range(len(amounts))), amounts, strict=True):
        posted(account, amount, add_months(last, -back).isoformat(), **fields)


@pytest.fixture
def rich(alice):
    return account_of(alice, "Rich", opening_minor=10**7, balance_minor=10**7, cleared_minor=10**7)


def test_a_quiet_household_has_no_insight(client, main):
    posted(main, "-5", "2026-06-01", category="Food")
    assert feed(client) == []


def test_a_category_that_takes_more_than_usual(client, rich):
    every_month(rich, 10, ["-200", "-210", "-190", "-205", "-195", "-200", "-600"], category="Food")
    found = only(client, "spending_anomaly")
    assert (found["severity"], found["evidence"]["amount"], found["evidence"]["usual"]) == ("warning", "600.00", "200.00")  # fmt: skip
    assert found["evidence"]["robust_z"] > 3.5


def test_what_is_booked_ahead_is_no_anomaly_yet(client, rich):
    every_month(rich, 10, ["-200", "-210", "-190", "-205", "-195", "-200", "-200"], category="Food")
    posted(rich, "-900", "2026-06-28", category="Food")
    assert feed(client) == []


def test_a_bill_of_the_next_days(client, rich):
    every_month(rich, 18, ["-40"] * 5, payee="Power", category="Electricity")
    found = only(client, "bill_due")
    assert (found["on"], found["evidence"]["payee"], found["evidence"]["amount"]) == ("2026-06-18", "Power", "40.00")  # fmt: skip


def test_bills_that_the_balance_does_not_cover(client, main):
    posted(main, "5000", "2025-12-01", category="Gift")
    every_month(main, 18, ["-950"] * 5, payee="Landlord", category="Rent")
    found = only(client, "low_balance_ahead")
    assert (found["severity"], found["evidence"]["low"], found["on"]) == (
        "urgent",
        "-700.00",
        "2026-06-18",
    )
    assert feed(client)[0]["kind"] == "low_balance_ahead"


def test_income_that_comes_in_between_covers_them(client, main):
    posted(main, "4000", "2025-12-20", category="Gift", payee="Aunt")
    every_month(main, 17, ["750"] * 6, payee="Acme", category="Salary")
    every_month(main, 18, ["-1500"] * 5, payee="Landlord", category="Rent")
    assert not [row for row in feed(client) if row["kind"] == "low_balance_ahead"]


def test_a_price_that_rose(client, rich):
    every_month(rich, 5, ["-9.99"] * 6 + ["-12.99"], payee="Spotify", category="Fun")
    found = only(client, "price_rise")
    assert (found["evidence"]["before"], found["evidence"]["after"], found["evidence"]["percent"]) == ("9.99", "12.99", 30.03)  # fmt: skip


def test_a_charge_that_was_never_touched_for_a_year(client, rich):
    every_month(rich, 5, ["-9.99"] * 14, payee="Magazine", category="Fun")
    every_month(rich, 6, ["-900"] * 14, payee="Landlord", category="Rent")
    found = only(client, "unused_subscription")
    assert found["evidence"]["payee"] == "Magazine"


def test_fees_a_double_charge_and_income_that_is_late(client, rich):
    posted(rich, "-4", "2026-06-03", category="Bank fees")
    posted(rich, "-49.90", "2026-06-10", payee="Shop", category="Shopping")
    posted(rich, "-49.90", "2026-06-11", payee="Shop", category="Shopping")
    for month in range(1, 6):
        posted(rich, "3000", f"2026-{month:02}-05", payee="Acme", category="Salary")
    assert only(client, "fee_paid")["evidence"]["amount"] == "4.00"
    double = only(client, "duplicate_charge")
    assert len(double["evidence"]["transactions"]) == 2
    late = only(client, "income_late")
    assert (late["evidence"]["payer"], late["evidence"]["expected_on"]) == ("Acme", "2026-06-05")
    assert [row["severity"] for row in feed(client)] == ["urgent", "warning", "info"]
    assert [row["kind"] for row in feed(client, kind="fee_paid")] == ["fee_paid"]


@pytest.fixture
def fee(client, rich):
    posted(rich, "-4", "2026-06-03", category="Bank fees")
    return only(client, "fee_paid")


def test_what_is_dismissed_stays_away_and_can_be_brought_back(client, alice, rich, fee):
    answer = client.post(f"{URL}/{fee['id']}/dismiss")
    assert (answer.status_code, answer.json()["status"]) == (200, "dismissed")
    assert client.post(f"{URL}/{fee['id']}/dismiss").status_code == 200
    assert feed(client) == []
    assert [row["id"] for row in feed(client, status="dismissed")] == [fee["id"]]
    posted(rich, "-1", "2026-06-04", category="Bank fees")  # the same matter, with another figure
    assert feed(client) == []
    assert feed(client, status="all")[0]["evidence"]["amount"] == "5.00"
    assert client.delete(f"{URL}/{fee['id']}/dismiss").status_code == 204
    assert len(feed(client)) == 1
    assert client.delete(f"{URL}/{fee['id']}/dismiss").json()["code"] == "insight_not_found"
    assert AuditEntry.objects.filter(user_id=alice.pk, action="insight.dismissed").count() == 2
    assert Event.objects.filter(user=alice, kind="insight.restored").count() == 1
    assert Tombstone.objects.filter(user=alice, kind="insight").count() == 1


def test_what_is_snoozed_comes_back_on_its_day(client, alice, fee):
    answer = client.post(f"{URL}/{fee['id']}/snooze", {"until": "2026-06-20"})
    assert answer.json() == {"id": fee["id"], "kind": "fee_paid", "status": "snoozed", "snoozed_until": "2026-06-20"}  # fmt: skip
    assert feed(client) == []
    assert feed(client, status="snoozed")[0]["snoozed_until"] == "2026-06-20"
    with time_machine.travel("2026-06-19T23:00:00Z", tick=False):
        assert feed(client_of(alice)) == []
    with time_machine.travel("2026-06-20T01:00:00Z", tick=False):
        assert len(feed(client_of(alice))) == 1


@pytest.mark.parametrize("until", ["2026-06-15", "2020-01-01", "2030-01-01"])
def test_a_snooze_ends_in_the_future(client, fee, until):
    answer = client.post(f"{URL}/{fee['id']}/snooze", {"until": until})
    assert (answer.status_code, answer.json()["code"]) == (400, "snooze_in_future")


@pytest.mark.parametrize(
    ("body", "status"),
    [({"days": 7}, 200), ({"days": 0}, 400), ({"days": 367}, 400), ({}, 400), ({"days": 1, "until": "2026-06-20"}, 400)],
)  # fmt: skip
def test_a_snooze_is_for_days_or_until_a_day(client, fee, body, status):
    answer = client.post(f"{URL}/{fee['id']}/snooze", body)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["snoozed_until"] == "2026-06-22"


def test_an_insight_of_another_owner_or_of_nobody_is_404(api, client, mallory, fee):
    stranger = api(mallory)
    for row_id in (fee["id"], uuid4()):
        for call in (
            stranger.post(f"{URL}/{row_id}/dismiss"),
            stranger.delete(f"{URL}/{row_id}/dismiss"),
            stranger.post(f"{URL}/{row_id}/snooze", {"until": "2026-06-20"}),
        ):
            assert (call.status_code, call.json()["code"]) == (404, "insight_not_found")
    assert len(feed(client)) == 1
    assert InsightChoice.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_dismissals_at_once_leave_one_choice(alice):
    rich = account_of(alice, "Rich", opening_minor=10**7, balance_minor=10**7, cleared_minor=10**7)
    posted(rich, "-4", "2026-06-03", category="Bank fees")
    fee = only(client_of(alice), "fee_paid")
    clients = [client_of(alice) for _ in range(8)]
    answers = race([lambda c=c: c.post(f"{URL}/{fee['id']}/dismiss").status_code for c in clients])
    assert set(answers) == {200}
    assert InsightChoice.objects.count() == 1


def test_a_detector_of_another_app_adds_to_the_feed(client, main, monkeypatch):
    from insights import detectors
    from insights.feed import Finding

    monkeypatch.setattr(detectors, "DETECTORS", list(detectors.DETECTORS))

    @detectors.detector
    def behind(reading):
        yield Finding(
            "goal_behind", "goal_behind:1", "warning", reading.today, "Holiday", "Behind."
        )

    assert [(row["kind"], row["title"]) for row in feed(client)] == [("goal_behind", "Holiday")]
    found = only(client, "goal_behind")
    assert client.post(f"{URL}/{found['id']}/dismiss").status_code == 200
    assert feed(client) == []


def test_a_missing_rate_is_named_in_the_feed(client, alice, rich):
    tokyo = account_of(alice, "Tokyo", "JPY")
    every_month(tokyo, 18, ["-4000"] * 5, payee="Power", category="Electricity")
    body = client.get(URL).json()
    assert [row["kind"] for row in body["results"]] == ["bill_due"]
    assert body["results"][0]["evidence"]["amount"] == "4000"
    assert ("JPY", "2026-06-15") in [(w["base"], w["day"]) for w in body["warnings"]]
