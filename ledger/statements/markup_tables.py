"""Tables in markup that banks call a spreadsheet: HTML saved as .xls, and Excel's XML of 2003.

Read by one pattern, not by a parser: nothing is resolved, fetched or nested, and every byte is
looked at a bounded number of times.
"""

import html
import re
from collections.abc import Iterator

from ledger.statements.csv_table import COLUMNS_MAX, Record, Table, looks_like_booking
from ledger.statements.model import ROWS_MAX, UnreadableFile

CELL_MAX = 5_000
_TAG = re.compile(r"<(/?)(?:\w{1,20}:)?([A-Za-z]\w{0,20})([^<>]{0,2000})>", re.ASCII)
_ROW = re.compile(r"<(?:\w{1,20}:)?(?:tr|row)[\s>]", re.ASCII | re.IGNORECASE)
_SPAN = re.compile(r"\bcolspan\s?=\s?[\"']?(\d{1,3})", re.ASCII | re.IGNORECASE)
_PLACE = re.compile(r"\bindex\s?=\s?[\"'](\d{1,3})", re.ASCII | re.IGNORECASE)
_TABLES, _ROWS, _CELLS = {"table", "worksheet"}, {"tr", "row"}, {"td", "th", "cell"}
_BREAKS = {"br", "p", "div", "li"}


def is_markup_table(text: str) -> bool:
    """Whether the text is markup with rows of a table in it."""
    return text.lstrip("\ufeff \t\r\n").startswith("<") and _ROW.search(text) is not None


def read_markup(text: str, encoding: str) -> Table:
    """The table of the text that has most bookings. Lines are those of the file."""
    tables = list(_tables(text))
    records = max(tables, key=lambda rows: sum(looks_like_booking(cells) for _, cells in rows))
    return Table(records, encoding=encoding)


class _Row:
    """One row while it is read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.cells: list[str] = []
        self.parts: list[str] | None = None  # of the cell at hand
        self.span = 0

    def begin(self, attributes: str) -> None:
        self.end()
        if place := _PLACE.search(attributes):
            self._pad(int(place[1]) - 1)
        span = _SPAN.search(attributes)
        self.span = int(span[1]) - 1 if span else 0
        self.parts = []

    def end(self) -> None:
        if self.parts is not None:
            words = html.unescape("".join(self.parts))[:CELL_MAX]
            self.cells.append(" ".join(words.split()))
            self._pad(len(self.cells) + self.span)
            self.parts = None

    def _pad(self, width: int) -> None:
        missing = min(width, COLUMNS_MAX) - len(self.cells)
        self.cells += [""] * max(0, missing)
        if len(self.cells) > COLUMNS_MAX:
            message = f"Line {self.line} has more than {COLUMNS_MAX} columns."
            raise UnreadableFile("too_many_columns", message, line=self.line)


def _tables(text: str) -> Iterator[list[Record]]:
    records: list[Record] = []
    row: _Row | None = None
    line, place = 1, 0
    for tag in _TAG.finditer(text):
        between = text[place : tag.start()]
        line += between.count("\n")
        if row is not None and row.parts is not None:
            row.parts.append(between[:CELL_MAX])
        closing, name = tag[1], tag[2].lower()
        if name in _TABLES | _ROWS and row is not None:
            row.end()
            _keep(row, records)
            row = None
        if name in _TABLES and records:
            yield records
            records = []
        if name in _ROWS and not closing:
            row = _Row(line)
        elif row is not None and name in _CELLS:
            row.end() if closing else row.begin(tag[3])
        elif row is not None and row.parts is not None and name in _BREAKS:
            row.parts.append(" ")
        line += tag[0].count("\n")
        place = tag.end()
    if row is not None:
        row.end()
        _keep(row, records)
    yield records


def _keep(row: _Row, records: list[Record]) -> None:
    if any(row.cells):
        records.append((row.line, row.cells))
    if len(records) > ROWS_MAX:
        raise UnreadableFile("too_many_bookings", f"The file has more than {ROWS_MAX} rows.")
