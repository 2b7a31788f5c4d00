"""The lines of a beancount ledger: dated directives, transactions with their postings, options.

A tolerant reader of our own: beancount's is GPL, and stops at nothing but a correct ledger of all
its files, while a household wants what is there. Beancount itself is the oracle of our tests.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from ledger.statements.hledger_lines import Line, journal_lines
from ledger.statements.model import BadRow, UnreadableFile
from ledger.statements.text import one_line

SPAN_MAX = 100  # Lines of one string.
TAGS_MAX = 50

_DATED = re.compile(
    r"(?P<on>\d{4}[-/]\d{1,2}[-/]\d{1,2})[ \t]+(?P<what>[a-z]+|[*!&#?%A-Z])(?P<rest>.*)",
    re.DOTALL,  # A string may go on in the next line.
)
STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_MARK = re.compile(r"(?:^|\s)([#^])([A-Za-z0-9\-_/.]+)")
_WITHOUT_MONEY = {
    "note": "notes", "document": "documents", "event": "events", "query": "queries",
    "custom": "custom entries",
}  # fmt: skip
_SILENT = frozenset({"price", "commodity", "close"})
_IGNORED_STARTS = frozenset("*:#;!&?%")


@dataclass(slots=True)
class Dated:
    """A directive with a date: its word, what stands behind it, the indented lines below."""

    line: int
    on: date
    what: str
    rest: str
    lines: list[Line] = field(default_factory=list)
    tags: tuple[str, ...] = ()  # of `pushtag`


@dataclass(slots=True)
class RawLedger:
    dated: list[Dated] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    options: dict[str, str] = field(default_factory=dict)


def raw_ledger(text: str) -> RawLedger:
    """Raises UnreadableFile (`include_in_journal`, `too_many_lines`, `line_too_long`)."""
    found = RawLedger()
    pushed: list[str] = []
    for number, first, rest in _blocks(journal_lines(text)):
        if dated := _DATED.match(first):
            _add_dated(found, number, dated, rest, tuple(pushed))
        elif first[0] not in _IGNORED_STARTS:
            _add_undated(found, number, first, pushed)
    return found


def _blocks(lines: list[str]) -> Iterator[tuple[int, str, list[Line]]]:
    """Each line that begins at the margin, with the indented lines below it.

    A string that goes on over the end of its line takes the next lines along.
    """
    number, first, rest = 0, "", list[Line]()
    n = 0
    while n < len(lines):
        start, line = n + 1, _without_comment(lines[n]).rstrip()
        n += 1
        while _is_open(line) and n < len(lines) and n - start < SPAN_MAX:
            line += "\n" + lines[n]
            n += 1
        if not line.strip():
            continue
        if line[0] in " \t":
            rest.append((start, line.strip()))
            continue
        if first:
            yield number, first, rest
        number, first, rest = start, line, []
    if first:
        yield number, first, rest


def _without_comment(line: str) -> str:
    """Without a comment behind it. A semicolon inside a string is none."""
    if ";" not in line:
        return line
    inside = False
    for place, char in enumerate(line):
        if char == '"' and line[place - 1 : place] != "\\":
            inside = not inside
        elif char == ";" and not inside:
            return line[:place]
    return line


def _is_open(line: str) -> bool:
    return '"' in line and line.replace('\\"', "").count('"') % 2 == 1


def _add_dated(
    found: RawLedger, number: int, dated: "re.Match[str]", rest: list[Line], pushed: tuple[str, ...]
) -> None:
    what = dated["what"]
    try:
        on = date(*map(int, re.split("[-/]", dated["on"])))
    except ValueError:
        message = f"“{dated['on']}” is not a date."
        found.bad_rows.append(BadRow(number, "unreadable_date", message, one_line(dated[0])[:200]))
        return
    if what in _WITHOUT_MONEY:
        found.left_out[_WITHOUT_MONEY[what]] += 1
    elif len(what) == 1 or what in ("txn", "open", "balance", "pad"):
        found.dated.append(Dated(number, on, what, dated["rest"].strip(), rest, pushed))
    elif what not in _SILENT:
        message = f"“{what[:30]}” is no directive that we know."
        found.bad_rows.append(BadRow(number, "unknown_line", message, one_line(dated[0])[:200]))


def _add_undated(found: RawLedger, number: int, first: str, pushed: list[str]) -> None:
    word, _, rest = first.partition(" ")
    if word == "include":
        message = (
            f"Line {number} includes another file, which is not part of the upload. Write the whole "
            "ledger into one file first: bean-query main.beancount print > all.beancount."
        )
        raise UnreadableFile("include_in_journal", message, line=number)
    if word == "option":
        strings = strings_of(rest)[0]
        if len(strings) == 2:
            found.options[strings[0]] = strings[1]
    elif word == "plugin":
        found.left_out["plugins (their automatic entries)"] += 1
    elif word in ("pushtag", "poptag"):
        tag = rest.strip().lstrip("#")
        if word == "pushtag" and len(pushed) < TAGS_MAX:
            pushed.append(tag)
        elif tag in pushed:
            pushed.remove(tag)
    elif word not in ("pushmeta", "popmeta"):
        message = f"“{first[:40]}” is no directive that we know."
        found.bad_rows.append(BadRow(number, "unknown_line", message, one_line(first)[:200]))


def strings_of(text: str) -> tuple[list[str], str]:
    """The quoted strings of a line, and the rest of it."""
    strings = [re.sub(r"\\(.)", r"\1", found, flags=re.DOTALL) for found in STRING.findall(text)]
    return strings, STRING.sub(" ", text)


def tags_of(text: str) -> tuple[str, ...]:
    """The tags (#trip) of what is left of a line without its strings. Links (^id) are no tags."""
    return tuple(name for mark, name in _MARK.findall(text) if mark == "#")
