"""One raw OFX booking to one `StatementRow`: its date, amount, names, id."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from ledger.statements.model import StatementRow
from ledger.statements.ofx_records import Booking
from ledger.statements.text import one_line, parse_amount, printed, with_check_number

ID_MAX = 255  # The specification's longest FITID.
YEAR_MIN, YEAR_MAX = 1900, 2200

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})|(\d{4})[-/](\d{2})[-/](\d{2})", re.ASCII)
_SIX_DIGITS = re.compile(r"(\d{2})(\d{2})(\d{2})(?!\d)", re.ASCII)
_DAY_FIRST_OR_LAST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)", re.ASCII)
_TIME = re.compile(
    r"\d{8}(\d{2})(\d{2})(\d{2})?(?:\.\d{1,6})?(?:\[([+-]?\d{1,2})(?:[.:](\d{1,2}))?)?", re.ASCII
)
_ZONE_MINUTES = {None: 0, "0": 0, "00": 0, "5": 30, "50": 30, "30": 30, "75": 45, "45": 45}


class BadField(ValueError):
    """One field of a booking cannot be read. `code` is a BadRow's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(slots=True)
class Context:
    """What the bookings of one statement share; `notes` counts the guesses made for them."""

    currency: str
    decimal_mark: str | None  # proved over all amounts of the file
    notes: Counter[str] = field(default_factory=Counter)


def row_of(booking: Booking, context: Context) -> StatementRow:
    """The booking as a row. Raises BadField for a date or amount that is absent or unreadable."""
    fields = booking.fields
    posted_on = _posted_on(fields, context)
    payee, memo = _payee(fields), one_line(fields.get("MEMO", ""))
    check_number = fields.get("CHECKNUM", "") or fields.get("CHKNUM", "")
    is_transfer = fields.get("TRNTYPE", "").upper() == "XFER"
    other_account = fields.get("BANKACCTTO/ACCTID", "") or fields.get("CCACCTTO/ACCTID", "")
    return StatementRow(
        line=booking.line,
        posted_on=posted_on,
        amount=_booked_amount(fields, context),
        payee=payee,
        memo=with_check_number(memo, payee, check_number),
        statement_text=printed(payee, memo),
        currency=currency_code(fields.get("CURRENCY/CURSYM", "")) or context.currency,
        external_id=one_line(fields.get("FITID", ""))[:ID_MAX],
        occurred_at=instant(fields.get("DTUSER", "") or fields.get("DTPOSTED", "")),
        pending=booking.is_pending,
        transfer_account=one_line(other_account) if is_transfer else "",
    )


def currency_code(text: str) -> str:
    code = text.strip().upper()
    return code if len(code) == 3 and code.isascii() and code.isalpha() else ""


def calendar_date(text: str) -> date | None:
    """The date an OFX field writes, in its own time zone. None for zeros and what is no date.

    YYYYMMDD is the norm. Six digits are DDMMYY (HSBC Brasil). A date with strokes counts
    only where day and month cannot be confused; with points the day stands first.
    """
    if match := _COMPACT.match(text):
        year, month, day = (int(part) for part in match.groups() if part)
    elif match := _SIX_DIGITS.match(text):
        day, month, year = int(match[1]), int(match[2]), 2000 + int(match[3])
    elif match := _DAY_FIRST_OR_LAST.match(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        if month > 12:
            day, month = month, day
        elif day <= 12 and day != month and "." not in text[:3]:
            return None
    else:
        return None
    try:
        return date(year, month, day) if YEAR_MIN <= year <= YEAR_MAX else None
    except ValueError:
        return None


def instant(text: str) -> datetime | None:
    """Date and time of an OFX field: aware where a zone stands, else naive; midnight if no time."""
    day = calendar_date(text)
    if day is None:
        return None
    match = _TIME.match(text)
    if not match:
        return datetime.combine(day, time())
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    zone = _zone(match[4], match[5]) if match[4] else None
    return datetime.combine(day, time(hour, minute, second, tzinfo=zone))


def _zone(hours: str, fraction: str | None) -> timezone | None:
    """[-3:BRT], [+5.30:IST] and [5.5] alike; the colon form has letters after it, never digits."""
    minutes = _ZONE_MINUTES.get(fraction)
    if minutes is None or abs(int(hours)) > 14:
        return None
    offset = timedelta(hours=abs(int(hours)), minutes=minutes)
    return timezone(-offset if hours.startswith("-") else offset)


def _posted_on(fields: dict[str, str], context: Context) -> date:
    days = (fields.get(name, "") for name in ("DTPOSTED", "DTTRAN", "DTAVAIL", "DTUSER"))
    text = next((day for day in days if day and set(day[:8]) != {"0"}), "")  # DTTRAN: pending.
    if not text or set(text[:8]) == {"0"}:
        raise BadField("missing_date", "The booking has no date (DTPOSTED).")
    day = calendar_date(text)
    if day is None:
        raise BadField("unreadable_date", f"“{text[:40]}” is not a date (DTPOSTED).")
    if not _COMPACT.match(text) and _SIX_DIGITS.match(text):
        context.notes["six_digit_date"] += 1
    return day


def _booked_amount(fields: dict[str, str], context: Context) -> Decimal:
    text = fields.get("TRNAMT", "")
    if not text:
        raise BadField("missing_amount", "The booking has no amount (TRNAMT).")
    try:
        return printed_amount(text, context)
    except ValueError as problem:
        message = f"“{text[:40]}” is not an amount (TRNAMT)."
        raise BadField("unreadable_amount", message) from problem


def printed_amount(text: str, context: Context) -> Decimal:
    """The amount by itself, else by the mark that the file's other amounts prove.

    The specification knows no thousands mark: where nothing is proved, "2,000" is two. That
    reading is noted, as it may be wrong by a thousand.
    """
    try:
        return parse_amount(text)
    except ValueError:
        if context.decimal_mark is None and "," in text:
            amount = parse_amount(text, ",")
            context.notes["ambiguous_comma"] += 1
            return amount
        return parse_amount(text, context.decimal_mark or ".")


def _payee(fields: dict[str, str]) -> str:
    name = one_line(
        fields.get("NAME", "") or fields.get("PAYEE/NAME", "") or fields.get("PAYEE", "")
    )
    extended = one_line(fields.get("EXTDNAME", ""))
    # NAME holds 32 characters; EXTDNAME, where a bank gives it, is the same name in full.
    return extended if extended.startswith(name) else name
