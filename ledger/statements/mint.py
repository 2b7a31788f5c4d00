"""Mint's export of transactions: amounts without a sign, which another column gives."""

from collections.abc import Mapping
from decimal import Decimal

from ledger.statements.csv_dates import DateReader
from ledger.statements.model import ParsedFile
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

NEEDED = (
    "date",
    "description",
    "original description",
    "amount",
    "transaction type",
    "account name",
)

_SIGNS = {"debit": -1, "credit": 1}
_NO_CATEGORY = frozenset({"uncategorized", ""})


def read_mint(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per account. Mint kept US dollars and Canadian ones alike without a sign, so the
    currency is `mapping["currency"]`, else the owner's. Raises UnreadableFile."""
    table = register_table(data, NEEDED, "Mint")
    register = Register("mint", encoding=table.encoding, warnings=list(table.warnings))
    reader = date_reader([row.get("date") for row in table.rows], register.warnings)
    mark = decimal_mark(row.get("amount") for row in table.rows)
    wished = (mapping or {}).get("currency")
    register.currency = wished if isinstance(wished, str) else ""
    for row in table.rows:
        try:
            register.bookings.append(_booking(row, reader, mark))
        except BadCells as problem:
            register.bad_rows.append(bad_row(row, problem))
    return parsed_register(register)


def _booking(row: TableRow, reader: DateReader, mark: str) -> Booking:
    sign = _SIGNS.get(row.get("transaction type").lower())
    if sign is None:
        kind = row.get("transaction type")[:40]
        raise BadCells("unreadable_sign", f"“{kind}” is neither debit nor credit.")
    if not row.get("account name"):
        raise BadCells("missing_account", "The row has no account.")
    amount: Decimal = amount_of(row.get("amount"), mark) * sign
    category = row.get("category")
    return Booking(
        row.line,
        row.get("account name"),
        day_of(row.get("date"), reader),
        amount,
        payee=row.get("description"),
        memo=row.get("notes"),
        statement_text=row.get("original description"),
        category=() if category.lower() in _NO_CATEGORY else (category,),
        tags=tuple(row.get("labels").split()),
    )
