"""Day numbers where dates belong: what a spreadsheet leaves in a CSV when its column lost its format.

Excel, LibreOffice and Google count days from 1899-12-30; a fraction is the time of day. A number is
only read so in a column that its header calls a date, and where the column has nothing but such
numbers: 45321 alone is an amount, an account or a post code.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from ledger.statements.csv_columns import known_words, role_scores
from ledger.statements.csv_dates import is_date
from ledger.statements.csv_table import Record

# Excel's day 60, the 29 February 1900 that never was, is below FIRST.
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (days have no zone)
FIRST, LAST = 29_221, 58_805  # 1980-01-01 to 2060-12-30.
DEPTH = 40  # Lines among which the header stands.
DATES = {"posted_on", "date", "transaction_date"}
WARNING = "The dates are day numbers of a spreadsheet: 45321 was read as 2024-01-30."

_NUMBER = re.compile(r"(\d{5})(?:[.,](\d{1,12}))?\Z")


def spell_out(records: Sequence[Record]) -> bool:
    """Write the days of such columns as ISO dates, in place. Whether there were any."""
    place = next((n for n, (_, c) in enumerate(records[:DEPTH]) if known_words(c) >= 2), None)
    if place is None:
        return False
    rows = [cells for _, cells in records[place + 1 :]]
    named = [n for n, name in enumerate(records[place][1]) if DATES & role_scores(name).keys()]
    found = [n for n in named if _is_numbered([cells[n] for cells in rows if n < len(cells)])]
    for n in found:
        for cells in rows:
            if n < len(cells) and (match := _NUMBER.match(cells[n])):
                cells[n] = _iso(match)
    return bool(found)


def _is_numbered(cells: Sequence[str]) -> bool:
    """Whether the column has day numbers and no dates. Words may stand there: of a total, a note."""
    filled = [cell for cell in cells if cell]
    others = [cell for cell in filled if not _is_day_number(cell)]
    words_max = max(1, len(filled) // 10)
    return len(others) < len(filled) and len(others) <= words_max and not any(map(is_date, others))


def _is_day_number(cell: str) -> bool:
    found = _NUMBER.match(cell)
    return found is not None and FIRST <= int(found[1]) <= LAST


def _iso(number: re.Match[str]) -> str:
    day = EPOCH + timedelta(days=int(number[1]))
    if not number[2]:
        return day.date().isoformat()
    seconds = round(86_400 * int(number[2]) / 10 ** len(number[2]))
    return (day + timedelta(seconds=seconds)).isoformat(sep=" ")
