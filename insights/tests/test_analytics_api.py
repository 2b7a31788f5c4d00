"""Net worth, streams, subscriptions, calendar, age of money, health and the dashboard, from outside."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, client_of, posted
from ledger.models import Category, ExchangeRate
from ledger.periods import add_months
from ledger.services.drafts import SplitDraft

pytestmark = pytest.mark.django_db
BASE = "/api/analytics/"
REPORTS = (
    "cash-flow", "comprehensive", "net-worth", "income-streams", "subscriptions", "calendar",
    "age-of-money", "health-score", "insights", "forecast",
)  # fmt: skip


def get(client, report, **query):
    answer = client.get(BASE + report, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def months_back(day, count):
    """The same day of the last `count` months up to June 2026, oldest first."""
    last = date(2026, 6, day) if day <= 15 else date(2026, 5, day)
    return [add_months(last, -k).isoformat() for k in reversed(range(count))]


@pytest.fixture
def household(main, alice):
    Category.objects.create(user=alice, name="Salary", name_key="salary", kind="income")
    for day in months_back(1, 8):
        posted(main, "3000", day, payee="Acme", category="Salary")
        posted(main, "-900", day, payee="Landlord", category="Rent")
    for day in months_back(11, 8):
        posted(main, "-12.99", day, payee="Netflix", category="Fun")
    for n, day in enumerate(months_back(8, 8)):
        posted(main, f"-{200 + 10 * (n % 3)}", day, payee="Rewe", category="Groceries")
    return main


@pytest.mark.parametrize("report", REPORTS)
def test_a_newcomer_gets_an_answer_and_a_visitor_none(api, client, report):
    assert get(client, report, explain="true")["explain"]
    assert api().get(BASE + report).status_code == 401
    assert client.get(BASE + report, {"nonsense": 1}).json()["code"] == "unknown_parameter"
    assert client.post(BASE + report, {}).status_code == 405


@pytest.mark.parametrize("report", REPORTS)
def test_an_unchanged_report_is_a_304_in_one_statement(client, household, report):
    etag = client.get(BASE + report)["ETag"]
    with CaptureQueriesContext(connection) as statements:
        again = client.get(BASE + report, headers={"If-None-Match": etag})
    assert (again.status_code, len(statements)) == (304, 1)
    posted(household, "-1", "2026-06-02")
    assert client.get(BASE + report, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("report", REPORTS)
def test_nothing_of_another_owner_is_seen(api, client, household, mallory, report):
    stranger = api(mallory).get(BASE + report).content.decode()
    for word in ("Acme", "Netflix", "Landlord", "Rewe", "900.00"):
        assert word not in stranger


@pytest.mark.parametrize(
    ("report", "most"),
[("comprehensive", 10), ("net-worth", 5), ("income-streams", 4), ("subscriptions", 4), ("calendar", 4), ("age-of-money", 4), ("health-score", 7), ("insights", 11)],
)  # fmt: skip
def test_the_statements_are_counted(client, alice, household, report, most):
    tokyo = account_of(alice, "Tokyo", "JPY")
    ExchangeRate.objects.create(day="2026-06-01", base="JPY", quote="EUR", rate=Decimal("0.006"))
    posted(tokyo, "-5000", "2026-06-01", payee="Sushi", category="Food")
    with CaptureQueriesContext(connection) as statements:
        client.get(BASE + report)
    assert len(statements) <= most, [s["sql"][:80] for s in statements]


# --- net worth


def test_net_worth_goes_back_from_what_there_is(client, alice):
    main = account_of(alice, opening_minor=10_000, balance_minor=10_000, cleared_minor=10_000)
    card = account_of(alice, "Card", type="credit_card")
    posted(main, "50", "2026-04-10", category="Salary")
    posted(card, "-30", "2026-05-20", category="Food")
    posted(main, "-7", "2026-06-10", status="pending")
    posted(main, "-1000", "2026-06-20", category="Rent")  # booked ahead
    posted(main, "-1000", "2026-08-20", category="Rent")
    for granularity, dates in (
        ("monthly", ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-15"]),
        ("yearly", ["2025-12-31", "2026-06-15"]),
    ):
        body = get(client, "net-worth", granularity=granularity, date_from="2025-03-31" if granularity == "yearly" else "2026-03-01")  # fmt: skip
        assert [point["date"] for point in body["points"]] == dates
    monthly = get(client, "net-worth", date_from="2026-03-01")
    assert [p["net_worth"] for p in monthly["points"]] == ["100.00", "150.00", "120.00", "120.00"]
    assert monthly["by_type"] == {"checking": "150.00", "credit_card": "-30.00"}
    assert (monthly["assets"], monthly["liabilities"], monthly["net_worth"]) == ("150.00", "30.00", "120.00")  # fmt: skip
    assert monthly["change"] == {"amount": "20.00", "percent": 20.0}
    daily = get(client, "net-worth", granularity="daily", date_from="2026-05-18", date_to="2026-05-21")  # fmt: skip
    assert [p["net_worth"] for p in daily["points"]] == ["150.00", "150.00", "120.00", "120.00"]
    past = get(client, "net-worth", date_from="2026-04-01", date_to="2026-05-10")
    assert [p["net_worth"] for p in past["points"]] == ["150.00", "150.00"]


def test_net_worth_abroad_is_valued_at_each_day(client, alice):
    tokyo = account_of(alice, "Tokyo", "JPY")
    posted(tokyo, "10000", "2026-03-02", category="Salary")
    for day, rate in (("2026-03-31", "0.006"), ("2026-04-30", "0.007")):
        ExchangeRate.objects.create(day=day, base="JPY", quote="EUR", rate=Decimal(rate))
    body = get(client, "net-worth", date_from="2026-03-01", date_to="2026-05-31", explain="true")
    assert [p["net_worth"] for p in body["points"]] == ["60.00", "70.00", None]
    assert [(w["code"], w["day"]) for w in body["warnings"]] == [("fx_missing", "2026-05-31")]
    assert len(body["explain"]["rates"]) == 2


# --- income


def test_the_vector_of_streams(client, main):
    for payer, amount in (("A", "5000"), ("B", "2000"), ("C", "500")):
        posted(main, amount, "2026-05-04", payee=payer, category="Salary")
    body = get(client, "income-streams")
    assert [s["name"] for s in body["streams"]] == ["A", "B", "C"]
    assert [s["share"] for s in body["streams"]] == [0.6667, 0.2667, 0.0667]
    assert (body["hhi"], round(body["effective_streams"], 2), body["diversification"]) == (0.52, 1.92, 0.48)  # fmt: skip
    assert {s["grade"] for s in body["streams"]} == {"insufficient_data"}
    assert {s["factors"] for s in body["streams"]} == {None}


def test_a_salary_is_graded_with_its_factors(client, household):
    (acme,) = get(client, "income-streams")["streams"]
    assert (acme["frequency"], acme["regularity"], acme["grade"]) == ("monthly", "regular", "A")
    assert (acme["amount_cv"], acme["on_time"], acme["expected"], acme["matched"]) == (
        0.0,
        1.0,
        8,
        8,
    )
    assert acme["factors"].keys() == {"amount", "timing", "on_time"}
    assert acme["next_on"] == "2026-07-01"


def test_refunds_transfers_and_pending_rows_are_no_income(client, alice, main):
    savings = account_of(alice, "Savings")
    posted(main, "-50", "2026-05-01", payee="Shop", category="Shopping")
    posted(main, "50", "2026-05-03", payee="Shop", category="Shopping")
    posted(main, "99", "2026-05-03", payee="Late", category="Salary", status="pending")
    from ledger.models import Transfer

    transfer = Transfer.objects.create(user=alice)
    posted(savings, "-500", "2026-05-05", transfer_id=transfer.id)
    posted(main, "500", "2026-05-05", transfer_id=transfer.id)
    assert get(client, "income-streams")["streams"] == []


def test_the_gross_part_of_a_payslip_is_its_payers_income(client, alice, main):
    Category.objects.create(user=alice, name="Salary", name_key="salary", kind="income")
    parts = (
        SplitDraft(amount=Decimal("3000"), category="Salary"),
        SplitDraft(amount=Decimal("-800"), category="Tax"),
    )
    posted(main, "2200", "2026-05-29", splits=parts, payee="Acme")
    posted(main, "10", "2026-05-30")  # from nobody, for nothing
    body = get(client, "income-streams")
    assert [(s["name"], s["total"]) for s in body["streams"]] == [("Acme", "3000.00"), ("Unknown payer", "10.00")]  # fmt: skip


def test_income_without_a_rate_is_unknown_and_named(client, alice, main):
    posted(main, "100", "2026-05-01", payee="Home", category="Salary")
    posted(
        account_of(alice, "Tokyo", "JPY"), "5000", "2026-05-02", payee="Abroad", category="Salary"
    )
    body = get(client, "income-streams")
    assert (body["total"], body["hhi"]) == (None, None)
    totals = {s["name"]: s["total"] for s in body["streams"]}
    assert totals == {"Home": "100.00", "Abroad": None}
    assert body["warnings"][0]["code"] == "fx_missing"


# --- subscriptions


def test_standing_charges_and_what_comes(client, household):
    body = get(client, "subscriptions")
    found = {s["payee"]: s for s in body["subscriptions"]}
    assert found.keys() == {"Landlord", "Netflix", "Rewe"}
    netflix = found["Netflix"]
    assert (netflix["period"], netflix["amount"], netflix["fixed"], netflix["next_on"]) == ("monthly", "12.99", True, "2026-07-11")  # fmt: skip
    assert netflix["yearly"] == "155.88"
    assert ("2026-07-01", "Landlord", "900.00") in [
        (u["date"], u["payee"], u["amount"]) for u in body["upcoming"]
    ]
    assert found["Landlord"]["active"]


def test_a_supermarket_and_a_habit_are_no_subscription(client, main):
    for n, amount in enumerate(("31", "97", "45", "66", "82", "51", "39", "77")):
        posted(main, f"-{amount}", f"2026-0{4 + n // 4}-{2 + 7 * (n % 4):02}", payee="Market")
    for n in range(35):
        posted(main, "-2.50", f"2026-0{5 + n // 30}-{n % 30 + 1:02}", payee="Coffee")
    assert get(client, "subscriptions")["subscriptions"] == []


def test_price_rises_duplicates_and_the_forgotten(client, main):
    for n, day in enumerate(months_back(5, 14)):
        posted(main, "-9.99", day, payee="Spotify", category="Fun")
        posted(main, "-11.99" if n < 12 else "-13.99", day, payee="Deezer", category="Fun")
    body = get(client, "subscriptions")
    (rise,) = body["price_rises"]
    assert (rise["payee"], rise["before"], rise["after"], rise["percent"], rise["on"]) == ("Deezer", "11.99", "13.99", 16.68, "2026-05-05")  # fmt: skip
    assert body["duplicates"] == [{"why": "two services of one kind: music", "payees": ["Deezer", "Spotify"]}]  # fmt: skip
    assert [f["payee"] for f in body["forgotten"]] == ["Spotify"]


def test_what_ended_has_no_next_charge(client, main):
    for day in ("2025-08-03", "2025-09-03", "2025-10-03", "2025-11-03"):
        posted(main, "-5", day, payee="Gone", category="Fun")
    body = get(client, "subscriptions")
    (gone,) = body["subscriptions"]
    assert (gone["active"], gone["next_on"]) == (False, None)
    assert (body["monthly_total"], body["upcoming"]) == ("0.00", [])


def test_rows_without_payee_or_description_crash_nothing(client, main):
    for day in months_back(5, 5):
        posted(main, "-5", day)
    assert get(client, "subscriptions")["subscriptions"] == []


# --- calendar, age, health


def test_the_calendar_shows_every_day_and_spending_apart_from_income(client, main):
    posted(main, "3000", "2026-06-01", category="Salary")
    for day, amount in ((2, "10"), (3, "20"), (4, "30"), (5, "40")):
        posted(main, f"-{amount}", f"2026-06-{day:02}", category="Food")
    body = get(client, "calendar", date_from="2026-06-01", date_to="2026-06-07")
    assert [(d["date"][-2:], d["expense"], d["level"]) for d in body["days"]] == [
        ("01", "0.00", 0), ("02", "10.00", 1), ("03", "20.00", 2), ("04", "30.00", 3),
        ("05", "40.00", 4), ("06", "0.00", 0), ("07", "0.00", 0),
    ]  # fmt: skip
    assert body["days"][0]["income"] == "3000.00"
    assert body["weekend_share_percent"] == 0.0
    assert len(get(client, "calendar")["days"]) == 365
    leap = get(client, "calendar", date_from="2024-01-01", date_to="2024-12-31")["days"]
    assert len(leap) == 366
    assert client.get(BASE + "calendar?date_from=2024-01-01&date_to=2025-01-01").json()["code"] == "too_many_days"  # fmt: skip


def test_the_vector_of_the_age_of_money(client, main):
    for day, amount in (("01-01", "1000"), ("01-15", "1000"), ("01-20", "-600"), ("01-31", "-800"), ("02-10", "-500")):  # fmt: skip
        posted(main, amount, f"2026-{day}")
    body = get(client, "age-of-money")
    assert [s["days"] for s in body["spendings"]] == [19, 23, 26]
    assert (body["days"], body["at_least"], body["unfunded"]) == (22.67, False, "0.00")


def test_money_from_before_the_window_is_at_least_so_old(client, alice):
    account = account_of(alice, opening_minor=10_000, balance_minor=10_000, cleared_minor=10_000)
    posted(account, "-1", "2026-06-10")
    body = get(client, "age-of-money")
    assert (body["days"], body["at_least"]) == (740.0, True)


def test_a_sound_household_scores_well_and_a_debt_costs_points(client, alice, household):
    good = get(client, "health-score")
    assert good["months"] == 6
    assert good["grade"] in ("A", "B", "C")
    assert round(sum(f["points"] for f in good["factors"])) in (good["score"], good["score"] + 1)
    loan = account_of(alice, "Loan", type="loan", opening_minor=-9_000_000, balance_minor=-9_000_000, cleared_minor=-9_000_000)  # fmt: skip
    posted(loan, "-1", "2026-06-01")
    assert get(client, "health-score")["score"] < good["score"]


def test_without_history_there_is_no_score(client, main):
    posted(main, "-5", "2026-06-01")
    body = get(client, "health-score")
    assert (body["score"], body["grade"], body["factors"]) == (None, "insufficient_data", [])


# --- dashboard


def test_the_dashboard_says_what_the_reports_say(client, household):
    posted(household, "-500", "2026-06-25", category="Rent")  # booked ahead
    body = get(client, "comprehensive", explain="true")
    flow = get(client, "cash-flow")
    assert body["cash_flow"]["buckets"] == flow["buckets"]
    assert body["cash_flow"]["trend"] == flow["trend"]
    assert body["net_worth"]["net_worth"] == get(client, "net-worth")["net_worth"]
    assert body["net_worth"]["net_worth"] == flow["buckets"][-1]["closing"]
    streams = get(client, "income-streams")
    assert body["income_streams"]["streams"] == streams["streams"]
    assert body["income_streams"]["hhi"] == streams["hhi"]
    assert body["subscriptions"]["monthly_total"] == get(client, "subscriptions")["monthly_total"]
    assert body["health_score"]["score"] == get(client, "health-score")["score"]
    assert body["insights"] == get(client, "insights")["results"][:5]
    assert body["explain"].keys() == {"cash_flow", "income_streams", "age_of_money", "health_score"}
    assert body["warnings"] == []


def test_the_dashboard_names_a_missing_rate_once(client, alice, household):
    posted(account_of(alice, "Tokyo", "JPY"), "-5000", "2026-06-01", payee="Sushi", category="Food")
    body = get(client, "comprehensive")
    days = [warning["day"] for warning in body["warnings"]]
    assert "2026-06-01" in days
    assert len(days) == len(set(days))
    assert body["cash_flow"]["totals"]["expense"] is None


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_every_report_speaks_the_home_currency(alice, currency):
    alice.currency = currency
    alice.save()
    account = account_of(alice, "Home", currency)
    for day in months_back(3, 6):
        posted(account, "1200", day, payee="Acme", category="Salary")
        posted(account, "-700", day, payee="Rent", category="Rent")
    body = get(client_of(alice), "comprehensive")
    assert body["cash_flow"]["totals"]["net"] == {"JPY": "3000", "KWD": "3000.000"}[currency]
    assert body["subscriptions"]["monthly_total"] == {"JPY": "700", "KWD": "700.000"}[currency]


def test_ten_years_of_history_change_no_figure_of_the_window(client, household):
    before = get(client, "comprehensive")
    for year in range(2016, 2025):
        posted(household, "-10", f"{year}-03-03", category="Food")
        posted(household, "10", f"{year}-03-04", category="Salary")
    after = get(client, "comprehensive")
    assert after["cash_flow"] == before["cash_flow"]
    assert after["net_worth"] == before["net_worth"]
