"""/api/accounts/{id}/balances and /api/accounts/summary."""

import csv
import io
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine

from config.tests.cast import account_of, posted
from ledger.buckets import BUCKETS_MAX, TooManyBuckets, cut, recent
from ledger.models import Category, ExchangeRate
from ledger.periods import Span
from ledger.services.transfers import TransferDraft, make_transfer

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 18)


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with time_machine.travel("2026-03-18T12:00:00Z", tick=False):
        yield


@pytest.fixture
def account(alice):
    account = account_of(alice, opening_minor=10_000, balance_minor=10_000, cleared_minor=10_000)
    posted(account, "50.00", "2025-12-31")
    posted(account, "-20.00", "2026-01-01")
    posted(account, "-30.00", "2026-01-31")
    posted(account, "-7.00", "2026-03-17", status="pending")
    return account


def balances(client, account, query):
    answer = client.get(f"/api/accounts/{account.id}/balances?{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["buckets"]


def test_months_open_with_what_the_last_one_closed_with(client, account):
    found = balances(client, account, "granularity=monthly&date_from=2026-01-01")
    assert [(b["start"], b["end"], b["opening"], b["closing"]) for b in found] == [
        ("2026-01-01", "2026-01-31", "150.00", "100.00"),
        ("2026-02-01", "2026-02-28", "100.00", "100.00"),
        ("2026-03-01", "2026-03-18", "100.00", "93.00"),
    ]
    assert [(b["inflow"], b["outflow"], b["count"]) for b in found] == [
        ("0.00", "50.00", 2),
        ("0.00", "0.00", 0),
        ("0.00", "7.00", 1),
    ]
    assert [b["cleared_closing"] for b in found] == ["100.00", "100.00", "100.00"]
    assert [b["partial"] for b in found] == [False, False, True]


@pytest.mark.parametrize(
    ("query", "count", "first", "last"),
    [
        ("granularity=daily&date_from=2025-12-31&date_to=2026-01-02", 3, "150.00", "130.00"),
        ("granularity=weekly&date_from=2025-12-31&date_to=2026-01-06", 2, "130.00", "130.00"),
        ("granularity=yearly&date_from=2025-06-01", 2, "150.00", "93.00"),
        ("granularity=monthly", 12, "100.00", "93.00"),
        ("", 12, "100.00", "93.00"),
        ("granularity=daily", 31, "100.00", "93.00"),
        ("granularity=weekly", 26, "100.00", "93.00"),
        ("granularity=yearly", 5, "100.00", "93.00"),
        ("granularity=daily&date_from=2027-01-01&date_to=2027-01-01", 1, "93.00", "93.00"),
    ],
)
def test_each_granularity_ends_at_the_balance(client, account, query, count, first, last):
    found = balances(client, account, query)
    assert (len(found), found[0]["closing"], found[-1]["closing"]) == (count, first, last)
    for before, after in pairwise(found):
        assert before["closing"] == after["opening"]


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly", "yearly"])
def test_the_number_of_queries_does_not_depend_on_buckets_or_rows(
    client, account, granularity, django_assert_num_queries
):
    with django_assert_num_queries(4):  # session, account, sums before, sums inside
        balances(client, account, f"granularity={granularity}&date_from=2025-01-01")


def test_an_unchanged_account_is_a_304(client, account):
    address = f"/api/accounts/{account.id}/balances"
    tag = client.get(address)["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304
    posted(account, "-1")
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_too_many_buckets_and_backward_spans_are_refused(client, account):
    address = f"/api/accounts/{account.id}/balances"
    answer = client.get(f"{address}?granularity=daily&date_from=2020-01-01")
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_buckets")
    answer = client.get(f"{address}?date_from=2026-02-01&date_to=2026-01-01")
    assert answer.json()["code"] == "period_backwards"
    # Days beyond every calendar count as its ends: 1900 and 2199.
    assert client.get(f"{address}?date_from=0001-01-01").json()["code"] == "too_many_buckets"
    assert client.get(f"{address}?date_to=9999-12-31").json()["code"] == "date_out_of_range"
    assert client.get(f"{address}?date_to=0001-01-01").json()["date_to"] == "1900-01-01"
    assert client.get(f"{address}?granularity=hourly").status_code == 400
    assert client.get(f"{address}?date_from=2026-02-30").status_code == 400


def test_buckets_as_a_table(client, account):
    address = f"/api/accounts/{account.id}/balances?date_from=2026-01-01"
    answer = client.get(address, HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["closing"] for row in rows] == ["100.00", "100.00", "93.00"]


def test_the_limit_of_buckets_is_exact():
    assert len(cut(Span(date(2020, 1, 1), date(2022, 9, 26)), "daily")) == BUCKETS_MAX
    with pytest.raises(TooManyBuckets):
        cut(Span(date(2020, 1, 1), date(2022, 9, 27)), "daily")


def test_iso_weeks_cross_the_year():
    spans = cut(Span(date(2026, 12, 28), date(2027, 1, 10)), "weekly")
    assert spans == [
        Span(date(2026, 12, 28), date(2027, 1, 3)),
        Span(date(2027, 1, 4), date(2027, 1, 10)),
    ]


def test_a_recent_month_begins_on_a_first_also_on_the_31st():
    assert recent("monthly", date(2026, 3, 31)) == Span(date(2025, 4, 1), date(2026, 3, 31))


# --- summary


def test_the_summary_adds_up_in_the_home_currency(client, alice, django_assert_num_queries):
    main = account_of(alice, "Main")
    card = account_of(alice, "Card", type="credit_card")
    yen = account_of(alice, "Yen", "JPY")
    food = Category.objects.create(user=alice, name="Food", name_key="food")
    pay = Category.objects.create(user=alice, name="Pay", name_key="pay", kind="income")
    posted(main, "3000.00", "2026-03-01", category=pay.id)
    posted(main, "-200.00", "2026-03-02", category=food.id)
    posted(main, "50.00", "2026-03-03", category=food.id)  # a refund
    posted(main, "-3.00", "2026-03-03")
    posted(card, "-120.00", "2026-03-04", category=food.id)
    posted(card, "-1.00", "2026-02-04", category=food.id)
    posted(main, "-40.00", "2026-03-05", category=food.id, status="pending")
    posted(yen, "16000", "2026-03-06")
    transfer = TransferDraft(
        from_account=main.id,
        to_account=card.id,
        amount=Decimal("120.00"),
        posted_on=date(2026, 3, 10),
    )
    make_transfer(user_id=alice.pk, draft=transfer)
    ExchangeRate.objects.create(base="EUR", quote="JPY", day="2026-03-13", rate="160")
    with django_assert_num_queries(4):  # session, accounts, month, rates
        found = client.get("/api/accounts/summary").json()
    assert found["currency"] == "EUR"
    assert (found["total_accounts"], found["on"]) == (3, "2026-03-18")
    assert (found["total_balance"], found["total_assets"], found["total_liabilities"]) == (
        "2786.00",
        "2787.00",
        "1.00",
    )
    assert (found["month_income"], found["month_expense"], found["month_net"]) == (
        "3100.00",
        "273.00",
        "2827.00",
    )
    lines = {line["name"]: line for line in found["results"]}
    assert lines["Yen"]["balance"] == "16000"
    assert lines["Yen"]["home_balance"] == "100.00"
    assert (lines["Main"]["month_income"], lines["Main"]["month_expense"]) == ("3000.00", "153.00")
    assert lines["Card"]["month_expense"] == "120.00"
    assert found["warnings"] == []
    assert found["rates"][0]["rate_day"] == "2026-03-13"


def test_a_missing_rate_gives_null_and_names_pair_and_day_and_is_never_one(client, alice):
    posted(account_of(alice, "Main"), "10.00", "2026-03-01")
    posted(account_of(alice, "Yen", "JPY"), "1000000", "2026-03-01")
    account_of(alice, "Empty", "KWD")  # nothing to convert, so no rate is missed
    ExchangeRate.objects.create(base="EUR", quote="JPY", day="2026-03-10", rate="160")
    found = client.get("/api/accounts/summary").json()
    assert found["total_balance"] is None
    assert found["total_assets"] is None
    assert found["month_income"] is None
    assert {line["name"]: line["home_balance"] for line in found["results"]} == {
        "Main": "10.00",
        "Yen": None,
        "Empty": "0.00",
    }
    assert [(w["code"], w["base"], w["quote"], w["day"]) for w in found["warnings"]] == [
        ("fx_missing", "JPY", "EUR", "2026-03-18")
    ]


def test_a_month_that_had_rows_in_and_out_needs_a_rate_though_the_balance_is_zero(client, alice):
    yen = account_of(alice, "Yen", "JPY")
    posted(yen, "100", "2026-03-01")
    posted(yen, "-100", "2026-03-01")
    found = client.get("/api/accounts/summary").json()
    assert (found["total_balance"], found["month_income"]) == ("0.00", None)


def test_only_the_owners_rates_and_common_ones_count(client, alice, mallory):
    posted(account_of(alice, "Yen", "JPY"), "1000000", "2026-03-01")
    ExchangeRate.objects.create(user=mallory, base="EUR", quote="JPY", day="2026-03-18", rate="1")
    assert client.get("/api/accounts/summary").json()["total_balance"] is None


def test_the_summary_as_a_table_has_one_row_per_account(client, alice):
    account_of(alice, "A")
    account_of(alice, "B")
    answer = client.get("/api/accounts/summary", HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["name"] for row in rows] == ["A", "B"]
