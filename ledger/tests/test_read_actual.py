"""Actual: the ZIP of a budget, whose database is not to be trusted, and the CSV."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.statements import actual_db
from ledger.statements.actual import read_actual
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import (
    ACTUAL_CSV,
    ACTUAL_TABLES,
    actual_zip,
    balances,
    pairs_agree,
    rows_of,
    zipped,
)


def test_a_budget_becomes_a_statement_for_each_account() -> None:
    parsed = read_statement_file(actual_zip(), filename="2024-01-31-My-Budget.zip")
    assert parsed.format == "actual"
    assert balances(parsed) == {"Checking": "2714.91 EUR", "Savings": "210.00 EUR"}
    assert pairs_agree(parsed.rows)


def test_merged_payees_and_categories_are_followed() -> None:
    row = next(r for r in read_actual(actual_zip()).rows if r.external_id == "t2")
    assert (row.posted_on, row.amount, row.payee) == (
        date(2024, 1, 11),
        Decimal("-45.10"),
        "Kroger",
    )
    assert (row.category, row.tags, row.pending) == ("Food", ("food",), True)


def test_a_split_is_a_row_with_parts_and_its_transfer_a_row_of_its_own() -> None:
    rows = {r.external_id: r for r in read_actual(actual_zip()).rows}
    assert [(str(p.amount), p.category, p.memo) for p in rows["t5"].splits] == [
        ("-20.00", "Food", "milk"),
        ("-9.99", "Tools", ""),
    ]
    assert (rows["t5"].amount, rows["t5"].memo) == (Decimal("-29.99"), "big shop")
    assert (rows["t8"].amount, rows["t8"].transfer_account) == (Decimal("-10.00"), "Savings")
    assert rows["t8"].transfer_id == rows["t9"].transfer_id != ""


def test_deleted_rows_stay_deleted_and_the_start_is_named() -> None:
    parsed = read_actual(actual_zip())
    assert "deleted" not in {row.memo for row in parsed.rows}
    assert [one["amount"] for one in parsed.mapping["openings"]] == ["1000.00"]


def test_the_groups_of_categories_come_along() -> None:
    tree = read_actual(actual_zip()).mapping["categories"]
    assert {"name": "Food", "parent": "Usual", "kind": "expense"} in tree
    assert {"name": "Salary", "parent": "Income", "kind": "income"} in tree


def test_the_csv_has_the_same_splits_and_transfers() -> None:
    parsed = read_statement_file(ACTUAL_CSV.encode())
    assert parsed.format == "actual"
    assert balances(parsed) == {"Bank of America": "724.91", "Ally Savings": "200.00"}
    split = rows_of(parsed, "Bank of America")[-1]
    assert (split.memo, [p.category for p in split.splits]) == ("big shop", ["Food", "General"])
    assert pairs_agree(parsed.rows)
    assert rows_of(parsed, "Ally Savings")[0].transfer_account == "Bank of America"


def test_a_row_of_nonsense_is_listed_and_the_rest_is_read() -> None:
    data = actual_zip(
        "UPDATE transactions SET date = 'soon' WHERE id = 't1';",
        "UPDATE transactions SET amount = 'much' WHERE id = 't2';",
        "UPDATE transactions SET acct = 'gone' WHERE id = 't11';",
    )
    parsed = read_statement_file(data)
    assert {bad.code for bad in parsed.bad_rows} == {
        "unreadable_date", "unreadable_amount", "missing_account",
    }  # fmt: skip


def refused(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_statement_file(data, format="actual")
    return caught.value.code


def test_a_view_in_the_place_of_a_table_is_not_read() -> None:
    """A view may compute for ever; so may a virtual table."""
    hostile = "".join([
        *[table for table in ACTUAL_TABLES if "TABLE transactions" not in table],
        "CREATE VIEW transactions AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
        " SELECT x AS id FROM n;",
    ])  # fmt: skip
    assert refused(actual_zip(replace=hostile)) == "not_actual"


def test_a_budget_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actual_db, "ROWS_MAX", 5)
    assert refused(actual_zip()) == "too_many_bookings"


def test_a_database_that_computes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actual_db, "STEPS_MAX", 0)
    monkeypatch.setattr(actual_db, "STEPS_BETWEEN", 1)
    assert refused(actual_zip()) == "broken_database"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped(("db.sqlite", b"SQLite format 3\0" + bytes(500))), "broken_database"),
        (zipped(("db.sqlite", b"nothing")), "broken_database"),
        (zipped(("notes.txt", b"nothing")), "not_actual"),
        (zipped(("db.sqlite", bytes(150_000_000))), "archive_too_large"),
        (actual_zip()[:300], "not_actual"),
        (actual_zip(replace="CREATE TABLE x (y);"), "not_actual"),
        (b"Account,Date\n", "missing_columns"),
    ],
    ids=["zeros", "text", "other zip", "bomb", "cut", "other database", "other csv"],
)
def test_broken_archives_are_refused_by_a_code(data: bytes, code: str) -> None:
    assert refused(data) == code
