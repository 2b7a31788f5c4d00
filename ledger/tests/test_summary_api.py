"""GET /api/transactions/summary and /category/{name}: the vectors of semantics part 8, periods, rates."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, posted
from ledger.models import ExchangeRate, Transfer
from ledger.periods import Span, add_months, rolling
from ledger.services.drafts import SplitDraft

pytestmark = pytest.mark.django_db
URL = "/api/transactions/summary"
YEAR = {"date_from": "2026-01-01", "date_to": "2026-12-31"}


def moved(user, giver, taker, amount, day="2026-03-05"):
    transfer = Transfer.objects.create(user=user)
    posted(giver, f"-{amount}", day, transfer_id=transfer.id)
    posted(taker, amount, day, transfer_id=transfer.id)


def test_the_vector_of_transfers_and_totals(client, main, alice):
    savings, card, loan = (account_of(alice, n) for n in ("Savings", "Card", "Loan"))
    day = "2026-03-05"
    posted(main, "3000", day, category="Salary")
    posted(main, "-200", day, category="Groceries")
    posted(main, "50", day, category="Groceries")
    moved(alice, main, savings, "500")
    posted(card, "-120", day, category="Shopping")
    moved(alice, main, card, "120")
    moved(alice, main, loan, "300")
    posted(main, "-45", day, category="Interest paid")
    posted(main, "-3", day, category="Fees")
    body = client.get(URL, YEAR).json()
    assert (body["income"], body["expense"], body["net"]) == ("3000.00", "318.00", "2682.00")
    groceries = next(row for row in body["by_category"] if row["category"] == "Groceries")
    assert (groceries["amount"], groceries["count"]) == ("-150.00", 2)
    assert body["warnings"] == []


def test_a_refund_larger_than_the_spending_is_shown_as_credit(client, main):
    posted(main, "-500", category="Travel")
    posted(main, "700", category="Travel")
    assert client.get(URL, YEAR).json()["expense"] == "-200.00"


def test_partial_months_agree_with_whole_ones(client, main):
    for month in range(1, 7):
        for day in (1, 10, 28):
            posted(main, "-10", f"2026-{month:02}-{day:02}", category="Food")
    whole = client.get(URL, {"date_from": "2026-01-01", "date_to": "2026-06-30"}).json()
    assert whole["expense"] == "180.00"
    edges = client.get(URL, {"date_from": "2026-01-10", "date_to": "2026-06-10"}).json()
    assert edges["expense"] == "160.00"
    inside = client.get(URL, {"date_from": "2026-02-02", "date_to": "2026-02-27"}).json()
    assert inside["expense"] == "10.00"


def test_splits_count_by_their_parts_in_totals_and_edges_alike(client, main):
    parts = (
        SplitDraft(amount=Decimal("-7"), category="Food"),
        SplitDraft(amount=Decimal("-3"), category="Household"),
    )
    posted(main, "-10", "2026-02-10", splits=parts)
    whole = client.get(URL, YEAR).json()["by_category"]
    edge = client.get(URL, {"date_from": "2026-02-05", "date_to": "2026-02-20"}).json()[
        "by_category"
    ]
    assert whole == edge
    assert {row["category"]: row["amount"] for row in whole} == {
        "Food": "-7.00",
        "Household": "-3.00",
    }


def test_pending_rows_are_left_out_until_asked_for(client, main):
    posted(main, "-10", status="pending")
    assert client.get(URL, YEAR).json()["expense"] == "0.00"
    assert client.get(URL, {**YEAR, "pending": "include"}).json()["expense"] == "10.00"


def test_foreign_rows_are_converted_at_their_own_day(client, alice):
    tokyo = account_of(alice, "Tokyo", "JPY")
    for day, rate in (("2026-01-10", "0.0060"), ("2026-02-10", "0.0070")):
        ExchangeRate.objects.create(day=day, base="JPY", quote="EUR", rate=Decimal(rate))
        posted(tokyo, "-10000", day, category="Travel")
    body = client.get(URL, YEAR).json()
    assert (body["expense"], body["currency"]) == ("130.00", "EUR")
    assert len(body["rates"]) == 2


def test_a_missing_rate_is_null_and_named_never_one(client, alice, main):
    tokyo = account_of(alice, "Tokyo", "JPY")
    posted(main, "-5", category="Food")
    posted(tokyo, "-1000000", "2026-01-20", category="Travel")
    body = client.get(URL, YEAR).json()
    assert (body["income"], body["expense"], body["net"]) == ("0.00", None, None)
    amounts = {row["category"]: row["amount"] for row in body["by_category"]}
    assert amounts == {"Food": "-5.00", "Travel": None}
    (warning,) = body["warnings"]
    assert (warning["code"], warning["base"], warning["quote"], warning["day"]) == (
        "fx_missing", "JPY", "EUR", "2026-01-20",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("timeframe", "start"),
    [
        ("daily", "2026-03-31"),
        ("weekly", "2026-03-25"),
        ("monthly", "2026-03-01"),
        ("yearly", "2025-04-01"),
    ],
)
def test_a_timeframe_ends_today_in_the_owners_zone(client, main, alice, timeframe, start):
    alice.timezone = "Pacific/Auckland"
    alice.save()
    # Noon of the 30th in London is the 31st already in Auckland.
    with time_machine.travel("2026-03-30T12:00:00Z", tick=False):
        from config.tests.cast import client_of

        body = client_of(alice).get(URL, {"timeframe": timeframe}).json()
    assert (body["date_from"], body["date_to"]) == (start, "2026-03-31")


def test_an_unknown_timeframe_and_a_backward_period_are_refused(client):
    assert client.get(URL, {"timeframe": "hourly"}).json()["code"] == "unknown_timeframe"
    backward = {"date_from": "2026-02-01", "date_to": "2026-01-01"}
    assert client.get(URL, backward).json()["code"] == "period_backwards"


def test_an_unchanged_report_is_a_304_that_reads_no_table(client, main):
    posted(main, "-10")
    etag = client.get(URL, YEAR)["ETag"]
    with CaptureQueriesContext(connection) as statements:
        again = client.get(URL, YEAR, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert len(statements) == 1  # who calls
    posted(main, "-1")
    assert client.get(URL, YEAR, headers={"If-None-Match": etag}).status_code == 200


def test_a_summary_of_whole_months_costs_two_statements(client, main):
    for n in range(20):
        posted(main, "-1", f"2026-{n % 12 + 1:02}-03", category=f"C{n}")
    with CaptureQueriesContext(connection) as statements:
        client.get(URL, YEAR)
    # Who calls, and the totals with their names.
    assert len(statements) == 2, [s["sql"][:90] for s in statements]


def test_a_category_is_listed_with_everything_below_it(client, main, alice):
    from ledger.models import Category

    food = Category.objects.create(user=alice, name="Food", name_key="food")
    Category.objects.create(user=alice, name="Groceries", name_key="groceries", parent=food)
    posted(main, "-10", category="Groceries")
    posted(main, "-5", category="Food")
    posted(main, "-99", category="Rent")
    body = client.get("/api/transactions/category/food", YEAR).json()
    assert len(body["results"]) == 2
    assert body["summary"]["expense"] == "15.00"


def test_a_category_that_is_not_there_is_a_404(api, client, mallory):
    theirs = api(mallory).post("/api/categories", {"name": "Hers", "kind": "expense"}).json()
    for name in ("Nothing", "Hers", theirs["id"]):
        answer = client.get(f"/api/transactions/category/{name}", YEAR)
        assert (answer.status_code, answer.json()["code"]) == (404, "category_not_found")


def test_a_category_that_did_not_change_is_a_304(client, main):
    row, url = posted(main, "-10", category="Food"), "/api/transactions/category/Food"
    first = client.get(url, YEAR)
    assert client.get(url, YEAR, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(f"/api/transactions/{row.id}", {"memo": "Cheese"})
    assert client.get(url, YEAR, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_an_account_that_is_not_ours_is_refused_by_name(api, client, mallory):
    theirs = account_of(mallory, "Hers")
    answer = client.get(URL, {**YEAR, "account": str(theirs.pk)})
    assert (answer.status_code, answer.json()["code"]) == (400, "account_not_found")


def test_nothing_of_another_owner_is_summed(api, main, mallory):
    posted(main, "-10")
    body = api(mallory).get(URL, YEAR).json()
    assert (body["expense"], body["by_category"]) == ("0.00", [])


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-03-31", -1, "2026-02-28"),
     ("2024-02-29", 12, "2025-02-28"), ("2026-12-31", 2, "2027-02-28")],
)  # fmt: skip
def test_months_are_added_by_the_calendar(day, months, expected):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "end", "whole", "edges"),
    [
        ("2026-01-01", "2026-12-31", ("2026-01-01", "2026-12-31"), []),
        ("2026-01-02", "2026-01-30", None, [("2026-01-02", "2026-01-30")]),
        ("2026-01-02", "2026-02-28", ("2026-02-01", "2026-02-28"), [("2026-01-02", "2026-01-31")]),
        ("2026-01-01", "2026-02-27", ("2026-01-01", "2026-01-31"), [("2026-02-01", "2026-02-27")]),
        ("2026-01-31", "2026-02-01", None, [("2026-01-31", "2026-02-01")]),
    ],
)
def test_a_span_is_whole_months_and_edges(start, end, whole, edges):
    def span(days):
        return Span(date.fromisoformat(days[0]), date.fromisoformat(days[1]))

    found, rest = span((start, end)).split_at_months()
    assert found == (span(whole) if whole else None)
    assert rest == [span(edge) for edge in edges]


def test_a_rolling_month_from_the_31st_is_a_whole_month():
    assert rolling("monthly", date(2026, 3, 31)) == Span(date(2026, 3, 1), date(2026, 3, 31))
