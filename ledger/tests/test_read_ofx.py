"""OFX by small examples: every rule once; then random, mutated and hostile bytes."""

import time
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statements import ofx_records
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.ofx import read_ofx
from ledger.statements.ofx_rows import calendar_date, instant
from ledger.statements.ofx_tags import unescape

HOSTILE_SECONDS_MAX = (
    20  # Of processor time. Measured: 3 at most; a quadratic reader would need hours.
)

HEADER = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""
BOOKING = (
    "<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260115<TRNAMT>-10.00<FITID>T1<NAME>Café<MEMO>card\n"
    "</STMTTRN>\n"
)


def statement(*bookings: str, before: str = "<CURDEF>EUR", after: str = "") -> bytes:
    text = f"{HEADER}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>{before}<BANKTRANLIST>"
    text += "".join(bookings or [BOOKING]) + f"</BANKTRANLIST>{after}"
    return (text + "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n").encode("cp1252")


def booking(**fields: str) -> str:
    known = {"DTPOSTED": "20260115", "TRNAMT": "-10.00", "FITID": "T1"} | fields
    return "<STMTTRN>" + "".join(f"<{name}>{value}" for name, value in known.items()) + "</STMTTRN>"


def test_a_small_file_is_read_in_full() -> None:
    after = "<LEDGERBAL><BALAMT>90.00<DTASOF>20260131</LEDGERBAL>"
    after += "<AVAILBAL><BALAMT>50.00<DTASOF>20260131</AVAILBAL>"
    before = "<CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>42<ACCTTYPE>SAVINGS</BANKACCTFROM>"
    parsed = read_ofx(statement(before=before, after=after))
    (account,) = parsed.statements
    (row,) = account.rows
    assert (parsed.format, parsed.encoding, parsed.warnings) == ("ofx", "cp1252", ())
    assert (account.account_id, account.account_type, account.bank_id) == ("42", "savings", "1")
    assert account.closing is not None
    assert (account.closing.on, account.closing.amount) == (date(2026, 1, 31), Decimal("90.00"))
    assert (row.line, row.posted_on, row.amount) == (11, date(2026, 1, 15), Decimal("-10.00"))
    assert (row.payee, row.memo, row.statement_text) == ("Café", "card", "Café card")
    assert (row.currency, row.external_id, row.pending) == ("EUR", "T1", False)


def test_a_card_keeps_the_sign_of_the_amount_whatever_the_type_says() -> None:
    rows = booking(TRNTYPE="CREDIT", TRNAMT="-5") + booking(TRNTYPE="DEBIT", TRNAMT="5", FITID="2")
    text = f"<OFX><CCSTMTRS><CCACCTFROM><ACCTID>9</CCACCTFROM>{rows}</CCSTMTRS></OFX>"
    (account,) = read_ofx(text.encode()).statements
    assert account.account_type == "credit_card"
    assert [row.amount for row in account.rows] == [-5, 5]


def test_several_statements_stay_apart() -> None:
    part = "<STMTRS><BANKACCTFROM><ACCTID>{0}</BANKACCTFROM>{1}</STMTRS>"
    text = part.format("A", booking()) + part.format("B", "") + part.format("C", booking() * 2)
    parsed = read_ofx(f"<OFX>{text}</OFX>".encode())
    counts = [(account.account_id, len(account.rows)) for account in parsed.statements]
    assert counts == [("A", 1), ("B", 0), ("C", 2)]


def test_a_broker_gives_cash_rows_and_counts_its_trades() -> None:
    text = f"""<OFX><INVSTMTRS><CURDEF>USD<INVACCTFROM><BROKERID>b<ACCTID>7</INVACCTFROM>
    <INVTRANLIST><BUYMF><INVBUY><INVTRAN><FITID>x</INVTRAN><TOTAL>-5</INVBUY></BUYMF>
    <INVBANKTRAN>{booking()}<SUBACCTFUND>CASH</INVBANKTRAN><TRANSFER><UNITS>1</TRANSFER>
    </INVTRANLIST></INVSTMTRS></OFX>"""
    (account,) = read_ofx(text.encode()).statements
    assert (account.account_type, account.bank_id, len(account.rows)) == ("investment", "b", 1)
    (warning,) = account.warnings
    assert warning.startswith("2 investment bookings")
    assert "BUYMF 1, TRANSFER 1" in warning


def test_bookings_that_are_pending_say_so() -> None:
    text = (
        f"<OFX><STMTRS><BANKTRANLIST>{booking()}</BANKTRANLIST><BANKTRANLISTP><DTASOF>20260116"
        "<STMTTRNP><TRNTYPE>DEBIT<DTTRAN>20260116<TRNAMT>-3.00<NAME>Kiosk</STMTTRNP>"
        "</BANKTRANLISTP></STMTRS></OFX>"
    )
    booked, pending = read_ofx(text.encode()).rows
    assert (booked.pending, pending.pending) == (False, True)
    assert (pending.posted_on, pending.amount) == (date(2026, 1, 16), Decimal("-3.00"))


def test_a_payee_in_an_aggregate_and_other_accounts_do_not_mix() -> None:
    text = booking(TRNTYPE="XFER").replace(
        "</STMTTRN>",
        "<PAYEE><NAME>Jane<CITY>Rome</PAYEE><BANKACCTTO><ACCTID>77</BANKACCTTO>"
        "<CURRENCY><CURRATE>1.1<CURSYM>usd</CURRENCY><MEMO>gift</STMTTRN>",
    )
    (row,) = read_ofx(statement(text, before="<CURDEF>EUR<BANKACCTFROM><ACCTID>1</>")).rows
    assert (row.payee, row.memo, row.transfer_account) == ("Jane", "gift", "77")
    assert row.currency == "USD"


def test_a_row_that_cannot_be_read_is_shown_and_costs_no_other() -> None:
    data = statement(
        booking(),
        booking(DTPOSTED="00000000"),
        booking(DTPOSTED="20260231"),
        booking(DTPOSTED="03/04/2026"),
        booking(TRNAMT="NaN"),
        booking(TRNAMT="1e9"),
        booking(TRNAMT="").replace("<DTPOSTED>20260115", "<DTPOSTED>20260115<NAME>X"),
    )
    parsed = read_ofx(data)
    assert len(parsed.rows) == 1
    assert [row.code for row in parsed.bad_rows] == [
        *["missing_date", "unreadable_date", "unreadable_date"],
        *["unreadable_amount", "unreadable_amount", "missing_amount"],
    ]
    assert parsed.bad_rows[4].text == "20260115 1e9 T1"


def test_an_id_that_repeats_is_given_as_written_with_a_warning() -> None:
    parsed = read_ofx(statement(booking(FITID="1"), booking(FITID="1", TRNAMT="-11.00")))
    assert [row.external_id for row in parsed.rows] == ["1", "1"]
    assert parsed.statements[0].warnings == (
        "1 bank ids (FITID) stand for several different bookings.",
    )
    (account,) = read_ofx(statement(booking(FITID=""), booking(FITID=""))).statements
    assert [row.external_id for row in account.rows] == ["", ""]
    assert account.warnings == ()


def test_a_lone_comma_is_read_as_the_file_proves_it() -> None:
    (account,) = read_ofx(statement(booking(TRNAMT="2,000"))).statements
    assert account.rows[0].amount == 2
    assert "one comma" in account.warnings[0]
    proved = read_ofx(statement(booking(TRNAMT="2,000"), booking(TRNAMT="1,006.60", FITID="2")))
    assert [row.amount for row in proved.rows] == [2000, Decimal("1006.60")]
    assert proved.statements[0].warnings == ()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("A &amp; B", "A & B"),
        ("A & B", "A & B"),
        ("AT&amp;amp;T", "AT&T"),
        ("TPAY &amp;lt;DEFTPYMT&amp;gt;", "TPAY <DEFTPYMT>"),
        ("BB&REGIONS &copy", "BB&REGIONS &copy"),
        ("&#233;&#xE9;&eacute;", "ééé"),
        ("a&#0;b&#xD800;c&#9999999;d", "a b c d"),
        ("&unknown;", "&unknown;"),
    ],
)
def test_entities_are_resolved_but_no_text_is_made_one(raw: str, text: str) -> None:
    assert unescape(raw) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20260115", date(2026, 1, 15)),
        ("20260115235900.000[-8:PST]", date(2026, 1, 15)),
        ("20260115000000[+5.30:IST]", date(2026, 1, 15)),
        ("2026-01-15", date(2026, 1, 15)),
        ("150126", date(2026, 1, 15)),
        ("30/06/2025", date(2025, 6, 30)),
        ("06/30/2025", date(2025, 6, 30)),
        ("06/07/2025", None),
        ("00000000", None),
        ("000000", None),
        ("", None),
        ("2026011", None),
        ("99991231", None),
    ],
)
def test_a_date_is_the_one_the_bank_wrote(text: str, day: date | None) -> None:
    assert calendar_date(text) == day


def test_a_time_keeps_its_zone() -> None:
    brt, ist = timezone(timedelta(hours=-3)), timezone(timedelta(hours=5, minutes=30))
    moment = datetime(2025, 6, 2, 16, 15, 42, tzinfo=brt)
    assert instant("20250602161542[-3:BRT]") == moment
    assert instant("20250602161542.123[+5.30:IST]") == moment.replace(tzinfo=ist)
    assert instant("20250602161542") == moment.replace(tzinfo=None)
    assert instant("20250602250000") is None


def test_the_same_time_on_every_row_is_no_time() -> None:
    same = read_ofx(statement(*[booking(DTPOSTED="20260115120000")] * 3))
    assert {row.occurred_at for row in same.rows} == {None}
    two = [booking(DTPOSTED="20260115161542"), booking(DTPOSTED="20260115161601", FITID="2")]
    assert [
        row.occurred_at.second for row in read_ofx(statement(*two)).rows if row.occurred_at
    ] == [
        42,
        1,
    ]
    (row,) = read_ofx(statement(booking(DTUSER="20260112"))).rows
    assert row.occurred_at is not None
    assert row.occurred_at.date() == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"Date,Payee,Amount\n", "not_ofx"),
        (b"<html><body>Please sign in</body></html>", "not_ofx"),
        (b"<OFX><SIGNONMSGSRSV1></SIGNONMSGSRSV1></OFX>", "no_statement"),
        (statement()[:-100], "truncated"),
        (statement()[: statement().index(b"</STMTRS")], "truncated"),
        (b"<OFX><STMTRS></OFX><OFX><STMTRS>", "truncated"),
        (b"<OFX><STMTRS><![CDATA[</OFX>", "truncated"),
        (statement(booking(DTPOSTED="")), "no_readable_rows"),
        (statement().replace(b"card", b"ca\0rd"), "contains_nul"),
    ],
)
def test_a_broken_file_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_ofx(data)
    assert refusal.value.code == code


def test_a_file_cut_anywhere_is_refused() -> None:
    data = statement()
    for length in range(data.index(b"</STMTRS>") + len("</STMTRS")):
        with pytest.raises(UnreadableFile):
            read_ofx(data[:length])


def test_a_file_that_only_is_not_closed_is_read_and_says_so() -> None:
    data = statement()
    for length in range(data.index(b"</STMTRS>") + len("</STMTRS>"), data.index(b"</OFX>")):
        parsed = read_ofx(data[:length])
        assert len(parsed.rows) == 1
        assert "</OFX>" in parsed.warnings[0]


def test_an_unclosed_booking_ends_where_the_next_begins() -> None:
    data = statement(booking(), booking(FITID="2")).replace(b"</STMTTRN>", b"")
    assert [row.external_id for row in read_ofx(data).rows] == ["T1", "2"]


def test_prefixes_cases_and_line_ends_do_not_matter() -> None:
    text = statement().decode("cp1252").replace("\n", "\r\n").replace("STMTTRN", "StmtTrn")
    text = text.replace("<OFX>", '<ofx:OFX xmlns:ofx="http://ofx.net/types/2003/04">')
    (row,) = read_ofx(text.replace("</OFX>", "</ofx:OFX>").encode("utf-16")).rows
    assert (row.line, row.payee) == (11, "Café")


def bomb() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 20))
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "l">{entities}]><OFX>&l19;</OFX>'.encode()
    )


SIZE = 10_000_000
HOSTILE: dict[str, Callable[[], bytes]] = {
    "entities": bomb,
    "nesting": lambda: b"<OFX>" + b"<A>" * (SIZE // 3) + b"</OFX>",
    "nested statements": lambda: b"<OFX>" + b"<STMTRS><A>1" * (SIZE // 12) + b"</OFX>",
    "nested bookings": lambda: b"<OFX>" + b"<STMTTRN><A>1" * (SIZE // 13) + b"</OFX>",
    "nested status": lambda: b"<OFX>" + b"<STATUS>" * (SIZE // 8) + b"</OFX>",
    "closing tags": lambda: b"<OFX>" + b"<STATUS>" * 30 + b"</PAYEE>" * (SIZE // 8) + b"</OFX>",
    "endless tag": lambda: b"<OFX><" + b"A" * SIZE + b"></OFX>",
    "endless attribute": lambda: b"<OFX>" + b"<A x" * (SIZE // 4) + b"></OFX>",
    "brackets": lambda: b"<OFX>" + b"<" * SIZE + b"></OFX>",
    "comments": lambda: b"<OFX>" + b"<!--" * (SIZE // 4) + b"</OFX>",
    "sections": lambda: b"<OFX>" + b"<![CDATA[" * (SIZE // 9) + b"</OFX>",
    "declarations": lambda: b"<OFX>" + b"<!DOCTYPE x [" * (SIZE // 13) + b"</OFX>",
    "ampersands": lambda: statement(booking(NAME="&amp;" * (SIZE // 5), TRNAMT="")),
    "digits": lambda: statement(booking(TRNAMT="9" * SIZE)),
    "zeros": lambda: b"<OFX>" + b"\0" * SIZE + b"</OFX>",
    "random": lambda: bytes((n * n >> 3) & 255 for n in range(SIZE // 10)) * 10,
    "column names": lambda: b",".join(b"c%d" % n for n in range(10**6)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_bounded_time(name: str) -> None:
    data = HOSTILE[name]()
    started = time.process_time()
    with pytest.raises(UnreadableFile):
        read_ofx(data)
    assert time.process_time() - started < HOSTILE_SECONDS_MAX


def test_more_rows_than_a_household_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ofx_records, "ROWS_MAX", 2)
    assert len(read_ofx(statement(*[booking()] * 2)).rows) == 2
    with pytest.raises(UnreadableFile, match="more than 2"):
        read_ofx(statement(*[booking()] * 3))


def read_or_refuse(data: bytes) -> None:
    try:
        parsed = read_ofx(data)
    except UnreadableFile:
        return
    assert isinstance(parsed, ParsedFile)
    assert all(row.amount.is_finite() for row in parsed.rows)


TAGS = ["<OFX>", "</OFX>", "<STMTRS>", "</STMTRS>", "<STMTTRN>", "</STMTTRN>", "<PAYEE>", "<NAME>"]
TAGS += [
    "<DTPOSTED>",
    "20260115",
    "<TRNAMT>",
    "-1,5",
    "<LEDGERBAL>",
    "<BALAMT>",
    "&amp;",
    "<![CDATA[",
]
TAGS += ["]]>", "<!--", "-->", "<?x", "?>", "<", ">", "</", "/>", "\n", "<INVTRANLIST>", "<BUYMF>"]


@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)
    read_or_refuse(b"<OFX>" + data + b"</OFX>")


@given(st.lists(st.sampled_from(TAGS), max_size=60))
def test_random_tags_are_read_or_refused(parts: list[str]) -> None:
    read_or_refuse(f"<OFX>{''.join(parts)}</OFX>".encode())


@settings(max_examples=200)
@given(st.data())
def test_a_mutated_file_is_read_or_refused(data: st.DataObject) -> None:
    original = statement(BOOKING, booking(FITID="2", NAME="A &amp; B"))
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 40)))
    read_or_refuse(original[:start] + data.draw(st.binary(max_size=20)) + original[end:])
    read_or_refuse(original[:start])


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=20))
def test_the_rows_sum_to_what_was_written(amounts: list[Decimal]) -> None:
    data = statement(*(booking(TRNAMT=str(a), FITID=str(n)) for n, a in enumerate(amounts)))
    assert sum(row.amount for row in read_ofx(data).rows) == sum(amounts)
