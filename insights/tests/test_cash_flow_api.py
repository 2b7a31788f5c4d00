"""GET /api/analytics/cash-flow: the vectors of semantics parts 7 and 8, from outside."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, client_of, posted
from ledger.models import Category, ExchangeRate
from ledger.services.drafts import SplitDraft
from ledger.services.transfers import TransferDraft, make_transfer

pytestmark = pytest.mark.django_db
URL = "/api/analytics/cash-flow"
YEAR = {"date_from": "2026-01-01", "date_to": "2026-12-31"}


def flow(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    for bucket in body["buckets"]:
        if bucket["closing"] is not None:
            moved = sum(Decimal(bucket[k]) for k in ("opening", "income", "transfers"))
            assert moved - Decimal(bucket["expense"]) == Decimal(bucket["closing"])
    for before, after in pairwise(body["buckets"]):
        assert before["closing"] == after["opening"]
    return body


def move(alice, giver, taker, amount, day="2026-03-05"):
    draft = TransferDraft(
        from_account=giver.id,
        to_account=taker.id,
        amount=Decimal(amount),
        posted_on=date.fromisoformat(day),
    )
    make_transfer(user_id=alice.pk, draft=draft)


@pytest.fixture
def vector(alice, main):
    savings, card, loan = (account_of(alice, n) for n in ("Savings", "Card", "Loan"))
    day = "2026-03-05"
    posted(main, "3000", day, category="Salary")
    posted(main, "-200", day, category="Groceries")
    posted(main, "50", day, category="Groceries")
    move(alice, main, savings, "500")
    posted(card, "-120", day, category="Shopping")
    move(alice, main, card, "120")
    move(alice, main, loan, "300")
    posted(main, "-45", day, category="Interest paid")
    posted(main, "-3", day, category="Fees")


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly", "yearly"])
def test_the_vector_of_transfers_and_totals(client, vector, granularity):
    body = flow(client, granularity=granularity, date_from="2026-02-10", date_to="2026-04-20")
    totals = body["totals"]
    assert (totals["income"], totals["expense"], totals["net"]) == ("3000.00", "318.00", "2682.00")
    assert totals["savings_rate_percent"] == 89.4
    assert sum(Decimal(b["transfers"]) for b in body["buckets"]) == 0
    assert body["buckets"][-1]["closing"] == "2682.00"


def test_one_account_shows_what_its_transfers_moved(client, vector, main):
    (march,) = (b for b in flow(client, account=str(main.id), **YEAR)["buckets"] if b["count"])
    assert (march["income"], march["expense"], march["transfers"]) == (
        "3000.00",
        "198.00",
        "-920.00",
    )
    assert march["closing"] == "1882.00"


def test_empty_buckets_are_zeros_and_the_current_one_is_partial(client, main):
    posted(main, "-10", "2026-02-03", category="Food")
    buckets = flow(client)["buckets"]
    assert [b["start"] for b in buckets][:2] == ["2025-07-01", "2025-08-01"]
    assert len(buckets) == 12
    assert {b["expense"] for b in buckets} == {"0.00", "10.00"}
    assert [b["partial"] for b in buckets] == [False] * 11 + [True]
    assert buckets[-1]["end"] == "2026-06-15"


@pytest.mark.parametrize(
    ("query", "starts"),
    [
        ({"granularity": "weekly", "date_from": "2026-12-28", "date_to": "2027-01-10"}, ["2026-12-28", "2027-01-04"]),
        ({"granularity": "weekly", "date_from": "2024-12-30", "date_to": "2025-01-05"}, ["2024-12-30"]),
        ({"granularity": "daily", "date_from": "2024-02-28", "date_to": "2024-03-01"}, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ({"granularity": "yearly", "date_from": "2024-06-01", "date_to": "2025-02-01"}, ["2024-06-01", "2025-01-01"]),
    ],
)  # fmt: skip
def test_buckets_follow_the_calendar_and_iso_weeks(client, query, starts):
    assert [b["start"] for b in flow(client, **query)["buckets"]] == starts


def test_weeks_begin_on_sunday_where_asked(client, main):
    posted(main, "-7", "2026-06-07", category="Food")  # a Sunday
    query = {"granularity": "weekly", "date_from": "2026-05-31", "date_to": "2026-06-13"}
    iso = flow(client, **query)["buckets"]
    assert [(b["start"], b["expense"], b["partial"]) for b in iso] == [
        ("2026-05-31", "0.00", True), ("2026-06-01", "7.00", False), ("2026-06-08", "0.00", True),
    ]  # fmt: skip
    sunday = flow(client, **query, week_start="sunday")["buckets"]
    assert [(b["start"], b["end"], b["expense"], b["partial"]) for b in sunday] == [
        ("2026-05-31", "2026-06-06", "0.00", False), ("2026-06-07", "2026-06-13", "7.00", False),
    ]  # fmt: skip
    recent = flow(client, granularity="weekly", week_start="sunday")["buckets"]
    assert (len(recent), recent[-1]["start"], recent[-1]["end"]) == (26, "2026-06-14", "2026-06-15")
    assert recent[-1]["partial"]


@pytest.mark.parametrize(
    ("zone", "today"), [("America/New_York", "2026-02-28"), ("Asia/Tokyo", "2026-03-01"), ("Pacific/Auckland", "2026-03-01")]
)  # fmt: skip
def test_today_is_the_owners_day(alice, zone, today):
    alice.timezone = zone
    alice.save()
    with time_machine.travel("2026-03-01T04:30:00Z", tick=False):
        assert flow(client_of(alice))["date_to"] == today


def test_rows_before_and_after_the_span_count_in_balances_alone(client, alice):
    account = account_of(alice, opening_minor=10_000, balance_minor=10_000, cleared_minor=10_000)
    for day in ("2025-12-31", "2026-01-04", "2026-01-31", "2026-02-28", "2026-06-20", "2027-01-01"):
        posted(account, "-10", day, category="Food")
    for granularity in ("daily", "monthly"):
        body = flow(client, granularity=granularity, date_from="2026-01-05", date_to="2026-02-27")
        assert body["totals"]["expense"] == "10.00"
        assert body["buckets"][0]["opening"] == "80.00"
        assert body["buckets"][-1]["closing"] == "70.00"
    june = flow(client)["buckets"][-1]
    assert (june["expense"], june["closing"]) == ("0.00", "60.00")  # nothing that is booked ahead


def test_pending_rows_are_left_out_until_asked_for(client, main):
    posted(main, "-10", "2026-06-01", status="pending", category="Food")
    left = flow(client, explain="true")
    assert (left["totals"]["expense"], left["buckets"][-1]["closing"]) == ("0.00", "0.00")
    assert {row["what"]: row["count"] for row in left["explain"]["left_out"]} == {"transfers": 0, "pending": 1}  # fmt: skip
    for granularity in ("daily", "monthly"):
        taken = flow(client, pending="include", granularity=granularity)
        assert (taken["totals"]["expense"], taken["buckets"][-1]["closing"]) == ("10.00", "-10.00")


def test_parts_of_a_split_count_by_their_categories(client, alice, main):
    Category.objects.create(user=alice, name="Salary", name_key="salary", kind="income")
    parts = (
        SplitDraft(amount=Decimal("3000"), category="Salary"),
        SplitDraft(amount=Decimal("-800"), category="Tax"),
    )
    posted(main, "2200", "2026-05-29", splits=parts)
    for granularity in ("daily", "monthly"):
        totals = flow(client, granularity=granularity)["totals"]
        assert (totals["income"], totals["expense"]) == ("3000.00", "800.00")


def test_amounts_abroad_are_converted_at_their_own_day(client, alice, main):
    tokyo = account_of(alice, "Tokyo", "JPY")
    posted(main, "100", "2026-01-05", category="Salary")
    for day, rate in (("2026-01-10", "0.0060"), ("2026-02-10", "0.0070")):
        ExchangeRate.objects.create(day=day, base="JPY", quote="EUR", rate=Decimal(rate))
        posted(tokyo, "-10000", day, category="Travel")
    body = flow(client, date_from="2026-01-01", date_to="2026-03-31", explain="true")
    assert [b["expense"] for b in body["buckets"]] == ["60.00", "70.00", "0.00"]
    assert body["buckets"][-1]["closing"] == "-30.00"
    assert len(body["explain"]["rates"]) == 2


def test_a_missing_rate_is_null_and_named_never_one(client, alice, main):
    posted(main, "-5", "2026-02-20", category="Food")
    posted(account_of(alice, "Tokyo", "JPY"), "-1000000", "2026-02-20", category="Travel")
    body = flow(client, date_from="2026-01-01", date_to="2026-03-31")
    january, february, march = body["buckets"]
    assert (january["expense"], january["closing"]) == ("0.00", "0.00")
    assert (february["expense"], february["net"], february["closing"]) == (None, None, None)
    assert (march["expense"], march["opening"]) == ("0.00", None)
    assert body["totals"]["net"] is None
    assert [(w["code"], w["base"], w["day"]) for w in body["warnings"]] == [
        ("fx_missing", "JPY", "2026-02-20")
    ]


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "1200"), ("KWD", "1200.000")])
def test_money_has_the_decimals_of_the_home_currency(alice, currency, shown):
    alice.currency = currency
    alice.save()
    posted(account_of(alice, "Home", currency), "1200", "2026-06-01", category="Salary")
    assert flow(client_of(alice))["totals"]["income"] == shown


def test_the_trend_rests_on_full_buckets(client, main):
    for month in range(7, 13):
        posted(main, "1000", f"2025-{month:02}-03", category="Salary")
    for month in range(1, 7):
        posted(main, "1500", f"2026-{month:02}-03", category="Salary")
    trend = flow(client)["trend"]
    assert trend["full_buckets"] == 11
    # March to May against December to February: 4500 against 4000.
    assert (trend["income"]["direction"], trend["income"]["change_percent"]) == ("steady", 12.5)


def test_the_diagram_balances(client, vector):
    links = flow(client, **YEAR)["sankey"]
    assert {"source": "Salary", "target": "Income", "amount": "3000.00"} in links
    assert {"source": "Income", "target": "Left over", "amount": "2682.00"} in links
    into = sum(Decimal(x["amount"]) for x in links if x["target"] == "Income")
    assert into == sum(Decimal(x["amount"]) for x in links if x["source"] == "Income")


def test_buckets_as_a_table(client, main):
    posted(main, "10", "2026-06-01")
    text = client.get(URL, HTTP_ACCEPT="text/csv").content.decode()
    assert text.splitlines()[0].startswith("start,end,opening,income,expense,transfers,net,closing")
    assert len(text.splitlines()) == 13


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"granularity": "hourly"}, "invalid_choice"),
        ({"granularity": "daily", "date_from": "2020-01-01"}, "too_many_buckets"),
        ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, "period_backwards"),
        ({"date_from": "0001-01-01"}, "too_many_buckets"),  # of the calendar, from 1900 on
        ({"account": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"}, "account_not_found"),
        ({"days": "3"}, "unknown_parameter"),
        ({"explain": "perhaps"}, "invalid"),
    ],
)
def test_an_impossible_question_is_refused_by_name(client, query, code):
    answer = client.get(URL, query)
    assert answer.status_code == 400
    assert code in {answer.json()["code"], *(e["code"] for e in answer.json()["errors"])}


def test_an_account_of_another_owner_is_refused_and_nothing_of_it_is_summed(api, main, mallory):
    posted(main, "-10", "2026-06-01")
    stranger = api(mallory)
    assert stranger.get(URL, {"account": str(main.id)}).json()["code"] == "account_not_found"
    assert flow(stranger)["totals"]["expense"] == "0.00"
    assert api().get(URL).status_code == 401


def test_an_unchanged_report_is_a_304_that_reads_no_table(client, main):
    posted(main, "-10", "2026-06-01")
    etag = client.get(URL)["ETag"]
    with CaptureQueriesContext(connection) as statements:
        again = client.get(URL, headers={"If-None-Match": etag})
    assert (again.status_code, len(statements)) == (304, 1)
    posted(main, "-1", "2026-06-01")
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("granularity", ["daily", "weekly", "monthly"])
def test_days_from_totals_agree_with_their_rows(client, alice, main, granularity):
    """Refunds, corrections, parts of both signs, pending rows and transfers, month by month."""
    Category.objects.create(user=alice, name="Salary", name_key="salary", kind="income")
    savings = account_of(alice, "Savings")
    posted(main, "3000", "2026-03-02", category="Salary")
    posted(main, "-100", "2026-03-20", category="Salary")
    posted(main, "-80", "2026-03-03", category="Food")
    posted(main, "30", "2026-03-09", category="Food")
    posted(main, "7", "2026-03-09")
    refund = (SplitDraft(amount=Decimal("4"), category="Food"), SplitDraft(amount=Decimal("6")))
    posted(main, "10", "2026-03-10", splits=refund)
    posted(main, "-5", "2026-03-11", category="Food", status="pending")
    move(alice, main, savings, "500", "2026-03-12")
    both = (
        SplitDraft(amount=Decimal("-50"), category="Food"),
        SplitDraft(amount=Decimal("20"), category="Salary"),
        SplitDraft(amount=Decimal("9"), category="Food"),
    )
    posted(main, "-21", "2026-04-10", splits=both)
    posted(main, "-1", "2026-04-11", category="Food")
    span = {"date_from": "2026-03-01", "date_to": "2026-04-30", "granularity": granularity}
    for query, expense in (({}, "88.00"), ({"pending": "include"}, "93.00"), ({"account": str(main.id)}, "88.00")):  # fmt: skip
        totals = flow(client, **span, **query)["totals"]
        assert (totals["income"], totals["expense"]) == ("2933.00", expense), query
    body = flow(client, **span)
    assert body["sankey"] == flow(client, **span | {"granularity": "monthly"})["sankey"]
    cut = flow(client, **span | {"date_from": "2026-03-09", "date_to": "2026-04-10"})["totals"]
    assert (cut["income"], cut["expense"]) == ("-67.00", "7.00")


@pytest.mark.parametrize(("query", "most"), [({}, 4), ({"granularity": "yearly"}, 4), ({"granularity": "daily"}, 5)])  # fmt: skip
def test_the_statements_do_not_grow_with_the_rows(client, main, query, most):
    for n in range(20):
        posted(main, "-1", f"2026-{n % 6 + 1:02}-03", category=f"C{n}")
    with CaptureQueriesContext(connection) as statements:
        client.get(URL, query)
    assert len(statements) <= most, [s["sql"][:90] for s in statements]
