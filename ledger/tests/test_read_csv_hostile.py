"""The table reader against hostile files and random dialects: refused or exact, in linear time."""

import csv
import io
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.statements.csv_file import read_csv
from ledger.statements.model import ParsedFile, StatementRow, UnreadableFile
from ledger.tests.csv_samples import SAMPLES
from ledger.tests.csv_samples_more import MORE_SAMPLES

BANKS = SAMPLES + MORE_SAMPLES


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (b"a,b,c\n1,2,3\n", "no_dates"),
        (b"amount,\n$10,\n$20,\n", "no_dates"),
        (b"Date,Text\n2024-01-15,a\n", "no_amounts"),
        (b"Date,Payee,Amount,Cost\n2014/01/01,Broker,10 AAPL,$500.00\n", "no_amounts"),
        (b"," * 1_000_000, "line_too_long"),
        (b"Date,Amount\n" + b",".join([b"2024-01-15"] * 400), "too_many_columns"),
        (b"x" * 50_000_000, "line_too_long"),
        (b"a,\n" * 1_100_000, "too_many_bookings"),
        (b"Date,Text,Amount\n2024-01-15,a\0b,-1.00\n", "contains_nul"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_statement_is_refused_fast(data: bytes, code: str) -> None:
    started = time.process_time()
    with pytest.raises(UnreadableFile) as refusal:
        read_csv(data)
    assert refusal.value.code == code
    assert time.process_time() - started < 5


def test_every_line_opening_a_quote_costs_linear_time() -> None:
    data = b"Date,Text,Amount\n" + b'2024-02-01,"never closed,-5.00\n' * 20_001
    started = time.process_time()
    assert len(read_csv(data).rows) == 20_001
    assert time.process_time() - started < 10


def test_a_household_s_whole_history_is_read_in_seconds() -> None:
    first, lines, balance = date(2000, 1, 1), ["Date,Description,Amount,Balance,Reference"], 0
    for n in range(100_000):
        balance += (amount := n * 7919 % 9001 - 4500)
        day = first + timedelta(days=n // 12)
        lines.append(
            f"{day:%d/%m/%Y},Shop {n % 977},{amount / 100:.2f},{balance / 100:.2f},TX{n:07}"
        )
    started = time.process_time()
    parsed = read_csv("\n".join(lines).encode())
    assert len(parsed.rows) == 100_000
    assert sum(row.amount for row in parsed.rows) == Decimal(balance) / 100
    assert parsed.warnings == ()
    assert time.process_time() - started < 12  # Of this process: 2.5 s on a laptop.


# Properties


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[tuple[date, Decimal, str]]]:
    """A statement in a random dialect; a day past twelve lets its dates prove themselves."""
    delimiter = draw(st.sampled_from(",;\t|"))
    mark = draw(st.sampled_from(".,"))
    form = draw(
        st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d %b %Y", "%Y%m%d"])
    )
    names = draw(
        st.sampled_from([("Date", "Description", "Amount"), ("Datum", "Text", "Betrag"), None])
    )
    words = st.text("abcdefgh ÄéŁ'.&", min_size=3, max_size=20).map(lambda t: f"shop {t}".strip())
    days = st.dates(date(2001, 1, 1), date(2049, 12, 31))
    amounts = st.decimals(-99999, 99999, places=2).filter(bool)
    rows = draw(st.lists(st.tuples(days, amounts, words), min_size=1, max_size=12))
    rows.append((date(2024, 2, 25), Decimal("-12.34"), "shop last"))
    grouped: Callable[[Decimal], str] = (
        (lambda a: f"{a:,.2f}") if draw(st.booleans()) else (lambda a: f"{a:.2f}")
    )
    swap = str.maketrans(",.", ".,") if mark == "," else {}
    out = io.StringIO()
    out.write(draw(st.sampled_from(["", "My bank\n\n", "Account;12345678\nPeriod: all\n\n"])))
    writer = csv.writer(
        out, delimiter=delimiter, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))
    )
    writer.writerows([names] if names else [])
    for day, amount, text in rows:
        writer.writerow([day.strftime(form), text, grouped(amount).translate(swap)])
    expected = [(day, amount, " ".join(text.split())) for day, amount, text in rows]
    return out.getvalue(), expected


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_any_dialect_gives_the_same_rows(
    table: tuple[str, list[tuple[date, Decimal, str]]],
) -> None:
    text, expected = table
    rows: tuple[StatementRow, ...] = read_csv(text.encode()).rows
    assert [(row.posted_on, row.amount, row.payee) for row in rows] == expected


def assert_read_or_refused(data: bytes) -> None:
    try:
        outcome: ParsedFile | UnreadableFile = read_csv(data)
    except UnreadableFile as refusal:
        outcome = refusal
    assert isinstance(outcome, ParsedFile) or (outcome.code and str(outcome))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_read_or_refused(data: bytes) -> None:
    assert_read_or_refused(data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_mutilated_statement_is_read_or_refused(data: st.DataObject) -> None:
    text = bytearray(data.draw(st.sampled_from(BANKS))[1].encode())
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(text) - 1))
        piece = data.draw(
            st.sampled_from([b'"', b"\n", b",", b";", b"\xff", b"9" * 30, b"-", b"'", b""])
        )
        text[place : place + data.draw(st.integers(0, 5))] = piece
    assert_read_or_refused(bytes(text))
