"""GET /api/transactions/export and `manage.py export_ledger`."""

import csv
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from config.tests.cast import account_of, posted
from ledger.exports import FORMATS
from ledger.models import Transaction
from ledger.money import format_minor
from ledger.statements.csv_file import read_csv
from ledger.tests.books_of_everything import fill

URL = "/api/transactions/export"


def body(response: Any) -> str:
    assert response.status_code == 200, response.content
    assert response.streaming
    return b"".join(response.streaming_content).decode()


def table(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(response), newline="")))


def test_csv_has_every_row_once_with_its_exact_amount(alice: Any, api: Any) -> None:
    fill(alice)
    rows = table(api(alice).get(URL))
    stored = Transaction.objects.for_user(alice)
    assert Counter((row["id"], row["amount"]) for row in rows) == Counter(
        (str(row.id), format_minor(row.amount_minor, row.currency)) for row in stored
    )
    split = next(row for row in rows if row["splits"])
    assert split["splits"] == "Groceries -6.00; groceries: other -5.00; 1.00"
    assert split["tags"] == "home; 日本"


def test_no_cell_is_a_formula(alice: Any, api: Any) -> None:
    fill(alice)
    for row in table(api(alice).get(URL)):
        for name, cell in row.items():
            assert name == "amount" or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), row


def test_our_import_reads_our_csv(alice: Any, api: Any) -> None:
    account = account_of(alice)
    posted(account, "-12.30", "2026-01-31", payee="REWE", memo="weekly", external_id="b1")
    posted(account, "1500.00", "2026-02-01", payee="ACME", category="Salary")
    posted(account, "-0.05", "2026-02-13", payee="=HYPERLINK(1)", memo='a "b", c')
    parsed = read_csv(body(api(alice).get(URL, {"account": str(account.id)})).encode())
    assert not parsed.bad_rows
    read = [(str(row.posted_on), row.amount, row.payee, row.memo) for row in parsed.rows]
    assert read == [
        ("2026-01-31", Decimal("-12.30"), "REWE", "weekly"),
        ("2026-02-01", Decimal("1500.00"), "ACME", ""),
        # The apostrophe that disarms a formula stays: it is what the file says.
        ("2026-02-13", Decimal("-0.05"), "'=HYPERLINK(1)", 'a "b", c'),
    ]


def test_json_leaves_nothing_out(alice: Any, api: Any) -> None:
    fill(alice)
    told = json.loads(body(api(alice).get(URL, {"format": "json"})))
    assert len(told["accounts"]) == 6
    assert len(told["transactions"]) == Transaction.objects.for_user(alice).count()
    split = next(row for row in told["transactions"] if row["splits"])
    assert split["splits"][0] == {
        "amount": "-6.00",
        "category": "Groceries",
        "memo": "date: today [2026-99-99]",
    }
    assert any(
        row["payee"] == "two lines and tab" or "\n" in row["payee"] for row in told["transactions"]
    )


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_a_file_of_its_kind(alice: Any, api: Any, format: str) -> None:
    _, content_type, ending = FORMATS[format]
    response = api(alice).get(URL, {"format": format}, headers={"Accept": content_type})
    assert response["Content-Type"] == f"{content_type}; charset=utf-8"
    assert response["Content-Disposition"].endswith(f'.{ending}"')
    assert response["Cache-Control"] == "no-store"
    assert body(response)


def test_days_and_account_select_rows(alice: Any, api: Any) -> None:
    main, other = account_of(alice), account_of(alice, "Other")
    for day in ("2026-01-01", "2026-01-02", "2026-01-03"):
        posted(main, "-1.00", day)
        posted(other, "-1.00", day)
    asked = {"date_from": "2026-01-02", "date_to": "2026-01-03", "account": str(main.id)}
    rows = table(api(alice).get(URL, asked))
    assert [(row["account"], row["posted_on"]) for row in rows] == [
        ("Main", "2026-01-02"),
        ("Main", "2026-01-03"),
    ]


def test_a_stranger_gets_none_of_it(alice: Any, mallory: Any, api: Any) -> None:
    accounts = fill(alice)
    assert table(api(mallory).get(URL)) == []
    response = api(mallory).get(URL, {"account": str(accounts["main"].id)})
    assert (response.status_code, response.json()["code"]) == (404, "account_not_found")


def test_a_visitor_is_turned_away(api: Any, db: None) -> None:
    assert api().get(URL).status_code == 401


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"format": "xlsx"}, "invalid_parameter"),
        ({"date_from": "yesterday"}, "invalid_parameter"),
        ({"account": "main"}, "invalid_parameter"),
        ({"colour": "red"}, "unknown_parameter"),
        ({"date_from": "2026-02-01", "date_to": "2026-01-01"}, "period_backwards"),
    ],
)
def test_wrong_questions_are_refused_by_name(
    alice: Any, api: Any, asked: dict[str, str], code: str
) -> None:
    response = api(alice).get(URL, asked)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response["Content-Type"].startswith("application/problem+json")


def test_the_trail_knows_who_took_the_books(alice: Any, api: Any) -> None:
    body(api(alice).get(URL, {"format": "hledger"}))
    entry = AuditEntry.objects.get(action="transactions.exported")
    assert (entry.user_id, entry.data) == (alice.pk, {"format": "hledger"})


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_writes_the_same_file(
    alice: Any, api: Any, format: str, tmp_path: Path
) -> None:
    fill(alice)
    file = tmp_path / "books"
    call_command("export_ledger", user="ALICE@example.org", format=format, output=str(file))
    assert file.read_bytes().decode() == body(api(alice).get(URL, {"format": format}))
    assert file.stat().st_mode & 0o077 == 0


def test_the_command_refuses_an_unknown_person(db: None) -> None:
    with pytest.raises(CommandError, match="e-mail"):
        call_command("export_ledger", user="nobody@example.org")
