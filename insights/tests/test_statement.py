"""GET /api/analytics/statement and `manage.py report`: a month on one page, from outside."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.days import today_of
from config.tests.cast import account_of, posted
from insights.selectors.statement import month_statement
from insights.statements.tables import amount, tables_of
from ledger.models import Category, ExchangeRate

pytestmark = pytest.mark.django_db
URL = "/api/analytics/statement"


def statement(client, **query):
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def months(alice, main):
    """Groceries 90, 120, 150 before May, 200 and a refund of 20 in May; salary 3,000 in each."""
    for month, spent in ((2, "-90"), (3, "-120"), (4, "-150"), (5, "-200")):
        posted(main, "3000", f"2026-{month:02}-01", category="Salary", payee="Employer")
        posted(main, spent, f"2026-{month:02}-10", category="Groceries", payee="Market")
    Category.objects.for_user(alice).filter(name="Salary").update(kind="income")
    posted(main, "20", "2026-05-31", category="Groceries", payee="Market")
    posted(main, "-7", "2026-06-10", category="Groceries", payee="Market")


def test_a_month_in_figures(client, months):
    found = statement(client, month="2026-05")
    assert [found[name] for name in ("opening", "income", "expense", "net", "closing")] == [
        "8640.00", "3000.00", "180.00", "2820.00", "11460.00"
    ]  # fmt: skip
    assert found["spent"] == [
        {
            "category_name": "Groceries",
            "amount": "180.00",
            "usual": "120.00",
            "share_percent": 100.0,
        }
    ]
    (salary,) = found["earned"]
    assert (salary["amount"], salary["usual"]) == ("3000.00", "3000.00")
    (line,) = found["accounts"]
    assert Decimal(line["opening"]) + Decimal(line["inflow"]) - Decimal(line["outflow"]) == Decimal(
        line["closing"]
    )
    assert line["closing"] == "11460.00" == found["net_worth"]
    assert [p["amount"] for p in found["largest_payments"]] == ["-200.00"]
    assert [m["month"] for m in found["months"]][-2:] == ["2026-04", "2026-05"]
    assert len(found["months"]) == 12
    assert not found["partial"]


def test_the_last_month_that_is_over_comes_by_itself(client, months):
    assert statement(client)["month"] == "2026-05"


def test_a_month_that_is_not_over_ends_today(client, alice, months, main):
    posted(main, "-500", "2026-06-25", category="Groceries")  # booked ahead
    found = statement(client, month="2026-06")
    assert (found["partial"], found["date_to"], found["expense"]) == (True, "2026-06-15", "7.00")
    assert [line["closing"] for line in found["accounts"]] == ["11453.00"]
    assert [p["amount"] for p in found["largest_payments"]] == ["-7.00"]


def test_empty_books_have_an_empty_statement(client):
    found = statement(client, month="2026-05")
    assert (found["accounts"], found["spent"], found["closing"]) == ([], [], "0.00")
    for format in ("csv", "html", "pdf"):
        assert client.get(URL, {"month": "2026-05", "format": format}).status_code == 200


def test_other_currencies_keep_theirs_and_join_the_sums_at_the_rate_of_the_day(client, alice, main):
    yen, dinar = account_of(alice, "Yen", currency="JPY"), account_of(alice, "KWD", currency="KWD")
    for currency, rate in (("JPY", "0.006"), ("KWD", "3")):
        ExchangeRate.objects.create(
            user=alice, base=currency, quote="EUR", day=date(2026, 5, 1), rate=Decimal(rate)
        )
    posted(yen, "-5000", "2026-05-03", payee="Kiosk")
    posted(dinar, "-1.234", "2026-05-04", payee="Souk")
    found = statement(client, month="2026-05")
    assert [(a["name"], a["closing"]) for a in found["accounts"]] == [
        ("KWD", "-1.234"), ("Yen", "-5000")
    ]  # fmt: skip
    assert [p["amount"] for p in found["largest_payments"]] == ["-5000", "-1.234"]  # 30.00, 3.70
    assert found["expense"] == "33.70"
    posted(yen, "-9", "2026-05-25", payee="Kiosk")  # no rate since three weeks
    found = statement(client, month="2026-05")
    assert [p["amount"] for p in found["largest_payments"]] == ["-5000", "-1.234", "-9"]
    assert (found["expense"], found["closing"]) == (None, None)
    assert found["warnings"]


def test_budgets_are_those_of_the_month(client, alice, months):
    terms = {"categories": ["Groceries"], "amount": "250", "starts_on": "2026-05-01"}
    assert client.post("/api/budgets", terms).status_code == 201
    (line,) = statement(client, month="2026-05")["budgets"]
    assert (line["available"], line["spent"], line["left"]) == ("250.00", "180.00", "70.00")


@pytest.mark.parametrize(
    ("month", "code"),
    [("2026-13", "not_a_month"), ("May", "not_a_month"), ("2026-07", "month_ahead")],
)
def test_other_months_are_refused(client, month, code):
    answer = client.get(URL, {"month": month})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_nobody_reads_anothers(client, api, mallory, months):
    found = statement(api(mallory), month="2026-05")
    assert (found["accounts"], found["closing"]) == ([], "0.00")


def test_the_files(caplog, client, months, main):
    posted(main, "-1", "2026-05-05", payee="<script>alert(1)</script>", category="=1+1")
    page = client.get(URL, {"month": "2026-05", "format": "html"})
    assert page["Content-Disposition"] == 'attachment; filename="statement-2026-05.html"'
    assert "&lt;script&gt;" in page.content.decode()
    assert "<script" not in page.content.decode()
    caplog.set_level("INFO")
    pdf = client.get(URL, {"month": "2026-05", "format": "pdf"})
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert not [r.message for r in caplog.records if r.name.startswith("fontTools")]
    table = client.get(URL, {"month": "2026-05", "format": "csv"})
    rows = list(csv.DictReader(StringIO(table.content.decode())))
    assert {"part": "expense", "name": "Groceries", "amount": "180.00", "currency": "EUR"} in rows
    assert any(row["name"] == "'=1+1" for row in rows)


def test_names_in_many_scripts_are_printed(client, main):
    posted(main, "-5", "2026-05-05", payee="Żabka Кафе Ωmega שלום", category="Essen & Trinken")
    assert client.get(URL, {"month": "2026-05", "format": "pdf"}).status_code == 200


def test_its_statements_do_not_grow_with_the_books(client, months, main):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            statement(client, month="2026-05")
        return len(queries)

    few = count()
    for n in range(30):
        posted(main, "-3", f"2026-05-{n % 28 + 1:02}", payee=f"Shop {n}", category=f"Kind {n}")
    assert count() == few <= 12


def test_unchanged_books_are_a_304(client, months):
    etag = client.get(URL, {"month": "2026-05"})["ETag"]
    assert client.get(URL, {"month": "2026-05"}, headers={"If-None-Match": etag}).status_code == 304


def test_amounts_read_as_people_write_them():
    assert [amount(m, "EUR") for m in (-123456, 5, None)] == [
        "−1,234.56 EUR",
        "0.05 EUR",
        "unknown",
    ]
    assert [amount(-1234567, c) for c in ("JPY", "KWD")] == ["−1,234,567 JPY", "−1,234.567 KWD"]


def test_the_command_prints_and_saves(alice, months, tmp_path):
    out = StringIO()
    call_command("report", alice.email, "2026-05", stdout=out)
    assert "May 2026" in out.getvalue()
    assert "11,460.00 EUR" in out.getvalue()
    for ending in ("pdf", "html", "csv"):
        file = tmp_path / f"may.{ending}"
        call_command("report", alice.email, "2026-05", output=file, stdout=StringIO())
        assert file.stat().st_size > 100
    with pytest.raises(CommandError, match="has not begun"):
        call_command("report", alice.email, "2026-09")
    with pytest.raises(CommandError, match="nobody"):
        call_command("report", "ghost@example.org")
    with pytest.raises(CommandError, match="Call the file"):
        call_command("report", alice.email, output=tmp_path / "may.docx")


def test_every_paper_has_the_same_tables(alice, months):
    found = month_statement(alice, date(2026, 5, 1), today_of(alice))
    titles = [table.title for table in tables_of(found)]
    assert titles == [
        "The month in brief", "Accounts", "Where it went", "Where it came from", "Largest payments"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "column"),
    [("net-worth", "net_worth"), ("subscriptions", "payee"), ("health-score", "code")],
)
def test_reports_are_tables_of_what_they_are_about(client, months, main, path, column):
    for month in range(1, 7):
        posted(main, "-9.99", f"2026-{month:02}-03", payee="Streamer", category="Fun")
    answer = client.get(f"/api/analytics/{path}", HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(StringIO(answer.content.decode())))
    assert column in rows[0]
