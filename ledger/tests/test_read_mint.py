"""Mint's export of transactions."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.statements.mint import read_mint
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import MINT, balances, rows_of


def test_an_export_becomes_a_statement_for_each_account() -> None:
    parsed = read_statement_file(MINT.encode())
    assert parsed.format == "mint"
    assert balances(parsed) == {"CHECKING": "2154.90", "Visa Signature": "300.00"}
    assert [s.account_type for s in parsed.statements] == ["checking", "credit_card"]


def test_a_debit_is_an_outflow_with_all_that_mint_knows() -> None:
    row = rows_of(read_mint(MINT.encode()), "CHECKING")[0]
    assert (row.posted_on, row.amount) == (date(2024, 1, 16), Decimal("-45.10"))
    assert (row.payee, row.statement_text) == ("Whole Foods", "WHOLEFDS HAR 102 OAKLAND CA")
    assert (row.category, row.tags, row.memo) == (
        "Groceries",
        ("Vacation", "Tax"),
        'for "the" party',
    )


def test_a_credit_is_an_inflow_and_its_category_income() -> None:
    parsed = read_mint(MINT.encode())
    assert rows_of(parsed, "CHECKING")[1].amount == Decimal("2500.00")
    assert {"name": "Paycheck", "parent": "", "kind": "income"} in parsed.mapping["categories"]


def test_uncategorized_is_no_category() -> None:
    parsed = read_mint(MINT.replace('"Groceries"', '"Uncategorized"').encode())
    assert parsed.rows[0].category == ""


def test_the_currency_may_be_given() -> None:
    parsed = read_statement_file(MINT.encode(), mapping={"currency": "CAD"})
    assert {s.currency for s in parsed.statements} == {"CAD"}


def test_rows_that_cannot_be_read_are_listed() -> None:
    parsed = read_mint(
        MINT.replace("45.10", "lots").replace('"credit","Paycheck"', '"?","P"').encode()
    )
    assert [(bad.line, bad.code) for bad in parsed.bad_rows] == [
        (2, "unreadable_amount"),
        (3, "unreadable_sign"),
    ]


def test_a_file_of_bad_rows_is_refused_by_the_first() -> None:
    with pytest.raises(UnreadableFile, match="Line 2") as caught:
        read_mint(
            "\n".join(
                [*MINT.split("\n")[:1], '"1/1/2024","a","a","x","debit","c","A","",""']
            ).encode()
        )
    assert caught.value.code == "no_readable_rows"
