"""Each manner of writing a bank file gives its rows, and what was never finished is refused."""

import random

import pytest

from ledger.statements.model import UnreadableFile
from ledger.statements.read import read_statement_file
from ledger.tests.dialects import CSV, DIALECTS, MT940, TWO, ofx, qif, row, zipped
from ledger.tests.fuzz_readers import FORMATS, mutated, seeds, tried


def read(data: str | bytes) -> list[str]:
    found = read_statement_file(data.encode() if isinstance(data, str) else data)
    assert not found.bad_rows
    return [f"{one.posted_on} {one.amount} {one.payee}".strip() for one in found.rows]


@pytest.mark.parametrize("name", DIALECTS)
def test_a_dialect_is_read(name: str) -> None:
    data, expected = DIALECTS[name]
    assert read(data) == expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ofx(row(), end=""), "truncated"),
        (ofx(row(), end="</BANKTRANLIST><STMTTRNRS><STMTRS><BANKTRANLIST>"), "truncated"),
        (zipped(a__csv=CSV + TWO, b__csv=CSV + TWO), "unknown_format"),
        (zipped(content__xml="<x/>"), "unknown_format"),
        ("<html><body><table><tr><td>Log in</td></tr></table></body></html>", "unknown_format"),
        (ofx(row(), end="</BANKTRANLIST><LEDGERBAL>"), "truncated"),
        ("<html><body>Please log in</body></html>", "unknown_format"),
        ("<table><tr>" + "<td>" * 400 + "</tr></table>", "too_many_columns"),
    ],
)
def test_what_is_not_whole_or_no_statement_is_refused(data: str | bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read(data)
    assert caught.value.code == code


@pytest.mark.parametrize("end", ["T-2", "T-2.", "T-2.0", "D26/01/2024", "SFood\n$-1.00"])
def test_a_booking_that_may_lack_something_is_shown_as_cut(end: str) -> None:
    data = qif(f"D25/01/2024\nT-1.00\n^\nD26/01/2024\nT-2.00\n{end}")
    found = read_statement_file(data.encode())
    assert [bad.code for bad in found.bad_rows] == ["unfinished_row"]


def test_a_member_without_a_name_is_no_file() -> None:
    with pytest.raises(UnreadableFile):
        read(zipped(bank__csv=CSV + TWO).replace(b"bank.csv", b"\0ank.csv"))


def test_an_apostrophe_that_groups_nothing_is_shown_not_guessed() -> None:
    data = MT940 + ":61:2401150115D1'0,00NTRFNONREF\n"
    (bad,) = read_statement_file(data.encode()).bad_rows
    assert bad.code == "unreadable_amount"


def test_plain_amounts_beside_cr_are_read_alike_by_the_saved_mapping() -> None:
    data, expected = DIALECTS["csv, only CR"]
    assert isinstance(data, str)
    mapping = read_statement_file(data.encode()).mapping
    found = read_statement_file(data.encode(), mapping=mapping)
    assert [f"{one.posted_on} {one.amount} {one.payee}" for one in found.rows] == expected


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files_are_read_or_refused_by_a_documented_code(seed: int) -> None:
    rng, files = random.Random(seed), seeds()
    for _ in range(60):
        tried(mutated(rng.choice(files), rng, files), rng.choice(FORMATS))
