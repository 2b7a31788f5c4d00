"""Schedules and strategies at the API."""

import pytest
import time_machine

from config.tests.cast import client_of, posted

pytestmark = pytest.mark.django_db


def schedule(client, debt, **query):
    response = client.get(f"/api/debts/{debt['id']}/schedule", query)
    assert response.status_code == 200, response.content
    return response.json()


def test_the_whole_contract(client, take):
    body = schedule(client, take())
    assert body["summary"]["payment"] == "299.71"
    assert body["summary"]["months"] == 36
    assert body["summary"]["total_interest"] == "789.54"
    assert body["summary"]["last_payment"] == "299.69"
    assert body["summary"]["never_pays_off"] is False
    first = body["payments"][0]
    assert first == {
        "number": 1, "due_on": "2026-02-15", "payment": "299.71", "interest": "41.67",
        "principal": "258.04", "balance": "9741.96",
    }  # fmt: skip


def test_due_days_of_a_loan_of_the_31st(client, take):
    body = schedule(client, take(start_on="2026-01-31"))
    days = [row["due_on"] for row in body["payments"][:3]]
    assert days == ["2026-02-28", "2026-03-31", "2026-04-30"]


def test_something_extra(client, take):
    debt = take()
    body = schedule(client, debt, extra="50")
    assert body["summary"]["months"] == 31
    assert body["summary"]["last_payment"] == "178.77"
    assert body["summary"]["months_saved"] == 5
    assert body["summary"]["interest_saved"] == "119.47"
    lump = schedule(client, debt, lump="1000", lump_after=12)
    assert (lump["summary"]["months"], lump["summary"]["last_payment"]) == (33, "100.14")
    lower = schedule(client, debt, lump="1000", lump_after=12, mode="lower")
    assert lower["payments"][12]["payment"] == "255.84"
    assert lower["summary"]["total_interest"] == "736.61"


def test_what_never_ends_says_so(client, take):
    body = schedule(client, take(apr="0.24", term_months=None, minimum_payment="150.00"))
    assert body["payments"] == []
    assert body["summary"]["never_pays_off"] is True
    assert body["summary"]["growth_per_month"] == "50.00"
    assert body["summary"]["months"] is None


def test_a_card_with_a_shrinking_minimum(client, take):
    body = schedule(
        client,
        take(type="credit_card", principal="3000", apr="0.2499", term_months=None),
    )
    assert body["summary"]["payment"] == "92.48"
    assert (body["summary"]["months"], body["summary"]["total_interest"]) == (185, "5113.07")


@pytest.mark.parametrize("query", [{"extra": "-1"}, {"extra": "1.001"}, {"lump": "0"}, {"x": "1"}])
def test_what_a_schedule_refuses(client, take, query):
    assert client.get(f"/api/debts/{take()['id']}/schedule", query).status_code == 400


@pytest.fixture
def three(take):
    def make(name, kind, balance, apr, minimum):
        terms = {"minimum_payment": minimum, "term_months": None}
        return take(name=name, type=kind, principal=balance, apr=apr, **terms)["id"]

    return [
        make("CardA", "credit_card", "5000", "0.229", "125"),
        make("CardB", "credit_card", "1200", "0.149", "40"),
        make("Car", "auto", "8000", "0.065", "240"),
    ]


def test_strategies_side_by_side(client, three):
    a, b, car = three
    body = client.get("/api/debts/strategies", {"monthly": "700"}).json()
    best, snow, least = body["avalanche"], body["snowball"], body["minimums_only"]
    assert (best["months"], best["total_interest"]) == (23, "1570.94")
    assert best["payoff_order"] == [
        {"debt": a, "month": 14}, {"debt": b, "month": 16}, {"debt": car, "month": 23}
    ]  # fmt: skip
    assert (snow["months"], snow["total_interest"]) == (23, "1669.62")
    assert [row["month"] for row in snow["payoff_order"]] == [4, 16, 23]
    assert (least["months"], least["total_interest"]) == (77, "5686.95")
    assert body["recommended"] == "avalanche"
    assert best["interest_saved"] == "4116.01"
    assert len(best["balances"]) == 23
    own = client.get("/api/debts/strategies", {"monthly": "700", "order": f"{car},{b}"}).json()
    assert own["custom"]["payoff_order"][0]["debt"] != a
    once = client.get("/api/debts/strategies", {"monthly": "700", "lump": "2000"}).json()
    assert once["avalanche"]["months"] < 23


def test_a_pool_below_the_minimums_is_refused_with_the_shortfall(client, three):
    response = client.get("/api/debts/strategies", {"monthly": "400"})
    assert response.status_code == 422
    assert response.json()["code"] == "monthly_too_small"
    assert response.json()["shortfall"] == "5.00"


def test_the_budget_comes_from_history_when_it_is_not_said(alice, three, main):
    with time_machine.travel("2026-06-20T12:00:00Z", tick=False):
        for month in (3, 4, 5):
            posted(main, "1000.00", f"2026-{month:02}-05")
            posted(main, "-700.00", f"2026-{month:02}-08")
        budget = client_of(alice).get("/api/debts/strategies").json()["budget"]
    assert budget == {
        "monthly": "705.00", "minimums": "405.00", "surplus": "300.00", "source": "history"
    }  # fmt: skip


def test_an_order_of_foreign_debts_is_refused(api, mallory, three):
    response = api(mallory).get("/api/debts/strategies", {"monthly": "700", "order": three[0]})
    assert (response.status_code, response.json()["code"]) == (400, "debt_not_found")


def test_a_card_that_nobody_can_pay_does_not_hang(client, take):
    take(type="credit_card", principal="50000", apr="0.24", term_months=None, minimum_payment="500")
    body = client.get("/api/debts/strategies", {"monthly": "500"}).json()
    assert body["avalanche"]["never_pays_off"] is True
    assert body["avalanche"]["months"] is None
    assert body["recommended"] is None


def test_no_debts_no_plans(client):
    body = client.get("/api/debts/strategies", {"monthly": "100"}).json()
    assert (body["avalanche"]["months"], body["avalanche"]["total_interest"]) == (0, "0.00")
    assert client.get("/api/debts/summary").json() == {"count": 0, "by_currency": []}
    answer = client.get("/api/debts/upcoming").json()
    assert (answer["results"], answer["next"], answer["previous"]) == ([], None, None)


def test_the_summary(client, three, take):
    take(currency="JPY", principal="100000", apr="0.01")
    euros, yen = client.get("/api/debts/summary").json()["by_currency"]
    assert (euros["currency"], euros["total_owed"], euros["count"]) == ("EUR", "14200.00", 3)
    assert euros["avalanche_order"] == [three[0], three[1], three[2]]
    assert euros["snowball_order"] == [three[1], three[0], three[2]]
    assert yen["total_owed"] == "100000"
    both = client.get("/api/debts/strategies", {"currency": "EUR"}).json()
    assert both["warnings"] == ["Debts in JPY are left out: ask with currency=JPY."]


def test_a_report_is_304_while_nothing_changes(client, three, take):
    tag = client.get("/api/debts/summary")["ETag"]
    assert client.get("/api/debts/summary", HTTP_IF_NONE_MATCH=tag).status_code == 304
    take(name="New")
    assert client.get("/api/debts/summary", HTTP_IF_NONE_MATCH=tag).status_code == 200
