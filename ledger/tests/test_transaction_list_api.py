"""GET /api/transactions: pages, filters, search, order, cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, posted
from ledger.api.serializers import TransactionOutput
from ledger.models import Transaction

pytestmark = pytest.mark.django_db
URL = "/api/transactions"


@pytest.fixture
def rows(main, alice):
    """A small mixed household, by name."""
    savings = account_of(alice, "Savings")
    return {
        "salary": posted(main, "3000", "2026-01-25", payee="Employer", category="Salary"),
        "rent": posted(main, "-900", "2026-01-02", payee="Landlord", category="Rent"),
        "food": posted(main, "-42.10", "2026-02-03", payee="REWE Markt", category="Groceries", memo="with Ann"),
        "refund": posted(main, "5", "2026-02-04", payee="REWE Markt", category="Groceries"),
        "pending": posted(main, "-9.99", "2026-02-05", payee="Netflix", status="pending", tags=("fun",)),
        "saved": posted(savings, "10", "2026-02-06", statement_text="INTEREST 4711"),
    }  # fmt: skip


def names(client, rows, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    by_id = {str(row.id): name for name, row in rows.items()}
    return [by_id[row["id"]] for row in answer.json()["results"]]


def test_the_newest_come_first(client, rows):
    assert names(client, rows) == ["saved", "pending", "refund", "food", "salary", "rent"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"date_from": "2026-02-01", "date_to": "2026-02-04"}, ["refund", "food"]),
        ({"amount_min": "5"}, ["saved", "refund", "salary"]),
        ({"amount_max": "-42.10"}, ["food", "rent"]),
        ({"amount_max": "-42.105"}, ["rent"]),
        ({"account": "Savings"}, ["saved"]),
        ({"category": "Groceries"}, ["refund", "food"]),
        ({"category": "none"}, ["saved", "pending"]),
        ({"payee": "rewe markt"}, ["refund", "food"]),
        ({"tag": "fun"}, ["pending"]),
        ({"type": "income"}, ["saved", "salary"]),
        ({"type": "expense"}, ["pending", "food", "rent"]),
        ({"type": "refund"}, ["refund"]),
        ({"type": "transfer"}, []),
        ({"status": "pending"}, ["pending"]),
        ({"flagged": "true"}, []),
        ({"flagged": "false", "type": "refund"}, ["refund"]),
        ({"sort": "posted_on"}, ["rent", "salary", "food", "refund", "pending", "saved"]),
        ({"sort": "amount"}, ["rent", "food", "pending", "refund", "saved", "salary"]),
        ({"sort": "-amount", "limit": "2"}, ["salary", "saved"]),
        ({"q": "rewe"}, ["refund", "food"]),
        ({"q": "rewe -ann"}, ["refund"]),
        ({"q": "4711"}, ["saved"]),
        ({"q": 'memo:"with ann"'}, ["food"]),
        ({"q": "category:groc amount:>10"}, ["food"]),
        ({"q": "amount:9.99"}, ["pending"]),
        ({"q": "amount:<=9.99"}, ["pending", "refund"]),
        ({"q": "date:2026-01"}, ["salary", "rent"]),
        ({"q": "date:>=2026-02-05 account:main"}, ["pending"]),
        ({"q": "tag:fun"}, ["pending"]),
        ({"q": "type:refund"}, ["refund"]),
        ({"q": "amount:x"}, []),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
    ],
)
def test_filters_and_search(client, rows, query, expected):
    assert names(client, rows, **query) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"ordering": "user__password"}, "unknown_parameter"),
        ({"user__email__startswith": "a"}, "unknown_parameter"),
        ({"sort": "user"}, "invalid_choice"),
        ({"limit": "0"}, "min_value"),
        ({"limit": "501"}, "max_value"),
        ({"limit": "9" * 5000}, "max_string_length"),
        ({"cursor": "x"}, "invalid_cursor"),
        ({"cursor": "AAAA"}, "invalid_cursor"),
        ({"date_from": "yesterday"}, "invalid"),
        ({"amount_min": "1e400"}, "invalid_amount"),
        ({"amount_min": "9" * 18}, "amount_too_large"),
        ({"account": "Nowhere"}, "account_not_found"),
        ({"category": "Nothing"}, "category_not_found"),
        ({"type": "gift"}, "invalid_choice"),
        ({"q": "a" * 400}, "max_length"),
        ({"q": "a\x00"}, "invalid_text"),
    ],
)
def test_impossible_parameters_are_refused(client, main, query, code):
    answer = client.get(URL, query)
    assert answer.status_code == 400, answer.content
    body = answer.json()
    assert code in {body["code"], *(e["code"] for e in body["errors"])}, body


def test_a_repeated_parameter_is_refused(client, main):
    answer = client.get(f"{URL}?status=pending&status=cleared")
    assert answer.json()["code"] == "repeated_parameter"


@pytest.mark.parametrize("sort", ["-posted_on", "posted_on", "amount", "-amount"])
def test_pages_walk_forth_and_back_over_every_row_once(client, main, sort):
    for n in range(23):
        posted(main, str(-(n % 5) - 1), f"2026-01-{n % 7 + 1:02}")
    everything = client.get(URL, {"limit": 100, "sort": sort}).json()["results"]
    seen, cursor, pages = [], None, []
    while True:
        page = client.get(
            URL, {"limit": 5, "sort": sort} | ({"cursor": cursor} if cursor else {})
        ).json()
        seen += page["results"]
        pages.append(page)
        cursor = page["next"]
        if cursor is None:
            break
    assert [row["id"] for row in seen] == [row["id"] for row in everything]
    assert pages[0]["previous"] is None
    back = client.get(URL, {"limit": 5, "sort": sort, "cursor": pages[-1]["previous"]}).json()
    assert back["results"] == pages[-2]["results"]
    first = client.get(URL, {"limit": 5, "sort": sort, "cursor": pages[1]["previous"]}).json()
    assert first["results"] == pages[0]["results"]
    assert first["previous"] is None


def test_a_cursor_of_another_sort_is_refused(client, main):
    for day in range(1, 4):
        posted(main, "-1", f"2026-01-0{day}")
    cursor = client.get(URL, {"limit": 1}).json()["next"]
    assert client.get(URL, {"sort": "amount", "cursor": cursor}).json()["code"] == "invalid_cursor"


def test_a_count_is_given_only_when_asked_for(client, rows):
    assert "count" not in client.get(URL).json()
    assert client.get(URL, {"count": "true", "limit": 1}).json()["count"] == 6


def test_a_list_reads_two_statements_whatever_its_rows(client, main):
    for n in range(30):
        posted(main, "-1", payee=f"P{n}", category=f"C{n}")
    with CaptureQueriesContext(connection) as statements:
        client.get(URL)
    # Who calls, and the page.
    assert len(statements) == 2, [s["sql"][:80] for s in statements]


def test_splits_and_tags_cost_one_statement_each(client, main, api):
    from decimal import Decimal

    from ledger.services.drafts import SplitDraft

    parts = (SplitDraft(amount=Decimal("-1")), SplitDraft(amount=Decimal("-2"), category="Food"))
    for _ in range(5):
        posted(main, "-3", splits=parts, tags=("a", "b"))
    with CaptureQueriesContext(connection) as statements:
        page = client.get(URL).json()
    assert len(statements) == 4
    assert [s["amount"] for s in page["results"][0]["splits"]] == ["-1.00", "-2.00"]
    assert page["results"][0]["tags"] == ["a", "b"]
    assert len(client.get(URL, {"category": "Food"}).json()["results"]) == 5


def test_csv_by_accept_is_safe_in_a_spreadsheet(client, main):
    posted(main, "-12.30", payee='=HYPERLINK("x")', memo="+1")
    answer = client.get(URL, headers={"Accept": "text/csv"})
    assert answer["Content-Type"].startswith("text/csv")
    text = answer.content.decode()
    assert "'=HYPERLINK" in text
    assert "'+1" not in text.split("\r\n")[0]
    assert "-12.30" in text
    assert "'-12.30" not in text


def test_no_row_of_another_owner_is_ever_listed(api, rows, mallory):
    assert api(mallory).get(URL).json()["results"] == []


def test_a_row_has_exactly_the_documented_fields(client, rows):
    row = client.get(URL).json()["results"][0]
    assert set(row) == set(TransactionOutput().get_fields())


def test_the_filters_agree_with_the_types_that_rows_show(client, rows):
    for kind in ("income", "expense", "refund", "transfer"):
        shown = client.get(URL, {"type": kind}).json()["results"]
        assert {row["type"] for row in shown} <= {kind}
    assert Transaction.objects.count() == 6


def test_an_unacceptable_media_type_is_406(client, main):
    assert client.get(URL, headers={"Accept": "application/xml"}).status_code == 406


def test_a_trailing_slash_works_on_every_method(client, main):
    body = {"account": str(main.id), "amount": "-1", "posted_on": "2026-01-01"}
    answer = client.post(f"{URL}/", body)
    assert answer.status_code == 201
    assert client.get(f"{answer['Location']}/").status_code == 200
    assert client.delete(f"{answer['Location']}/").status_code == 204
