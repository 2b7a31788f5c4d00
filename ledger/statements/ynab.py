"""YNAB: the register as CSV, of YNAB 4 and of today's, and the ZIP of register and plan."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby

from ledger.statements.csv_amounts import currency_of
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
from ledger.statements.register_parts import joined
from ledger.statements.tree_names import Path
from ledger.statements.unpack import is_zip, member, member_names

NEEDED = ("account", "date", "payee", "memo", "outflow", "inflow", "cleared")
PLAN = ("month", "category group", "category")

_SPLIT = re.compile(r"\(?Split\s*\(?\s*(\d{1,3})\s*/\s*(\d{1,3})\s*\)?\)?\s*", re.IGNORECASE)
_TRANSFER = re.compile(r"Transfer\s*:\s*(?P<name>.+)", re.IGNORECASE)
_INCOME_GROUPS = frozenset({"inflow", "income"})


def register_name(data: bytes) -> str:
    """The register in YNAB's ZIP, by its name; "" where there is none."""
    names = member_names(data)
    return next((name for name in names if name.lower().endswith("register.csv")), "")


def read_ynab(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per account of the register. `mapping["currency"]` is the budget's, where its
    amounts have no sign. Raises UnreadableFile."""
    register = Register("ynab")
    if is_zip(data):
        name = register_name(data)
        if not name:
            message = "The archive holds no register of YNAB (“… - Register.csv”)."
            raise UnreadableFile("not_ynab", message)
        _read_plan(data, register)
        data = member(data, name)
    table = register_table(data, NEEDED, "YNAB’s register")
    register.encoding = table.encoding
    register.warnings += table.warnings
    reader = date_reader([row.get("date") for row in table.rows], register.warnings)
    money = [row.get(name) for row in table.rows for name in ("outflow", "inflow")]
    mark = decimal_mark(money)
    wished = (mapping or {}).get("currency")
    register.currency = wished if isinstance(wished, str) else _currency(money)
    found: list[tuple[TableRow, Booking, str]] = []
    for row in table.rows:
        try:
            found.append(_booking(row, reader, mark, register))
        except BadCells as problem:
            register.bad_rows.append(bad_row(row, problem))
    register.bookings = list(_with_splits(found))
    return parsed_register(register)


def _currency(cells: list[str]) -> str:
    codes = {currency_of(cell) for cell in cells if cell}
    return codes.pop() if len(codes) == 1 else ""


def _read_plan(data: bytes, register: Register) -> None:
    """The plan names all categories with their groups, also those without a transaction."""
    names = [n for n in member_names(data) if n.lower().endswith(("plan.csv", "budget.csv"))]
    for name in names[:1]:
        try:
            table = register_table(member(data, name), PLAN, "YNAB’s plan")
        except UnreadableFile as error:
            register.warnings.append(f"The plan was not read: {error}")
            return
        for row in table.rows:
            group, category = row.get("category group"), row.get("category")
            if group and category:
                register.kinds.setdefault((group, category), _kind(group))
        register.warnings.append(
            "The plan's categories were read; the amounts assigned to them were not."
        )


def _kind(group: str) -> str:
    return "income" if group.lower() in _INCOME_GROUPS else "expense"


def _booking(
    row: TableRow, reader: DateReader, mark: str, register: Register
) -> tuple[TableRow, Booking, str]:
    """The row as it stands, and which of how many parts it is ("1/3"), if it is one."""
    if not row.get("account"):
        raise BadCells("missing_account", "The row has no account.")
    amount = _amount(row.get("inflow"), mark) - _amount(row.get("outflow"), mark)
    if not row.get("inflow") and not row.get("outflow"):
        raise BadCells("missing_amount", "The row has neither an inflow nor an outflow.")
    category = _category(row)
    if category:
        register.kinds.setdefault(category, _kind(category[0]) if len(category) > 1 else "expense")
    memo, part = row.get("memo"), ""
    if found := _SPLIT.match(memo):
        part, memo = f"{int(found[1])}/{int(found[2])}", memo[found.end() :]
    payee = row.get("payee")
    transfer = _TRANSFER.fullmatch(payee)
    flag, number = row.get("flag"), row.get("check number")
    return (
        row,
        Booking(
            row.line,
            row.get("account"),
            day_of(row.get("date"), reader),
            amount,
            payee="" if transfer else payee,
            memo=f"{memo} No. {number}".strip() if number and number not in memo else memo,
            category=() if transfer else category,
            tags=(flag,) if flag else (),
            is_pending=row.get("cleared").lower() in ("uncleared", "u", ""),
            other=transfer["name"].strip() if transfer else "",
            is_opening=payee.lower() == "starting balance",
        ),
        part,
    )


def _amount(cell: str, mark: str) -> Decimal:
    return amount_of(cell, mark) if cell else Decimal(0)


def _category(row: TableRow) -> Path:
    """Group and category: in two columns of either version, else parted by a colon in one."""
    group = row.get("category group", "master category")
    name = row.get("sub category") if "sub category" in row.cells else row.get("category")
    if not group and ":" in (whole := row.get("category group/category", "category")):
        group, _, name = (part.strip() for part in whole.partition(":"))
    return tuple(filter(None, (group, name)))


def _with_splits(found: list[tuple[TableRow, Booking, str]]) -> Iterator[Booking]:
    """The parts "1/3", "2/3", "3/3" of one transaction stand below each other: one booking of them.

    A part that is a transfer stays a booking of its own, since it is a leg of one.
    """
    group = 0
    numbered = []
    for _, booking, part in found:
        group += part.startswith("1/") or not part
        numbered.append((group, booking, part))
    for _, items in groupby(numbered, key=lambda item: item[0]):
        parts = [(booking, part) for _, booking, part in items]
        bookings = [booking for booking, _ in parts]
        total = parts[0][1].partition("/")[2]
        alike = len({(one.account, one.on) for one in bookings}) == 1
        if not total or not alike or len(parts) != int(total):
            yield from bookings
            continue
        yield from (one for one in bookings if one.other)
        yield from joined([one for one in bookings if not one.other])
