"""Tables of other programs whose columns are known: rows by column name, and how they end up.

Each program's reader turns its rows into `Booking`s; here they become statements by account, with
categories named, and with transfers that both accounts tell of linked to each other.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ledger.statements.csv_amounts import decide_mark, mark_votes
from ledger.statements.csv_dates import DateReader, guess_date_format
from ledger.statements.csv_encoding import decode_table
from ledger.statements.csv_table import read_table
from ledger.statements.journal_kinds import type_of
from ledger.statements.model import (
    BadRow,
    ParsedFile,
    SplitPart,
    Statement,
    StatementRow,
    UnreadableFile,
)
from ledger.statements.text import one_line, parse_amount, printed
from ledger.statements.tree_names import Categories, Path, key

ACCOUNTS_MAX = 2_000
CATEGORIES_MAX = 5_000
HEADER_LINES_MAX = 5


class BadCells(ValueError):
    """A row cannot be read. `code` is a BadRow's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class TableRow:
    line: int
    cells: dict[str, str]  # by the column's name in lower case

    def get(self, *names: str) -> str:
        """The first cell of these columns that is not empty."""
        return next((cell for name in names if (cell := self.cells.get(name, ""))), "")


@dataclass(slots=True)
class RegisterTable:
    rows: list[TableRow]
    names: list[str]
    encoding: str
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Share:
    amount: Decimal
    category: Path = ()
    memo: str = ""


@dataclass(slots=True)
class Booking:
    line: int
    account: str
    on: date
    amount: Decimal
    payee: str = ""
    memo: str = ""
    statement_text: str = ""
    category: Path = ()
    tags: tuple[str, ...] = ()
    currency: str = ""
    is_pending: bool = False
    other: str = ""  # the own account at the other side
    transfer_id: str = ""
    id: str = ""
    shares: tuple[Share, ...] = ()
    is_opening: bool = False


@dataclass(slots=True)
class Register:
    format: str
    bookings: list[Booking] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    encoding: str = "utf-8"
    warnings: list[str] = field(default_factory=list)
    kinds: dict[Path, str] = field(default_factory=dict)  # of categories, where the file says it
    types: dict[str, str] = field(default_factory=dict)  # of accounts, likewise
    currency: str = ""


def header_key(name: str) -> str:
    return " ".join(name.strip("\ufeff \"'").lower().split())


def register_table(data: bytes, needed: Iterable[str], program: str) -> RegisterTable:
    """The rows below the header that has all of `needed`. Raises UnreadableFile."""
    text, encoding = decode_table(data)
    table = read_table(text, encoding)
    wanted = set(needed)
    for place, (_, cells) in enumerate(table.records[:HEADER_LINES_MAX]):
        names = [header_key(cell) for cell in cells]
        if wanted <= set(names):
            rows = [
                TableRow(line, dict(zip(names, cells, strict=False)))
                for line, cells in table.records[place + 1 :]
            ]
            return RegisterTable(rows, names, encoding, table.warnings)
    missing = ", ".join(sorted(wanted))
    message = f"This is no export of {program}: it needs the columns {missing}."
    raise UnreadableFile("missing_columns", message, line=1)


def date_reader(cells: Sequence[str], warnings: list[str]) -> DateReader:
    """Reads the dates of a column, whose order all of its cells together prove."""
    guess = guess_date_format(cells)
    if guess is None:
        raise UnreadableFile("no_readable_rows", "No row has a date that can be read.")
    if guess.doubt:
        warnings.append(f"{guess.doubt}: read as {guess.form}.")
    return DateReader(guess.form)


def decimal_mark(cells: Iterable[str]) -> str:
    """The decimal mark that the amounts prove, "." where they prove none."""
    mark, _ = decide_mark(mark_votes(cells), ".", "")
    return mark


def day_of(cell: str, reader: DateReader) -> date:
    try:
        return reader.read(cell)[0]
    except ValueError as error:
        code = "unreadable_date" if cell else "missing_date"
        raise BadCells(code, f"“{cell[:40]}” is not a date.") from error


def amount_of(cell: str, mark: str) -> Decimal:
    try:
        return parse_amount(cell, mark)
    except ValueError as error:
        code = "unreadable_amount" if cell else "missing_amount"
        raise BadCells(code, f"“{cell[:40]}” is not an amount.") from error


def bad_row(row: TableRow, problem: BadCells) -> BadRow:
    text = one_line(", ".join(cell for cell in row.cells.values() if cell))
    return BadRow(row.line, problem.code, str(problem), text[:200])


def parsed_register(register: Register) -> ParsedFile:
    """The register as statements, one per account in the order of the file."""
    if not any(booking.amount for booking in register.bookings):
        _refuse_empty(register)
    moving = [booking for booking in register.bookings if booking.amount]
    if still := len(register.bookings) - len(moving):
        register.warnings.append(f"{still} rows of the amount 0 were left out.")
    register.bookings = moving
    link_transfers(register.bookings)
    kinds = _kinds(register)
    categories = Categories()
    for path, kind in kinds.items():
        categories.add(path, kind)
    by_account: dict[str, list[Booking]] = defaultdict(list)
    shown: dict[str, str] = {}
    for booking in register.bookings:
        by_account[shown.setdefault(key(booking.account), booking.account)].append(booking)
    if len(by_account) > ACCOUNTS_MAX or len(kinds) > CATEGORIES_MAX:
        message = "The file holds more accounts or categories than a household can have."
        raise UnreadableFile("too_many_accounts", message)
    statements = [
        _statement(account, bookings, register, categories, kinds)
        for account, bookings in by_account.items()
    ]
    first = statements[0]
    statements[0] = replace(first, bad_rows=tuple(register.bad_rows))  # They may be of any.
    openings = [
        {"account": account, "line": b.line, "on": b.on.isoformat(), "amount": f"{b.amount:f}"}
        for account, bookings in by_account.items()
        for b in bookings
        if b.is_opening
    ]
    return ParsedFile(
        register.format,
        tuple(statements),
        register.encoding,
        mapping={"categories": categories.tree(), "openings": openings},
        warnings=tuple(register.warnings),
    )


def _refuse_empty(register: Register) -> None:
    if register.bad_rows:
        first = register.bad_rows[0]
        message = f"No row can be read. Line {first.line}: {first.message}"
        raise UnreadableFile("no_readable_rows", message, line=first.line)
    raise UnreadableFile("no_statement", "The file holds no transaction.")


def link_transfers(bookings: Iterable[Booking]) -> None:
    """Gives both legs of a transfer one id where they name each other, on one day and amount."""
    waiting: dict[tuple[str, str, date, Decimal], deque[Booking]] = defaultdict(deque)
    for booking in bookings:
        if not booking.other or booking.transfer_id:
            continue
        own, other = key(booking.account), key(booking.other)
        partners = waiting[other, own, booking.on, -booking.amount]
        if partners:
            partner = partners.popleft()
            booking.transfer_id = partner.transfer_id = f"{partner.line}-{booking.line}"
        else:
            waiting[own, other, booking.on, booking.amount].append(booking)


def _shares(booking: Booking) -> Iterator[tuple[Path, Decimal]]:
    if booking.category:
        yield booking.category, booking.amount
    for share in booking.shares:
        if share.category:
            yield share.category, share.amount


def _kinds(register: Register) -> dict[Path, str]:
    """Income or expense for each category: as the file says, else by where its money went."""
    sums: dict[Path, Decimal] = {}
    for booking in register.bookings:
        for path, amount in _shares(booking):
            sums[path] = sums.get(path, Decimal(0)) + amount
    found = dict(register.kinds)
    for path, total in sums.items():
        said = next((register.kinds[p] for p in (path, path[:1]) if p in register.kinds), "")
        found[path] = said or ("income" if total > 0 else "expense")
    return found


def _statement(
    account: str,
    bookings: list[Booking],
    register: Register,
    categories: Categories,
    kinds: dict[Path, str],
) -> Statement:
    currencies = Counter(booking.currency or register.currency for booking in bookings)
    currency = currencies.most_common(1)[0][0]

    def named(path: Path) -> str:
        return categories.name(path, kinds[path]) if path else ""

    return Statement(
        tuple(_row(booking, currency, named) for booking in bookings),
        account_id=one_line(account),
        account_type=register.types.get(key(account)) or type_of(account),
        currency=currency,
    )


def _row(booking: Booking, currency: str, named: Callable[[Path], str]) -> StatementRow:
    payee, memo = one_line(booking.payee), one_line(booking.memo)
    return StatementRow(
        line=booking.line,
        posted_on=booking.on,
        amount=booking.amount,
        payee=payee,
        memo=memo,
        statement_text=one_line(booking.statement_text) or printed(payee, memo),
        currency=booking.currency or currency,
        external_id=booking.id,
        pending=booking.is_pending,
        category=named(booking.category),
        tags=tuple(filter(None, map(one_line, booking.tags))),
        transfer_account=one_line(booking.other),
        transfer_id=booking.transfer_id,
        splits=tuple(
            SplitPart(share.amount, named(share.category), one_line(share.memo))
            for share in booking.shares
        ),
    )
