"""MT940 files that are broken, cut, endless or mean harm: a refusal by name, and soon."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.statements import mt940 as reader
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.mt940 import read_mt940
from ledger.tests.mt940_samples import GERMAN


def refusal(data: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        read_mt940(data)
    return caught.value


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"  \n", "empty_file"),
        (b"1\n2\n3\n", "not_mt940"),
        (b"date,amount\n2020-01-01,5\n", "not_mt940"),
        (b"%PDF-1.4", "not_text"),
        (b":20:X\n:25:1\0\n:28C:1\n", "contains_nul"),
        (b":20:X\n:61:200101D1,NTRF\n:86:" + b"x\n" * 5_000, "field_too_long"),
        (b":20:X\n:61:200101D1,NTRF\n" + b":86:x\n" * 5_000, "field_too_long"),
        (b":20:\n" * 30_000, "too_many_statements"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:20]),
)
def test_a_file_that_is_no_statement_is_refused_by_name(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_too_many_bookings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "ROWS_MAX", 3)
    refused = refusal(b":20:X\n" + b":61:200101D1,NTRF\n" * 4)
    assert (refused.code, refused.line) == ("too_many_bookings", 5)


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BYTES_MAX", 100)
    assert refusal(GERMAN).code == "file_too_large"


@pytest.mark.parametrize(
    "data",
    [
        b":20:X\n:61:200101D1,NTRF\n:86:" + b"?20" * 1_000_000,
        b":20:X\n:61:200101D1,NTRF\n:86:" + b"/NAME/" * 500_000,
        b":20:X\n:61:200101D1,NTRF\n:86:" + b";OD:" * 500_000,
        b":20:X\n:61:" + b" " * 3_000_000,
        b":20:X\n:61:200101" + b"    " * 700_000,
        b":20:X\n:61:200101D" + b"1" * 3_000_000,
        b":20:X\n:61:200101D1,NTRF" + b"/" * 3_000_000,
        b":20:X\n:60F:" + b"C" * 3_000_000,
        b":20:X\n" + b"{4:" * 1_000_000,
        b":20:X\n" + b"-}{5:}{1:}{4:\n" * 200_000,
        b":20:X\n" + b":\n" * 1_000_000,
    ],
    ids=range(11),
)
def test_hostile_files_end_soon(data: bytes) -> None:
    started = time.process_time()
    outcome(data)
    assert time.process_time() - started < 5  # Linear ones take under one; a quadratic one, hours.


def outcome(data: bytes) -> ParsedFile | str:
    try:
        return read_mt940(data)
    except UnreadableFile as refused:
        return refused.code


PIECES = st.sampled_from(
    b":20:|:25:1|:61:|:61:200101D1,00NTRF|:86:|:62F:C200101EUR1,|?20|-|:60F:C200101EUR1,|\n|\r\n|-}|{4:|"
    b"{1:|:|:NS:15|/NAME/|\0|//|SVWZ+|9|,|\xff| |:90D:1EUR1,|:34F:EUR1,".split(b"|")
)


@given(st.binary(max_size=300) | st.lists(PIECES, max_size=40).map(b"".join))
@example(b":61:")
@example(b":25:\n:61:200101D1,\n:25:?00\n")
def test_any_bytes_give_a_file_or_a_refusal(data: bytes) -> None:
    outcome(data)


@given(st.integers(0, len(GERMAN)), st.integers(0, 20), st.binary(max_size=12))
def test_a_damaged_file_gives_rows_or_a_refusal(at: int, cut: int, put: bytes) -> None:
    outcome(GERMAN[:at] + put + GERMAN[at + cut :])


@given(
    st.lists(st.tuples(st.sampled_from(["C", "D", "RC", "RD"]), st.integers(0, 10**9)), max_size=20)
)
def test_the_rows_sum_to_what_was_written(entries: list[tuple[str, int]]) -> None:
    signed = [cents if mark in ("C", "RD") else -cents for mark, cents in entries]
    lines = [
        f":61:200101{mark}{cents // 100},{cents % 100:02}NTRFNONREF" for mark, cents in entries
    ]
    side, total = ("D" if sum(signed) < 0 else "C"), abs(sum(signed))
    closing = f":62F:{side}200101EUR{total // 100},{total % 100:02}"
    text = "\n".join([":20:X", ":60F:C200101EUR0,00", *lines, closing])
    (statement,) = read_mt940(text.encode()).statements
    assert [row.amount * 100 for row in statement.rows] == signed
    assert statement.warnings == ()
