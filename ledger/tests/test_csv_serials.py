"""Spreadsheets' day numbers in the date column of a CSV."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel

from ledger.statements.csv_file import read_csv
from ledger.statements.csv_serials import FIRST, LAST, WARNING, spell_out


def rows_of(*lines: str):
    (statement,) = read_csv("\n".join(lines).encode()).statements
    return statement.rows


def test_day_numbers_under_a_date_header_are_days():
    rows = rows_of(
        "Date,Description,Amount", "45321,Coffee,-3.50", "45323.5,Shop,-12.00", "Total,,-15.50"
    )
    assert [row.posted_on for row in rows] == [date(2024, 1, 30), date(2024, 2, 1)]
    assert rows[1].occurred_at == datetime(2024, 2, 1, 12)


def test_the_owner_is_told():
    parsed = read_csv(
        b"Buchungstag;Betrag;Empf\xc3\xa4nger\n45321;-3,50;Bakery\n45322;-4,00;Bakery\n"
    )
    assert WARNING in parsed.warnings
    assert [row.posted_on.day for row in parsed.rows] == [30, 31]


@pytest.mark.parametrize(
    "lines",
    [
        ("Date,Description,Amount", "2024-01-30,45321,-3.50", "2024-01-31,45322,-4.00"),  # a text
        ("Date,Amount", "2024-01-30,-3.50", "45322,-4.00"),  # a date column with a typing error
        ("Date,Amount,Balance", "2024-01-30,-3.50,45321", "2024-01-31,-4.00,45317"),  # a balance
    ],
)  # fmt: skip
def test_other_columns_keep_their_numbers(lines):
    before = [(n, line.split(",")) for n, line in enumerate(lines)]
    after = [(n, list(cells)) for n, cells in before]
    assert not spell_out(after)
    assert after == before


@given(
    st.datetimes(datetime(1980, 1, 1), datetime(2060, 12, 30)).map(
        lambda d: d.replace(microsecond=0)
    )
)
def test_as_a_library_of_workbooks_writes_them(moment):
    number = f"{to_excel(moment):.10f}".rstrip("0").rstrip(".")
    records = [(1, ["Date", "Amount"]), (2, [number, "1"])]
    assert spell_out(records)
    assert datetime.fromisoformat(records[1][1][0]) == moment


def test_the_bounds_are_days():
    assert (to_excel(date(1980, 1, 1)), to_excel(date(2060, 12, 30))) == (FIRST, LAST)
