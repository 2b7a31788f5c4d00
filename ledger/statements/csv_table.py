"""From text to records: which delimiter and quotation mark, where lines start, and no further.

Python's csv module splits. What it cannot do is done here: choose the delimiter by what comes
out of the cells, keep a quotation mark that is never closed from swallowing the file, and keep
every bound on size.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ledger.statements.csv_amounts import is_number
from ledger.statements.csv_columns import known_words
from ledger.statements.csv_dates import is_date
from ledger.statements.model import ROWS_MAX, UnreadableFile

COLUMNS_MAX = 300
LINE_MAX = 100_000  # Characters. The csv module itself refuses a field of 131,072.
SPAN_MAX = 40  # Lines of one record. A memo has a few; a quotation mark left open has all.
SAMPLE_LINES = 300
CELLS_KNOWN_MAX = 20_000
DELIMITERS = (";", ",", "\t", "|", "^", "~")

Record = tuple[int, list[str]]  # The 1-based line where it starts, its stripped cells.


@dataclass(frozen=True, slots=True)
class Table:
    records: list[Record]
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    sheet: str = ""
    warnings: tuple[str, ...] = ()


def read_table(text: str, encoding: str, *, delimiter: str = "", quote: str = "") -> Table:
    """The records of a text. Blank ones are left out; lines are counted with them."""
    lines = _lines(text)
    declared, skip = _declared_delimiter(lines)
    chosen = delimiter or declared
    if not chosen or not quote:
        guessed, guessed_quote = _guess(lines[skip : skip + SAMPLE_LINES], chosen)
        chosen, quote = chosen or guessed, quote or guessed_quote
    splitter = _Splitter(lines, chosen, quote, skip)
    records = [record for record in splitter if any(record[1])]
    if len(records) > ROWS_MAX:
        raise UnreadableFile("too_many_bookings", f"The file has more than {ROWS_MAX} rows.")
    warnings: tuple[str, ...] = ()
    if unclosed := splitter.unclosed:
        more = f" (and {len(unclosed) - 1} more)" if len(unclosed) > 1 else ""
        warnings = (f"Line {unclosed[0]}{more}: a quotation mark is opened and never closed.",)
    return Table(records, chosen, quote, encoding, warnings=warnings)


def _lines(text: str) -> list[str]:
    text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > 2 * ROWS_MAX:
        raise UnreadableFile("too_many_bookings", f"The file has more than {ROWS_MAX} rows.")
    lines = [f"{line}\n" for line in text.split("\n")]
    longest = max(map(len, lines))
    if longest > LINE_MAX:
        number = next(n for n, line in enumerate(lines, 1) if len(line) == longest)
        message = f"Line {number} is longer than {LINE_MAX} characters: this is no bank table."
        raise UnreadableFile("line_too_long", message, line=number)
    return lines


def _declared_delimiter(lines: list[str]) -> tuple[str, int]:
    """Excel's first line "sep=;", and how many lines it takes."""
    first = lines[0].strip("\ufeff\"' \n")
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], 1
    return ("\t", 1) if first.lower() == "sep=" else ("", 0)


def _guess(sample: list[str], delimiter: str) -> tuple[str, str]:
    """The delimiter and quotation mark under which the sample looks most like bookings."""
    best, best_score = (delimiter or ",", '"'), (-1, -1, -1.0, -1)
    for mark in (delimiter,) if delimiter else DELIMITERS:
        if not any(mark in line for line in sample):
            continue
        quotes = ['"']
        if sum(f"{mark}'" in line for line in sample) * 2 > len(sample):
            quotes.append("'")
        for quote in quotes:
            score = _score(sample, mark, quote)
            if score > best_score:
                best, best_score = (mark, quote), score
    return best


def _score(sample: list[str], delimiter: str, quote: str) -> tuple[int, int, float, int]:
    try:
        splitter = _Splitter(list(sample), delimiter, quote)  # it lets its lines go
        rows = [cells for _, cells in splitter if any(cells)]
    except UnreadableFile:
        return (-1, -1, -1.0, -1)
    bookings = sum(map(looks_like_booking, rows))
    names = max((known_words(cells) for cells in rows[:60]), default=0)
    widths = Counter(map(len, rows))
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return (bookings, names, count / max(len(rows), 1), width)


def looks_like_booking(cells: list[str]) -> bool:
    """Whether one cell is a date and another one a number."""
    for place, cell in enumerate(cells):
        if is_date(cell):
            others = cells[:place] + cells[place + 1 :]
            return any(is_number(other) and not is_date(other) for other in others)
    return False


class _Splitter:
    """Iterates over the records of `lines`, emptying them. A quotation mark left open costs its own
    line only."""

    def __init__(self, lines: list[str], delimiter: str, quote: str, skip: int = 0) -> None:
        self.lines, self.delimiter, self.quote = lines, delimiter, quote
        self.unclosed: list[int] = []
        self._next = skip  # The line that the csv reader takes next.
        self._start = skip  # The line where the current record starts.
        self._width = 0
        self._known: dict[str, str] = {}  # One object per text: most cells of a file repeat.

    def __iter__(self) -> Iterator[Record]:
        while self._next < len(self.lines):
            self._start = self._next
            yield from self._until_a_quote_runs_away()

    def _until_a_quote_runs_away(self) -> Iterator[Record]:
        reader = self._reader(self._feed(), csv.QUOTE_MINIMAL)
        try:
            for cells in reader:
                if self._next - self._start > 1 and self._is_runaway(cells):
                    yield self._plain_line()
                    return
                yield self._record(cells)
                self._let_go()
        except csv.Error as error:
            raise self._broken(error) from error

    def _feed(self) -> Iterator[str]:
        while self._next < len(self.lines) and self._next - self._start <= SPAN_MAX:
            self._next += 1
            yield self.lines[self._next - 1]

    def _let_go(self) -> None:
        """The record is out: its lines are not asked for again, and a large file has many."""
        for line in range(self._start, self._next):
            self.lines[line] = ""
        self._start = self._next

    def _is_runaway(self, cells: list[str]) -> bool:
        """Whether a record of several lines is really several records."""
        span = self.lines[self._start : self._next]
        if self._next - self._start > SPAN_MAX:
            return True
        if self._next == len(self.lines) and sum(map(self._quotes, span)) % 2:
            return True
        full = self._width > 2 and span[-1].count(self.delimiter) >= self._width - 1
        if full and len(cells) != self._width:
            return True
        return all(map(self._is_whole, (span[0], span[-1])))

    def _is_whole(self, line: str) -> bool:
        return looks_like_booking([c.strip(f"{self.quote} \n") for c in line.split(self.delimiter)])

    def _quotes(self, line: str) -> int:
        return line.count(self.quote)

    def _plain_line(self) -> Record:
        line = self._start + 1
        self.unclosed.append(line)
        cells = next(self._reader(iter([self.lines[self._start]]), csv.QUOTE_NONE), [])
        self._next = self._start + 1
        return self._record([cell.strip(self.quote) for cell in cells])

    def _record(self, cells: list[str]) -> Record:
        if len(cells) > COLUMNS_MAX and any(cells[COLUMNS_MAX:]):
            message = f"Line {self._start + 1} has more than {COLUMNS_MAX} columns."
            raise UnreadableFile("too_many_columns", message, line=self._start + 1)
        self._width = len(cells)
        if len(self._known) > CELLS_KNOWN_MAX:
            self._known.clear()
        known = self._known.setdefault
        stripped = [known(cell, cell) for cell in map(str.strip, cells[:COLUMNS_MAX])]
        if '="' in self.lines[self._start]:
            stripped = [_without_formula(cell) for cell in stripped]
        return self._start + 1, stripped

    def _broken(self, error: csv.Error) -> UnreadableFile:
        line = self._start + 1
        return UnreadableFile("broken_table", f"Line {line} is no table row: {error}.", line=line)

    def _reader(self, lines: Iterator[str], quoting: int) -> Iterator[list[str]]:
        make: Callable[..., Iterator[list[str]]] = csv.reader
        return make(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=quoting,
            skipinitialspace=self.delimiter != "\t",
        )


def _without_formula(cell: str) -> str:
    """Excel's way to keep leading zeros: ="0123"."""
    return cell[2:-1] if cell[:2] == '="' and cell[-1:] == '"' else cell
