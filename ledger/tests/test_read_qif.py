"""QIF by small examples: every rule once; then random, mutated and hostile bytes."""

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statements import qif_records
from ledger.statements.model import ParsedFile, SplitPart, Statement, StatementRow, UnreadableFile
from ledger.statements.qif import read_qif
from ledger.statements.qif_dates import guess_order, read_date

HOSTILE_SECONDS_MAX = (
    20  # Of processor time. Measured: 3 at most; a quadratic reader would need hours.
)


def qif(*records: str, header: str = "!Type:Bank") -> bytes:
    """A file of records; ";" stands for the line end inside one."""
    return "\n".join([header, *(f"{r.replace(';', chr(10))}\n^" for r in records), ""]).encode()


def only_row(*lines: str, header: str = "!Type:Bank") -> StatementRow:
    (row,) = read_qif(qif("\n".join(["D1/15/26", *lines]), header=header)).rows
    return row


def only_statement(data: bytes) -> Statement:
    (statement,) = read_qif(data).statements
    return statement


def test_a_booking_is_read_in_full() -> None:
    row = only_row("T-1,234.50", "PShop", "Mpaper", "N00123", "LOffice:Paper/Firm", "CX", "AStreet")
    assert (row.line, row.posted_on, row.amount) == (2, date(2026, 1, 15), Decimal("-1234.50"))
    assert (row.payee, row.memo, row.statement_text) == ("Shop", "paper No. 123", "Shop paper")
    assert (row.category, row.tags, row.transfer_account) == ("Office:Paper", ("Firm",), "")


@pytest.mark.parametrize(
    ("label", "category", "account", "tags"),
    [
        ("[Savings]", "", "Savings", ()),
        ("[Savings/EUR]/Trip", "", "Savings/EUR", ("Trip",)),
        ("Food/Trip", "Food", "", ("Trip",)),
        ("/Trip", "", "", ("Trip",)),
        ("--Split--", "", "", ()),
        ("Fees|[Savings]", "Fees", "Savings", ()),
        ("|[Savings]", "", "Savings", ()),
        ("[", "", "", ()),
    ],
)
def test_a_label_is_category_account_and_class(
    label: str, category: str, account: str, tags: tuple[str, ...]
) -> None:
    row = only_row("T1.00", f"L{label}")
    assert (row.category, row.transfer_account, row.tags) == (category, account, tags)


def test_splits_carry_their_own_label_and_memo() -> None:
    row = only_row(
        "T-10.00", "L--Split--", "S[Loan]", "$-9.00", "SInterest/Home", "Eyear", "$-1.00"
    )
    assert row.splits == (
        SplitPart(Decimal("-9.00"), transfer_account="Loan"),
        SplitPart(Decimal("-1.00"), category="Interest", memo="year"),
    )


@pytest.mark.parametrize("parts", ["SFood;$-4.00", "SFood;$x;SRent;$-10.00", "SFood"])
def test_splits_that_miss_the_total_are_left_out_with_a_warning(parts: str) -> None:
    statement = only_statement(qif(f"D1/15/26;T-10.00;{parts}"))
    assert [(row.amount, row.splits) for row in statement.rows] == [(Decimal("-10.00"), ())]
    assert "Line 2" in statement.warnings[0]


def test_accounts_become_statements_in_order() -> None:
    data = b"""!Option:AutoSwitch
!Account
NGiro
TBank
^
NVisa
TCCard
^
NOld
TBank
^
!Clear:AutoSwitch
!Account
NGiro
TBank
/1/31/26
$90.00
^
!Type:Bank
D1/1/26
T100.00
POpening Balance
L[Giro]
^
D1/15/26
T-10.00
L[Visa]
^
!Account
NVisa
TCCard
^
!Type:CCard
D1/15/26
T10.00
L[Giro]
^
!Account
NGiro
^
!Type:Bank
D1/16/26
T-1.00
^
!Type:Cash
D1/17/26
T-2.00
^
!Clear:AutoSwitch
!Type:Oth L
D1/18/26
T-3.00
^
"""
    parsed = read_qif(data)
    found = [(s.account_id, s.account_type, len(s.rows)) for s in parsed.statements]
    assert found == [("Giro", "checking", 3), ("Visa", "credit_card", 1), ("", "loan", 1)]
    giro = parsed.statements[0]
    assert giro.opening is not None
    assert giro.closing is not None
    assert (giro.opening.on, giro.opening.amount) == (date(2026, 1, 1), Decimal("100.00"))
    assert (giro.closing.on, giro.closing.amount) == (date(2026, 1, 31), Decimal("90.00"))
    assert [row.transfer_account for row in giro.rows] == ["Visa", "", ""]


@pytest.mark.parametrize(
    ("action", "amount"),
    [
        ("Buy", "-50.00"),
        ("Sell", "50.00"),
        ("Div", "50.00"),
        ("IntInc", "50.00"),
        ("MiscExp", "-50.00"),
        ("XIn", "50.00"),
        ("XOut", "-50.00"),
        ("Cash", "50.00"),
    ],
)
def test_a_brokers_action_moves_its_cash(action: str, amount: str) -> None:
    row = only_row(f"N{action}", "YACME", "T50.00", "L[Bank]", header="!Type:Invst")
    assert (row.amount, row.payee, row.memo) == (Decimal(amount), "ACME", f"{action} ACME")
    assert row.transfer_account == ("Bank" if action in ("XIn", "XOut", "Cash") else "")


def test_what_moves_no_cash_is_counted_and_what_is_unknown_is_shown() -> None:
    records = [f"D1/15/26;N{action};YACME;T5.00" for action in ("BuyX", "ReinvDiv", "BuyX", "Wow")]
    statement = only_statement(qif(*records, "D1/15/26;NSell;T5.00", header="!Type:Invst"))
    assert len(statement.rows) == 1
    assert [row.code for row in statement.bad_rows] == ["unknown_action"]
    assert statement.warnings[0].endswith("BuyX 2, ReinvDiv 1.")


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("1/ 4'06", "mdy", date(2006, 1, 4)),
        ("1/ 4' 6", "mdy", date(2006, 1, 4)),
        ("6/18'2007", "mdy", date(2007, 6, 18)),
        ("12/31/98", "mdy", date(1998, 12, 31)),
        ("04/02/26", "mdy", date(2026, 4, 2)),
        ("04/02/26", "dmy", date(2026, 2, 4)),
        ("04/02/26", "ymd", date(2004, 2, 26)),
        ("4.2.2026", "dmy", date(2026, 2, 4)),
        ("04-02-2026", "dmy", date(2026, 2, 4)),
        ("2016-02-03", "mdy", date(2016, 2, 3)),
        ("2016/2/3", "dmy", date(2016, 2, 3)),
        ("20160203", "mdy", date(2016, 2, 3)),
        ("3 Feb 2016", "mdy", date(2016, 2, 3)),
        ("3-February-16", "mdy", date(2016, 2, 3)),
        ("Feb 3, 2016", "dmy", date(2016, 2, 3)),
        ("02/03/2016 12:00:00", "mdy", date(2016, 2, 3)),
        ("13/01/2016", "mdy", None),
        ("31/02/2016", "dmy", None),
        ("00/00/00", "mdy", None),
        ("1/2/3/4", "mdy", None),
        ("1/2", "mdy", None),
        ("1/2/345", "mdy", None),
        ("3 Foo 2016", "mdy", None),
        ("", "mdy", None),
        ("1" * 1000, "mdy", None),
    ],
)
def test_every_style_of_date(text: str, order: str, day: date | None) -> None:
    assert read_date(text, order) == day


@pytest.mark.parametrize(
    ("texts", "mark", "order", "confidence"),
    [
        (["01/02/2018", "22/12/2017"], None, "dmy", 1.0),
        (["01/02/2018", "12/22/2017"], None, "mdy", 1.0),
        (["16-02-03", "16-02-28"], None, "ymd", 0.7),
        (["98-02-03", "98-02-28"], None, "ymd", 1.0),
        (["15/02/26", "16/02/26"], None, "dmy", 1.0),
        (["15/02/26"], None, "dmy", 0.8),
        (["2016-02-03"], None, "ymd", 1.0),
        (["1/1/26", "2/2/26"], None, "mdy", 1.0),
        (["01/02/26", "05/02/26", "02/03/26"], None, "dmy", 0.8),
        (["02/01/26", "02/05/26", "03/02/26"], None, "mdy", 0.8),
        (["03/02/26", "02/05/26", "02/01/26"], None, "mdy", 0.8),
        (["01/02/26"], ",", "dmy", 0.6),
        (["01/02/26"], None, "mdy", 0.5),
        (["22/12/2017", "23/12/2017", "99/99/2017", "12/25/2017"], None, "dmy", 0.5),
        ([], None, "ymd", 1.0),
    ],
)
def test_the_order_is_proved_over_the_whole_column(
    texts: list[str], mark: str | None, order: str, confidence: float
) -> None:
    guess = guess_order(texts, mark)
    assert (guess.name, guess.confidence) == (order, confidence)


def test_an_unproved_order_is_told_and_can_be_set() -> None:
    data = qif("D04/02/26;T1.00")
    guessed, told = read_qif(data), read_qif(data, date_order="dmy")
    assert guessed.rows[0].posted_on == date(2026, 4, 2)
    assert guessed.mapping == {"date_order": "mdy", "confidence": 0.5, "decimal_mark": "."}
    assert "month, day, year" in guessed.warnings[0]
    assert told.rows[0].posted_on == date(2026, 2, 4)
    assert (told.mapping["confidence"], told.warnings) == (1.0, ())
    with pytest.raises(ValueError, match="date_order"):
        read_qif(data, date_order="dym")


def test_a_date_against_the_order_is_shown_not_turned_around() -> None:
    parsed = read_qif(qif("D12/22/17;T1", "D12/23/17;T2", "D22/12/17;T3"))
    assert [row.amount for row in parsed.rows] == [1, 2]
    assert [(row.line, row.code) for row in parsed.bad_rows] == [(8, "unreadable_date")]
    assert parsed.mapping["confidence"] == 0.67


def test_amounts_follow_the_mark_that_the_file_proves() -> None:
    parsed = read_qif(qif("D13/1/26;T-1.212,50", "D13/1/26;T-2.000", "D13/1/26;T12,50"))
    assert [str(row.amount) for row in parsed.rows] == ["-1212.50", "-2000", "12.50"]
    assert parsed.mapping["decimal_mark"] == ","
    assert only_row("T2,000").amount == 2000
    assert only_row("Tx", "U5.00").amount == 5


def test_bad_rows_cost_no_other() -> None:
    parsed = read_qif(qif("D1/15/26;T1", "D1/15/26;Tx", "T5", "D1/15/26;PX", "D0/0/0;T1"))
    assert len(parsed.rows) == 1
    assert [row.code for row in parsed.bad_rows] == [
        *["unreadable_amount", "missing_date", "missing_amount", "unreadable_date"]
    ]


def test_a_file_cut_inside_an_amount_gives_no_wrong_amount() -> None:
    parsed = read_qif(b"!Type:Bank\nD1/15/26\nT1.00\n^\nD1/16/26\nT12")
    assert [row.amount for row in parsed.rows] == [1]
    assert [row.code for row in parsed.bad_rows] == ["unfinished_row"]
    assert len(read_qif(b"!Type:Bank\nD1/15/26\nT1.00\n").rows) == 1


def test_sections_that_hold_no_bookings_are_left_out_or_told() -> None:
    lists = (
        b'!Type:Cat\nNFood\nE\n^\n!Type:Security\nNACME\nS^X\n^\n!Type:Prices\n"A",1,"1/1/26"\n^\n'
    )
    parsed = read_qif(lists + b"!Type:Odd\nNx\n^\n" + qif("D1/15/26;T1"))
    assert len(parsed.rows) == 1
    assert parsed.warnings == ("1 entries of the section “!odd” were left out.",)


@pytest.mark.parametrize("header", ["!Type:Bank ", "!type:bank", "!TYPE: Bank", "# by hand"])
def test_the_header_may_be_sloppy(header: str) -> None:
    statement = only_statement(qif("D1/15/26;T1", header=header).replace(b"\n", b"\r\n"))
    assert (statement.account_type, len(statement.rows)) == ("checking", 1)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"Dear customer,\nToday", "not_qif"),
        (b"Date,Payee,Amount\n1/2/26,X,5.00\n", "not_qif"),
        (b"!Type:Cat\nNFood\n^\n", "no_statement"),
        (qif("D1/15/26;Tx"), "no_readable_rows"),
        (b"!Type:Bank\nD1/1\0/26\n", "contains_nul"),
    ],
)
def test_a_broken_file_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_qif(data)
    assert refusal.value.code == code


SIZE = 10_000_000
HOSTILE: dict[str, Callable[[], bytes]] = {
    "records": lambda: b"!Type:Bank\n" + b"D\n^\n" * (SIZE // 4),
    "rows": lambda: b"!Type:Bank\n" + b"D1/2/26\nT1\n^\n" * (SIZE // 13),
    "one record": lambda: b"!Type:Bank\n" + b"Ax\n" * (SIZE // 3),
    "splits": lambda: b"!Type:Bank\nD1/2/26\nT1\n" + b"Sx\n$1\n" * (SIZE // 6),
    "accounts": lambda: b"".join(b"!Account\nN%d\n^\n" % n for n in range(SIZE // 16)),
    "header": lambda: b"!" * SIZE,
    "date": lambda: b"!Type:Bank\nD1" + b" " * SIZE + b"/1/26\nT1\n^\n",
    "amount": lambda: b"!Type:Bank\nD1/1/26\nT" + b"9" * SIZE + b"\n^\n",
    "zeros": lambda: b"!Type:Bank\n" + b"\0" * SIZE + b"^\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_bounded_time(name: str) -> None:
    data = HOSTILE[name]()
    started = time.process_time()
    with pytest.raises(UnreadableFile):
        read_qif(data)
    assert time.process_time() - started < HOSTILE_SECONDS_MAX


def test_more_rows_than_a_household_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qif_records, "ROWS_MAX", 2)
    with pytest.raises(UnreadableFile, match="more than 2"):
        read_qif(qif(*["D1/15/26;T1"] * 3))


def read_or_refuse(data: bytes) -> None:
    try:
        parsed = read_qif(data)
    except UnreadableFile:
        return
    assert isinstance(parsed, ParsedFile)
    for row in parsed.rows:
        assert row.amount.is_finite()
        assert not row.splits or sum(part.amount for part in row.splits) == row.amount


LINES = [
    "!Type:Bank",
    "!Type:Invst",
    "!Account",
    "!Clear:AutoSwitch",
    "^",
    "D1/2'26",
    "D2026-02-03",
]
LINES += ["T-1,50", "T1.000", "U2", "NBuy", "NBuyX", "N12", "L[A]", "LFood/x", "SFood", "$-1,50"]
LINES += ["POpening Balance", "NA", "TBank", "/1/1/26", "E", "", "L--Split--"]


@given(st.binary(max_size=300))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)
    read_or_refuse(b"!Type:Bank\n" + data)


@given(st.lists(st.sampled_from(LINES), max_size=40))
def test_random_lines_are_read_or_refused(lines: list[str]) -> None:
    read_or_refuse("\n".join(["!Type:Bank", *lines]).encode())


@settings(max_examples=200)
@given(st.data())
def test_a_mutated_file_is_read_or_refused(data: st.DataObject) -> None:
    original = qif("D1/15/26;T-10.00;PX;L--Split--;SFood;$-4;SRent;$-6", "D1/16/26;T1;L[A]")
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 20)))
    read_or_refuse(original[:start] + data.draw(st.binary(max_size=10)) + original[end:])


@given(st.dates(date(1970, 1, 1), date(2069, 12, 31)), st.sampled_from(["mdy", "dmy", "ymd"]))
def test_a_date_written_in_an_order_is_read_in_it(day: date, order: str) -> None:
    parts = {"d": f"{day.day:2}", "m": str(day.month), "y": f"{day.year % 100:02}"}
    assert read_date("/".join(parts[letter] for letter in order), order) == day
