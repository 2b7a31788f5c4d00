"""Double entry: what one row, or the two legs of a transfer, is in a journal. Pure.

hledger and beancount differ only in spelling, so what is booked against what is said here once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ledger.exports.model import Book, Leg, Part, Row

# Accounts of a journal: the id of one of ours or of a category, or one of these words.
OPENING = "opening"
TRANSIT = "transit"  # between the legs of a transfer that are booked on two days
NO_INCOME = "no category, income"
NO_EXPENSE = "no category, expense"
Place = UUID | str


@dataclass(frozen=True, slots=True)
class Posting:
    place: Place
    minor: int
    currency: str
    pending: bool = False
    cost: tuple[int, str] | None = None  # what the whole amount was worth, in another currency
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    on: date
    postings: tuple[Posting, ...]
    payee: str = ""
    memo: str = ""
    id: str = ""
    external_id: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_pending(self) -> bool:
        return any(posting.pending for posting in self.postings)


def entries(book: Book, rows: Iterable[Row]) -> Iterator[Entry]:
    """The journal's entries, in the order of the rows; each is balanced."""
    for account in book.accounts:
        if account.opening_minor:
            yield Entry(
                book.starts_on,
                (
                    Posting(account.id, account.opening_minor, account.currency),
                    Posting(OPENING, -account.opening_minor, account.currency),
                ),
                memo=f"Opening balance of {account.name}",
            )
    for row in rows:
        if row.transfer_id is None:
            yield _plain(row)
        elif row.other is None or row.other.posted_on != row.posted_on:
            yield _one_leg(row)
        elif row.amount_minor < 0 or not row.other.exported:
            # The leg that pays tells for both; where only the other one is exported, that one does.
            yield _transfer(row, row.other)


def _entry(row: Row, *postings: Posting) -> Entry:
    return Entry(
        row.posted_on,
        postings,
        payee=row.payee,
        memo=row.memo or (row.statement_text if not row.payee else ""),
        id=str(row.id),
        external_id=row.external_id,
        tags=row.tags,
    )


def _own(row: Row) -> Posting:
    return Posting(row.account_id, row.amount_minor, row.currency, row.is_pending)


def _plain(row: Row) -> Entry:
    against = (_against(part, row) for part in row.parts)
    return _entry(row, _own(row), *against)


def _against(part: Part, row: Row) -> Posting:
    place: Place | None = part.category_id
    if place is None:
        place = NO_INCOME if part.amount_minor > 0 else NO_EXPENSE
    return Posting(place, -part.amount_minor, row.currency, row.is_pending, memo=part.memo)


def _one_leg(row: Row) -> Entry:
    """A leg on a day of its own: the money is under way until the other one is booked.

    It travels as what was paid, so that between two currencies nothing is left under way.
    """
    own, other = _own(row), row.other
    if other is None or other.currency == row.currency or row.amount_minor < 0:
        return _entry(row, own, Posting(TRANSIT, -row.amount_minor, row.currency, row.is_pending))
    paid = abs(other.amount_minor)
    own = replace(own, cost=(paid, other.currency))
    return _entry(row, own, Posting(TRANSIT, -paid, other.currency, row.is_pending))


def _transfer(row: Row, other: Leg) -> Entry:
    own = _own(row)
    theirs = Posting(other.account_id, other.amount_minor, other.currency, other.is_pending)
    paid, received = (own, theirs) if own.minor < 0 else (theirs, own)
    if paid.currency != received.currency:
        received = replace(received, cost=(abs(paid.minor), paid.currency))
    return _entry(row, paid, received)
