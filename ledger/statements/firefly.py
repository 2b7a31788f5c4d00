"""Firefly III's export of transactions as CSV: a row per journal, several of which may be one split."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from ledger.statements.model import ParsedFile
from ledger.statements.register import (
    BadCells,
    Booking,
    Register,
    TableRow,
    amount_of,
    bad_row,
    parsed_register,
    register_table,
)
from ledger.statements.register_parts import joined
from ledger.statements.text import one_line
from ledger.statements.tree_names import key

NEEDED = (
    "journal_id", "type", "amount", "currency_code", "description", "date",
    "source_name", "destination_name",
)  # fmt: skip

_OWN_TYPES = {
    "asset account": "", "default account": "", "debt": "loan", "loan": "loan", "mortgage": "loan",
}  # fmt: skip
# Which sides are the owner's, where an old export has no columns for the types of accounts.
_OWN_BY_KIND = {
    "withdrawal": (True, False), "deposit": (False, True), "transfer": (True, True),
}  # fmt: skip
_OPENING = frozenset({"opening balance", "liability credit"})
_NO_PARTY = frozenset({"(no name)", "(cash)", "cash account"})


@dataclass(frozen=True, slots=True)
class _Side:
    name: str
    is_own: bool


def read_firefly(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per asset account and liability. Raises UnreadableFile."""
    del mapping  # Every row names its currency.
    table = register_table(data, NEEDED, "Firefly III")
    register = Register("firefly", encoding=table.encoding, warnings=list(table.warnings))
    found: list[tuple[str, Booking]] = []
    for row in table.rows:
        try:
            found += [(row.get("group_id"), one) for one in _bookings(row, register)]
        except BadCells as problem:
            register.bad_rows.append(bad_row(row, problem))
    register.bookings = list(_with_splits(found))
    return parsed_register(register)


def _bookings(row: TableRow, register: Register) -> Iterator[Booking]:
    """The row as its own accounts see it: one booking, or the two legs of a transfer."""
    kind = row.get("type").lower()
    source = _side(row, "source", kind, 0, register)
    destination = _side(row, "destination", kind, 1, register)
    amount = abs(amount_of(row.get("amount"), "."))
    currency = _currency(row.get("currency_code"))
    on = _day(row.get("date"))
    category = row.get("category") or row.get(
        "budget"
    )  # Many owners budget, and use no categories.
    booking = Booking(
        row.line,
        source.name,
        on,
        -amount,
        payee="" if destination.name.lower() in _NO_PARTY else destination.name,
        memo=_memo(row, destination.name),
        category=(category,) if category else (),
        tags=tuple(tag.strip() for tag in row.get("tags").split(",")),
        currency=currency,
        id=row.get("external_id") or f"firefly-{row.get('journal_id')}",
        is_opening=kind in _OPENING,
    )
    if not source.is_own and not destination.is_own:
        message = "Neither side of the row is an account of your own."
        raise BadCells("missing_account", message)
    if source.is_own and destination.is_own:
        yield from _transfer(row, booking, source, destination)
    elif source.is_own:
        yield booking
    else:
        booking.account, booking.amount = destination.name, amount
        booking.payee = "" if source.name.lower() in _NO_PARTY else source.name
        booking.memo = _memo(row, source.name)
        yield booking


def _side(row: TableRow, side: str, kind: str, place: int, register: Register) -> _Side:
    name, said = row.get(f"{side}_name"), row.get(f"{side}_type").lower()
    is_own = said in _OWN_TYPES if said else _OWN_BY_KIND.get(kind, (False, True))[place]
    if is_own and not name:
        raise BadCells("missing_account", "The row does not name its account.")
    if is_own and _OWN_TYPES.get(said):
        register.types[key(name)] = _OWN_TYPES[said]
    return _Side(name, is_own)


def _transfer(
    row: TableRow, booking: Booking, source: _Side, destination: _Side
) -> Iterator[Booking]:
    """Both legs. Between two currencies the foreign amount is what the destination got."""
    received, currency = -booking.amount, booking.currency
    if row.get("foreign_amount") and row.get("foreign_currency_code"):
        received = abs(amount_of(row.get("foreign_amount"), "."))
        currency = _currency(row.get("foreign_currency_code"))
    booking.payee, booking.category = "", ()
    booking.memo = _memo(row, "")
    booking.other, booking.transfer_id = destination.name, f"firefly-{row.get('journal_id')}"
    yield booking
    yield Booking(
        row.line,
        destination.name,
        booking.on,
        received,
        memo=booking.memo,
        tags=booking.tags,
        currency=currency,
        other=source.name,
        transfer_id=booking.transfer_id,
        id=booking.id,
    )


def _memo(row: TableRow, party: str) -> str:
    """The description and the notes, less what the payee says already."""
    said = [row.get("description"), row.get("notes")]
    foreign = row.get("foreign_amount")
    if foreign and row.get("type").lower() != "transfer":
        said.append(f"({foreign.lstrip('-')} {row.get('foreign_currency_code')})")
    return one_line(" ".join(text for text in said if text and text != party))


def _day(cell: str) -> date:
    try:
        return date.fromisoformat(cell[:10])
    except ValueError as error:
        raise BadCells("unreadable_date", f"“{cell[:40]}” is not a date.") from error


def _currency(code: str) -> str:
    return code.strip().upper()[:3]


def _with_splits(found: list[tuple[str, Booking]]) -> Iterator[Booking]:
    """Rows of one group in one account are one booking with parts; transfers stay by themselves."""

    def of_one(item: tuple[str, Booking]) -> tuple[str, str, date, str, bool]:
        group, one = item
        return group, one.account, one.on, one.currency, one.amount < 0

    for (group, *_), items in groupby(found, key=of_one):
        bookings = [booking for _, booking in items]
        if not group or len(bookings) < 2 or any(one.other for one in bookings):
            yield from bookings
        else:
            yield from joined(bookings)
