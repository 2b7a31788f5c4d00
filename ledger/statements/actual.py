"""Actual: the ZIP of a budget with its database, and the export of transactions as CSV."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ledger.statements.actual_db import read_database
from ledger.statements.csv_dates import DateReader
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.register import (
    BadCells,
    Booking,
    Register,
    TableRow,
    amount_of,
    bad_row,
    date_reader,
    day_of,
    decimal_mark,
    parsed_register,
    register_table,
)
from ledger.statements.register_parts import hashtags, joined
from ledger.statements.tree_names import Path, key
from ledger.statements.unpack import is_zip, member, member_names

NEEDED = ("account", "date", "payee", "notes", "category", "amount", "cleared")

_PARENT = re.compile(r"\(SPLIT INTO (\d{1,3})\)\s*", re.IGNORECASE)
_CHILD = re.compile(r"\(SPLIT (\d{1,3}) OF (\d{1,3})\)\s*", re.IGNORECASE)


def database_name(data: bytes) -> str:
    """The database in Actual's ZIP, by its name; "" where there is none."""
    names = member_names(data)
    return next((name for name in names if name.rpartition("/")[2] == "db.sqlite"), "")


def read_actual(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per account. Actual's amounts have no currency: `mapping["currency"]` is it, else
    the budget's own setting, else the owner's. Raises UnreadableFile."""
    wished = (mapping or {}).get("currency")
    register = Register("actual")
    if is_zip(data):
        name = database_name(data)
        if not name:
            message = "The archive holds no database of Actual (db.sqlite)."
            raise UnreadableFile("not_actual", message)
        read_database(member(data, name), register)
    else:
        _read_csv(data, register)
    register.currency = wished if isinstance(wished, str) else register.currency
    return parsed_register(register)


def _read_csv(data: bytes, register: Register) -> None:
    table = register_table(data, NEEDED, "Actual")
    register.encoding = table.encoding
    register.warnings += table.warnings
    reader = date_reader([row.get("date") for row in table.rows], register.warnings)
    mark = decimal_mark(row.get("amount") for row in table.rows)
    own = {key(row.get("account")): row.get("account") for row in table.rows}
    waiting: list[Booking] = []
    left, about = 0, ""
    for row in table.rows:
        parent = _PARENT.match(row.get("notes"))
        if parent and "split_amount" in row.cells:
            # The whole is told by its parts, which follow.
            register.bookings += _settled(waiting, about)
            waiting, left, about = [], int(parent[1]), row.get("notes")[parent.end() :]
            continue
        try:
            booking = _booking(row, reader, mark, own)
        except BadCells as problem:
            register.bad_rows.append(bad_row(row, problem))
            continue
        if left and _CHILD.match(row.get("notes")):
            waiting.append(booking)
            left -= 1
        else:
            register.bookings += [*_settled(waiting, about), booking]
            waiting, left = [], 0
    register.bookings += _settled(waiting, about)


def _settled(parts: list[Booking], memo: str) -> Iterator[Booking]:
    """One booking of the parts of a split; parts that are transfers stay bookings of their own."""
    yield from (one for one in parts if one.other)
    yield from joined([one for one in parts if not one.other], memo)


def _booking(row: TableRow, reader: DateReader, mark: str, own: dict[str, str]) -> Booking:
    if not row.get("account"):
        raise BadCells("missing_account", "The row has no account.")
    amount: Decimal = amount_of(row.get("amount"), mark)
    payee, notes = row.get("payee"), _CHILD.sub("", row.get("notes"), count=1)
    # A transfer's payee is the account at the other side, and it has no category within the budget.
    other = own.get(key(payee), "") if key(payee) != key(row.get("account")) else ""
    return Booking(
        row.line,
        row.get("account"),
        day_of(row.get("date"), reader),
        amount,
        payee="" if other else payee,
        memo=notes,
        category=() if other else _category(row.get("category")),
        tags=hashtags(notes),
        is_pending=row.get("cleared").lower() in ("not cleared", "false", "0"),
        other=other,
        is_opening=payee.lower() == "starting balance",
    )


def _category(cell: str) -> Path:
    """ "Food", or "Usual Expenses: Food" as older versions write it."""
    group, colon, name = cell.partition(": ")
    return tuple(filter(None, (group.strip(), name.strip() if colon else "")))
