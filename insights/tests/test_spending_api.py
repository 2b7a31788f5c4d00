"""Spending in GET /api/analytics/forecast: from real books, once, in any currency, under attack."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, client_of, posted, race
from insights.models import StoredForecast
from insights.services.forecasts import refresh
from insights.tests.test_forecast_api import PATH, TODAY, ask, holding, many, on
from insights.tests.test_forecast_plans import borrowed, saving
from ledger.tests.recurring_cast import rule_of

pytestmark = pytest.mark.django_db
THREADS = 20


def months_back(count, day=10):
    """One day in each of so many whole months before June 2026, the latest first."""
    months = [2026 * 12 + 4 - k for k in range(count)]
    return [date(month // 12, month % 12 + 1, day) for month in months]


def of(body, name):
    return next(row for row in body["spending"]["by_category"] if row["category"] == name)


def adds_up(spending):
    for part in ("known", "p50"):
        total = Decimal(spending["total"][part])
        assert sum(Decimal(row[part]) for row in spending["months"]) == total
        assert sum(Decimal(row[part]) for row in spending["by_category"]) == total


def test_spending_is_what_categories_take_without_income_and_transfers(client, alice):
    main = holding(alice, 100_000_000)
    many(main, months_back(20), "-300", category="Food")
    many(main, months_back(20), "2000", category="Salary")
    posted(main, "40", "2026-05-20", category="Food")  # a refund of one month
    body = ask(client, days=46)
    assert {row["category"] for row in body["spending"]["by_category"]} == {"Food"}
    assert [m["date_from"] for m in body["spending"]["months"]] == ["2026-06-16", "2026-07-01"]
    july = body["spending"]["months"][1]
    assert 250 <= Decimal(july["p50"]) <= 300
    assert Decimal(july["p10"]) <= Decimal(july["p50"]) <= Decimal(july["p90"])
    adds_up(body["spending"])


def test_what_a_rule_brings_is_known_and_not_modelled_once_more(client, alice):
    main = holding(alice, 100_000_000)
    many(main, months_back(14, 1), "-900", payee="Landlord", category="Rent")
    many(main, months_back(14), "-300", category="Food")
    before = ask(client, days=46)
    assert of(before, "Rent")["known"] == "0.00"
    rule = rule_of(main, "-900", "2026-07-01", payee="Landlord", category="Rent")
    after = ask(client, days=46)
    assert of(after, "Rent") == {
        "category": "Rent", "known": "900.00", "p10": "900.00", "p50": "900.00", "p90": "900.00",
        "model": None, "intermittent": False,
    }  # fmt: skip
    assert of(after, "Food")["known"] == "0.00"
    skipped = ask(client, days=46, skip=str(rule.id))
    assert "Rent" not in {row["category"] for row in skipped["spending"]["by_category"]}
    adds_up(after["spending"])


def test_booked_ahead_and_waiting_rows_count_in_their_categories(client, alice):
    main = holding(alice, 100_000)
    posted(main, "-1", "2026-06-01", category="Food")
    posted(main, "-200", on(7), category="Food")
    posted(main, "-30", on(-1), status="pending", category="Food")
    posted(main, "-4", on(2), status="pending", category="Food")
    posted(main, "-50", on(-800), status="pending")  # older than what is read by category
    body = ask(client, days=10)
    assert (of(body, "Food")["known"], of(body, "Food")["p10"]) == ("234.00", None)
    assert of(body, None)["known"] == "50.00"
    assert {d["date"]: d["known"] for d in body["days"] if d["known"] != "0.00"} == {
        on(1): "-80.00", on(2): "-4.00", on(7): "-200.00",
    }  # fmt: skip


def test_debts_goals_and_a_supposed_loan_are_no_spending(client, alice):
    main = holding(alice, 1_000_000)
    borrowed(client, main)
    depot = holding(alice, 0, "Depot", type="investment")
    saving(client, depot, target_on="2026-09-15")
    body = ask(client, days=90, loan="1000", loan_apr="0.1", loan_months=12)
    assert body["spending"]["total"]["p50"] == "0.00"
    assert body["spending"]["by_category"] == []
    moved = {row["category"]: row["known"] for row in body["by_category"]}
    assert moved.keys() == {"transfers"}


def test_a_supposed_purchase_is_spending(client, alice):
    holding(alice, 1_000_000)
    body = ask(client, days=30, one_off="-250")
    assert of(body, None)["known"] == "250.00"
    assert ask(client, days=30, one_off="250")["spending"]["by_category"] == []


def test_several_rules_stop_at_once(client, alice):
    main = holding(alice, 1_000_000)
    rules = [rule_of(main, f"-{n}", "2026-07-01", payee=f"Club {n}") for n in (10, 20, 40)]
    ids = ",".join(str(rule.id) for rule in rules[:2])
    body = ask(client, days=30, skip=ids)
    assert body["spending"]["total"]["known"] == "40.00"
    again = ask(client, days=30, skip=f"{ids}, {rules[0].id}")
    assert again["spending"] == body["spending"]
    assert ask(client, days=30)["spending"]["total"]["known"] == "70.00"


@pytest.mark.parametrize(
    ("skip", "code"),
    [
        ("", "blank"), ("x", "invalid"), (",", "invalid"),
        (",".join(["00000000-0000-4000-8000-000000000000"] * 51), "max_length"),
        ("00000000-0000-4000-8000-000000000000", "recurring_transaction_not_found"),
    ],
)  # fmt: skip
def test_rules_that_cannot_stop_are_refused(client, main, skip, code):
    answer = client.get(PATH, {"skip": skip})
    body = answer.json()
    assert answer.status_code == 400
    assert code in {body["code"], *(e["code"] for e in body.get("errors", []))}
    assert {e["pointer"] for e in body.get("errors", [])} <= {"?skip"}


def test_another_owners_id_is_refused_in_every_field(api, alice, mallory):
    theirs = rule_of(holding(alice), "2000", "2026-07-01", payee="Work")
    account = holding(mallory, 5_000)
    own = rule_of(account, "-10", "2026-07-01", payee="Club")
    stranger = api(mallory)
    for query in (
        {"skip": str(theirs.id)},
        {"skip": f"{own.id},{theirs.id}"},
        {"salary": str(theirs.id), "salary_percent": "10"},
        {"skip": str(own.id), "salary": str(theirs.id), "salary_amount": "1"},
        {"account": str(theirs.account_id)},
        {"account": str(account.pk), "skip": str(theirs.id)},
        {"account": str(uuid4())},
    ):
        answer = stranger.get(PATH, query)
        assert answer.status_code == 400, query
        assert answer.json()["code"] in {"account_not_found", "recurring_transaction_not_found"}
        assert str(theirs.id) not in answer.content.decode()


@pytest.mark.parametrize(
    ("currency", "amount", "third"), [("JPY", "-3000", "1"), ("KWD", "-3.125", "0.001")]
)
def test_any_currency_has_its_own_decimals(client, alice, currency, amount, third):
    alice.currency = currency
    alice.save()
    main = holding(alice, 10_000_000, currency=currency)
    many(main, months_back(20), amount, category="Food")
    rule_of(main, amount, "2026-07-01", payee="Club", category="Club")
    client = client_of(alice)
    body = ask(client, days=46, one_off=f"-{third}", loan="9", loan_apr="0.01", loan_months=2)
    july = body["spending"]["months"][1]
    assert Decimal(july["known"]) == -Decimal(amount)
    assert Decimal(july["p50"]) == -2 * Decimal(amount)
    assert of(body, None)["known"] == third
    assert body["currency"] == currency
    adds_up(body["spending"])
    told = client.get(PATH, {"one_off": f"-{third}1" if "." in third else "-0.5"})
    assert told.json()["code"] == "too_many_decimals"


def test_an_account_without_a_rate_is_left_out_of_spending_too(client, alice):
    many(holding(alice, 100_000), months_back(14), "-10", category="Food")
    many(holding(alice, 5, "Tokyo", "JPY"), months_back(14), "-7000", category="Sushi")
    body = ask(client, days=30)
    assert {row["category"] for row in body["spending"]["by_category"]} == {"Food"}
    assert [w["code"] for w in body["warnings"]] == ["fx_missing"]


def test_what_an_older_version_stored_is_not_read(client, alice):
    many(holding(alice, 100_000), months_back(14), "-10", category="Food")
    fresh = ask(client, days=30)
    refresh(alice.pk)
    row = StoredForecast.objects.get(user=alice)
    del row.inputs["spending"]
    row.inputs["known"] = [item[:4] for item in row.inputs["known"]]
    row.save()
    assert ask(client, days=30)["spending"] == fresh["spending"]


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_told_the_same(alice):
    main = account_of(alice, balance_minor=500_000, cleared_minor=500_000)
    many(main, months_back(14), "-10", category="Food")
    rule = rule_of(main, "-20", "2026-07-01", payee="Club")
    query = {"days": 40, "skip": str(rule.id), "one_off": "-1"}
    clients = [client_of(alice) for _ in range(THREADS)]
    answers = race([
        lambda c=c, n=n: refresh(alice.pk) if n % 5 == 0 else c.get(PATH, query)
        for n, c in enumerate(clients)
    ])  # fmt: skip
    assert [a for n, a in enumerate(answers) if n % 5 == 0] == [True] * 4
    told = [a.json() for n, a in enumerate(answers) if n % 5]
    assert all("spending" in body for body in told), told
    assert len({str(body["spending"]) for body in told}) == 1
    assert StoredForecast.objects.for_user(alice).count() == 1


def test_ten_years_of_history_cost_no_statement_more(client, alice):
    main = holding(alice, 100_000_000)
    many(main, months_back(120), "-10", category="Food")
    with CaptureQueriesContext(connection) as statements:
        body = ask(client, days=365)
    assert len(statements) <= 15
    assert len(body["spending"]["months"]) == 13
    assert body["spending"]["months"][-1]["date_to"] == (TODAY + timedelta(365)).isoformat()
