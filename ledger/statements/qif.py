"""QIF files: bank, cash, card, asset, liability and broker registers, with their categories.

Our own reader: quiffen 4.0.1 reads "-12,50" as -1250, guesses the order of day and month for
every date by itself, and gives up the whole file over one line it does not expect.
"""

from collections.abc import Iterable

from ledger.statements.csv_encoding import decode_table
from ledger.statements.model import (
    BadRow,
    Balance,
    ParsedFile,
    Statement,
    StatementRow,
    UnreadableFile,
)
from ledger.statements.qif_dates import ORDERS, Order, guess_order, read_date
from ledger.statements.qif_records import Record, Register, read_registers
from ledger.statements.qif_rows import (
    BadRecord,
    Context,
    amount_of,
    bad_row,
    label_of,
    posted_on,
    row_of,
)
from ledger.statements.text import decimal_mark_of, one_line, parse_amount

SURE = 0.99  # Below it the owner is asked to look at the dates.


def read_qif(data: bytes, *, date_order: str | None = None) -> ParsedFile:
    """Every register of a QIF file, one statement per account.

    `date_order` is one of ORDERS; without it the order is guessed over all dates of the file,
    and `mapping` tells the guess and its confidence. Raises UnreadableFile.
    """
    if date_order is not None and date_order not in ORDERS:
        raise ValueError(f"date_order must be one of {', '.join(ORDERS)}")
    text, encoding = decode_table(data)
    qif = read_registers(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not qif.registers:
        raise UnreadableFile("no_statement", "This QIF file holds no account and no booking.")
    records = [record for register in qif.registers for record in register.bookings]
    mark = decimal_mark_of(value for r in records for code, value in r.pairs if code in "TU$")
    order = _order(date_order or "", qif.order, list(_dates(records)), mark)
    context = Context(order.name, mark)
    used = [register for register in qif.registers if register.bookings] or qif.registers
    statements = tuple(_statement(register, context) for register in used)
    _refuse_if_nothing_readable(statements)
    return ParsedFile(
        "qif",
        statements,
        encoding,
        mapping={
            "date_order": order.name,
            "confidence": order.confidence,
            "decimal_mark": mark or ".",
        },
        warnings=tuple(_warnings(order, qif.skipped.items())),
    )


def _order(wished: str, declared: str, dates: list[str], mark: str | None) -> Order:
    if wished:
        return Order(wished, 1.0)
    if declared and all(read_date(text, declared) for text in dates):
        return Order(declared, 1.0)
    return guess_order(dates, mark)


def _dates(records: Iterable[Record]) -> Iterable[str]:
    return (text for record in records if not record.is_cut and (text := record.get("D")))


def _warnings(order: Order, skipped: Iterable[tuple[str, int]]) -> Iterable[str]:
    if order.confidence < SURE:
        names = {"d": "day", "m": "month", "y": "year"}
        words = ", ".join(names[letter] for letter in order.name)
        yield f"The dates can be read in more than one order; they were read as {words}."
    for header, count in skipped:
        yield f"{count} entries of the section “!{header}” were left out."


def _refuse_if_nothing_readable(statements: tuple[Statement, ...]) -> None:
    bad_rows = [row for statement in statements for row in statement.bad_rows]
    if bad_rows and not any(s.rows or s.opening for s in statements):
        first = bad_rows[0]
        message = f"None of the {len(bad_rows)} bookings can be read. Line {first.line}: "
        raise UnreadableFile("no_readable_rows", message + first.message, line=first.line)


def _statement(register: Register, file_context: Context) -> Statement:
    context = Context(file_context.date_order, file_context.decimal_mark)
    name, opening, bookings = _without_opening(register, context)
    rows: list[StatementRow] = []
    bad_rows: list[BadRow] = []
    for record in bookings:
        try:
            row = row_of(record, context)
        except BadRecord as problem:
            bad_rows.append(bad_row(record, problem))
        else:
            if row is not None:
                rows.append(row)
    warnings = list(context.notes)
    if context.skipped:
        kinds = ", ".join(f"{action} {count}" for action, count in sorted(context.skipped.items()))
        total = context.skipped.total()
        warnings.append(
            f"{total} investment actions that move no cash here were left out: {kinds}."
        )
    return Statement(
        rows=tuple(rows),
        bad_rows=tuple(bad_rows),
        account_id=one_line(name),
        account_type=register.kind,
        opening=opening,
        closing=_closing(register.definition, context),
        warnings=tuple(warnings),
    )


def _without_opening(
    register: Register, context: Context
) -> tuple[str, Balance | None, list[Record]]:
    """The account's name, its opening balance, and the bookings without it.

    Quicken writes the opening as a first booking that transfers from the account to itself.
    That is no movement of money; but it names an account that is named nowhere else.
    """
    for index, record in enumerate(register.bookings):
        if record.is_cut or not _is_opening(record, register.name):
            continue
        name = register.name or label_of(record.get("L")).transfer_account
        try:
            opening = Balance(posted_on(record, context), amount_of(record, context))
        except BadRecord:
            break  # An opening that cannot be read is shown as the booking it looks like.
        return name, opening, register.bookings[:index] + register.bookings[index + 1 :]
    return register.name, None, register.bookings


def _is_opening(record: Record, account: str) -> bool:
    label = label_of(record.get("L"))
    if label.category or record.get("S"):
        return False
    if account and label.transfer_account == one_line(account):
        return True
    return record.get("P").lower() == "opening balance"


def _closing(definition: Record | None, context: Context) -> Balance | None:
    """The balance that an account's own entry states, if it gives both day and amount."""
    if definition is None:
        return None
    as_of = read_date(definition.get("/"), context.date_order)
    try:
        amount = parse_amount(definition.get("$"), context.decimal_mark)
    except ValueError:
        return None
    return Balance(as_of, amount) if as_of else None
