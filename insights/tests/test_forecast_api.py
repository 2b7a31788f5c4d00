"""GET /api/analytics/forecast from outside: what is known, what is modelled, whose it is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, posted
from ledger.models import ExchangeRate, Transfer
from ledger.services.drafts import Draft
from ledger.services.posting import post
from ledger.tests.recurring_cast import rule_of

pytestmark = pytest.mark.django_db
PATH = "/api/analytics/forecast"
TODAY = date(2026, 6, 15)


def ask(client, **query):
    answer = client.get(PATH, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def holding(owner, minor=120_000, name="Main", currency="EUR", **fields):
    return account_of(
        owner, name, currency, opening_minor=minor, balance_minor=minor, cleared_minor=minor, **fields
    )  # fmt: skip


def many(account, days, amount, **fields):
    drafts = [
        Draft(account_id=account.id, amount=Decimal(amount), posted_on=day, **fields)
        for day in days
    ]
    post(account.user_id, drafts)


def on(day):
    return (TODAY + timedelta(days=day)).isoformat()


def every_day(count):
    return [TODAY - timedelta(days=k) for k in range(count)]


def scheduled(account):
    """The worked vector: -900 on day 5, -400 on day 10, +2500 on day 25."""
    rows = ((5, "-900", "Rent"), (10, "-400", "Insurance"), (25, "2500", "Salary"))
    return [
        rule_of(account, amount, on(day), payee=f"{name} payee", category=name)
        for day, amount, name in rows
    ]


def test_less_than_two_months_of_history_is_scheduled_only_and_says_so(client, alice):
    scheduled(holding(alice))
    body = ask(client, days=30)
    assert (len(body["days"]), body["days"][0]["date"], body["days"][-1]["date"]) == (
        30,
        on(1),
        on(30),
    )
    assert body["low_point"] == {"date": on(10), "p50": "-100.00", "p10": "-100.00"}
    assert body["days"][-1] == {
        "date": on(30), "p10": "2400.00", "p50": "2400.00", "p90": "2400.00",
        "known": "0.00", "modelled": "0.00",
    }  # fmt: skip
    assert body["days"][4]["known"] == "-900.00"
    assert [w["code"] for w in body["warnings"]] == ["insufficient_history"]
    assert body["below_zero_probability"] == 1
    assert body["accuracy"] == {"coverage_80": None, "pinball": None, "since": None}
    assert [(c["category"], c["known"]) for c in body["by_category"]] == [
        ("Salary", "2500.00"), ("Rent", "-900.00"), ("Insurance", "-400.00"),
    ]  # fmt: skip


def test_the_low_point_of_the_vector_with_its_unscheduled_rest(client, alice):
    """500.00 a month beside what is scheduled."""
    main = holding(alice, 120_000 + 240 // 3 * 5_000)
    for start, amount in enumerate(("-16.67", "-16.67", "-16.66")):
        many(main, every_day(240)[start::3], amount, category="Food")
    scheduled(main)
    body = ask(client, days=30)
    assert body["balance"] == "1200.00"
    assert (body["low_point"]["date"], body["low_point"]["p50"]) == (on(24), "-500.00")
    assert body["days"][-1]["p50"] == "1900.00"
    assert body["below_zero_probability"] == 1


def test_steady_spending_is_expected_to_go_on_within_ranges(client, alice):
    main = holding(alice, 1_000_000)
    days = every_day(200)
    many(main, days[::2], "-10", category="Food")
    many(main, days[1::2], "-20", category="Food")
    body = ask(client, days=40, explain="true")
    last = body["days"][-1]
    fell = Decimal(body["balance"]) - Decimal(last["p50"])
    assert 590 <= fell <= 610
    assert Decimal(last["p10"]) <= Decimal(last["p50"]) <= Decimal(last["p90"])
    assert body["warnings"] == []
    assert body["below_zero_probability"] == 0
    (food,) = body["by_category"]
    assert (food["category"], food["known"], Decimal(food["modelled"])) == ("Food", "0.00", -fell)
    assert body["explain"]["inputs"]["history_days"] == 200
    assert body["explain"]["inputs"]["mean_error"].keys() > {"seasonal_naive"}


def test_what_a_rule_explains_is_not_modelled_once_more(client, alice):
    main = holding(alice, 10_000_000)
    rents = [date(2026, month, 1) for month in range(1, 7)]
    many(main, every_day(160), "-10", category="Food")
    many(main, rents, "-900", payee="Landlord", category="Rent")
    before = ask(client, days=30)
    rule_of(main, "-900", "2026-07-01", payee="Landlord", category="Rent")
    after = ask(client, days=30)
    rent = next(c for c in after["by_category"] if c["category"] == "Rent")
    assert (rent["known"], rent["modelled"]) == ("-900.00", "0.00")
    assert sum(Decimal(d["modelled"]) for d in after["days"]) == Decimal("-300")
    assert sum(Decimal(d["modelled"]) for d in before["days"]) < Decimal("-600")


def test_what_is_booked_ahead_or_pending_is_known(client, alice):
    main = holding(alice, 100_000)
    posted(main, "-200", on(7))
    posted(main, "-30", on(-1), status="pending")
    body = ask(client, days=10)
    assert body["balance"] == "1000.00"
    assert {d["date"]: d["known"] for d in body["days"] if d["known"] != "0.00"} == {
        on(1): "-30.00",
        on(7): "-200.00",
    }
    assert body["days"][-1]["p50"] == "770.00"


def test_a_rule_of_today_that_is_not_booked_yet_is_to_come(client, alice):
    rule_of(holding(alice), "-50", TODAY.isoformat())
    assert ask(client, days=3)["days"][0]["known"] == "-50.00"


def test_one_account_alone_feels_transfers_and_has_its_own_currency(client, alice):
    main = holding(alice, 100_000)
    tokyo = holding(alice, 50_000, "Tokyo", "JPY")
    holding(alice, -9_000_000, "Loan", type="loan")
    leg = Transfer.objects.create(user=alice).id
    posted(main, "-100", on(3), transfer_id=leg)
    one = ask(client, days=5, account=str(main.pk))
    assert (one["currency"], one["days"][-1]["p50"]) == ("EUR", "900.00")
    abroad = ask(client, days=5, account=str(tokyo.pk))
    assert (abroad["currency"], abroad["balance"], abroad["low_point"]["p50"]) == (
        "JPY",
        "50000",
        "50000",
    )
    assert [w["code"] for w in ask(client)["warnings"]] == ["fx_missing", "insufficient_history"]
    assert ask(client)["balance"] == "1000.00"
    ExchangeRate.objects.create(day=TODAY, base="JPY", quote="EUR", rate=Decimal("0.006"))
    posted(main, "-1")
    both = ask(client, explain="true")
    assert both["balance"] == "1299.00"
    assert both["explain"]["rates"][0]["base"] == "JPY"


def test_what_if_a_rule_stopped_and_something_dear_happened(client, alice):
    rent, *_ = scheduled(holding(alice))
    body = ask(client, skip=str(rent.id), one_off="-1000.50", one_off_on=on(12))
    assert (body["low_point"]["date"], body["low_point"]["p50"]) == (on(12), "-200.50")
    tomorrow = ask(client, one_off="7")
    assert tomorrow["days"][0]["known"] == "7.00"


def test_the_day_below_zero_and_a_threshold_of_ones_own(client, alice):
    scheduled(holding(alice))
    body = ask(client, threshold="500")
    assert body["below_zero_on"] == on(10)
    assert body["threshold"] == {"amount": "500.00", "below_probability": 1.0, "below_on": on(5)}
    rich = ask(client, threshold="-101")
    assert rich["threshold"] == {
        "amount": "-101.00",
        "below_probability": 0.0,
        "below_on": None,
    }


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("days=0", "min_value"), ("days=366", "max_value"), ("days=x", "invalid"),
        ("account=nobody", "invalid"), ("nonsense=1", "unknown_parameter"),
        ("threshold=1.234", "too_many_decimals"),
        ("one_off_on=2026-07-01", "required"),
        ("one_off=1.234", "too_many_decimals"), ("one_off=1e5", "invalid_amount"),
        ("one_off=1&one_off_on=2026-06-15", "one_off_ahead"),
        ("one_off=1&one_off_on=2027-06-16", "one_off_ahead"),
    ],
)  # fmt: skip
def test_impossible_questions_are_refused(client, query, code):
    answer = client.get(f"{PATH}?{query}")
    body = answer.json()
    assert answer.status_code == 400
    assert code in {body["code"], *(e["code"] for e in body.get("errors", []))}


def test_nothing_of_another_owner_is_seen_or_taken(api, client, alice, mallory):
    main = holding(alice, 777_700)
    rent, *_ = scheduled(main)
    stranger = api(mallory)
    assert "7777" not in stranger.get(PATH).content.decode()
    account = stranger.get(PATH, {"account": str(main.pk)})
    assert (account.status_code, account.json()["code"]) == (400, "account_not_found")
    skip = stranger.get(PATH, {"skip": str(rent.id)})
    assert (skip.status_code, skip.json()["code"]) == (400, "recurring_transaction_not_found")
    assert api().get(PATH).status_code == 401


def test_a_year_ahead_over_a_leap_day_is_a_table_too(client, main):
    assert len(ask(client, days=365)["days"]) == 365
    table = client.get(PATH, {"days": 2}, headers={"Accept": "text/csv"}).content.decode()
    assert table.splitlines()[0] == "date,p10,p50,p90,known,modelled"


def test_the_statements_are_counted_whatever_the_history(client, alice):
    main = holding(alice)
    scheduled(main)
    rule_of(main, "-10", on(3), variable=True)
    many(main, every_day(100), "-10", category="Food")
    with CaptureQueriesContext(connection) as statements:
        client.get(PATH)
    assert len(statements) <= 16, [s["sql"][:90] for s in statements]
