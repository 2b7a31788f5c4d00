"""GnuCash: its XML, plain and packed, and its CSV of transactions."""

import gzip
import zlib
from datetime import date
from decimal import Decimal

import pytest

from ledger.statements.gnucash import read_gnucash
from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import (
    GNUCASH,
    GNUCASH_CSV,
    balances,
    gnucash,
    gnucash_account,
    gnucash_transaction,
    pairs_agree,
    rows_of,
)

ROOT = gnucash_account("root", "Root Account", "ROOT", "")


def file(accounts: list[str], *transactions: str) -> bytes:
    text = GNUCASH.format(accounts=ROOT + "".join(accounts), transactions="\n".join(transactions))
    return text.encode()


@pytest.mark.parametrize("data", [gnucash(), gzip.compress(gnucash())], ids=["plain", "packed"])
def test_a_book_becomes_a_statement_for_each_money_account(data: bytes) -> None:
    parsed = read_statement_file(data)
    assert parsed.format == "gnucash"
    assert balances(parsed) == {
        "Checking Account": "530.00 EUR",
        "Savings Account": "200.00 EUR",
        "Dollars": "100.00 USD",
    }
    assert [s.account_type for s in parsed.statements] == ["checking", "savings", "cash"]
    assert pairs_agree(parsed.rows)


def test_categories_of_one_name_are_told_apart() -> None:
    parsed = read_gnucash(gnucash())
    row = rows_of(parsed, "Checking Account")[1]
    assert (row.payee, row.memo, row.external_id) == ("Insurer", "both", "t2-chk")
    assert [(str(p.amount), p.category) for p in row.splits] == [
        ("-10.00", "Auto:Insurance"),
        ("-20.00", "Home:Insurance"),
    ]
    assert {"name": "Auto:Insurance", "parent": "Auto", "kind": "expense"} in parsed.mapping[
        "categories"
    ]


def test_an_exchange_is_a_transfer_of_two_currencies() -> None:
    parsed = read_gnucash(gnucash())
    euros, dollars = rows_of(parsed, "Checking Account")[3], rows_of(parsed, "Dollars")[0]
    assert (euros.amount, dollars.amount) == (Decimal("-90.00"), Decimal("100.00"))
    assert euros.transfer_id == dollars.transfer_id != ""


def test_shares_are_left_out_and_their_price_is_kept() -> None:
    parsed = read_gnucash(gnucash())
    row = rows_of(parsed, "Checking Account")[4]
    assert (row.amount, row.category, row.transfer_account) == (Decimal("-150.00"), "", "")
    assert any("AAPL" in warning for warning in parsed.warnings)


def test_the_opening_balance_is_named() -> None:
    assert read_gnucash(gnucash()).mapping["openings"] == [
        {"account": "Checking Account", "line": 25, "on": "2024-01-01", "amount": "1000.00"}
    ]


def test_scheduled_transactions_never_happened() -> None:
    assert all(row.payee != "never" for row in read_gnucash(gnucash()).rows)
    assert "never" not in balances(read_gnucash(gnucash()))


def test_trading_accounts_do_not_hide_a_transfer() -> None:
    accounts = [
        gnucash_account("a", "Main", "BANK", "root"),
        gnucash_account("b", "Dollars", "BANK", "root", "USD"),
        gnucash_account("t1", "EUR", "TRADING", "root"),
        gnucash_account("t2", "USD", "TRADING", "root", "USD"),
    ]
    parsed = read_gnucash(
        file(
            accounts,
            gnucash_transaction(
                "x", "2024-01-02", "swap", ("a", "-9000/100", "-9000/100"),
                ("b", "9000/100", "10000/100"), ("t1", "9000/100", "9000/100"),
                ("t2", "-9000/100", "-10000/100"),
            ),
        )
    )  # fmt: skip
    assert [row.transfer_account for row in parsed.rows] == ["Dollars", "Main"]


def test_two_accounts_of_one_name_stay_two() -> None:
    accounts = [gnucash_account(key, "Main", "BANK", "root") for key in ("a1", "b2")]
    move = gnucash_transaction("x", "2024-01-02", "m", ("a1", "-1/1", "-1/1"), ("b2", "1/1", "1/1"))
    assert len({s.account_id for s in read_gnucash(file(accounts, move)).statements}) == 2


def test_a_tree_of_accounts_that_runs_in_a_circle_ends() -> None:
    accounts = [gnucash_account("a", "A", "BANK", "b"), gnucash_account("b", "B", "BANK", "a")]
    move = gnucash_transaction("x", "2024-01-02", "m", ("a", "-1/1", "-1/1"), ("b", "1/1", "1/1"))
    assert len(read_gnucash(file(accounts, move)).statements) == 2


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1/0", "unreadable_amount"),
        ("x", "unreadable_amount"),
        ("9" * 30 + "/1", "unreadable_amount"),
    ],
)
def test_a_number_that_is_none_is_a_bad_row(value: str, code: str) -> None:
    accounts = [
        gnucash_account("a", "A", "BANK", "root"),
        gnucash_account("i", "I", "INCOME", "root"),
    ]
    parsed = read_gnucash(
        file(
            accounts,
            gnucash_transaction(
                "x", "2024-01-02", "bad", ("a", value, value), ("i", "-1/1", "-1/1")
            ),
            gnucash_transaction(
                "y", "2024-01-03", "good", ("a", "1/1", "1/1"), ("i", "-1/1", "-1/1")
            ),
        )
    )
    assert [bad.code for bad in parsed.bad_rows] == [code]
    assert [row.payee for row in parsed.rows] == ["good"]


def test_the_csv_export_is_read_as_the_same_journal() -> None:
    parsed = read_statement_file(GNUCASH_CSV.encode())
    assert parsed.format == "gnucash"
    assert balances(parsed) == {
        "Checking Account": "-1212.40 EUR",
        "Savings Account": "1200.00 EUR",
    }
    market = parsed.rows[0]
    assert (market.posted_on, market.payee, market.category) == (
        date(2024, 1, 5), "Market", "Groceries",
    )  # fmt: skip
    assert pairs_agree(parsed.rows)


def test_a_csv_without_its_columns_says_which() -> None:
    with pytest.raises(UnreadableFile, match="full account name"):
        read_gnucash(b"Date,Amount\n2024-01-01,5\n")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gnucash()[:-200], "not_xml"),
        (gzip.compress(gnucash())[:-200], "damaged_archive"),
        (b"<?xml version='1.0'?><html/>", "not_gnucash"),
        (gnucash().replace(b"<gnc-v2", b"<!DOCTYPE x [<!ENTITY a 'b'>]><gnc-v2", 1), "forbidden_doctype"),
        (b"<gnc-v2>" + b"<a>" * 100, "too_deep"),
        (b"\x1f\x8b" + b"junk" * 10, "damaged_archive"),
        (gnucash().replace(b"<gnc:account ", b"<gnc:other ").replace(b"</gnc:account>", b"</gnc:other>"),
         "no_readable_rows"),
    ],
    ids=["cut", "cut gzip", "html", "doctype", "deep", "junk", "no accounts"],
)  # fmt: skip
def test_hostile_and_broken_files_are_refused_by_a_code(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_statement_file(data, format="gnucash")
    assert caught.value.code == code


def test_a_bomb_is_stopped_before_it_is_unpacked() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b"<gnc-v2>") + packer.compress(b" " * 100_000_000) + packer.flush()
    with pytest.raises(UnreadableFile) as caught:
        read_statement_file(bomb)
    assert caught.value.code == "archive_too_large"
