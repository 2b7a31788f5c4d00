"""A ledger for beancount. Names become lawful account names; the real ones stand as metadata."""

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID

from ledger.exports.entries import Entry, Place, Posting, entries
from ledger.exports.hledger import amount
from ledger.exports.model import Book, Row
from ledger.exports.names import beancount_part, one_line, place_names, words


def write_beancount(book: Book, rows: Iterable[Row]) -> Iterator[str]:
    names = place_names(book, beancount_part, "-")
    yield ";; -*- mode: beancount -*-\n"
    # A total price is divided to a unit's, and 28 digits of it need not multiply back to the total.
    yield 'option "inferred_tolerance_default" "*:0.000001"\n'
    for currency in sorted({account.currency for account in book.accounts}):
        yield f'option "operating_currency" "{currency}"\n'
    yield "\n"
    for place, name, currency, shown in _opened(book, names):
        yield _open(book.starts_on, name, currency, shown, place)
    for entry in entries(book, rows):
        yield _text(entry, names)


def _opened(book: Book, names: dict[Place, str]) -> Iterator[tuple[Place, str, str, str]]:
    """(place, name, currency, the name as the owner knows it) of everything that can be used."""
    currencies: dict[Place, str] = {a.id: a.currency for a in book.accounts}
    shown: dict[Place, str] = {a.id: a.name for a in book.accounts}
    shown |= {c.id: " / ".join(c.path) for c in book.categories}
    for place, name in names.items():
        yield place, name, currencies.get(place, ""), shown.get(place, "")


def _open(day: date, name: str, currency: str, shown: str, place: Place) -> str:
    lines = [f"{day.isoformat()} open {name} {currency}".rstrip()]
    if isinstance(place, UUID):
        lines += [f"  name: {_string(shown)}", f'  id: "{place}"']
    return "\n".join(lines) + "\n"


def _text(entry: Entry, names: dict[Place, str]) -> str:
    mark = "!" if entry.is_pending else "*"
    tags = words(entry.tags, r"A-Za-z0-9_/.-")
    head = [f"\n{entry.on.isoformat()} {mark} {_string(entry.payee)} {_string(entry.memo)}"]
    lines = [" ".join([*head, *(f"#{tag}" for tag in tags)])]
    if entry.id:
        lines.append(f'  id: "{entry.id}"')
    if entry.external_id:
        lines.append(f"  external-id: {_string(entry.external_id)}")
    if list(entry.tags) != tags:
        lines.append(f"  tags: {_string(', '.join(entry.tags))}")
    for posting in entry.postings:
        lines.append(_posting(posting, names, entry))
        if posting.memo:
            lines.append(f"    memo: {_string(posting.memo)}")
    return "\n".join(lines) + "\n"


def _posting(posting: Posting, names: dict[Place, str], entry: Entry) -> str:
    """A side has the flag of its entry, but for a cleared one beside a pending one."""
    mark = "* " if entry.is_pending and not posting.pending else ""
    line = f"  {mark}{names[posting.place]}  {amount(posting.minor, posting.currency)}"
    return f"{line} @@ {amount(*posting.cost)}" if posting.cost else line


def _string(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
