"""YNAB's register, of both generations, and its ZIP with the plan."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.statements.ynab import read_ynab
from ledger.tests.rival_samples import (
    YNAB,
    YNAB4,
    YNAB_PLAN,
    balances,
    pairs_agree,
    rows_of,
    ynab_zip,
    zipped,
)


def test_a_register_becomes_a_statement_for_each_account() -> None:
    parsed = read_statement_file(YNAB.encode())
    assert parsed.format == "ynab"
    assert balances(parsed) == {"Checking": "715.01", "Savings": "210.00"}
    assert [s.account_type for s in parsed.statements] == ["checking", "savings"]
    assert pairs_agree(parsed.rows)


def test_a_row_has_its_category_flag_and_status() -> None:
    row = rows_of(read_ynab(YNAB.encode()), "Checking")[1]
    assert (row.posted_on, row.amount, row.payee) == (
        date(2024, 1, 16),
        Decimal("-45.00"),
        "Walmart",
    )
    assert (row.category, row.memo, row.tags) == ("Groceries", "weekly shop", ("Red",))
    assert not row.pending


def test_transfers_name_the_other_account_and_are_linked() -> None:
    parsed = read_ynab(YNAB.encode())
    out, come_in = rows_of(parsed, "Checking")[2], rows_of(parsed, "Savings")[0]
    assert (out.transfer_account, come_in.transfer_account) == ("Savings", "Checking")
    assert out.transfer_id == come_in.transfer_id != ""
    assert (out.payee, out.category) == ("", "")


def test_parts_of_a_split_are_one_row_and_its_transfer_another() -> None:
    transfer, split = rows_of(read_ynab(YNAB.encode()), "Checking")[3:]
    assert (transfer.amount, transfer.transfer_account) == (Decimal("-10.00"), "Savings")
    assert split.amount == Decimal("-29.99")
    assert split.pending
    assert [(str(p.amount), p.category, p.memo) for p in split.splits] == [
        ("-20.00", "Groceries", "milk"),
        ("-9.99", "Tools", ""),
    ]


def test_the_starting_balance_is_named() -> None:
    assert read_ynab(YNAB.encode()).mapping["openings"] == [
        {"account": "Checking", "line": 2, "on": "2024-01-15", "amount": "1000.00"}
    ]


def test_the_zip_brings_the_categories_of_the_plan() -> None:
    parsed = read_statement_file(ynab_zip(), filename="YNAB Export.zip")
    assert balances(parsed) == balances(read_ynab(YNAB.encode()))
    assert {"name": "Cinema", "parent": "Fun", "kind": "expense"} in parsed.mapping["categories"]
    assert parsed.warnings == (
        "The plan's categories were read; the amounts assigned to them were not.",
    )


def test_a_zip_whose_plan_is_broken_still_gives_its_register() -> None:
    data = zipped(("a - Plan.csv", b"nothing"), ("a - Register.csv", YNAB.encode()))
    parsed = read_statement_file(data)
    assert balances(parsed) == balances(read_ynab(YNAB.encode()))
    assert parsed.warnings[0].startswith("The plan was not read")


def test_the_register_of_ynab_4_is_read_too() -> None:
    parsed = read_statement_file(YNAB4.encode())
    assert balances(parsed) == {"Giro": "937.50 EUR", "Cash": "50.00 EUR"}
    opening, split, out = rows_of(parsed, "Giro")
    assert opening.posted_on == date(2014, 1, 31)
    assert [(p.amount, p.category) for p in split.splits] == [
        (Decimal("-10.00"), "Groceries"), (Decimal("-2.50"), "Household"),
    ]  # fmt: skip
    assert (out.transfer_account, out.pending) == ("Cash", True)
    assert pairs_agree(parsed.rows)


def test_a_split_that_misses_a_part_stays_rows() -> None:
    lines = [line for line in YNAB.split("\n") if "(2/3)" not in line]
    rows = rows_of(read_ynab("\n".join(lines).encode()), "Checking")
    assert [str(row.amount) for row in rows] == ["1000.00", "-45.00", "-200.00", "-20.00", "-10.00"]
    assert not any(row.splits for row in rows)


def test_a_row_without_an_amount_is_listed() -> None:
    parsed = read_ynab(YNAB.replace("$45.00,$0.00", ",").encode())
    assert [(bad.line, bad.code) for bad in parsed.bad_rows] == [(3, "missing_amount")]


def test_the_plan_alone_is_no_register() -> None:
    with pytest.raises(UnreadableFile, match="needs the columns"):
        read_ynab(YNAB_PLAN.encode())
