"""GnuCash's "Export Transactions to CSV": a row per split, as a journal."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from ledger.statements.csv_amounts import currency_of
from ledger.statements.csv_dates import DateReader
from ledger.statements.journal import Entry, Journal, Posting
from ledger.statements.journal_book import parsed_journal
from ledger.statements.journal_kinds import account_of, is_root
from ledger.statements.model import ParsedFile
from ledger.statements.register import (
    BadCells,
    TableRow,
    amount_of,
    bad_row,
    date_reader,
    day_of,
    decimal_mark,
    register_table,
)
from ledger.statements.text import one_line

NEEDED = ("date", "description", "full account name", "amount num.")


def read_gnucash_csv(data: bytes) -> ParsedFile:
    """Raises UnreadableFile."""
    table = register_table(data, NEEDED, "GnuCash")
    journal = Journal("gnucash", table.encoding, warnings=list(table.warnings))
    reader = date_reader([row.get("date") for row in table.rows], journal.warnings)
    mark = decimal_mark(row.get("amount num.") for row in table.rows)
    for rows in _transactions(table.rows):
        try:
            journal.entries.append(_entry(rows, reader, mark, journal))
        except BadCells as problem:
            journal.bad_rows.append(bad_row(rows[0], problem))
    unknown = {p.account.partition(":")[0] for e in journal.entries for p in e.postings}
    if unknown := {name for name in unknown if not is_root(name)}:
        names = ", ".join(sorted(unknown)[:5])
        journal.warnings.append(
            f"What the accounts under {names[:200]} are was guessed from their names: the CSV does "
            "not say it. GnuCash's own file (.gnucash) does."
        )
    return parsed_journal(journal, shorten=True)


def _transactions(rows: list[TableRow]) -> Iterator[list[TableRow]]:
    """The rows of each transaction: only its first has a date, or all have its id."""
    found: list[TableRow] = rows[:1]
    for before, row in pairwise(rows):
        number = row.get("transaction id")
        same = number == before.get("transaction id") if number else not row.get("date")
        if not same:
            yield found
            found = []
        found.append(row)
    if found:
        yield found


def _entry(rows: list[TableRow], reader: DateReader, mark: str, journal: Journal) -> Entry:
    first = rows[0]
    entry = Entry(
        first.line,
        day_of(first.get("date"), reader),
        payee=one_line(first.get("description")),
        memo=one_line(first.get("notes")),
        id=one_line(first.get("transaction id")),
    )
    currency = one_line(first.get("commodity/currency").rpartition("::")[2])
    for row in rows:
        if name := one_line(row.get("full account name")):
            journal.accounts.setdefault(name, account_of(name))
            entry.postings.append(_posting(row, name, currency, mark, entry.id))
    if not entry.postings:
        raise BadCells("missing_account", "The transaction has no account.")
    return entry


def _posting(row: TableRow, name: str, currency: str, mark: str, entry_id: str) -> Posting:
    amount = amount_of(row.get("amount num.", "amount num"), mark)
    value: Decimal = amount
    if said := row.get("value num.", "value num"):
        value = amount_of(said, mark)
    posting = Posting(name, amount, currency, memo=one_line(row.get("memo")), id=entry_id)
    if value != amount:
        sign = row.get("amount with sym", "amount with sym.")
        own = currency_of(sign)
        posting.commodity = own or "".join(c for c in sign if c.isalpha())[:20] or "?"
        posting.worth, posting.worth_in = value, currency
    return posting
