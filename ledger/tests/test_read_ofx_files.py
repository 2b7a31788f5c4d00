"""Real OFX files of many banks, against known figures and against two libraries."""

import io
import re
import warnings
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.statements.model import UnreadableFile
from ledger.statements.ofx import read_ofx

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "import"
FOLDERS = ("bankfile_corpus", "ofx_ofxparse", "ofx_asgrim", "ofx_ofx4j", "actual_mocks")


def shared_files() -> list[Path]:
    return sorted(
        path
        for folder in FOLDERS
        for path in (SHARED / folder).rglob("*")
        if path.suffix in (".ofx", ".qfx", ".qbo")
    )


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"no shared file {name}")
    return path.read_bytes()


# File: (bookings, their sum, closing balances). Sums were taken from the text by hand and grep.
FIGURES: dict[str, tuple[int, str, list[str | None]]] = {
    "ofx_ofxparse/fixtures/anzcc.ofx": (1, "-5.50", ["-123.45"]),
    "ofx_ofxparse/fixtures/bank_medium.ofx": (3, "-345.27", ["382.34"]),
    "ofx_ofxparse/fixtures/checking.ofx": (3, "-59.50", ["100.99"]),
    "ofx_ofxparse/fixtures/fail_nice/empty_balance.ofx": (1, "120", [None]),
    "ofx_ofxparse/fixtures/fidelity-savings.ofx": (4, "-1778.3952", [None]),
    "ofx_ofxparse/fixtures/fidelity.ofx": (3, "-0.5700", [None]),
    "ofx_ofxparse/fixtures/investment_401k.ofx": (0, "0", [None]),
    "ofx_ofxparse/fixtures/investment_medium.ofx": (3, "-3.95", [None]),
    "ofx_ofxparse/fixtures/multiple_accounts.ofx": (0, "0", ["111", "222"]),
    "ofx_ofxparse/fixtures/multiple_accounts2.ofx": (0, "0", ["111", "222"]),
    "ofx_ofxparse/fixtures/ofx-v102-empty-tags.ofx": (1, "12.34", [None]),
    "ofx_ofxparse/fixtures/suncorp.ofx": (1, "-16.85", ["1234.12"]),
    "ofx_ofxparse/fixtures/td_ameritrade.ofx": (0, "0", [None]),
    "ofx_ofxparse/fixtures/tiaacref.ofx": (0, "0", [None]),
    "ofx_ofxparse/fixtures/vanguard.ofx": (0, "0", [None]),
    "ofx_ofxparse/fixtures/vanguard401k.ofx": (0, "0", [None]),
    "ofx_asgrim/ofx-multiple-accounts-xml.ofx": (3, "514.72", ["43.01", "3000.25", "11728.56"]),
    "ofx_asgrim/ofxdata-bb-two-stmtrs.ofx": (36, "-3648.66", ["0.00", "4555.28"]),
    "ofx_asgrim/ofxdata-bb.ofx": (1, "239.55", ["239.35"]),
    "ofx_asgrim/ofxdata-bpbfc.ofx": (6, "-53.49", ["10000.00"]),
    "ofx_asgrim/ofxdata-cmfr.ofx": (42, "-13491.59", ["10000.00"]),
    "ofx_asgrim/ofxdata-credit-card.ofx": (1, "-100.00", ["-500.00"]),
    "ofx_asgrim/ofxdata-emptyDateTime.ofx": (2, "487.50", [None]),
    "ofx_asgrim/ofxdata-google.ofx": (0, "0", [None]),
    "ofx_asgrim/ofxdata-investments-multiple-accounts-xml.ofx": (0, "0", [None, None]),
    "ofx_asgrim/ofxdata-investments-oneline-xml.ofx": (0, "0", [None]),
    "ofx_asgrim/ofxdata-investments-xml.ofx": (1, "1234.56", [None]),
    "ofx_asgrim/ofxdata-memoWithAmpersand.ofx": (16, "393.82", ["-734.05"]),
    "ofx_asgrim/ofxdata-memoWithQuotes.ofx": (16, "393.82", ["-734.05"]),
    "ofx_asgrim/ofxdata-oneline.ofx": (8, "-1977.10", ["100.00"]),
    "ofx_asgrim/ofxdata-selfclose.ofx": (5, "585.00", [None]),
    "ofx_asgrim/ofxdata-xml.ofx": (3, "250.00", ["5250.00"]),
    "ofx_asgrim/ofxdata.ofx": (3, "250.00", ["5250.00"]),
    "ofx_ofx4j/nanoxml/example-response.ofx": (1, "150.00", ["5250.00"]),
    "ofx_ofx4j/pag-seguro.ofx": (3, "119.00", ["5326.43"]),
    "actual_mocks/8859-1.qfx": (1, "-20.00", ["9999.99"]),
    "actual_mocks/data-multi-decimal.ofx": (2, "-33.77", [None]),
    "actual_mocks/html-vals.qfx": (2, "-2.00", ["1111.11"]),
}

# Every file of the corpus is one template with one deviation: what differs from the template.
TEMPLATE = {
    "amount": "-10.00",
    "payee": "ANON MERCHANT",
    "memo": "ANON MEMO",
    "id": "T0001",
    "currency": "USD",
    "closing": "90.00",
}
CORPUS: dict[str, dict[str, str | None]] = {
    "chase/blank-line-before-header-none-after.qfx": {},
    "chase/non-ascii-byte-declared-usascii.qfx": {"payee": "ANON ¦ MERCHANT"},
    "etrade/charset-none-with-encoding-usascii.ofx": {},
    "hsbc-brasil/dtstart-ddmmyy.ofx": {},
    "lcl/check-without-payee.ofx": {"payee": "", "memo": "No. 1090381"},
    "onpoint-community-credit-union/self-closing-memo-tag.ofx": {"memo": ""},
    "unnamed-bank/amount-comma-decimal.ofx": {"amount": "-2000.00", "closing": "2000.00"},
    "unnamed-bank/amount-plus-sign-and-space.ofx": {"amount": "1006.60"},
    "unnamed-bank/blank-line-before-header.ofx": {},
    "unnamed-bank/character-outside-latin1.ofx": {"payee": "ANON UPRAVA č"},
    "unnamed-bank/charset-8859-1-without-iso-prefix.qfx": {},
    "unnamed-bank/chknum-instead-of-checknum.ofx": {"memo": "ANON MEMO No. 1932"},
    "unnamed-bank/empty-tags-curdef-fitid-name.ofx": {"payee": "", "id": "", "currency": ""},
    "unnamed-bank/mixed-case-trntype.ofx": {},
    "unnamed-bank/tags-outside-spec.ofx": {},
    "unnamed-bank/xml-declaration-ofx-2.ofx": {"payee": "ANON ÉNERGIE"},
    "unnamed-bank/zero-date.ofx": {"closing": None},
    "wells-fargo/header-on-one-line.qfx": {},
}

REFUSED = {
    "ofx_ofxparse/fixtures/fail_nice/date_missing.ofx": "no_readable_rows",
    "ofx_ofxparse/fixtures/fail_nice/decimal_error.ofx": "no_readable_rows",
    "ofx_ofxparse/fixtures/account_listing_aggregation.ofx": "no_statement",
    "ofx_ofxparse/fixtures/bank_small.ofx": "no_statement",
    "ofx_ofxparse/fixtures/error_message.ofx": "bank_error",
    "ofx_ofxparse/fixtures/signon_fail.ofx": "bank_error",
    "ofx_ofxparse/fixtures/signon_success.ofx": "no_statement",
    "ofx_ofxparse/fixtures/signon_success_no_message.ofx": "no_statement",
    "ofx_asgrim/ofxdata-banking-xml200.ofx": "no_readable_rows",  # its booking is cut out by hand
    "ofx_ofx4j/bank-of-america-profile.ofx": "no_statement",
    "ofx_ofx4j/fremont-bank-profile.ofx": "bank_error",
    "ofx_ofx4j/mercantile-brokerage-services-profile.ofx": "no_statement",
    "ofx_ofx4j/wells-fargo-investments-profile.ofx": "no_statement",
    "ofx_ofx4j/nanoxml/closing-tags.ofx": "no_statement",
    "ofx_ofx4j/nanoxml/example-response2.ofx": "truncated",
    "ofx_ofx4j/nanoxml/simple.ofx": "no_statement",
    "ofx_ofx4j/nanoxml/whitespace-example.ofx": "no_statement",
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_of_a_real_file_is_right(name: str) -> None:
    data = shared(name)
    count, total, closings = FIGURES[name]
    parsed = read_ofx(data)
    assert len(parsed.rows) == count
    assert parsed.bad_rows == ()
    assert sum(row.amount for row in parsed.rows) == Decimal(total)
    found = [statement.closing for statement in parsed.statements]
    assert [balance and balance.amount for balance in found] == [
        closing and Decimal(closing) for closing in closings
    ]
    written = re.findall(rb"<DTPOSTED>\s*(\d{8})", data)
    assert [row.posted_on.strftime("%Y%m%d").encode() for row in parsed.rows] == written


@pytest.mark.parametrize("name", CORPUS)
def test_one_deviation_of_a_bank_changes_nothing_else(name: str) -> None:
    expected = TEMPLATE | CORPUS[name]
    parsed = read_ofx(shared(f"bankfile_corpus/corpus/banks/{name}"))
    (account,) = parsed.statements
    (row,) = account.rows
    assert (account.account_id, account.bank_id) == ("0000123456", "000000001")
    assert account.account_type == "checking"
    assert row.posted_on == date(2026, 1, 15)
    assert {
        "amount": str(row.amount),
        "payee": row.payee,
        "memo": row.memo,
        "id": row.external_id,
        "currency": row.currency,
        "closing": account.closing and str(account.closing.amount),
    } == expected
    assert (len(account.warnings) == 1) is name.endswith("zero-date.ofx")


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_a_readable_statement_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_ofx(shared(name))
    assert refusal.value.code == REFUSED[name]
    assert str(refusal.value).endswith(".")


def test_every_shared_file_has_an_expected_result() -> None:
    files = shared_files()
    if not files:
        pytest.skip("no shared files")
    known = {*FIGURES, *REFUSED, *(f"bankfile_corpus/corpus/banks/{name}" for name in CORPUS)}
    names = {str(path.relative_to(SHARED)) for path in files}
    assert names - known == {"bankfile_corpus/corpus/template/ofx-1.0.2.ofx"}


def rows_by_ofxparse(data: bytes) -> list[tuple[str, Decimal]]:
    ofxparse = pytest.importorskip("ofxparse")
    parsed = ofxparse.OfxParser.parse(io.BytesIO(data))
    return [
        (row.id, row.amount)
        for account in parsed.accounts
        if account.statement
        for row in account.statement.transactions
        if hasattr(row, "payee")
    ]


def rows_by_ofxtools(data: bytes) -> list[tuple[str, Decimal]]:
    parser = pytest.importorskip("ofxtools.Parser").OFXTree()
    parser.parse(io.BytesIO(data))
    rows = [
        getattr(row, "stmttrn", row)
        for account in parser.convert().statements
        for row in getattr(account, "transactions", None) or ()
    ]
    return [(row.fitid, row.trnamt) for row in rows if hasattr(row, "trnamt")]


def ofxparse_error() -> type[Exception]:
    error: type[Exception] = pytest.importorskip("ofxparse").OfxParserException
    return error


# Dates are left out: both libraries move them to UTC, where an evening becomes the next day.
@pytest.mark.parametrize(("library", "read_min"), [("ofxparse", 44), ("ofxtools", 33)])
def test_ids_and_amounts_agree_with_the_libraries(library: str, read_min: int) -> None:
    reader = {"ofxparse": rows_by_ofxparse, "ofxtools": rows_by_ofxtools}[library]
    if not shared_files():
        pytest.skip("no shared files")
    failures = (ValueError, LookupError, ArithmeticError, SyntaxError, ofxparse_error())
    compared = 0
    for path in shared_files():
        data = path.read_bytes()
        try:
            ours = sorted((row.external_id, row.amount) for row in read_ofx(data).rows)
        except UnreadableFile:
            continue
        try:
            with warnings.catch_warnings(action="ignore"):
                theirs = reader(data)
        except failures:
            continue
        assert sorted(theirs) == ours, path.name
        compared += 1
    assert compared >= read_min
