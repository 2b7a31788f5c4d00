"""MT940 statements and MT942 interim reports.

mt-940 5.1.1 was measured on the same files and serves the tests as an oracle, but does not read
for us: it takes a file for one single statement and stops at the first line it does not know
(ASN's among them), names no lines, reads the first digits of a balance without currency as its
currency and, unless told otherwise, a reversed credit as income.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ledger.statements.agreement import balance_warnings, is_reference, with_unique_ids
from ledger.statements.csv_encoding import decode_table
from ledger.statements.model import (
    ROWS_MAX,
    BadRow,
    Balance,
    ParsedFile,
    Statement,
    StatementRow,
    UnreadableFile,
)
from ledger.statements.mt940_details import details_of
from ledger.statements.mt940_fields import END, LINES_MAX, Field, fields_of, with_line_ends
from ledger.statements.mt940_line import BadLine, Line, balance_of, line_of, sum_of
from ledger.statements.text import one_line

BYTES_MAX = 50_000_000
STATEMENTS_MAX = 20_000  # A decade of daily statements of five accounts.
BANK_REFERENCE_MIN = 6  # "//55555" is a branch or a batch; a booking's number is longer.
BAD_TEXT_MAX = 200

_HEADERS = frozenset({"25", "28", "60"})
_INTERIM = frozenset({"13", "34", "90"})
_INSIDE = frozenset({"61", "62", "86", "NS"})
_DETAILS = re.compile(r"[0-9]{0,3}\?[0-9]{2}")
# The second block of an envelope names the kind of message, also where it was received (O).
_OTHER_MESSAGE = re.compile(r"\{2:[IO](?!94[012]|950)([0-9]{3})")
_CURRENCY_AT_END = re.compile(r"(?<=[0-9/ ])([A-Z]{3})$")


@dataclass(slots=True)
class _Entry:
    """A :61: with what follows it, up to the next one."""

    line: Field
    info: list[str] = field(default_factory=list)
    non_swift: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Message:
    """The fields of one statement, sorted; nothing of them is read yet."""

    account: str = ""
    opening: Field | None = None
    closing: Field | None = None
    sums: list[Field] = field(default_factory=list)
    limits: list[Field] = field(default_factory=list)
    entries: list[_Entry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_closed: bool = False  # a :64: or :65: has come

    @property
    def is_interim(self) -> bool:
        """An MT942: what the bank has noted since the last statement, but not yet stated."""
        return bool(self.sums or self.limits) and not (self.opening or self.closing)


def read_mt940(data: bytes) -> ParsedFile:
    """Reads MT940 and MT942, with or without SWIFT envelope, one Statement per message.

    Rows are dated by the entry date where there is one, else the value date. MT942 rows are
    pending. `external_id` is the value date with the bank's own reference (after "//"): banks
    reuse the reference alone, for standing orders or from year to year. Account and currency
    of a message without them are those of the message before it.
    Raises UnreadableFile (`not_mt940`, `file_too_large`, `too_many_bookings`,
    `too_many_statements`, `field_too_long`, and those of decode).
    """
    if len(data) > BYTES_MAX:
        raise UnreadableFile("file_too_large", "The file is larger than 50 MB.")
    text, encoding = decode_table(data)
    groups = _grouped(fields_of(with_line_ends(text)))
    if not groups:
        raise UnreadableFile(
            "not_mt940", "The file holds no MT940 field (such as “:20:” or “:61:”).", line=1
        )
    statements: list[Statement] = []
    for group in groups:
        statement = _statement(_sorted(group), statements[-1] if statements else None)
        if statement != Statement():
            statements.append(statement)
    if not statements and (other := _OTHER_MESSAGE.search(text)):
        message = f"This is a SWIFT message MT{other[1]}, not a statement (MT940, MT942, MT950)."
        raise UnreadableFile("not_mt940", message, line=1)
    warnings = () if statements else ("The file holds neither an account nor a booking.",)
    found = with_unique_ids(statements) or (Statement(),)
    return ParsedFile("mt940", found, encoding, warnings=warnings)


def _grouped(fields: Iterable[Field]) -> list[list[Field]]:
    """The fields of each message.

    :20: opens one. Some banks leave it out, so a header that comes again does too.
    """
    groups: list[list[Field]] = []
    seen: set[str] = set()
    is_open = False
    rows = details = 0
    for one in fields:
        family = one.tag[:2]
        if family == END:
            is_open = False
            continue
        again = family in _HEADERS and (family in seen or "62" in seen)
        # A line of details that is a lone hyphen looks like the end of the message, and is none
        # where its closing balance is still to come.
        is_open = is_open or (family in _INSIDE and "60" in seen and "62" not in seen)
        if family == "20" or (again and not _is_mistagged(one, seen)) or not is_open:
            groups.append([])
            seen, is_open, details = set(), True, 0
        is_row = family == "61"
        rows += is_row
        details = 0 if is_row else details + len(one.lines)
        _check_size(rows, len(groups), details, one.line)
        seen.add(family)
        groups[-1].append(one)
    return groups


def _check_size(rows: int, statements: int, details: int, line: int) -> None:
    if rows > ROWS_MAX:
        message = f"The file holds more than {ROWS_MAX} bookings."
        raise UnreadableFile("too_many_bookings", message, line=line)
    if statements > STATEMENTS_MAX:
        message = f"The file holds more than {STATEMENTS_MAX} statements."
        raise UnreadableFile("too_many_statements", message, line=line)
    if details > LINES_MAX:
        message = f"The details before line {line} do not end: more than {LINES_MAX} lines."
        raise UnreadableFile("field_too_long", message, line=line)


def _is_mistagged(one: Field, seen: set[str]) -> bool:
    """A :25: of ?00…?20… behind a booking is its details under a wrong tag, no new account."""
    return one.tag == "25" and "61" in seen and bool(_DETAILS.match(one.lines[0]))


def _sorted(group: list[Field]) -> _Message:
    message = _Message()
    seen: set[str] = set()
    for one in group:
        family = one.tag[:2]
        if family == "61":
            message.entries.append(_Entry(one))
        elif family == "60":
            message.opening = one
        elif family == "62":
            message.closing = one
        elif family in ("64", "65"):
            message.is_closed = True  # What follows is about the account, also without a :62F:.
        elif family == "90":
            message.sums.append(one)
        elif family in _INTERIM:
            message.limits.append(one)
        elif one.tag in ("86", "NS") or _is_mistagged(one, seen):
            _attach(one, message, seen)
        elif family == "25":
            message.account = one.lines[0].strip()
        seen.add(family)
    return message


def _attach(one: Field, message: _Message, seen: set[str]) -> None:
    """Gives details to the booking before them; after a closing balance they are of no booking."""
    if one.tag == "25":
        message.warnings.append(f"Line {one.line}: read “:25:” as the details of a booking.")
    # Balances may come first, so only details that stand behind the balance are the statement's.
    behind_balance = message.closing is not None and bool(
        message.entries and message.entries[-1].line.line < message.closing.line
    )
    if message.entries and not behind_balance and not message.is_closed and "90" not in seen:
        entry = message.entries[-1]
        lines = entry.non_swift if one.tag == "NS" else entry.info
        lines.extend(one.lines)


def _statement(message: _Message, before: Statement | None) -> Statement:
    warnings = list(message.warnings)
    opening = _balance(message.opening, "opening", warnings)
    closing = _balance(message.closing, "closing", warnings)
    stated = next((found.currency for found in (opening, closing) if found and found.currency), "")
    bank, account, currency = _account(message.account, stated or _limit_currency(message))
    if message.entries and not message.account and before:
        warnings.append(
            f"Line {message.entries[0].line.line}: a booking outside any statement, read as "
            "one of the account before it."
        )
        bank, account = before.bank_id, before.account_id
        currency = currency or before.currency
    rows, bad_rows = _rows(message, currency)
    warnings += balance_warnings(opening, closing, rows)
    warnings += _sum_warnings(message, rows)
    if message.entries and opening and message.closing is None:
        warnings.append("The statement has no closing balance: it may be cut off.")
    return Statement(
        rows=tuple(rows),
        bad_rows=tuple(bad_rows),
        account_id=account,
        bank_id=bank,
        currency=currency,
        opening=opening,
        closing=closing,
        warnings=tuple(warnings),
    )


def _balance(one: Field | None, which: str, warnings: list[str]) -> Balance | None:
    if one is None:
        return None
    try:
        return balance_of(one.lines[0])
    except ValueError as error:
        warnings.append(f"Line {one.line}: the {which} balance is unreadable: {error}.")
        return None


def _account(text: str, stated: str) -> tuple[str, str, str]:
    """:25: as (bank, account, currency); "10020030/1234567EUR" and "BIC/account/HUF" name all."""
    found = _CURRENCY_AT_END.search(text)
    currency = stated or (found[1] if found else "")
    if found and found[1] == currency:
        text = text.removesuffix(currency).rstrip("/ ")
    bank, slash, account = text.partition("/")
    if slash and account and bank:
        return bank.strip(), account.strip(), currency
    return "", text, currency


def _limit_currency(message: _Message) -> str:
    for one in message.limits:
        if one.tag == "34F" and one.lines[0][:3].isalpha():
            return one.lines[0][:3].upper()
    return ""


def _rows(message: _Message, currency: str) -> tuple[list[StatementRow], list[BadRow]]:
    rows: list[StatementRow] = []
    bad_rows: list[BadRow] = []
    for entry in message.entries:
        try:
            line = line_of(entry.line.lines)
        except BadLine as error:
            text = one_line(" ".join([*entry.line.lines[:5], *entry.info[:5]]))[:BAD_TEXT_MAX]
            bad_rows.append(BadRow(entry.line.line, error.code, str(error), text))
        else:
            rows.append(_row(entry, line, currency, message.is_interim))
    return rows, bad_rows


def _row(entry: _Entry, line: Line, currency: str, is_interim: bool) -> StatementRow:
    details = details_of(line, entry.info, entry.non_swift)
    return StatementRow(
        line=entry.line.line,
        posted_on=line.posted_on,
        amount=line.amount,
        payee=details.payee,
        memo=details.memo,
        statement_text=details.text,
        currency=currency,
        external_id=_external_id(line),
        pending=is_interim or line.is_expected,
    )


def _external_id(line: Line) -> str:
    reference = one_line(line.bank_reference)
    is_number = any(char.isdigit() for char in reference)
    if len(reference) < BANK_REFERENCE_MIN or not is_number or not is_reference(reference):
        return ""
    return f"{line.value_on:%Y%m%d}:{reference}"


def _sum_warnings(message: _Message, rows: list[StatementRow]) -> list[str]:
    """An MT942 has no balances, but says how many debits and credits it holds and their sum."""
    warnings = []
    for one in message.sums:
        try:
            count, currency, stated = sum_of(one.lines[0])
        except ValueError as error:
            warnings.append(f"Line {one.line}: the sum is unreadable: {error}.")
            continue
        sign = -1 if one.tag == "90D" else 1
        amounts = [row.amount for row in rows if row.amount * sign > 0]
        held = sum(amounts, Decimal(0)) * sign
        if held != stated or len(amounts) != count:
            warnings.append(
                f"Line {one.line}: the file counts {count} bookings of {stated} {currency}, "
                f"but holds {len(amounts)} of {held} (difference {stated - held})."
            )
    return warnings
