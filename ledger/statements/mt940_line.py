"""The fields of MT940 that carry figures: the statement line :61:, balances and sums."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ledger.statements.model import Balance
from ledger.statements.text import parse_amount

CENTURY_TURN = 80  # MT940 is younger than 1980, and no statement is dated half a century ahead.

_LINE = re.compile(
    r"(?:(?:19|20)(?=[0-9]{6}(?:[0-9]{4})?[RE]?[CD]))?(?P<value>[0-9]{6})(?P<entry>[0-9]{4}|\s{4})?\s*(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?"
    r"\s?(?P<amount>[0-9.,][0-9.,'’]{0,39})(?P<kind>[A-Z][A-Z0-9 ]{3})?(?P<rest>[^\n]*)\n?(?P<more>[\s\S]*)",
    re.IGNORECASE,
)
_BALANCE = re.compile(
    r"\s*(?P<mark>[CD])\s?(?P<on>[0-9]{6})(?P<currency>[A-Z]{3})?\s?(?P<amount>[0-9.,][0-9.,'’]{0,39})",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"\s*(?P<count>[0-9]{1,9})(?P<currency>[A-Z]{3})(?P<amount>[0-9.,][0-9.,'’]{0,39})"
)
_REFERENCE_WIDTH = 16


class BadLine(ValueError):
    """A :61: that cannot be read; `code` is the BadRow's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Line:
    """What one :61: says. `amount` is signed: a reversed credit (RC) takes money out again."""

    value_on: date
    posted_on: date
    amount: Decimal
    is_expected: bool  # EC, ED: announced by an MT942, not booked
    reference: str
    bank_reference: str
    name: str  # Rabobank prints the counterparty behind the padded reference
    details: tuple[str, ...]


def line_of(lines: tuple[str, ...]) -> Line:
    """Reads a :61: with its continuation lines. Raises BadLine.

    `posted_on` is the entry date where the bank gives one, else the value date: the entry
    date is when the bank booked it, and :62: balances follow it.
    """
    match = _LINE.match("\n".join(lines))
    if match is None:
        raise BadLine("unreadable_line", "This :61: line does not follow the MT940 layout.")
    try:
        value_on = six_digits(match["value"])
    except ValueError:
        message = f"“{match['value']}” is not a date (YYMMDD)."
        raise BadLine("unreadable_date", message) from None
    try:
        amount = swift_amount(match["amount"])
    except ValueError as error:
        raise BadLine("unreadable_amount", str(error)) from None
    mark = match["mark"].upper()
    reference, _, bank_reference = match["rest"].partition("//")
    reference, name = _reference_and_name(reference)
    return Line(
        value_on=value_on,
        posted_on=_entry_date(match["entry"] or "", value_on),
        amount=-amount if mark in ("D", "RC", "ED") and amount else amount,
        is_expected=mark[0] == "E",
        reference=reference,
        bank_reference=bank_reference.strip(),
        name=name,
        details=tuple(match["more"].split("\n")) if match["more"] else (),
    )


def _reference_and_name(text: str) -> tuple[str, str]:
    padded = text[_REFERENCE_WIDTH - 1 : _REFERENCE_WIDTH] == " "
    if padded and text[_REFERENCE_WIDTH:].strip():
        return text[:_REFERENCE_WIDTH].strip(), text[_REFERENCE_WIDTH:].strip()
    return text.strip(), ""


def _entry_date(text: str, value_on: date) -> date:
    """MMDD in the year that brings it nearest to the value date; without one, the value date."""
    candidates = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            candidates.append(_date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(candidates, key=lambda day: abs(day - value_on), default=value_on)


def six_digits(text: str) -> date:
    """YYMMDD. ValueError where there is no such day."""
    year = int(text[:2])
    return _date(year + (2000 if year < CENTURY_TURN else 1900), int(text[2:4]), int(text[4:6]))


def _date(year: int, month: int, day: int) -> date:
    # German interest runs on months of 30 days, so banks print a value date of 30 February.
    if month == 2 and day in (29, 30):
        return date(year, 3, 1) - timedelta(days=1)
    return date(year, month, day)


def swift_amount(text: str) -> Decimal:
    """An unsigned amount as SWIFT prints it ("12,", "1234,5", no grouping). Raises ValueError.

    Some banks write a point or group thousands; `1.234` alone stays refused, as it could be both.
    """
    one_comma = text.count(",") == 1 and "." not in text
    return parse_amount(text, "," if one_comma else None)


def balance_of(text: str) -> Balance:
    """A :60:, :62: or :64:. Currency "" where the bank leaves it out. Raises ValueError."""
    match = _BALANCE.match(text)
    if match is None:
        raise ValueError("it does not follow the MT940 layout")
    amount = swift_amount(match["amount"])
    is_debit = match["mark"].upper() == "D"
    return Balance(
        on=six_digits(match["on"]),
        amount=-amount if is_debit and amount else amount,
        currency=(match["currency"] or "").upper(),
    )


def sum_of(text: str) -> tuple[int, str, Decimal]:
    """An MT942's :90C: or :90D: as (bookings, currency, unsigned sum). Raises ValueError."""
    match = _SUM.match(text)
    if match is None:
        raise ValueError("it does not follow the MT942 layout")
    return int(match["count"]), match["currency"], swift_amount(match["amount"])
