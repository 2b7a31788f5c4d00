"""Firefly III's export of transactions."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.statements.firefly import read_firefly
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import FIREFLY, FIREFLY_HEADER, balances, pairs_agree, rows_of


def test_an_export_becomes_a_statement_for_each_own_account() -> None:
    parsed = read_statement_file(FIREFLY.encode())
    assert parsed.format == "firefly"
    assert balances(parsed) == {
        "Main": "2562.10 EUR",
        "Dollars": "110.00 USD",
        "Car": "300.00 EUR",
    }
    assert parsed.statements[2].account_type == "loan"
    assert pairs_agree(parsed.rows)


def test_a_withdrawal_has_its_payee_category_tags_and_foreign_amount() -> None:
    row = rows_of(read_firefly(FIREFLY.encode()), "Main")[1]
    assert (row.posted_on, row.amount, row.payee) == (date(2024, 1, 5), Decimal("-12.40"), "Market")
    assert row.memo == "Weekly shop paid by card (13.60 USD)"
    assert (row.category, row.tags, row.external_id) == (
        "Groceries",
        ("trip", "winter"),
        "firefly-2",
    )


def test_the_journals_of_a_group_are_one_row_with_splits() -> None:
    row = rows_of(read_firefly(FIREFLY.encode()), "Main")[2]
    assert row.amount == Decimal("-25.50")
    assert [(str(p.amount), p.category, p.memo) for p in row.splits] == [
        ("-20.00", "Tools", "Hammer"),
        ("-5.50", "Household", "Soap"),  # Its budget, where it has no category.
    ]


def test_a_transfer_between_currencies_has_both_amounts() -> None:
    parsed = read_firefly(FIREFLY.encode())
    out, come_in = rows_of(parsed, "Main")[3], rows_of(parsed, "Dollars")[0]
    assert (out.amount, out.transfer_account) == (Decimal("-100.00"), "Dollars")
    assert (come_in.amount, come_in.currency) == (Decimal("110.00"), "USD")
    assert out.transfer_id == come_in.transfer_id == "firefly-5"


def test_paying_off_a_loan_is_a_transfer() -> None:
    assert rows_of(read_firefly(FIREFLY.encode()), "Main")[-1].transfer_account == "Car"


def test_the_opening_balance_is_named_and_income_is_income() -> None:
    mapping = read_firefly(FIREFLY.encode()).mapping
    assert mapping["openings"] == [
        {"account": "Main", "line": 2, "on": "2024-01-01", "amount": "1000.00"}
    ]
    assert {"name": "Salary", "parent": "", "kind": "income"} in mapping["categories"]


def test_an_old_export_without_types_goes_by_the_kind_of_transaction() -> None:
    columns = "journal_id,type,amount,currency_code,description,date,source_name,destination_name"
    text = (
        f"{columns}\n1,Withdrawal,-5,EUR,Milk,2024-01-02,Main,Shop\n"
        "2,Deposit,7,EUR,Pay,2024-01-03,Work,Main\n3,Transfer,3,EUR,Move,2024-01-04,Main,Other\n"
    )
    assert balances(read_statement_file(text.encode())) == {
        "Main": "-1.00 EUR",
        "Other": "3.00 EUR",
    }


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2024-01-05T18:30:00+01:00", "soon", "unreadable_date"),
        ("-12.40", "much", "unreadable_amount"),
        (',Main,DE02120300000000202051,"Asset account",Market', ",Main,,Expense account,Market",
         "missing_account"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_listed(old: str, new: str, code: str) -> None:
    parsed = read_firefly(FIREFLY.replace(old, new).encode())
    assert [(bad.line, bad.code) for bad in parsed.bad_rows] == [(3, code)]


def test_an_export_without_rows_is_refused() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_statement_file(f"{FIREFLY_HEADER}\n".encode())
    assert caught.value.code == "no_statement"
