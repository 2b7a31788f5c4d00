"""CAMT files that are broken, cut, endless or mean harm: a refusal by name, and soon."""

import random
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.statements import camt as reader
from ledger.statements.camt import read_camt
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.tests.camt_samples import archive, balance, document, entry, share


def refusal(data: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read_camt(data)
    return caught.value


BOMB = '<!DOCTYPE D [<!ENTITY a "lol">{}]>'.format(
    "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10))
).encode()
OUTSIDE = b'<!DOCTYPE D [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
GOOD = document(entry())


def with_doctype(doctype: bytes, amount: bytes) -> bytes:
    return GOOD.replace(b"<Document", doctype + b"<Document").replace(b"4.50", amount)


NOISE = random.Random(1).randbytes(1_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"{}", "not_xml"),
        (b"<html></html>", "not_camt"),
        (b"<Document><Stmt/></Document>", "not_camt"),
        (GOOD[:-20], "not_xml"),
        (GOOD + b"<more/>", "not_xml"),
        (GOOD.replace(b"EUR", b"EU\0"), "contains_nul"),
        (with_doctype(BOMB, b"&k;"), "forbidden_doctype"),
        (with_doctype(OUTSIDE, b"&a;"), "forbidden_doctype"),
        (b'<!DOCTYPE D SYSTEM "http://127.0.0.1/x.dtd"><Document/>', "forbidden_doctype"),
        (b"<Document><BkToCstmrStmt><Stmt>" + b"<Ntry>" * 100_000, "too_deep"),
        (b"<a>" * 100_000, "too_deep"),
        (document("<Ntry>" + "<a/>" * 500_000 + "</Ntry>"), "entry_too_large"),
        (GOOD.replace(b"<Stmt>", b"<Stmt/>" * 30_000 + b"<Stmt>"), "too_many_statements"),
        (archive(), "not_camt"),
        (archive(("a.txt", GOOD)), "not_camt"),
        (archive(("a.xml", GOOD))[:-30], "damaged_archive"),
        (archive(("a.xml", GOOD), method=zipfile.ZIP_LZMA), "damaged_archive"),
        (archive(*((f"{n}.xml", GOOD) for n in range(101))), "archive_too_large"),
        (archive(("a.xml", b" " * 60_000_000)), "archive_too_large"),
        (archive(("a.xml", NOISE + b" " * 2_000_000)), "archive_too_large"),
        (archive(*((f"{n}.xml", b" " * 900_000) for n in range(60))), "archive_too_large"),
        (archive(("a.xml", archive(("a.xml", GOOD)))), "not_text"),
    ],
    ids=range(23),
)  # fmt: skip
def test_hostile_and_broken_files_are_refused_by_name(data: bytes, code: str) -> None:
    started = time.process_time()
    assert refusal(data).code == code
    assert time.process_time() - started < 5


def test_a_refusal_names_the_place() -> None:
    assert refusal(GOOD[:-20]).line == 2
    assert "“b.xml”" in str(refusal(archive(("a.xml", GOOD), ("b.xml", b"<a>"))))


def test_a_locked_archive_is_refused() -> None:
    data = bytearray(archive(("a.xml", GOOD)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(data)).code == "archive_encrypted"


@pytest.mark.parametrize(
    "part",
    [
        "<Ntry a='" + "x" * 10_000_000 + "'/>",
        "<!--" + "x" * 10_000_000 + "-->",
        "<Ntry><Amt>" + "1" * 10_000_000 + "</Amt></Ntry>",
        "<Ntry><AddtlNtryInf>" + "&lt;" * 2_000_000 + "</AddtlNtryInf></Ntry>",
        "<Ntry><AddtlNtryInf>" + "x\n" * 2_000_000 + "</AddtlNtryInf></Ntry>",
        "<Ntry " + "x" * 10_000_000,
        "<a/>" * 1_000_000,
        "<Ntry>" + "<Chrgs/>" * 500_000 + "</Ntry>",
    ],
    ids=range(8),
)
def test_long_files_end_soon(part: str) -> None:
    started = time.process_time()
    outcome(document(part))
    assert time.process_time() - started < 5


def test_too_many_bookings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ROWS_MAX", 3)
    assert refusal(document(entry() * 4)).code == "too_many_bookings"
    half = document(entry() * 2)
    assert refusal(archive(("a.xml", half), ("b.xml", half))).code == "too_many_bookings"


def outcome(data: bytes) -> ParsedFile | str:
    try:
        return read_camt(data)
    except UnreadableFile as refused:
        return refused.code


WHOLE = document(
    balance("OPBD", "10"), balance("CLBD", "3"), entry("4", details=share("1", "A") * 4)
)
PACKED = archive(("a.xml", WHOLE), ("b.xml", GOOD))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_refusal(data: bytes) -> None:
    assert isinstance(outcome(data), str)


@given(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=12))
def test_a_damaged_file_gives_rows_or_a_refusal(at: int, cut: int, put: bytes) -> None:
    outcome(WHOLE[:at] + put + WHOLE[at + cut :])


@given(st.integers(0, len(PACKED)), st.integers(0, 40), st.binary(max_size=12))
def test_a_damaged_archive_gives_rows_or_a_refusal(at: int, cut: int, put: bytes) -> None:
    outcome(PACKED[:at] + put + PACKED[at + cut :])


NAMES = [
    "Ntry",
    "Amt",
    "CdtDbtInd",
    "NtryDtls",
    "TxDtls",
    "Sts",
    "BookgDt",
    "Dt",
    "Bal",
    "Acct",
    "Refs",
]
TREES = st.recursive(
    st.sampled_from(["", "1", "CRDT", "2026-01-01", "x"]),
    lambda inner: st.tuples(st.sampled_from(NAMES), st.lists(inner, max_size=4).map("".join)).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
    ),
)


@given(st.lists(TREES, max_size=5).map("".join))
def test_any_tree_of_known_elements_is_read(parts: str) -> None:
    assert isinstance(outcome(document(parts)), ParsedFile)


@given(st.lists(st.tuples(st.sampled_from(["CRDT", "DBIT"]), st.integers(0, 10**9)), max_size=20))
def test_the_rows_sum_to_what_was_written(entries: list[tuple[str, int]]) -> None:
    signed = [cents if side == "CRDT" else -cents for side, cents in entries]
    side, total = ("DBIT" if sum(signed) < 0 else "CRDT"), abs(sum(signed))
    written = [entry(f"{cents // 100}.{cents % 100:02}", side) for side, cents in entries]
    closing = balance("CLBD", f"{total // 100}.{total % 100:02}", side)
    (found,) = read_camt(document(balance("OPBD", "0"), closing, *written)).statements
    assert [one.amount * 100 for one in found.rows] == signed
    assert found.warnings == ()
