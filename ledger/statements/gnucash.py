"""GnuCash books: its XML file, compressed or not, and its export of transactions as CSV.

piecash reads GnuCash's SQL files only; the XML, which nearly everybody saves, is read here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ledger.statements.gnucash_csv import read_gnucash_csv
from ledger.statements.gnucash_xml import Record, records
from ledger.statements.journal import (
    EQUITY,
    EXPENSE,
    INCOME,
    OWN,
    Entry,
    Journal,
    JournalAccount,
    Posting,
)
from ledger.statements.journal_book import parsed_journal
from ledger.statements.journal_kinds import type_of
from ledger.statements.model import BadRow, ParsedFile, UnreadableFile
from ledger.statements.text import one_line
from ledger.statements.unpack import GZIP

ACCOUNTS_MAX = 20_000
DEPTH_MAX = 40
DIGITS_MAX = 18
DENOMINATORS = {10**n: n for n in range(13)}

_KINDS = {
    "INCOME": (INCOME, ""), "EXPENSE": (EXPENSE, ""),
    "EQUITY": (EQUITY, ""), "TRADING": (EQUITY, ""), "ROOT": (EQUITY, ""),
    "BANK": (OWN, "checking"), "CHECKING": (OWN, "checking"), "SAVINGS": (OWN, "savings"),
    "CASH": (OWN, "cash"), "CREDIT": (OWN, "credit_card"), "CREDITLINE": (OWN, "loan"),
    "LIABILITY": (OWN, ""), "PAYABLE": (OWN, "other"), "RECEIVABLE": (OWN, "other"),
    "ASSET": (OWN, ""), "STOCK": (OWN, "investment"), "MUTUAL": (OWN, "investment"),
    "MONEYMRKT": (OWN, "investment"),
}  # fmt: skip
_RATIONAL = re.compile(r"(-?)(\d{1,18})/(\d{1,13})")


class _BadSplit(ValueError):
    pass


@dataclass(slots=True)
class _Account:
    name: str
    parent: str
    type: str
    commodity: str
    is_currency: bool


@dataclass(slots=True)
class _Books:
    accounts: dict[str, _Account] = field(default_factory=dict)  # by GnuCash's id
    names: dict[str, str] = field(default_factory=dict)  # full names by id
    taken: set[str] = field(default_factory=set)


def read_gnucash(data: bytes, *, mapping: Mapping[str, object] | None = None) -> ParsedFile:
    """A statement per account that holds money. Raises UnreadableFile."""
    if not data.startswith(GZIP) and not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_gnucash_csv(data)
    del mapping
    journal, books = Journal("gnucash"), _Books()
    for record in records(data):
        if record.name == "gnc:account":
            _add_account(record, books)
        else:
            _add_transaction(record, books, journal)
    return parsed_journal(journal, shorten=True)


def _add_account(record: Record, books: _Books) -> None:
    if len(books.accounts) >= ACCOUNTS_MAX:
        message = f"The file holds more than {ACCOUNTS_MAX} accounts."
        raise UnreadableFile("too_many_accounts", message)
    space = record.get("act:commodity/cmdty:space")
    books.accounts[record.get("act:id")] = _Account(
        one_line(record.get("act:name")).replace(":", "/") or "Unnamed",
        record.get("act:parent"),
        record.get("act:type").upper(),
        one_line(record.get("act:commodity/cmdty:id")),
        space in ("CURRENCY", "ISO4217", ""),
    )


def _add_transaction(record: Record, books: _Books, journal: Journal) -> None:
    number = one_line(record.get("trn:num"))
    text = one_line(record.get("trn:description"))
    try:
        on = date.fromisoformat(record.get("trn:date-posted/ts:date")[:10])
    except ValueError:
        message = "The transaction has no date that can be read."
        journal.bad_rows.append(BadRow(record.line, "unreadable_date", message, text[:200]))
        return
    currency = one_line(record.get("trn:currency/cmdty:id"))
    notes = one_line(record.slot("notes"))
    memo = f"{notes} No. {number}".strip() if number and number not in f"{text} {notes}" else notes
    entry = Entry(record.line, on, payee=text, memo=memo, id=one_line(record.get("trn:id")))
    try:
        for split in record.parts("trn:splits/trn:split"):
            entry.postings.append(_posting(split, currency, books, journal))
    except _BadSplit as error:
        journal.bad_rows.append(BadRow(record.line, "unreadable_amount", str(error), text[:200]))
        return
    journal.entries.append(entry)


def _posting(split: Record, currency: str, books: _Books, journal: Journal) -> Posting:
    account = books.accounts.get(split.get("split:account"))
    if account is None:
        raise _BadSplit("A split of the transaction names an account that the file does not have.")
    name = _full_name(split.get("split:account"), books)
    if name not in journal.accounts:
        journal.accounts[name] = _known(name, account)
    value, quantity = _number(split.get("split:value")), _number(split.get("split:quantity"))
    is_same = account.commodity == currency and account.is_currency
    return Posting(
        name,
        quantity,
        account.commodity,
        worth=None if is_same and value == quantity else value,
        worth_in="" if is_same and value == quantity else currency,
        is_held=not account.is_currency or account.type in ("STOCK", "MUTUAL"),
        memo=one_line(split.get("split:memo")),
        id=one_line(split.get("split:id")),
    )


def _known(name: str, account: _Account) -> JournalAccount:
    kind, type_ = _KINDS.get(account.type, (OWN, "other"))
    if kind == OWN and not type_:
        type_ = type_of(name, is_debt=account.type == "LIABILITY")
        type_ = "loan" if account.type == "LIABILITY" and type_ == "credit_card" else type_
    elif account.type == "BANK":
        type_ = type_of(name) if type_of(name) == "savings" else type_
    return JournalAccount(kind, type_)


def _full_name(account_id: str, books: _Books) -> str:
    """The path of names from below the root. A tree that runs in a circle is cut."""
    if account_id in books.names:
        return books.names[account_id]
    parts: list[str] = []
    at = books.accounts.get(account_id)
    while at is not None and at.type != "ROOT" and len(parts) < DEPTH_MAX:
        parts.append(at.name)
        at = books.accounts.get(at.parent)
    name = ":".join(reversed(parts)) or "Unnamed"
    if name in books.taken:
        name = f"{name} {account_id[:8]}"  # GnuCash allows two accounts of one name.
    books.names[account_id] = name
    books.taken.add(name)
    return name


def _number(text: str) -> Decimal:
    """GnuCash's "12345/100", exact."""
    found = _RATIONAL.fullmatch(text.strip())
    if not found or not int(found[3]):
        raise _BadSplit(f"“{text[:40]}” is not an amount.")
    above, below = int(found[1] + found[2]), int(found[3])
    if below in DENOMINATORS:
        return Decimal(above).scaleb(-DENOMINATORS[below])
    return Decimal(above) / Decimal(below)
