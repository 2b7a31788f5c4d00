"""Actual's database: SQLite in a hostile world, read as rows of the six tables that matter.

The file is opened read-only and never trusted: only plain tables are read, by fixed statements,
under an authorizer that allows nothing else, and within bounds of rows, text and steps.
"""

import contextlib
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath

from ledger.statements.csv_amounts import CURRENCIES
from ledger.statements.model import ROWS_MAX, BadRow, UnreadableFile
from ledger.statements.register import BadCells, Booking, Register, Share
from ledger.statements.register_parts import hashtags
from ledger.statements.tree_names import Path

TEXT_MAX = 5_000  # Characters of a field.
NAMES_MAX = 50_000  # Accounts, payees and categories.
STEPS_MAX = 2_000_000_000  # Of SQLite's machine. A budget of 500,000 rows takes a tenth.
STEPS_BETWEEN = 100_000
MINOR_MAX = 10**17
MAGIC = b"SQLite format 3\0"

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_WANTED = {
    "accounts": ("id", "name", "tombstone"),
    "category_groups": ("id", "name", "is_income", "tombstone"),
    "categories": ("id", "name", "is_income", "cat_group", "tombstone"),
    "category_mapping": ("id", "transferId"),
    "payees": ("id", "name", "transfer_acct"),
    "payee_mapping": ("id", "targetId"),
    "transactions": (
        "id", "acct", "date", "amount", "description", "category", "notes", "isParent", "isChild",
        "parent_id", "transferred_id", "cleared", "starting_balance_flag", "financial_id",
        "imported_description", "tombstone",
    ),
    "preferences": ("id", "value"),
}  # fmt: skip
_MAY_MISS = frozenset({"preferences", "category_mapping", "payee_mapping"})

Row = dict[str, object]


@dataclass(slots=True)
class _Names:
    """Names by id, with Actual's own redirections of merged payees and categories followed."""

    accounts: dict[str, str] = field(default_factory=dict)
    payees: dict[str, Row] = field(default_factory=dict)
    payee_now: dict[str, str] = field(default_factory=dict)
    categories: dict[str, Path] = field(default_factory=dict)
    category_now: dict[str, str] = field(default_factory=dict)

    def payee(self, payee_id: str) -> tuple[str, str]:
        """The payee's name, and the account that it stands for where it is a transfer's."""
        payee = self.payees.get(self.payee_now.get(payee_id, payee_id), {})
        return _text(payee.get("name")), self.accounts.get(_text(payee.get("transfer_acct")), "")

    def category(self, category_id: str) -> Path:
        return self.categories.get(self.category_now.get(category_id, category_id), ())


def read_database(content: bytes, register: Register) -> None:
    """Puts the bookings of the database into `register`. Raises UnreadableFile."""
    if not content.startswith(MAGIC):
        raise UnreadableFile("broken_database", "The database in the archive is damaged.")
    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder) / "db.sqlite"
        file.write_bytes(content)
        try:
            with contextlib.closing(_opened(file)) as database:
                _read(database, register)
        except (sqlite3.Error, OverflowError, UnicodeError) as error:
            # UnicodeError: SQLite's own message names a column in broken bytes.
            message = "The database in the archive is damaged, or none of Actual's."
            raise UnreadableFile("broken_database", message) from error


def _opened(file: FilePath) -> sqlite3.Connection:
    database = sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)
    database.text_factory = lambda raw: raw[: 4 * TEXT_MAX].decode("utf-8", "replace")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA mmap_size = 0")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 10_000_000)
    database.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    steps = [0]

    def count() -> bool:
        steps[0] += STEPS_BETWEEN
        return steps[0] > STEPS_MAX

    database.set_progress_handler(count, STEPS_BETWEEN)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
    )
    return database


def _read(database: sqlite3.Connection, register: Register) -> None:
    columns = _columns(database)
    names = _names(database, columns, register)
    for row in _rows(database, columns, "preferences", NAMES_MAX):
        if row["id"] == "defaultCurrencyCode" and _text(row["value"]).upper() in CURRENCIES:
            register.currency = _text(row["value"]).upper()
    parents: list[tuple[int, Row]] = []
    children: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for number, row in enumerate(_rows(database, columns, "transactions", ROWS_MAX), 1):
        if row["tombstone"]:
            continue
        if row["isChild"]:
            # Before `parent_id` a part's id was its parent's, a slash and its own.
            parent = _text(row["parent_id"]) or _text(row["id"]).partition("/")[0]
            children[parent].append((number, row))
        else:
            parents.append((number, row))
    parents.sort(key=lambda item: (_text(item[1]["date"]), item[0]))
    for number, row in parents:
        parts = children.get(_text(row["id"]), []) if row["isParent"] else []
        try:
            register.bookings += _bookings(number, row, parts, names)
        except BadCells as problem:
            text = _text(row["notes"])[:200]
            register.bad_rows.append(BadRow(number, problem.code, str(problem), text))


def _columns(database: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each wanted table that are there. Views and virtual tables are none."""
    made = dict(
        database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid LIMIT 1000"
        ).fetchall()
    )
    found: dict[str, list[str]] = {}
    for table, wanted in _WANTED.items():
        sql = made.get(table)
        if not isinstance(sql, str) or "VIRTUAL" in sql[:100].upper():
            if table in _MAY_MISS:
                continue
            message = f"The database in the archive is none of Actual's: it has no “{table}”."
            raise UnreadableFile("not_actual", message)
        cursor = database.execute(f"SELECT * FROM {table} LIMIT 0")  # noqa: S608 - ours, no input
        there = {column[0] for column in cursor.description}
        found[table] = [name for name in wanted if name in there]
    return found


def _rows(
    database: sqlite3.Connection, columns: dict[str, list[str]], table: str, most: int
) -> Iterator[Row]:
    if table not in columns:
        return
    names = columns[table]
    listed = ", ".join(names)
    cursor = database.execute(f"SELECT {listed} FROM {table} LIMIT {most + 1}")  # noqa: S608
    for number, values in enumerate(cursor):
        if number >= most:
            message = f"The table “{table}” has more than {most} rows."
            raise UnreadableFile("too_many_bookings", message)
        yield dict.fromkeys(_WANTED[table]) | dict(zip(names, values, strict=True))


def _text(value: object) -> str:
    return str(value)[:TEXT_MAX] if isinstance(value, str | int) else ""


def _names(
    database: sqlite3.Connection, columns: dict[str, list[str]], register: Register
) -> _Names:
    names = _Names()
    for row in _rows(database, columns, "accounts", NAMES_MAX):
        names.accounts[_text(row["id"])] = _text(row["name"]) or "Unnamed"
    names.payees = {_text(r["id"]): r for r in _rows(database, columns, "payees", NAMES_MAX)}
    for row in _rows(database, columns, "payee_mapping", NAMES_MAX):
        names.payee_now[_text(row["id"])] = _text(row["targetId"])
    for row in _rows(database, columns, "category_mapping", NAMES_MAX):
        names.category_now[_text(row["id"])] = _text(row["transferId"])
    groups = {_text(r["id"]): r for r in _rows(database, columns, "category_groups", NAMES_MAX)}
    for row in _rows(database, columns, "categories", NAMES_MAX):
        group = groups.get(_text(row["cat_group"]), {})
        path = tuple(filter(None, (_text(group.get("name")), _text(row["name"]))))
        names.categories[_text(row["id"])] = path
        if path and not row["tombstone"]:
            is_income = row["is_income"] or group.get("is_income")
            register.kinds[path] = "income" if is_income else "expense"
    return names


def _bookings(
    number: int, row: Row, parts: list[tuple[int, Row]], names: _Names
) -> Iterator[Booking]:
    """The booking of a row; where it is split, of its parts. A part that is a transfer stays one."""
    own = _booking(number, row, names)
    split = [_booking(n, {**row, **_said(part), "isParent": 0}, names) for n, part in parts]
    if not split or sum((one.amount for one in split), Decimal(0)) != own.amount:
        yield own
        return
    yield from (one for one in split if one.other)
    rest = [one for one in split if not one.other]
    total = sum((one.amount for one in rest), Decimal(0))
    if len(rest) < 2 or not total:
        yield from rest
        return
    own.amount, own.category, own.other, own.transfer_id = total, (), "", ""
    own.shares = tuple(Share(one.amount, one.category, one.memo) for one in rest)
    yield own


def _said(part: Row) -> Row:
    """What the part says itself. All else is its parent's, but for category, notes and transfer."""
    kept = ("category", "notes", "transferred_id", "amount", "id")
    return {name: value for name, value in part.items() if name in kept or value}


def _booking(number: int, row: Row, names: _Names) -> Booking:
    account = names.accounts.get(_text(row["acct"]))
    if account is None:
        raise BadCells("missing_account", "The transaction's account is not there.")
    payee, other = names.payee(_text(row["description"]))
    notes, transfer = _text(row["notes"]), _text(row["transferred_id"])
    return Booking(
        number,
        account,
        _day(row["date"]),
        _amount(row["amount"]),
        payee="" if other else payee,
        memo=notes,
        statement_text=_text(row["imported_description"]),
        category=() if other else names.category(_text(row["category"])),
        tags=hashtags(notes),
        is_pending=row["cleared"] == 0,
        other=other,
        transfer_id="-".join(sorted((_text(row["id"]), transfer))) if other and transfer else "",
        id=_text(row["financial_id"]) or _text(row["id"]),
        is_opening=bool(row["starting_balance_flag"]),
    )


def _day(value: object) -> date:
    """Actual's 20240115."""
    digits = _text(value)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as error:
        raise BadCells("unreadable_date", f"“{digits[:40]}” is not a date.") from error


def _amount(value: object) -> Decimal:
    """Hundredths, whatever the currency."""
    if not isinstance(value, int) or abs(value) > MINOR_MAX:
        raise BadCells("unreadable_amount", f"“{str(value)[:40]}” is not an amount.")
    return Decimal(value).scaleb(-2)
