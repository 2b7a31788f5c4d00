"""Where the header is and which column plays which role: by their names, proved by cells."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.statements.csv_amounts import CURRENCIES, currency_of, is_negative, is_number
from ledger.statements.csv_columns import EXACT, START, known_words, role_scores, words_of
from ledger.statements.csv_dates import is_date
from ledger.statements.csv_flags import are_flags
from ledger.statements.csv_table import Record, looks_like_booking
from ledger.statements.model import UnreadableFile

HEADER_DEPTH = 60  # Records above the first booking where its header is looked for.
SAMPLE = 400
ACCOUNTS_MAX = 60  # A household has a few; more distinct values are those of the other parties.

_ACCOUNT = re.compile(r"(?=[A-Z0-9 ]{0,34}\d{6})[A-Z]{2}\d{2}[A-Z0-9 ]{11,34}\Z|[\d /\-]{6,34}\Z")

_COUNTS = {"num transactions", "number of transactions", "transaction count", "transactions count"}

Columns = dict[str, tuple[int, ...]]  # Role to 0-based columns; only memo has more than one.


@dataclass(frozen=True, slots=True)
class Profile:
    """What the cells of one column are, over a sample of bookings."""

    cells: list[str]
    filled: int = 0
    dates: int = 0
    numbers: int = 0
    negatives: int = 0
    texts: int = 0
    length: float = 0.0
    values: Counter[str] = field(default_factory=Counter)

    @property
    def is_dates(self) -> bool:
        return self.dates * 2 > self.filled

    @property
    def is_numbers(self) -> bool:
        return self.numbers >= self.filled * 0.6 and self.filled > 0 and not self.is_dates

    @property
    def is_money(self) -> bool:
        """Numbers that are no account, customer or running number."""
        marked = sum("." in cell or "," in cell or is_negative(cell) for cell in self.cells)
        zeros = any(len(cell) > 1 and cell.isdigit() and cell[0] == "0" for cell in self.cells)
        long = any(cell.isdigit() and len(cell) > 8 for cell in self.cells)
        return self.is_numbers and (marked > 0 or not (zeros or long))

    @property
    def is_currency(self) -> bool:
        known = sum(count for value, count in self.values.items() if value.upper() in CURRENCIES)
        return self.filled > 0 and known >= self.filled * 0.8


@dataclass(frozen=True, slots=True)
class Header:
    index: int  # Of the header in the records; -1 where the file has none.
    names: list[str]


def find_header(records: Sequence[Record]) -> Header:
    """The header line. Raises UnreadableFile where there is neither a booking nor a header."""
    first = next((n for n, (_, cells) in enumerate(records) if looks_like_booking(cells)), None)
    above = (
        records[:HEADER_DEPTH] if first is None else records[max(0, first - HEADER_DEPTH) : first]
    )
    offset = 0 if first is None else max(0, first - HEADER_DEPTH)
    scored = [(_header_score(cells), place + offset) for place, (_, cells) in enumerate(above)]
    score, place = max(scored, default=(0, -1))
    if score >= 2 and any(words_of(cell) in _COUNTS for cell in records[place][1]):
        message = (
            "This file sums a statement up, but has no bookings: export the bookings themselves."
        )
        raise UnreadableFile("no_bookings", message)
    if score >= 2 and (first is not None or _is_complete(records[place][1])):
        return Header(place, records[place][1])
    if first is None:
        raise _nothing_found(records)
    if below := _header_below(records, first):
        return below
    if first and _could_name(records[first - 1][1], records[first][1]):
        return Header(first - 1, records[first - 1][1])
    return Header(-1, [])


def _header_below(records: Sequence[Record], first: int) -> Header | None:
    """A whole header under `first`: lines like "BLZ: 63091010, Datum: 31.03.2021" are no booking."""
    for place in range(first + 1, min(first + HEADER_DEPTH, len(records) - 1)):
        names = records[place][1]
        if _header_score(names) >= 3 and _is_complete(names):
            return Header(place, names)
    return None


def _header_score(cells: list[str]) -> int:
    if any(is_date(cell) or is_number(cell) for cell in cells):
        return 0
    filled = [cell for cell in cells if cell]
    known = known_words(filled)
    return known if len(filled) >= 2 and known * 4 >= len(filled) else 0


def _is_complete(cells: list[str]) -> bool:
    """Whether a header without any booking below still promises a date and an amount."""
    found = {role for cell in cells for role, score in role_scores(cell).items() if score >= EXACT}
    dates = {"posted_on", "date", "transaction_date"}
    return bool(found & dates) and bool(found & {"amount", "debit", "credit"})


def _could_name(names: list[str], cells: list[str]) -> bool:
    filled = [name for name in names if name]
    wide = len(filled) >= 2 and abs(len(names) - len(cells)) <= 1
    unique = len(set(filled)) == len(filled) and len(filled) * 2 > len(names)
    return wide and unique and not any(is_date(name) or is_number(name) for name in filled)


def _nothing_found(records: Sequence[Record]) -> UnreadableFile:
    cells = [cell for _, record in records[:2000] for cell in record]
    if not any(map(is_date, cells)):
        return UnreadableFile(
            "no_dates", "This is no bank statement: no column with dates was found."
        )
    return UnreadableFile(
        "no_amounts", "This is no bank statement: no column with amounts was found."
    )


def profiles(rows: Sequence[list[str]], width: int) -> list[Profile]:
    head, tail = rows[: SAMPLE * 3 // 4], rows[SAMPLE * 3 // 4 :][-SAMPLE // 4 :]
    bookings = [cells for cells in (*head, *tail) if any(map(is_date, cells))]
    sample = [cells for cells in bookings if looks_like_booking(cells)] or bookings
    return [_profile([c[n] if n < len(c) else "" for c in sample]) for n in range(width)]


def _profile(cells: list[str]) -> Profile:
    filled = [cell for cell in cells if cell]
    dates = sum(map(is_date, filled))
    numbers = sum(map(is_number, filled))
    texts = sum(not (is_number(c) or is_date(c) or _ACCOUNT.match(c)) for c in filled)
    length = sum(map(len, filled)) / max(len(filled), 1)
    negatives = sum(is_number(cell) and is_negative(cell) for cell in filled)
    return Profile(cells, len(filled), dates, numbers, negatives, texts, length, Counter(filled))


def columns_by_name(names: Sequence[str], found: Sequence[Profile]) -> Columns:
    """Each role's column. The best match of name and role is settled first, and so on down."""
    matches = [
        (score + _preference(role, names[n], found[n]), -n, role)
        for n in range(len(found))
        if n < len(names)
        for role, score in role_scores(names[n]).items()
        if _can_be(role, names[n], found[n], score)
    ]
    columns: Columns = {}
    taken: set[int] = set()
    for _, minus_n, role in sorted(matches, reverse=True):
        if -minus_n in taken or (role in columns and role != "memo"):
            continue
        columns[role] = (*columns.get(role, ()), -minus_n)
        taken.add(-minus_n)
    if "memo" in columns:
        columns["memo"] = tuple(sorted(columns["memo"]))
    if "statement_text" not in columns:  # Beside "merchant", "name" is what the bank printed.
        second = [
            n
            for score, n, role in sorted(matches, reverse=True)
            if role == "payee" and score >= EXACT
        ]
        free = [-n for n in second if -n not in taken and found[-n].filled]
        columns |= {"statement_text": (free[0],)} if free else {}
    return columns


def _preference(role: str, name: str, profile: Profile) -> int:
    if role == "amount" and currency_of(name):
        scores = role_scores(name)
        one_sided = max(scores.get("debit", 0), scores.get("credit", 0)) >= START
        return 0 if one_sided else 900  # "in EUR" is what the account moved by, whatever else is.
    if role == "payee" and " " in words_of(name):
        return 100  # "Name of counterparty" is that; beside it, a bare "name" is the owner's.
    return 0 if profile.filled else -700


def _can_be(role: str, name: str, profile: Profile, score: int) -> bool:
    exact = score >= EXACT
    match role:
        case "posted_on" | "date" | "transaction_date" | "value_date":
            return (profile.is_dates and profile.filled > 0) or (exact and not profile.cells)
        case "amount":
            some = profile.numbers * 4 >= profile.filled  # A broken row must not hide the column.
            return profile.is_money or (exact and not profile.is_dates and some)
        case "debit" | "credit" | "fee":
            return profile.is_numbers or not profile.filled
        case "payer":
            return exact and profile.texts * 2 > profile.filled
        case "running_balance":
            return profile.is_money
        case "currency":
            return profile.is_currency
        case "sign":
            return are_flags(profile.cells, named=True)
        case "account":
            full = profile.filled >= len(profile.cells) * 0.9 and profile.filled > 0
            few = len(profile.values) <= (ACCOUNTS_MAX if exact else 1)
            if words_of(name) == "iban":  # Whose? Ours only if it never changes.
                few = len(profile.values) == 1 < profile.filled
            return full and few and not profile.is_dates
        case "external_id":
            return profile.filled * 2 >= len(profile.cells) and profile.filled > 0
        case "status" | "category" | "tags":
            return not profile.is_dates and (profile.filled > 0 or exact)
        case _:
            if are_flags(profile.cells, named=False):
                return False
            return profile.texts * 2 > profile.filled or (exact and not profile.filled)
