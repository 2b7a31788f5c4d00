"""How a table is read, as values: what the owner says, and the form that is saved.

The saved form is a plain JSON object. Fed back it reads the next export of the same bank alike,
also where that one has another line of preamble: columns are found again by their names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.statements.csv_dates import DateReader
from ledger.statements.csv_layout import Columns
from ledger.statements.csv_table import Record
from ledger.statements.model import UnreadableFile

ROLES = (
    "posted_on",
    "occurred_on",
    "amount",
    "debit",
    "credit",
    "sign",
    "currency",
    "running_balance",
    "fee",
    "payee",
    "payer",  # Where the file names both sides: who paid, for money that came in.
    "memo",
    "statement_text",
    "category",
    "account",
    "external_id",
    "tags",
    "status",
)
_AMOUNTS = {"amount", "debit", "credit", "sign"}
_TEXTS = {"payee", "memo", "statement_text"}
_ALIASES = {
    "date": "posted_on",
    "description": "payee",
    "balance": "running_balance",
    "id": "external_id",
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a mapping fixes; "" and None leave the point to the guess."""

    delimiter: str = ""
    quote: str = ""
    encoding: str | None = None
    header_line: int | None = None  # 0 where the owner says that there is none.
    columns: Mapping[str, tuple[str | int, ...]] | None = None
    date_format: str = ""
    decimal_mark: str = ""
    positive_is: str = ""  # "inflow" or "outflow"
    currency: str = ""
    sheet: str = ""


def wishes(mapping: Mapping[str, object] | None) -> Wishes:
    """A mapping, checked. Raises UnreadableFile(`bad_mapping`) that names the wrong point."""
    if not mapping:
        return Wishes()
    header = mapping.get("header_line")
    if header is not None and (
        isinstance(header, bool) or not isinstance(header, int) or header < 0
    ):
        raise _bad("header_line must be a line number, or 0 for a file without a header")
    wished = Wishes(
        delimiter=_text(mapping, "delimiter", {"\\t": "\t", "tab": "\t"}),
        quote=_text(mapping, "quote"),
        encoding=_text(mapping, "encoding") or None,
        header_line=header,
        columns=_columns(mapping.get("columns")),
        date_format=_text(mapping, "date_format"),
        decimal_mark=_text(mapping, "decimal_mark"),
        positive_is=_text(mapping, "positive_is"),
        currency=_text(mapping, "currency"),
        sheet=_text(mapping, "sheet"),
    )
    _check(wished)
    return wished


def _check(wished: Wishes) -> None:
    if len(wished.delimiter) > 1 or wished.delimiter in ("\n", "\r", '"'):
        raise _bad("delimiter must be one character")
    if len(wished.quote) > 1 or (wished.quote and wished.quote in "\n\r" + wished.delimiter):
        raise _bad("quote must be one character")
    if wished.decimal_mark not in ("", ".", ","):
        raise _bad('decimal_mark must be "." or ","')
    if wished.positive_is not in ("", "inflow", "outflow"):
        raise _bad('positive_is must be "inflow" or "outflow"')
    if wished.date_format:
        try:
            DateReader(wished.date_format)
        except ValueError as error:
            raise _bad(str(error)) from error


def _text(mapping: Mapping[str, object], key: str, aliases: Mapping[str, str] | None = None) -> str:
    value = mapping.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 200:
        raise _bad(f"{key} must be a text")
    return (aliases or {}).get(value, value)


def _columns(value: object) -> dict[str, tuple[str | int, ...]] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _bad("columns must be an object of roles and column names")
    found: dict[str, tuple[str | int, ...]] = {}
    for key, places in value.items():
        role = _ALIASES.get(str(key), str(key))
        if role not in ROLES:
            raise _bad(f"“{str(key)[:50]}” is no role of a column")
        listed = places if isinstance(places, list | tuple) else [places]
        found[role] = tuple(_place(role, place) for place in listed if place not in (None, ""))
    return found


def _place(role: str, place: object) -> str | int:
    if isinstance(place, bool) or not isinstance(place, str | int) or place == 0:
        raise _bad(f"the column of {role} must be a header name or a number from 1")
    return place


def _bad(message: str) -> UnreadableFile:
    return UnreadableFile("bad_mapping", f"The column mapping is wrong: {message}.")


def header_for(wished: Wishes, records: Sequence[Record]) -> int | None:
    """The header's place by the owner's word; -1 for none; None where it is left open."""
    names = {p for places in (wished.columns or {}).values() for p in places if isinstance(p, str)}
    if names:
        for index, (_, cells) in enumerate(records[:2000]):
            if names <= set(cells):
                return index
    if wished.header_line is None:
        return None
    if wished.header_line == 0:
        return -1
    for index, (line, _) in enumerate(records):
        if line >= wished.header_line:
            return index
    message = f"The file ends before line {wished.header_line}, where the mapping has its header."
    raise UnreadableFile("mapping_does_not_fit", message)


def wished_columns(wished: Wishes, names: Sequence[str], width: int) -> Columns:
    """The owner's columns as places. A role set to nothing gives (): it must not be guessed."""
    found: Columns = {}
    for role, places in (wished.columns or {}).items():
        found[role] = tuple(_find(role, place, names, width) for place in places)
    return found


def _find(role: str, place: str | int, names: Sequence[str], width: int) -> int:
    if isinstance(place, str) and place in names:
        return list(names).index(place)
    if isinstance(place, int) and 1 <= place <= width:
        return place - 1
    message = f"This file has no column “{str(place)[:50]}”, which the mapping names for {role}."
    raise UnreadableFile("mapping_does_not_fit", message)


def merge(guessed: Columns, wished: Columns) -> Columns:
    """The owner's word over the guess.

    Who names the date and an amount has said how to read the table: then nothing else is
    guessed, except the texts, where none is named.
    """
    says_amount = any(map(wished.get, ("amount", "debit", "credit")))
    if says_amount and wished.get("posted_on"):
        open_roles = () if _TEXTS & wished.keys() else _TEXTS
        kept = {role: places for role, places in guessed.items() if role in open_roles}
    elif says_amount:
        kept = {role: places for role, places in guessed.items() if role not in _AMOUNTS}
    else:
        kept = dict(guessed)
    taken = {place for places in wished.values() for place in places}
    kept = {role: places for role, places in kept.items() if not taken & set(places)}
    return {role: places for role, places in {**kept, **wished}.items() if places}


def named_columns(columns: Columns, names: Sequence[str]) -> dict[str, object]:
    """Columns as they are saved: by header name where it is there and unique, else by number."""
    named: dict[str, object] = {}
    for role in ROLES:
        places = [_name(place, names) for place in columns.get(role, ())]
        if places:
            named[role] = places if len(places) > 1 else places[0]
    return named


def _name(place: int, names: Sequence[str]) -> str | int:
    name = names[place] if place < len(names) else ""
    return name if name and list(names).count(name) == 1 else place + 1
