"""OFX, QFX and QBO bank files: versions 1 (SGML) and 2 (XML), and what banks make of them.

Our own reader: ofxtools 1.1.1 refuses a whole file over one field, ofxparse 0.21 over an empty
tag or charset, and both move posting dates to UTC. The tests hold ours against them.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from ledger.statements.csv_encoding import decode_any
from ledger.statements.model import (
    BadRow,
    Balance,
    ParsedFile,
    Statement,
    StatementRow,
    UnreadableFile,
)
from ledger.statements.ofx_records import StatementRecord, read_records
from ledger.statements.ofx_rows import (
    BadField,
    Context,
    calendar_date,
    currency_code,
    printed_amount,
    row_of,
)
from ledger.statements.text import decimal_mark_of, one_line

HEADER_BYTES = 2048

_ACCOUNT_TYPES = {
    "CHECKING": "checking",
    "SAVINGS": "savings",
    "MONEYMRKT": "savings",
    "CD": "savings",
    "CREDITLINE": "loan",
    "CREDITCARD": "credit_card",
    "INVESTMENT": "investment",
    # OFC numbers them.
    "0": "checking",
    "1": "savings",
    "2": "credit_card",
    "3": "savings",
    "4": "loan",
}
_KINDS = {"CCSTMTRS": "credit_card", "INVSTMTRS": "investment"}
_ACCOUNTS = ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM", "ACCTFROM")


def read_ofx(data: bytes) -> ParsedFile:
    """Every statement of an OFX file. Amounts keep the sign of TRNAMT; TRNTYPE never flips it.

    A booking's date is the one the bank wrote, not shifted to any time zone. Raises
    UnreadableFile for a file that is broken off, holds no statement, or only unreadable rows.
    """
    text, encoding = decode_any(data, _declared_charset(data[:HEADER_BYTES]))
    records = read_records(text.replace("\r\n", "\n").replace("\r", "\n"))
    if not records.statements:
        raise _no_statement(records.errors)
    mark = decimal_mark_of(
        booking.fields.get("TRNAMT", "")
        for statement in records.statements
        for booking in statement.bookings
    )
    statements = tuple(_statement(record, mark) for record in records.statements)
    _refuse_if_nothing_readable(statements)
    warnings = [f"The bank reports an error: {error}." for error in records.errors]
    if not records.is_whole:
        warnings.append("The end of the file (</OFX>) is missing; the statements in it are whole.")
    if " with " in encoding:
        warnings.append("Some characters of the file are damaged; payees may look odd.")
    return ParsedFile("ofx", statements, encoding, warnings=tuple(warnings))


def _declared_charset(header: bytes) -> str:
    """The charset that the OFX 1 header or the XML declaration claims, "" for none."""
    text = header.replace(b"\0", b"").decode("latin-1").upper().partition("<OFX>")[0]
    if found := re.search(r"<\?XML[^>]{0,200}?ENCODING\s{0,9}=\s{0,9}[\"']([\w.-]{1,40})", text):
        return found[1]
    if re.search(r"ENCODING:\s{0,9}(?:UTF-?8|UNICODE)", text):
        return "utf-8"
    # Wells Fargo writes the whole header on one line without blanks.
    found = re.search(r"CHARSET:\s{0,9}([\w-]{1,20}?)(?:COMPRESSION|\s|$)", text)
    return found[1] if found else ""


def _no_statement(errors: list[str]) -> UnreadableFile:
    if errors:
        message = f"The bank sent an error in place of a statement: {errors[0]}."
        return UnreadableFile("bank_error", message)
    return UnreadableFile("no_statement", "This OFX file holds no account statement.")


def _refuse_if_nothing_readable(statements: tuple[Statement, ...]) -> None:
    bad_rows = [row for statement in statements for row in statement.bad_rows]
    if bad_rows and not any(statement.rows for statement in statements):
        first = bad_rows[0]
        message = f"None of the {len(bad_rows)} bookings can be read. Line {first.line}: "
        raise UnreadableFile("no_readable_rows", message + first.message, line=first.line)


def _statement(record: StatementRecord, mark: str | None) -> Statement:
    context = Context(currency_code(record.fields.get("CURDEF", "")), mark)
    rows: list[StatementRow] = []
    bad_rows: list[BadRow] = []
    for booking in record.bookings:
        try:
            rows.append(row_of(booking, context))
        except BadField as problem:
            text = one_line(" ".join(booking.fields.values()))[:200]
            bad_rows.append(BadRow(booking.line, problem.code, str(problem), text))
    closing, closing_warnings = _closing(record, context)
    return Statement(
        rows=_without_filler_times(rows),
        bad_rows=tuple(bad_rows),
        account_id=one_line(_of_account(record, "ACCTID")),
        account_type=_account_type(record),
        bank_id=one_line(_of_account(record, "BANKID") or _of_account(record, "BROKERID")),
        currency=context.currency,
        closing=closing,
        warnings=(*closing_warnings, *_warnings(record, rows, context)),
    )


def _of_account(record: StatementRecord, name: str) -> str:
    values = (record.fields.get(f"{account}/{name}", "") for account in _ACCOUNTS)
    return next(filter(None, values), "")


def _account_type(record: StatementRecord) -> str:
    if record.name in _KINDS:
        return _KINDS[record.name]
    written = _of_account(record, "ACCTTYPE").upper()
    return _ACCOUNT_TYPES.get(written, "other" if written else "")


def _closing(record: StatementRecord, context: Context) -> tuple[Balance | None, list[str]]:
    """The booked balance; one that cannot be read costs a warning, never the bookings."""
    fields = record.fields
    amount_text, date_text = fields.get("LEDGERBAL/BALAMT", ""), fields.get("LEDGERBAL/DTASOF", "")
    if record.name == "ACCTSTMT":  # OFC has the bare figure, at the end of its period.
        amount_text, date_text = fields.get("LEDGER", ""), fields.get("DTEND", "")
    if not amount_text and not date_text:
        return None, []
    as_of = calendar_date(date_text)
    try:
        amount = printed_amount(amount_text, context)
    except ValueError:
        return None, [f"The closing balance “{amount_text[:40]}” cannot be read."]
    if as_of is None:
        return None, [f"The closing balance has no readable date (“{date_text[:40]}”)."]
    return Balance(as_of, amount, context.currency), []


def _without_filler_times(rows: list[StatementRow]) -> tuple[StatementRow, ...]:
    """One and the same time of day on every row is the bank's filler, not when it happened.

    A date that differs from the posting date is kept: that is the day of the purchase.
    """
    times = {row.occurred_at.time() for row in rows if row.occurred_at}
    if len(times) > 1:
        return tuple(rows)
    return tuple(
        replace(row, occurred_at=None)
        if row.occurred_at and row.occurred_at.date() == row.posted_on
        else row
        for row in rows
    )


def _warnings(record: StatementRecord, rows: list[StatementRow], context: Context) -> Iterable[str]:
    if record.trades:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(record.trades.items()))
        total = record.trades.total()
        yield f"{total} investment bookings were left out, only cash is read: {kinds}."
    if count := context.notes["six_digit_date"]:
        yield f"{count} dates have six digits and were read as day, month, year."
    if count := context.notes["ambiguous_comma"]:
        yield f"{count} amounts have one comma and three digits after it, read as decimals."
    yield from _repeated_ids(rows)


def _repeated_ids(rows: list[StatementRow]) -> Iterable[str]:
    """An id that several bookings share cannot tell them apart; one of them would be lost."""
    contents = defaultdict(list)
    for row in rows:
        if row.external_id:
            contents[row.external_id].append((row.posted_on, row.amount, row.payee, row.memo))
    repeated = [bookings for bookings in contents.values() if len(bookings) > 1]
    different = sum(1 for bookings in repeated if len(set(bookings)) > 1)
    if different:
        yield f"{different} bank ids (FITID) stand for several different bookings."
    if same := len(repeated) - different:
        yield f"{same} bank ids (FITID) stand on several bookings that are equal in all else."
