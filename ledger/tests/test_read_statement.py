"""The front door: formats told from content, words for formats, and nothing but UnreadableFile."""

import io
import random
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.read import format_of, read_statement_file, sniff
from ledger.tests.csv_samples import SAMPLES

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "import"

CSV = b"Date,Text,Amount\n2024-01-15,shop,-1.50\n2024-01-16,bar,-2.50\n"
OFX = (
    b"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM>"
    b"<BANKID>1<ACCTID>2<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><STMTTRN><TRNTYPE>DEBIT"
    b"<DTPOSTED>20240115<TRNAMT>-1.50<FITID>1<NAME>shop</STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS>"
    b"</BANKMSGSRSV1></OFX>"
)
QIF = b"!Type:Bank\nD01/15/2024\nT-1.50\nPshop\n^\n"
MT940 = (
    b":20:START\n:25:12345678/1\n:28C:1/1\n:60F:C240101EUR10,00\n"
    b":61:2401150115D1,50NTRFNONREF\n:86:shop\n:62F:C240115EUR8,50\n"
)
CAMT = (
    b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">'
    b"<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DE1</IBAN></Id></Acct><Ntry>"
    b'<Amt Ccy="EUR">1.50</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts><BookgDt>'
    b"<Dt>2024-01-15</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>"
)
ALL = [("csv", CSV), ("ofx", OFX), ("qif", QIF), ("mt940", MT940), ("camt", CAMT)]


def xlsx(*rows: list[object], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    for n in range(sheets):
        sheet = book.active if n == 0 else book.create_sheet()
        assert sheet is not None
        for row in rows if n == sheets - 1 else []:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "data"), ALL, ids=[kind for kind, _ in ALL])
def test_a_format_is_told_from_its_content_whatever_its_name(kind: str, data: bytes) -> None:
    assert [sniff(data, name) for name in ("", "a.csv", "a.QIF.pdf", "export")] == [kind] * 4


@pytest.mark.parametrize(("kind", "data"), ALL, ids=[kind for kind, _ in ALL])
def test_every_format_goes_to_its_reader(kind: str, data: bytes) -> None:
    parsed = read_statement_file(data, filename="export")
    assert parsed.format == kind
    assert parsed.rows[0].posted_on == date(2024, 1, 15)
    assert parsed.rows[0].amount == Decimal("-1.50")


# Made by other projects to have nothing of the format in them but the name.
NO_STATEMENTS = {"invalid_statement.sta", "empty_non_swift.sta"}


@pytest.mark.parametrize(
    ("folder", "patterns", "kind"),
    [
        ("bankfile_corpus", "*.ofx *.qfx", "ofx"),
        ("ofx_asgrim", "*.ofx", "ofx"),
        ("ofx_ofxparse", "*.ofx *.qfx", "ofx"),
        ("qif_quiffen", "*.qif", "qif"),
        ("mt940_wolph", "*.sta", "mt940"),
        ("camt_viafintech", "*.xml", "camt"),
        ("camt_camt053", "*.xml", "camt"),
        ("csv_bank2ynab", "*.csv *.CSV *.dat *.xls", "csv"),
        ("csv_beanhub", "*y.csv *d.csv", "csv"),
    ],
)
def test_real_files_are_told_apart(folder: str, patterns: str, kind: str) -> None:
    if not DATA.is_dir():
        pytest.skip("The shared data folder is not beside the project.")
    files = [file for pattern in patterns.split() for file in (DATA / folder).rglob(pattern)]
    files = [file for file in files if file.stat().st_size and file.name not in NO_STATEMENTS]
    assert files
    assert {file.name: sniff(file.read_bytes()) for file in files} == {f.name: kind for f in files}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *[(word, "ofx") for word in ("OFX", "qfx", ".QBO")],
        *[(word, "camt") for word in ("camt.053", "CAMT.053.001.02", "camt", "camt054", "XML")],
        *[(word, "mt940") for word in ("MT940", "mt942", "sta")],
        *[(word, "csv") for word in ("csv", "TSV", "xlsx", ".xls")],
        ("qif", "qif"),
    ],
)
def test_a_format_has_many_names(word: str, kind: str) -> None:
    assert format_of(word) == kind


def test_a_word_that_is_no_format_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="docx"):
        read_statement_file(CSV, format="docx")


@pytest.mark.parametrize("word", ["txt", "XML", ".dat"])
def test_a_word_that_says_nothing_leaves_it_to_the_content(word: str) -> None:
    assert read_statement_file(MT940, format=word).format == "mt940"


def test_the_owner_s_word_goes_before_the_content() -> None:
    with pytest.raises(UnreadableFile):
        read_statement_file(CSV, format="ofx")


def test_a_mapping_reaches_the_table_reader() -> None:
    mapping: dict[str, object] = {
        "columns": {"posted_on": "Date", "amount": "Amount"},
        "positive_is": "outflow",
    }
    assert read_statement_file(CSV, mapping=mapping).rows[0].amount == Decimal("1.50")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"\x28\xb5\x2f\xfd", "compressed"),
        (b"<!DOCTYPE html><html><body>login</body></html>", "web page"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b'{"transactions": []}', "JSON"),
        (
            b'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:pain.001.001.03"/>',
            "payment order",
        ),
        (b'<?xml version="1.0"?><feed/>', "XML"),
    ],
)
def test_what_is_no_bank_file_is_named(data: bytes, what: str) -> None:
    with pytest.raises(UnreadableFile, match=what) as refusal:
        read_statement_file(data)
    assert refusal.value.code == "unknown_format"


# Workbooks


def test_a_workbook_is_read_like_a_table() -> None:
    data = xlsx(
        ["My bank", None, None],
        ["Date", "Text", "Amount"],
        [date(2024, 1, 15), "shop", -1.5],
        [datetime(2024, 1, 16, 10, 20), "bar", 0.1 + 0.2],
        ["2024-01-17", "inn", "-1.234,56"],
        [date(2024, 1, 18), "fuel", 1234.567],
        sheets=2,
    )
    parsed = read_statement_file(data, filename="export.xlsx")
    assert [row.line for row in parsed.rows] == [3, 4, 6]
    assert [row.amount for row in parsed.rows] == [
        Decimal("-1.5"),
        Decimal("0.3"),
        Decimal("1234.567"),
    ]
    assert [row.code for row in parsed.bad_rows] == ["unreadable_amount"]
    assert parsed.mapping["sheet"] == "Sheet1"
    assert read_statement_file(data, mapping=parsed.mapping).rows == parsed.rows


def test_a_cell_in_the_far_corner_costs_nothing() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Date", "Text", "Amount"], ["2024-01-15", "shop", -1.5]):
        sheet.append(row)
    sheet.cell(1_048_576, 16_384, "x")
    out = io.BytesIO()
    book.save(out)
    assert len(read_statement_file(out.getvalue()).rows) == 1


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped(a=b"x", b=b"y"), "unknown_format"),
        (zipped(xl__workbook=b"0" * 200_000_000), "archive_too_large"),
        (zipped(xl__workbook=b"<x/>"), "broken_workbook"),
        (zipped(xl__workbook=b"<x/>")[:40], "broken_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken_workbook"),
    ],
    ids=["zip", "bomb", "no workbook", "truncated", "empty ole"],
)
def test_a_hostile_workbook_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_statement_file(data)
    assert refusal.value.code == code


def test_a_damaged_workbook_is_read_or_refused() -> None:
    whole, chance = (
        xlsx(["Date", "Text", "Amount"], [date(2024, 1, 15), "shop", -1.5]),
        random.Random(7),
    )
    members = {
        info.filename: zipfile.ZipFile(io.BytesIO(whole)).read(info)
        for info in zipfile.ZipFile(io.BytesIO(whole)).infolist()
    }
    for _ in range(150):
        broken = {name: bytearray(content) for name, content in members.items()}
        for content in broken.values():
            for _ in range(chance.randint(0, 3)):
                content[chance.randrange(len(content))] = chance.choice(b'<>/"09a&')
        assert_read_or_refused(zipped(**{name: bytes(content) for name, content in broken.items()}))


def assert_read_or_refused(data: bytes, **words: str) -> None:
    try:
        parsed = read_statement_file(data, **words)  # type: ignore[arg-type]
    except UnreadableFile as refusal:
        problem = "" if refusal.code and str(refusal) else "a refusal without words"
    else:
        problem = "" if isinstance(parsed, ParsedFile) else "no ParsedFile"
    assert not problem


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["", "ofx", "qif", "camt", "mt940", "csv"]))
def test_random_bytes_are_read_or_refused_as_any_format(data: bytes, kind: str) -> None:
    assert_read_or_refused(data, format=kind)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_a_mutilated_file_is_read_or_refused(draw: st.DataObject) -> None:
    samples = [data for _, data in ALL] + [text.encode() for _, text, _ in SAMPLES[:3]]
    data = bytearray(draw.draw(st.sampled_from(samples)))
    for _ in range(draw.draw(st.integers(1, 6))):
        place = draw.draw(st.integers(0, len(data) - 1))
        piece = draw.draw(
            st.binary(max_size=3) | st.sampled_from([b"<", b">", b"\n", b":61:", b"9" * 40, b"-"])
        )
        data[place : place + draw.draw(st.integers(0, 6))] = piece or b" "
    assert_read_or_refused(
        bytes(data), filename=draw.draw(st.sampled_from(["", "a.qif", "a.sta", "a.csv"]))
    )
