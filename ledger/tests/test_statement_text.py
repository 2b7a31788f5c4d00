"""Text and figures of bank files: every encoding and every printed amount that banks use."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.statements.model import TEXT_MAX, UnreadableFile
from ledger.statements.text import (
    decimal_mark_of,
    decode,
    one_line,
    parse_amount,
    printed,
    with_check_number,
)

CAFE = 'Date,Payee,Amount\n2025.12.04,"Café Rémy",100.25\n'

AMOUNTS = {
    "12.50": "12.50",
    "12,50": "12.50",
    "+12.50": "12.50",
    "-12,5": "-12.5",
    ".50": "0.50",
    "5.": "5",
    "0": "0",
    "-0.00": "0.00",
    "-00000000001500.0000": "-1500.0000",
    "-3.77000": "-3.77000",
    "0.125": "0.125",
    "0,125": "0.125",
    "1234.567": "1234.567",
    "1,234.56": "1234.56",
    "1.234,56": "1234.56",
    "1,234,567": "1234567",
    "1.234.567": "1234567",
    "1,00,000.00": "100000.00",
    "1 006,60": "1006.60",
    "+1 006,60": "1006.60",
    "1\u00a0006,60": "1006.60",
    "1\u202f006,60": "1006.60",
    "1'234.50": "1234.50",
    "1’234.50": "1234.50",
    "(12.50)": "-12.50",
    "($1,234.56)": "-1234.56",
    "12.50-": "-12.50",
    "12,50 -": "-12.50",
    "12.50+": "12.50",
    "\u2212 12.50": "-12.50",
    "\u201312.50": "-12.50",
    "€ 5,00": "5.00",
    "5,00 €": "5.00",
    "-5,00€": "-5.00",
    "-$5.00": "-5.00",
    "$-5.00": "-5.00",
    "R$ 5.326,43": "5326.43",
    "-R$5,00": "-5.00",
    "Rs.500": "500",
    "500 kr.": "500",
    "1 234,50 zł": "1234.50",
    "CHF 1'234.50": "1234.50",
    "-30,00EUR": "-30.00",
    "12.50 DR": "-12.50",
    "12.50 CR": "12.50",
    "123456789012345678": "123456789012345678",
    "000000000000000000000000001.00": "1.00",
}

NO_AMOUNTS = [
    *["", " ", "-", "+", ",", ".", "()", "EUR", "€", "abc", "NaN", "-nan", "Infinity", "inf"],
    *["1e5", "1E5", "0x10", "1_000", "--5", "+-5", "-5-", "(-5)", "-(5)", "((5))", "5 5"],
    *["12 34", "1.2.3", "1,2,3", "1.234.56", "12,34,5", "1,2345.00", "1 234,567.00", "5%"],
    *["٣", "５", "12:50", "1/2", "NAN5", "INF5", "5 apples", "a5b", "2026-01-15"],
    *["1234567890123456789", "0.1234567890123456789", "9" * 100, "1" * 65],
]


@pytest.mark.parametrize(("text", "amount"), AMOUNTS.items())
def test_an_amount_is_read_as_it_is_printed(text: str, amount: str) -> None:
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|digits"):
        parse_amount(text)


@pytest.mark.parametrize(("text", "point", "comma"), [("1.234", "1.234", "1234")])
def test_three_digits_after_the_only_mark_need_the_mark(text: str, point: str, comma: str) -> None:
    with pytest.raises(ValueError, match="two amounts"):
        parse_amount(text)
    assert parse_amount(text, ".") == Decimal(point)
    assert parse_amount(text, ",") == Decimal(comma)
    assert parse_amount(text.replace(".", ","), ".") == Decimal(comma)


@pytest.mark.parametrize(("text", "mark"), [("12,50", "."), ("12.50", ","), ("1,234.50", ",")])
def test_an_amount_against_its_mark_is_refused(text: str, mark: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_amount(text, mark)


@pytest.mark.parametrize(
    ("column", "mark"),
    [
        (["1,234", "12,50"], ","),
        (["1.234", "12.50", "x", ""], "."),
        (["1.234.567"], ","),
        (["1,234", "5"], None),
        (["12,50", "12.50"], None),
        (["01.02.2026"], None),
        ([], None),
    ],
)
def test_a_column_proves_its_decimal_mark(column: list[str], mark: str | None) -> None:
    assert decimal_mark_of(column) == mark


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from([".", ","]))
def test_a_grouped_figure_comes_back_the_same(amount: Decimal, mark: str) -> None:
    american = f"{amount:,}"
    text = american.translate({ord("."): ",", ord(","): "."}) if mark == "," else american
    assert parse_amount(text) == amount
    assert parse_amount(text, mark) == amount


@given(st.text(max_size=80))
def test_any_text_is_an_exact_amount_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except ValueError:
        return
    assert amount.is_finite()
    assert len(amount.as_tuple().digits) <= 19


@pytest.mark.parametrize(
    ("data", "declared", "encoding"),
    [
        (CAFE.encode(), None, "utf-8"),
        (CAFE.encode("utf-8-sig"), "cp1252", "utf-8"),
        (CAFE.encode("utf-16"), None, "utf-16-le"),
        (b"\xfe\xff" + CAFE.encode("utf-16-be"), None, "utf-16-be"),
        (CAFE.encode("utf-16-le"), None, "utf-16-le"),
        (CAFE.encode("utf-16-be"), None, "utf-16-be"),
        (CAFE.encode("utf-32"), None, "utf-32-le"),
        (CAFE.encode("cp1252"), None, "cp1252"),
        (CAFE.encode("cp1252"), "8859-1", "cp1252"),
        (CAFE.encode("cp1252"), "no-such-charset", "cp1252"),
        (CAFE.encode("cp1252"), "rot13", "cp1252"),
        (CAFE.encode("cp1250"), "1250", "cp1250"),
        (CAFE.encode("cp850"), "cp850", "cp850"),
        (CAFE.encode(), "1252", "utf-8"),
        (CAFE.encode(), "UTF-16", "utf-8"),
        (CAFE.encode() + b"\0" * 60, None, "utf-8"),
        (CAFE.encode() + b"\x81", None, "utf-8 with cp1252"),
    ],
)
def test_the_text_survives_its_encoding(data: bytes, declared: str | None, encoding: str) -> None:
    text, found = decode(data, declared)
    assert text.startswith(CAFE)
    assert found == encoding


@pytest.mark.parametrize(
    ("text", "declared", "encoding"),
    [
        ("セブンイレブン 100", "euc-jp", "euc_jp"),
        ("이마트 커피 100", "euc-kr", "euc_kr"),
        ("星巴克咖啡 100", "GB18030", "gb18030"),
        ("Žluťoučký kůň 100", "windows-1250", "cp1250"),
        ("Продукты 100", "windows-1251", "cp1251"),
    ],
)
def test_a_declared_charset_that_decodes_is_honoured(
    text: str, declared: str, encoding: str
) -> None:
    assert decode(text.encode(declared), declared) == (text, encoding)


def test_a_few_bad_bytes_do_not_cost_the_good_characters() -> None:
    assert decode(b"Caf\xc3\xa9 R\xff\xc3\xa9my")[0] == "Café Rÿémy"


def test_a_byte_that_windows_leaves_undefined_is_latin_1() -> None:
    data = b"a" * 200 + b"\x81\xe9"
    assert decode(data) == (data.decode("latin-1"), "latin-1")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\t", "empty_file"),
        (b"\0" * 100, "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"%PDF-1.7 ...", "not_text"),
        (b"PK\x03\x04....", "not_text"),
        (bytes(range(1, 256)) * 20, "not_text"),
        (b"a,b\nc\0d,e\n", "contains_nul"),
    ],
)
def test_what_is_no_text_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        decode(data)
    assert refusal.value.code == code


def test_a_nul_is_refused_with_its_line() -> None:
    with pytest.raises(UnreadableFile, match="line 3") as refusal:
        decode(b"one\ntwo\nthr\0ee\nfour\n")
    assert refusal.value.line == 3


@given(st.binary(max_size=300), st.sampled_from([None, "utf-8", "utf-16", "cp1252", "punycode"]))
def test_any_bytes_are_text_or_refused(data: bytes, declared: str | None) -> None:
    try:
        text, _ = decode(data, declared)
    except UnreadableFile:
        return
    assert text.strip()
    assert "\0" not in text


def test_one_line_has_no_controls_and_an_end() -> None:
    assert one_line("  a\r\n\tb\u00a0 c\x07\u200b ") == "a b c"
    assert len(one_line("ab " * TEXT_MAX)) <= TEXT_MAX


def test_a_memo_that_repeats_the_payee_is_the_whole_text() -> None:
    assert printed("CAFE", "CAFE 123 BERLIN") == "CAFE 123 BERLIN"
    assert printed("CAFE", "card") == "CAFE card"
    assert printed("", "card") == "card"


@pytest.mark.parametrize(
    ("number", "memo"),
    [
        ("0001932", "rent No. 1932"),
        ("000", "rent"),
        ("", "rent"),
        ("ATM", "rent"),
        ("20190918001", "rent"),
    ],
)
def test_a_check_number_is_kept_in_the_memo(number: str, memo: str) -> None:
    assert with_check_number("rent", "", number) == memo
