"""From OFX tags to raw records: which statement, which booking, which field said what. All text."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.statements.model import ROWS_MAX, UnreadableFile
from ledger.statements.ofx_tags import Tag, tags

DEPTH_MAX = 40  # The deepest path of the OFX specification has 12 aggregates.
EMPTY_RUN_MAX = 1000  # Tags opened one after another without a text or an end between them.
STATEMENTS_MAX = 1000

# OFC, from which OFX came, names the account around the STMTRS and not in it: ACCTSTMT.
STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS", "ACCTSTMT"})
BOOKINGS = frozenset({"STMTTRN", "STMTTRNP"})
# What a broker books beside plain cash, OFX 2.2 chapter 13.9.2.
TRADES = frozenset(
    {"BUYDEBT", "BUYMF", "BUYOPT", "BUYOTHER", "BUYSTOCK", "CLOSUREOPT", "INCOME", "INVEXPENSE"}
    | {"JRNLFUND", "JRNLSEC", "MARGININTEREST", "REINVEST", "RETOFCAP", "SELLDEBT", "SELLMF"}
    | {"SELLOPT", "SELLOTHER", "SELLSTOCK", "SPLIT", "TRANSFER"}
)
# Aggregates whose leaves carry names that mean something else elsewhere, so the path matters.
_LISTS = frozenset(
    {
        "OFX",
        "OFC",
        "STATUS",
        "BANKACCTFROM",
        "CCACCTFROM",
        "INVACCTFROM",
        "ACCTFROM",
        "BANKTRANLIST",
    }
    | {"BANKTRANLISTP", "INVTRANLIST", "INVBANKTRAN", "LEDGERBAL", "AVAILBAL", "BALLIST", "BAL"}
    | {"INVPOSLIST", "INVBAL", "INVOOLIST", "INV401K", "INV401KBAL", "SECLIST"}
)
# Some banks write these as plain leaves with a text of their own.
_OR_LEAVES = frozenset(
    {"PAYEE", "EXTDPAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA"}
)
_NEVER_LEAVES = STATEMENTS | BOOKINGS | _LISTS
_START = re.compile(r"<(?:\w{1,31}:)?OF[XC][\s>]", re.ASCII | re.IGNORECASE)
_LAST_END = re.compile(r"</(?:\w{1,31}:)?(?:CC|INV)?STMTRS\s{0,9}>", re.ASCII | re.IGNORECASE)
_END = re.compile(r"</(?:\w{1,31}:)?OF[XC]\s{0,9}>", re.ASCII | re.IGNORECASE)
_AGGREGATES = _NEVER_LEAVES | TRADES | _OR_LEAVES


@dataclass(slots=True)
class Booking:
    """One STMTTRN. Keys are leaf names, with the aggregate before them where one stands between."""

    line: int
    name: str
    is_pending: bool
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class StatementRecord:
    """One account's part: its own fields, bookings and, for a broker, the trades by kind."""

    name: str
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    bookings: list[Booking] = field(default_factory=list)
    trades: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Records:
    statements: list[StatementRecord]
    errors: list[str]  # what the bank's server said went wrong, "15500 Invalid password"
    is_whole: bool  # False: </OFX> is missing


def read_records(text: str) -> Records:
    """All statements of an OFX text. UnreadableFile if it is none, or broken off, or endless."""
    if not _START.search(text):
        raise UnreadableFile("not_ofx", "This is not an OFX file: it has no <OFX> element.")
    is_whole = _END.search(text) is not None
    if not is_whole and not _LAST_END.search(text):
        raise _broken_off(text.count("\n") + 1)
    collector = _Collector()
    line, empty_run = 1, 0
    for tag in tags(text):
        line = tag.line
        empty_run = empty_run + 1 if tag.kind == "open" else 0
        if empty_run > EMPTY_RUN_MAX:
            raise _too_deep(line)
        collector.take(tag)
    # A program may forget to close the file; one that ends inside a statement lacks something.
    if (is_whole and collector.path) or not STATEMENTS.isdisjoint(collector.path):
        raise _broken_off(line)
    return Records(collector.statements, collector.errors, is_whole)


def _broken_off(line: int) -> UnreadableFile:
    message = f"The file breaks off at line {line}: its end, </OFX>, is missing."
    return UnreadableFile("truncated", f"{message} Download it again.", line=line)


def _too_deep(line: int) -> UnreadableFile:
    message = f"Line {line} is nested deeper than any bank file."
    return UnreadableFile("too_deep", message, line=line)


class _Collector:
    """Follows the tags; `path` holds the open aggregates that matter, outermost first."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.statements: list[StatementRecord] = []
        self.errors: list[str] = []
        self._booking: Booking | None = None
        self._status: dict[str, str] = {}
        self._rows = 0

    def take(self, tag: Tag) -> None:
        if tag.kind == "leaf" and tag.name not in _NEVER_LEAVES:
            self._keep(tag.name, tag.value)
        elif tag.name not in _AGGREGATES:
            return
        elif tag.kind != "close":
            self._open(tag)
        elif tag.name in self.path:
            self._close(tag.name)

    def _open(self, tag: Tag) -> None:
        # An aggregate that its bank forgot to close ends where the next of its kind starts.
        if tag.name in STATEMENTS and not (tag.name == "STMTRS" and "ACCTSTMT" in self.path):
            self._close_all(STATEMENTS)
            self._start_statement(tag)
        elif tag.name in BOOKINGS:
            self._close_all(BOOKINGS)
            self._start_booking(tag)
        elif tag.name in TRADES:
            if "INVTRANLIST" not in self.path:
                return
            self._close_all(TRADES)
            self._current(tag).trades[tag.name] += 1
        elif tag.name == "STATUS":
            self._status = {}
        self.path.append(tag.name)
        if len(self.path) > DEPTH_MAX:
            raise _too_deep(tag.line)

    def _start_statement(self, tag: Tag) -> None:
        if len(self.statements) >= STATEMENTS_MAX:
            message = f"The file has more than {STATEMENTS_MAX} statements."
            raise UnreadableFile("too_many_statements", message, line=tag.line)
        self.statements.append(StatementRecord(tag.name, tag.line))

    def _start_booking(self, tag: Tag) -> None:
        self._rows += 1
        if self._rows > ROWS_MAX:
            message = f"The file has more than {ROWS_MAX} bookings. Export a shorter period."
            raise UnreadableFile("too_many_bookings", message, line=tag.line)
        is_pending = tag.name == "STMTTRNP" or "BANKTRANLISTP" in self.path
        self._booking = Booking(tag.line, tag.name, is_pending)
        self._current(tag).bookings.append(self._booking)

    def _current(self, tag: Tag) -> StatementRecord:
        if not self.statements:  # Bookings without a statement around them: still bookings.
            self._start_statement(tag._replace(name="STMTRS"))
        return self.statements[-1]

    def _close_all(self, names: Iterable[str]) -> None:
        for name in self.path:
            if name in names:
                self._close(name)
                return

    def _close(self, name: str) -> None:
        index = len(self.path) - 1 - self.path[::-1].index(name)
        closed = self.path[index:]
        del self.path[index:]
        if not BOOKINGS.isdisjoint(closed):
            self._booking = None
        if "STATUS" in closed and self._status.get("SEVERITY", "").upper() == "ERROR":
            code, message = self._status.get("CODE", ""), self._status.get("MESSAGE", "")
            self.errors.append(f"{code} {message}".strip()[:200])

    def _keep(self, name: str, value: str) -> None:
        around = self.path[-1] if self.path else ""
        if around == "STATUS":
            self._status.setdefault(name, value)
        elif self._booking:
            key = name if around == self._booking.name else f"{around}/{name}"
            self._booking.fields.setdefault(key, value)
        elif not STATEMENTS.isdisjoint(self.path):
            key = name if around in STATEMENTS else f"{around}/{name}"
            self.statements[-1].fields.setdefault(key, value)
