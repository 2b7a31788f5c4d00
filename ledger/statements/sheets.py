"""Excel workbooks as tables: XLSX by openpyxl, old XLS by xlrd, both within bounds.

Not python-calamine, though faster: a workbook of 5 kB with one cell in the far corner makes
it ask for half a terabyte and abort the whole process.
"""

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import xlrd
from openpyxl.utils.exceptions import InvalidFileException
from xlrd.biffh import XLRDError
from xlrd.compdoc import CompDocError

from ledger.statements.csv_table import COLUMNS_MAX, Record, Table, looks_like_booking
from ledger.statements.model import ROWS_MAX, UnreadableFile
from ledger.statements.unpack import ZIPPED

UNPACKED_MAX = 60_000_000  # Bytes. Some 200,000 rows, and about half a minute.
MEMBERS_MAX = 2_000
SHEETS_MAX = 20
XLS_BYTES_MAX = 50_000_000
EMPTY_ROWS_MAX = 1_000  # In a row: what comes after is a stray mark far below the table.
CELL_MAX = 5_000

_DAMAGED = "The workbook is damaged or protected: open it in Excel and save it as CSV."
# What the two libraries raise on damaged input, found by fuzzing them.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    XLRDError,
    CompDocError,
    struct.error,
    AssertionError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,  # xml.etree.ElementTree.ParseError is one.
    TypeError,
    ValueError,
)


def read_workbook(data: bytes, *, sheet: str = "") -> Table:
    """The sheet of that name, else the one with most bookings. Lines are the sheet's row numbers.

    Numbers come as text with a decimal point, dates in ISO form. Raises UnreadableFile.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles it does not know.
            tables = _xlsx(data, sheet) if data.startswith(ZIPPED) else _xls(data, sheet)
    except UnreadableFile:
        raise
    except _BROKEN as error:
        raise UnreadableFile("broken_workbook", _DAMAGED) from error
    if not tables:
        message = (
            f"The workbook has no sheet “{sheet[:50]}”." if sheet else "The workbook is empty."
        )
        raise UnreadableFile("no_such_sheet" if sheet else "empty_file", message)
    name, records = max(tables, key=_bookings)
    return Table(records, encoding="utf-8", sheet=name)


def _bookings(named: tuple[str, list[Record]]) -> tuple[int, int]:
    records = named[1]
    return sum(looks_like_booking(cells) for _, cells in records), len(records)


def _xlsx(data: bytes, wanted: str) -> list[tuple[str, list[Record]]]:
    _check_zip(data)
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    tables = []
    for sheet in book.worksheets[:SHEETS_MAX]:
        if wanted in ("", sheet.title):
            # The dimensions a file claims may be a lie in both directions.
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=ROWS_MAX + 100, max_col=COLUMNS_MAX, values_only=True)
            tables.append((sheet.title, _records(rows)))
    return tables


def _check_zip(data: bytes) -> None:
    """Refuses bombs before anything is unpacked for good, by what the members really hold."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = archive.infolist()
        names = {member.filename for member in members}
        if not any(name.startswith("xl/") for name in names):
            message = "This is a ZIP archive: unpack it and import the files in it."
            raise UnreadableFile("unknown_format", message)
        if any(member.flag_bits & 1 for member in members):
            raise UnreadableFile("broken_workbook", _DAMAGED)
        declared = sum(member.file_size for member in members)
        if len(members) > MEMBERS_MAX or declared > UNPACKED_MAX:
            raise UnreadableFile("archive_too_large", "The workbook is too large once unpacked.")


def _xls(data: bytes, wanted: str) -> list[tuple[str, list[Record]]]:
    if len(data) > XLS_BYTES_MAX:
        raise UnreadableFile("archive_too_large", "The workbook is too large.")
    # xlrd prints its complaints; they say nothing to the owner.
    book = xlrd.open_workbook(
        file_contents=data, on_demand=True, ragged_rows=True, logfile=StringIO()
    )
    tables = []
    for name in book.sheet_names()[:SHEETS_MAX]:
        if wanted in ("", name):
            sheet = book.sheet_by_name(name)
            tables.append((name, _records(_xls_rows(sheet, book.datemode))))
            book.unload_sheet(name)
    return tables


def _xls_rows(sheet: Any, datemode: Any) -> Iterator[list[object]]:
    for n in range(sheet.nrows):
        cells = sheet.row(n)[:COLUMNS_MAX]
        yield [_xls_value(cell, datemode) for cell in cells]


def _xls_value(cell: Any, datemode: Any) -> object:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)
        except (xlrd.XLDateError, ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _records(rows: Iterable[Iterable[object]]) -> list[Record]:
    records: list[Record] = []
    blank = 0
    for line, values in enumerate(rows, 1):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            blank = 0
            records.append((line, cells))
            if len(records) > ROWS_MAX:
                raise UnreadableFile(
                    "too_many_bookings", f"The sheet has more than {ROWS_MAX} rows."
                )
        elif (blank := blank + 1) > EMPTY_ROWS_MAX:
            break
    return records


def _text(value: object) -> str:
    """A cell as a bank would print it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return _figure(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)[:CELL_MAX].strip()


def _figure(value: int | float) -> str:
    """At Excel's own precision of 15 digits: a computed 0.30000000000000004 is printed as 0.3."""
    try:
        text = format(Decimal(f"{value:.15g}"), "f")
    except InvalidOperation:  # inf and nan
        return str(value)
    # Three decimals would look like thousands ("1.234"); a fourth tells them apart.
    return f"{text}0" if text[-4:-3] == "." else text
