"""QIF lines to raw records: which account's register, which booking, which line said what."""

import re
from collections import Counter
from dataclasses import dataclass, field

from ledger.statements.model import ROWS_MAX, UnreadableFile

ACCOUNTS_MAX = 1000
LINES_MAX = 5000  # Of one record; the longest real split has a few dozen parts of three lines.
DIGIT_TEXT_MAX = 40

# What a section's bookings are, by the header "!Type:…" or an account's own type.
KINDS = {
    "bank": "checking",
    "cash": "cash",
    "ccard": "credit_card",
    "invst": "investment",
    "port": "investment",
    "mutual": "investment",
    "401(k)/403(b)": "investment",
    "oth a": "other",
    "oth l": "loan",
}
# Lists that describe, and hold no booking.
_LISTS = frozenset(
    {"cat", "class", "security", "prices", "tag", "budget", "memorized", "template", "payee"}
)


@dataclass(slots=True)
class Record:
    """One entry up to its "^": pairs of the line's first letter and the rest of that line."""

    line: int
    pairs: list[tuple[str, str]] = field(default_factory=list)
    is_investment: bool = False
    is_cut: bool = False  # the file ends inside it, mid-line

    def get(self, code: str) -> str:
        """The first value of that letter; later ones belong to splits. "" where there is none."""
        return next((value for letter, value in self.pairs if letter == code and value), "")


@dataclass(slots=True)
class Register:
    """One account's bookings. `name` is "" where the file never says whose they are."""

    name: str
    kind: str
    definition: Record | None = None
    bookings: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class QifFile:
    registers: list[Register]
    skipped: Counter[str]  # records of sections we do not know, by header
    order: str = ""  # of the dates, where the file says it: "!Option:DMY"


_CENTS = re.compile(r"[.,]\d\d$", re.ASCII)


def read_registers(text: str) -> QifFile:
    """All registers of a QIF text, in order of appearance; sections of one account are joined.

    Raises UnreadableFile (`not_qif`, `too_many_bookings`, `too_many_statements`).
    """
    collector = _Collector()
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        collector.take(number, line.strip())
    collector.finish(is_cut=bool(lines[-1].strip()) and collector.may_be_cut())
    registers = list(collector.registers.values())
    if not collector.has_header and not any(_is_booking(r.bookings) for r in registers):
        message = (
            "This is not a QIF file: it has no !Type line and no booking with date and amount."
        )
        raise UnreadableFile("not_qif", message)
    return QifFile(registers, collector.skipped, collector.order)


def _is_booking(records: list[Record]) -> bool:
    """Whether one of them has a date and an amount: lines of a letter begin with D and T too."""
    return any(
        _has_digit(record.get("D")) and _has_digit(record.get("T") or record.get("U"))
        for record in records
    )


def _has_digit(text: str) -> bool:
    return any(char.isdigit() for char in text[:DIGIT_TEXT_MAX])


class _Collector:
    """Follows the lines; knows the section, and the account that its bookings belong to."""

    def __init__(self) -> None:
        self.registers: dict[tuple[str, str], Register] = {}
        self.skipped: Counter[str] = Counter()
        self.has_header = False
        self.order = ""
        self._section = "bank"  # Some banks leave the header out.
        self._account: Register | None = None
        self._record: Record | None = None
        self._count = 0

    def take(self, number: int, line: str) -> None:
        if line.startswith("!"):
            self.finish(is_cut=False)
            self.has_header = True
            self._header(line[1:])
        elif line.startswith("^"):  # Quicken of the nineties closes with "^^".
            self.finish(is_cut=False)
        elif line and (self.has_header or not line.startswith("#")):
            if self._record is None:
                self._record = Record(number)
            self._record.pairs.append((line[0], line[1:].strip()))
            if len(self._record.pairs) > LINES_MAX:
                message = f"The booking of line {self._record.line} never ends (no ^)."
                raise UnreadableFile("endless_row", message, line=self._record.line)

    def _header(self, header: str) -> None:
        key, _, name = header.lower().partition(":")
        key, name = key.strip(), " ".join(name.split())
        if key == "account":
            self._section = "account"
        elif key.startswith("typ"):
            self._section = name
        elif (key, name) == ("clear", "autoswitch"):
            self._account = None  # What came before was the list of all accounts, not a choice.
        elif key == "option" and name in ("mdy", "dmy", "ymd"):
            self.order = name
        elif key not in ("option", "clear"):
            self._section = header[:40]

    def may_be_cut(self) -> bool:
        """Whether the file's last record, without its ^ and without a line end, may lack something.

        Many programs leave both out. It is whole where date and amount are there and behind them a
        line that is no figure, or where the amount that ends it has its cents.
        """
        record = self._record
        if record is None or not _is_booking([record]):
            return True
        code, value = record.pairs[-1]
        return code in "DS$%" or (code in "TU" and not _CENTS.search(value))

    def finish(self, *, is_cut: bool) -> None:
        """End the record at hand and put it where it belongs."""
        record, self._record = self._record, None
        if record is None:
            return
        self._count += 1
        if self._count > ROWS_MAX:
            message = f"The file has more than {ROWS_MAX} records. Export a shorter period."
            raise UnreadableFile("too_many_bookings", message, line=record.line)
        record.is_cut = is_cut
        if self._section == "account":
            self._choose_account(record)
        elif self._section in KINDS or _looks_like_booking(self._section, record):
            record.is_investment = KINDS.get(self._section) == "investment"
            self._register_at_hand().bookings.append(record)
        elif self._section not in _LISTS:
            self.skipped[self._section] += 1

    def _choose_account(self, record: Record) -> None:
        kind = KINDS.get(" ".join(record.get("T").lower().split()), "")
        register = self._register(record.get("N"), kind)
        if kind and not register.kind:
            register.kind = kind
        if register.definition is None or record.get("$"):
            register.definition = record
        self._account = register

    def _register_at_hand(self) -> Register:
        return self._account or self._register("", KINDS.get(self._section, "other"))

    def _register(self, name: str, kind: str) -> Register:
        key = (name, "" if name else kind)
        if key not in self.registers:
            if len(self.registers) >= ACCOUNTS_MAX:
                message = f"The file has more than {ACCOUNTS_MAX} accounts."
                raise UnreadableFile("too_many_statements", message)
            self.registers[key] = Register(name, kind)
        return self.registers[key]


def _looks_like_booking(section: str, record: Record) -> bool:
    return section not in _LISTS and _is_booking([record])
