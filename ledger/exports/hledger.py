"""A journal for hledger. Payees and memos lose line ends, ";" and "|", which mean something."""

from collections.abc import Iterable, Iterator

from ledger.exports.entries import Entry, Place, Posting, entries
from ledger.exports.model import Book, Row
from ledger.exports.names import hledger_part, one_line, place_names, words
from ledger.money import exponent, format_minor

TYPES = {"Assets": "A", "Liabilities": "L", "Equity": "E", "Income": "R", "Expenses": "X"}
# Tags that the program itself acts on must not come from an owner's words.
RESERVED = {"date", "date2", "type", "t", "assert"}


def write_hledger(book: Book, rows: Iterable[Row]) -> Iterator[str]:
    names = place_names(book, hledger_part, " ")
    yield "; -*- journal -*-\ndecimal-mark .\n\n"
    for currency in sorted({account.currency for account in book.accounts}):
        places = exponent(currency)
        yield f"commodity 1000.{'0' * places} {currency}\n"
    yield "\n"
    for name in sorted(names.values()):
        yield f"account {name}  ; type:{TYPES[name.partition(':')[0]]}\n"
    for entry in entries(book, rows):
        yield _text(entry, names)


def _text(entry: Entry, names: dict[Place, str]) -> str:
    mark = "!" if entry.is_pending else "*"
    # The code stands first, so that a payee who begins with a bracket is not taken for one.
    lines = [f"\n{entry.on.isoformat()} {mark} ({entry.id}) {_description(entry)}".rstrip()]
    tags = words(entry.tags, r"\w-")
    if tags:
        shown = (f"{tag}-tag:" if tag.lower() in RESERVED else f"{tag}:" for tag in tags)
        lines.append(f"    ; {', '.join(shown)}")
    lines += [_posting(posting, names, entry) for posting in entry.postings]
    return "\n".join(lines) + "\n"


def _description(entry: Entry) -> str:
    payee, memo = _plain(entry.payee), _plain(entry.memo)
    return f"{payee} | {memo}" if memo else payee


def _plain(text: str) -> str:
    return one_line(text).replace(";", ",").replace("|", "/")


def _posting(posting: Posting, names: dict[Place, str], entry: Entry) -> str:
    """A side has the mark of its entry, but for a cleared one beside a pending one."""
    mark = "* " if entry.is_pending and not posting.pending else ""
    line = f"    {mark}{names[posting.place]}  {amount(posting.minor, posting.currency)}"
    if posting.cost:
        line += f" @@ {amount(*posting.cost)}"
    memo = _plain(posting.memo).replace(":", " :").replace("[", "(").replace("]", ")")
    return f"{line}  ; {memo}" if memo else line


def amount(minor: int, currency: str) -> str:
    return f"{format_minor(minor, currency)} {currency}"
