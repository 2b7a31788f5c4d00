"""From records to drafts: each row's day, figures and cells, or the reason why it has none.

Rows that are no bookings (totals, notes, repeated headers) are told apart here, by what they
lack. Every one of them leaves a trace: a BadRow where a booking may have been lost, a note
where the row never was one, or its text in the memo of the row that it continues.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from ledger.statements.csv_amounts import AmountReader, is_number
from ledger.statements.csv_dates import DateReader
from ledger.statements.csv_flags import flow_of, is_pending, is_total, summary_of
from ledger.statements.csv_layout import Columns
from ledger.statements.csv_table import Record
from ledger.statements.model import BadRow

TEXT_SHOWN = 200
NOTHING = Decimal(0)
T = TypeVar("T")


def drained(items: list[T]) -> Iterator[T]:
    """The items in order, each let go when it is given out: two forms of a large file at once would
    be the peak of memory."""
    items.reverse()
    while items:
        yield items.pop()


@dataclass(slots=True)
class Draft:
    """A booking before its sign is decided, with its figures as they are printed."""

    line: int
    cells: list[str]
    posted_on: date
    at: datetime | None
    value: Decimal | None = None
    debit: Decimal | None = None
    credit: Decimal | None = None
    flow: int = 0  # What the row's debit/credit flag says: -1, 0 or 1.
    balance: Decimal | None = None
    fee: Decimal = NOTHING
    continued: tuple[str, ...] = ()
    summary: str = ""


@dataclass(slots=True)
class Drafts:
    rows: list[Draft] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    totals: set[int] = field(default_factory=set)  # lines of bad rows that call themselves a sum


class DraftReader:
    def __init__(self, columns: Columns, width: int, date_format: str, mark: str) -> None:
        self._columns = columns
        self._width = width
        self._dates = DateReader(date_format)
        self._amounts = AmountReader(mark)
        self._day = columns["posted_on"][0]
        self._other_day = columns["occurred_on"][0] if "occurred_on" in columns else None
        self._balance = columns["running_balance"][0] if "running_balance" in columns else None
        self._fee = columns["fee"][0] if "fee" in columns else None
        self._sign = columns["sign"][0] if "sign" in columns else None
        self._figures = [(r, columns[r][0]) for r in ("amount", "debit", "credit") if r in columns]
        texts = [n for r in ("payee", "statement_text", "memo") for n in columns.get(r, ())]
        self._texts = list(dict.fromkeys(texts))

    def read(self, records: Iterable[Record], names: Sequence[str]) -> Drafts:
        found = Drafts()
        header = list(names)
        for line, cells in records:
            if len(cells) < self._width:
                cells = cells + [""] * (self._width - len(cells))
            if cells[: len(header)] == header and header:
                continue  # Exports put together from pages repeat it.
            self._row(line, cells, found)
        self._keep_footer_apart(found)
        return found

    def _row(self, line: int, cells: list[str], found: Drafts) -> None:
        day = self._date(cells)
        filled = any(cells[n] for _, n in self._figures)
        if day is None:
            self._without_date(line, cells, found, filled=filled)
            return
        draft = Draft(line, cells, *day)
        if not filled:
            balance = self._balance is not None and cells[self._balance]
            if balance or any(map(summary_of, cells)):
                found.notes.append((line, _shown(cells)))  # It prints the day's balance.
            else:
                found.bad.append(_bad(line, "missing_amount", "The row has no amount.", cells))
            return
        try:
            self._read_figures(draft)
        except ValueError as error:
            found.bad.append(_bad(line, "unreadable_amount", str(error), cells))
            return
        draft.summary = next(
            (s for cell in cells if cell[:1].isalpha() and (s := summary_of(cell))), ""
        )
        found.rows.append(draft)

    def _date(self, cells: list[str]) -> tuple[date, datetime | None] | None:
        """The posting day; a row that the bank has not booked yet may only have its own day."""
        text = cells[self._day]
        if not text and self._other_day is not None:
            text = cells[self._other_day]
        try:
            return self._dates.read(text) if text else None
        except ValueError:
            return None

    def _read_figures(self, draft: Draft) -> None:
        cells, read = draft.cells, self._amounts.read
        for role, n in self._figures:
            if cells[n]:
                setattr(draft, "value" if role == "amount" else role, read(cells[n]))
        if self._sign is not None:
            draft.flow = flow_of(cells[self._sign])
        draft.balance = self._optional(cells, self._balance)
        draft.fee = self._optional(cells, self._fee) or NOTHING

    def _optional(self, cells: list[str], column: int | None) -> Decimal | None:
        """A figure that only checks others: where it cannot be read, there is a check less."""
        if column is None or not cells[column]:
            return None
        try:
            return self._amounts.read(cells[column])
        except ValueError:
            return None

    def _without_date(self, line: int, cells: list[str], found: Drafts, *, filled: bool) -> None:
        text = cells[self._day]
        if not filled and not text and found.rows and any(cells[n] for n in self._texts):
            found.rows[-1].continued += tuple(cells[n] for n in self._texts if cells[n])
        elif any(map(summary_of, cells)):
            found.notes.append((line, _shown(cells)))
        elif not any(is_number(cells[n]) for _, n in self._figures):
            if self._is_garbled(cells):
                message = "The row has neither a date nor an amount that can be read."
                found.bad.append(_bad(line, "unreadable_row", message, cells))
            else:
                found.notes.append((line, _shown(cells)))
        elif is_pending(text):
            message = "The row is pending and has no date yet. It comes with a later export."
            found.bad.append(_bad(line, "pending_without_date", message, cells))
        elif text:
            if is_total(text):
                found.totals.add(line)
            found.bad.append(_bad(line, "unreadable_date", f"“{text[:60]}” is not a date.", cells))
        else:
            if any(map(is_total, filter(None, cells))):
                found.totals.add(line)
            found.bad.append(_bad(line, "missing_date", "The row has no date.", cells))

    def _is_garbled(self, cells: list[str]) -> bool:
        """Whether a row without date and amount is filled like a booking all the same."""
        filled = sum(map(bool, cells))
        return (
            filled > 2 and filled * 2 > self._width and any(any(map(str.isdigit, c)) for c in cells)
        )

    def _keep_footer_apart(self, found: Drafts) -> None:
        """What stands above the first or below the last booking, unlike one, is none."""
        first, last = (found.rows[0].line, found.rows[-1].line) if found.rows else (0, 0)
        outside = [row for row in found.bad if not first < row.line < last]
        for row in outside:
            total = row.line in found.totals or (
                row.code == "missing_date" and row.text.count(" | ") < max(2, self._width // 3)
            )
            if total or row.code == "unreadable_row":
                found.bad.remove(row)
                found.notes.append((row.line, row.text))


def _shown(cells: Sequence[str]) -> str:
    return " | ".join(filter(None, cells))[:TEXT_SHOWN]


def _bad(line: int, code: str, message: str, cells: Sequence[str]) -> BadRow:
    return BadRow(line, code, message[:TEXT_SHOWN], _shown(cells))


def without_summaries(found: Drafts) -> None:
    """Take out the rows that print a balance as if it were a booking.

    An opening balance only where there is a closing one too: alone it is how an account's first
    booking is called in other programs' exports, and is one.
    """
    kinds = {draft.summary for draft in found.rows}
    dropped = {"carried", "opening", "closing"} if kinds & {"carried", "opening"} else set()
    if "closing" not in kinds:
        dropped &= {"carried"}
    taken = [draft for draft in found.rows if draft.summary in dropped]
    if taken:
        found.rows = [draft for draft in found.rows if draft.summary not in dropped]
        found.notes += [(draft.line, _shown(draft.cells)) for draft in taken]
