"""Beancount ledgers, against beancount's own parser and against what its manual says."""

import gzip
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from ledger.exports.beancount import write_beancount
from ledger.exports.hledger import write_hledger
from ledger.exports.model import Book, BookAccount, BookCategory, Leg, Part, Row
from ledger.statements.beancount import read_beancount
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.rival_samples import BEANCOUNT, balances, pairs_agree, rows_of

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "ledger" / "bean_example_generated"
EXAMPLE = SHARED / "example_seed1.beancount.gz"


def oracle(text: str) -> dict[tuple[str, str], Decimal]:
    """Beancount's own sum of every own account's money, by currency."""
    loader = pytest.importorskip("beancount.loader")
    data = pytest.importorskip("beancount.core.data")
    entries, _, _ = loader.load_string(text)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            root, _, name = posting.account.partition(":")
            if root in ("Assets", "Liabilities") and posting.cost is None:
                sums[name, posting.units.currency] += posting.units.number
    money = ("EUR", "USD", "GBP")
    return {place: total for place, total in sums.items() if place[1] in money}


def ours(parsed: ParsedFile) -> dict[tuple[str, str], Decimal]:
    return {
        (s.account_id.removesuffix(f" {s.currency}"), s.currency): sum(
            (r.amount for r in s.rows), Decimal(0)
        )
        for s in parsed.statements
    }


def ledger(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def test_a_ledger_becomes_a_statement_for_each_own_account() -> None:
    parsed = read_statement_file(BEANCOUNT.encode())
    assert parsed.format == "beancount"
    assert balances(parsed) == {
        "Main account": "695.00 EUR",
        "Visa": "-12.40 EUR",
        "Broker:Cash": "90.05 EUR",
    }
    assert [s.account_type for s in parsed.statements] == ["checking", "credit_card", "investment"]
    assert pairs_agree(parsed.rows)


def test_a_pad_is_booked_up_to_the_next_balance_only() -> None:
    parsed = read_beancount(
        ledger(
            "2024-01-01 open Assets:A EUR",
            "2024-01-01 pad Assets:A Equity:Opening-Balances",
            "2024-01-05 balance Assets:A 10.00 EUR",
            "2024-01-09 balance Assets:A 25.00 EUR",
        )
    )
    assert [(r.line, r.posted_on, r.amount) for r in parsed.rows] == [
        (2, date(2024, 1, 1), Decimal("10.00"))
    ]
    assert parsed.warnings == (
        "Balances that the bookings do not reach: line 4: Assets:A 25.00 EUR, by its postings 10.00",
    )


def test_tags_payees_flags_and_ids_come_along() -> None:
    parsed = read_statement_file(BEANCOUNT.encode())
    row = rows_of(parsed, "Visa")[0]
    assert (row.payee, row.memo, row.category) == ("Market", "bread; and cheese", "Food")
    assert row.tags == ("winter", "trip")
    moved = rows_of(parsed, "Main account")[1]
    assert (moved.pending, moved.external_id, moved.amount) == (True, "bank-77", Decimal("-300.00"))


def test_a_purchase_of_shares_keeps_its_cash() -> None:
    parsed = read_statement_file(BEANCOUNT.encode())
    row = rows_of(parsed, "Broker:Cash")[-1]
    assert [(str(p.amount), p.category, p.memo) for p in row.splits] == [
        ("-200.00", "", "2 ITOT"),
        ("-9.95", "Fees", ""),
    ]
    assert any("ITOT" in warning for warning in parsed.warnings)


@pytest.mark.parametrize(
    "written",
    ["-10.00 EUR", "-(2 * 5) EUR", "-20.00 / 2 EUR", "-1,000.00 + 990.00 EUR", "- 10 EUR ; so"],
)
def test_amounts_may_be_calculations(written: str) -> None:
    parsed = read_beancount(ledger('2024-01-02 * "x"', f"  Assets:A  {written}", "  Expenses:B"))
    assert parsed.rows[0].amount == Decimal(-10)


@pytest.mark.parametrize(
    "written",
    ["1/0 EUR", "(1 EUR", "1 2 EUR", "1", "0..1 EUR", "9" * 40 + " EUR", "(" * 99 + "1 EUR"],
)
def test_what_is_no_amount_is_a_bad_row(written: str) -> None:
    good = ['2024-01-02 * "y"', "  Assets:A  1 EUR", "  Income:B"]
    parsed = read_beancount(
        ledger('2024-01-02 * "x"', f"  Assets:A  {written}", "  Expenses:B", "", *good)
    )
    assert [(bad.line, bad.code) for bad in parsed.bad_rows] == [(1, "unreadable_amount")]
    assert len(parsed.rows) == 1


def test_a_string_may_go_on_over_lines_and_hold_semicolons() -> None:
    parsed = read_beancount(
        ledger('2024-01-02 * "a; b', 'c \\"d\\""  #t', "  Assets:A  1 EUR", "  Income:B")
    )
    assert (parsed.rows[0].memo, parsed.rows[0].tags) == ('a; b c "d"', ("t",))


def test_an_exchange_is_a_transfer_between_two_currencies() -> None:
    parsed = read_beancount(
        ledger(
            '2024-01-02 * "x"', "  Assets:A  -100.00 EUR", "  Assets:B  110.00 USD @@ 100.00 EUR"
        )
    )
    out, come_in = parsed.rows
    assert (out.transfer_account, come_in.transfer_account) == ("B", "A")
    assert out.transfer_id == come_in.transfer_id
    assert balances(parsed) == {"A": "-100.00 EUR", "B": "110.00 USD"}


def test_a_rate_that_leaves_a_fraction_of_a_cent_leaves_no_row() -> None:
    parsed = read_beancount(
        ledger('2024-01-02 * "x"', "  Assets:A  -98.38 USD", "  Assets:B  90.00 EUR @ 1.0931 USD")
    )
    assert len(parsed.rows) == 2


def test_an_include_is_refused_by_line() -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_beancount(ledger("", 'include "2023.beancount"'))
    assert (caught.value.code, caught.value.line) == ("include_in_journal", 2)


def test_other_names_of_the_roots_are_followed() -> None:
    parsed = read_beancount(
        ledger(
            'option "name_assets" "Vermoegen"',
            'option "name_expenses" "Kosten"',
            '2024-01-02 * "x"',
            "  Vermoegen:Bank  -1.00 EUR",
            "  Kosten:Essen",
        )  # fmt: skip
    )
    assert parsed.rows[0].category == "Essen"


def test_the_sample_has_beancount_s_balances() -> None:
    found = oracle(BEANCOUNT)
    found["Main account", "EUR"] = found.pop(("Bank:Checking", "EUR"))
    assert ours(read_beancount(BEANCOUNT.encode())) == found


@pytest.mark.skipif(
    not EXAMPLE.exists(), reason="The shared data folder is not beside the project."
)
def test_ten_years_of_a_household_have_beancount_s_balances() -> None:
    text = gzip.decompress(EXAMPLE.read_bytes()).decode()
    parsed = read_statement_file(text.encode())
    assert ours(parsed) == oracle(text)
    assert not parsed.bad_rows
    assert pairs_agree(parsed.rows)
    assert all(not r.splits or sum(p.amount for p in r.splits) == r.amount for r in parsed.rows)
    assert not any("do not reach" in warning for warning in parsed.warnings)


@pytest.mark.skipif(
    not EXAMPLE.exists(), reason="The shared data folder is not beside the project."
)
def test_ten_years_of_a_household_have_beancount_s_spending() -> None:
    """What went to each category by our rows is what beancount sums, but for entries without cash."""
    loader = pytest.importorskip("beancount.loader")
    data = pytest.importorskip("beancount.core.data")
    text = gzip.decompress(EXAMPLE.read_bytes()).decode()
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for entry in loader.load_string(text)[0]:
        for posting in entry.postings if isinstance(entry, data.Transaction) else ():
            if posting.account.startswith("Expenses") and posting.units.currency == "USD":
                spent[posting.account.rpartition(":")[2]] -= posting.units.number
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in read_beancount(text.encode()).rows:
        for category, amount in (
            [(row.category, row.amount)]
            if row.category
            else [(part.category, part.amount) for part in row.splits]
        ):
            found[category.rpartition(":")[2]] += amount
    unlike = {name for name in spent if name in found and found[name] != spent[name]}
    assert {"Rent", "Groceries", "Restaurant", "Electricity", "Phone", "Fees"} <= set(found)
    assert unlike <= {"GroupTermLife"}  # Income and spending have a category of that name each.


def books() -> tuple[Book, list[Row]]:
    """A small book of ours: two accounts, categories of one name, a split and a transfer."""
    main, savings, food, tools, pay = (uuid4() for _ in range(5))
    book = Book(
        date(2024, 1, 1),
        (
            BookAccount(main, "Main Account", "checking", "EUR", 100_000, False),
            BookAccount(savings, "Rainy day", "savings", "EUR", 0, False),
        ),
        (
            BookCategory(food, ("Living", "Food"), False),
            BookCategory(tools, ("Tools",), False),
            BookCategory(pay, ("Salary",), True),
        ),
    )

    def row(n: int, amount: int, parts: tuple[Part, ...], **said: object) -> Row:
        values = {
            "id": uuid4(), "account_id": main, "account": "Main Account",
            "posted_on": date(2024, 1, n), "occurred_at": None, "amount_minor": amount,
            "currency": "EUR", "payee": "Market", "category": "", "memo": f"row {n}",
            "statement_text": "", "external_id": f"bank-{n}", "status": "cleared", "tags": (),
            "parts": parts, "is_split": len(parts) > 1, "transfer_id": None, "other": None,
        }  # fmt: skip
        return Row(**{**values, **said})

    rows = [
        row(2, -1240, (Part(-1240, food),), tags=("trip", "two words")),
        row(3, -3000, (Part(-1000, food, "milk"), Part(-2000, tools))),
        row(4, 200_000, (Part(200_000, pay),), payee="Employer"),
        row(
            5, -50_000, (), transfer_id=uuid4(), payee="",
            other=Leg(savings, date(2024, 1, 5), 50_000, "EUR", False, True),
        ),
        row(6, -100, (Part(-100, None),), status="pending"),
    ]  # fmt: skip
    return book, rows


@pytest.mark.parametrize(
    ("write", "kind"), [(write_hledger, "hledger"), (write_beancount, "beancount")]
)
def test_our_own_export_comes_back_as_it_was(write: object, kind: str) -> None:
    book, rows = books()
    text = "".join(write(book, rows))  # type: ignore[operator]
    parsed = read_statement_file(text.encode())
    assert (parsed.format, parsed.bad_rows) == (kind, ())
    assert balances(parsed) == {"Main Account": "2456.60 EUR", "Rainy day": "500.00 EUR"}
    opening, food, split, pay, transfer, pending = rows_of(parsed, "Main Account")
    assert parsed.mapping["openings"][0]["amount"] == "1000.00"
    assert opening.amount == Decimal(1000)
    assert (food.payee, food.memo, food.category) == ("Market", "row 2", "Food")
    assert food.tags[0] == "trip"
    assert [(p.amount, p.category) for p in split.splits] == [
        (Decimal("-10.00"), "Food"), (Decimal("-20.00"), "Tools"),
    ]  # fmt: skip
    assert split.splits[0].memo == "milk"
    assert (pay.payee, pay.category) == ("Employer", "Salary")
    assert transfer.transfer_account == "Rainy day"
    assert rows_of(parsed, "Rainy day")[0].transfer_id == transfer.transfer_id != ""
    assert [r.pending for r in (opening, food, pending)] == [False, False, True]
    assert {"name": "Food", "parent": "Living", "kind": "expense"} in parsed.mapping["categories"]
