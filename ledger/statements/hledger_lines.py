"""The lines of an hledger or ledger journal: transactions with their postings, and directives.

Understood is what both programs share and what either adds for bookkeeping. What computes
(periodic and automated rules, expressions, timeclock) is counted and left out; `include` is
refused, since the other file did not come along.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from ledger.statements.model import BadRow, UnreadableFile
from ledger.statements.text import one_line

LINES_MAX = 1_000_000
LINE_MAX = 10_000  # Characters.
ALIASES_MAX = 100

Line = tuple[int, str]

_DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2})"
TRANSACTION = re.compile(
    rf"(?P<on>{_DATE})(?:=(?P<second>{_DATE}))?(?:[ \t]+(?P<status>[!*])(?=[ \t(]|$))?[ \t]*"
    r"(?:\((?P<code>[^)\n]*)\))?[ \t]*(?P<description>[^;\n]*)(?:;(?P<comment>.*))?$"
)
_COMMENT = frozenset(";#*%|")
_TEXT_BLOCKS = {"comment": "end comment", "test": "end test"}
# Directives that say nothing about money that moved.
_SILENT = frozenset(
    {"p", "payee", "tag", "n", "bucket", "capture", "assert", "check", "define", "def", "python"}
    | {"expr", "eval", "value", "fixed", "endfixed", "decimal-mark", "commodity", "account", "d"}
)
_TIMECLOCK = re.compile(r"[iIoObh] ")


@dataclass(slots=True)
class RawEntry:
    line: int
    on: date
    head: "re.Match[str]"
    lines: list[Line] = field(default_factory=list)
    prefix: str = ""  # of `apply account`


@dataclass(slots=True)
class RawJournal:
    entries: list[RawEntry] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    declared: list[tuple[str, str]] = field(default_factory=list)  # account, its comment
    styles: list[str] = field(default_factory=list)  # what commodity directives print
    decimal_mark: str = ""
    default: str = ""  # D: the commodity of bare numbers, as printed
    aliases: list[tuple[str, str]] = field(default_factory=list)


def raw_journal(text: str) -> RawJournal:
    """Raises UnreadableFile (`include_in_journal`, `too_many_lines`, `line_too_long`)."""
    return _Reader().read(journal_lines(text))


def journal_lines(text: str) -> list[str]:
    """The lines of a journal, within bounds."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") >= LINES_MAX:
        message = f"The journal has more than {LINES_MAX} lines: import it year by year."
        raise UnreadableFile("too_many_lines", message)
    lines = text.split("\n")
    longest = max(lines, key=len)
    if len(longest) > LINE_MAX:
        number = lines.index(longest) + 1
        message = f"Line {number} is longer than {LINE_MAX} characters: this is no journal."
        raise UnreadableFile("line_too_long", message, line=number)
    return lines


class _Reader:
    def __init__(self) -> None:
        self.found = RawJournal()
        self.year = 0
        self.applied: list[str] = []

    def read(self, lines: list[str]) -> RawJournal:
        blocks = self._blocks(lines)
        for number, first, rest in blocks:
            if first[0].isdigit():
                self._entry(number, first, rest)
            elif first[0] == "~":
                self.found.left_out["periodic transactions"] += 1
            elif first[0] == "=":
                self.found.left_out["automated rules"] += 1
            elif _TIMECLOCK.match(first):
                self.found.left_out["timeclock lines"] += 1
            else:
                self._directive(number, first, rest)
        return self.found

    def _blocks(self, lines: list[str]) -> Iterator[tuple[int, str, list[Line]]]:
        """Each line that begins at the margin, with the indented lines below it."""
        number, first, rest, until = 0, "", list[Line](), ""
        for n, raw in enumerate(lines, 1):
            line = raw.rstrip()
            if until:
                until = "" if line.strip().lower() == until else until
            elif not line:
                if first:
                    yield number, first, rest
                first, rest = "", []
            elif line[0] in " \t":
                rest.append((n, line.strip()))
            elif line[0] not in _COMMENT:
                if first:
                    yield number, first, rest
                number, first, rest = n, line, []
                if until := _TEXT_BLOCKS.get(line.split()[0].lower(), ""):
                    first = ""
        if first:
            yield number, first, rest

    def _entry(self, number: int, first: str, rest: list[Line]) -> None:
        head = TRANSACTION.match(first)
        on = self._day(head["on"]) if head else None
        if head is None or on is None:
            message = f"“{first[:40]}” does not begin with a date."
            self.found.bad_rows.append(BadRow(number, "unreadable_date", message, first[:200]))
            return
        prefix = "".join(f"{part}:" for part in self.applied)
        self.found.entries.append(RawEntry(number, on, head, rest, prefix))

    def _day(self, text: str) -> date | None:
        parts = [int(part) for part in re.split(r"[-/.]", text)]
        if len(parts) == 2:
            parts.insert(0, self.year)  # Without a `year` directive no year, and no date.
        try:
            return date(*parts)
        except ValueError:
            return None

    def _directive(self, number: int, first: str, rest: list[Line]) -> None:
        word, _, argument = first.lstrip("!@").partition(" ")
        name, argument = word.lower(), argument.strip()
        if name == "include":
            message = (
                f"Line {number} includes another file, which is not part of the upload. Write the "
                "whole journal into one file first: hledger print -o all.journal, or ledger print."
            )
            raise UnreadableFile("include_in_journal", message, line=number)
        if name in ("y", "year") or (name[:1] == "y" and name[1:].isdigit()):
            digits = argument or name[1:]
            self.year = int(digits) if digits[:4].isdigit() and len(digits) == 4 else 0
        elif name == "apply" and argument.startswith("account"):
            self.applied.append(argument.removeprefix("account").strip())
        elif name == "end":
            if argument in ("apply account", "apply", "account") and self.applied:
                self.applied.pop()
            elif argument == "aliases":
                self.found.aliases.clear()
        elif name == "alias":
            self._alias(argument)
        elif name == "apply" or name in _SILENT or name[:1] == "-":
            self._declaration(name, argument, rest)
        else:
            message = f"“{first[:40]}” is neither a transaction nor a directive that we know."
            self.found.bad_rows.append(BadRow(number, "unknown_line", message, first[:200]))

    def _alias(self, argument: str) -> None:
        old, _, new = argument.partition("=")
        if old.strip().startswith("/") or len(self.found.aliases) >= ALIASES_MAX:
            self.found.left_out["aliases by pattern"] += 1
        elif old.strip() and new.strip():
            self.found.aliases.insert(0, (old.strip(), new.strip()))

    def _declaration(self, name: str, argument: str, rest: list[Line]) -> None:
        if name == "account":
            account, comment = split_comment(argument)
            notes = [comment, *(line for _, line in rest)]
            self.found.declared.append((one_line(account), " ".join(notes)))
        elif name == "commodity":
            self.found.styles += [split_comment(argument)[0]]
            self.found.styles += [
                line.removeprefix("format").strip() for _, line in rest if line.startswith("format")
            ]
        elif name == "d":
            self.found.default = argument
        elif name == "decimal-mark" and argument[:1] in (".", ","):
            self.found.decimal_mark = argument[0]


def split_comment(text: str) -> tuple[str, str]:
    before, _, comment = text.partition(";")
    return before.strip(), comment.strip()
