"""MT940 text cut into fields: which line starts a tag, which continues it, where messages end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.statements.model import UnreadableFile

_TAG_NAME = r"(?:20|21|25P?|28C?|34F|13D|60[FM]?|61|62[FM]?|64|65|86|90[CD]|NS|94[02])"
_TAG = re.compile(rf"[ \t]*:({_TAG_NAME}):")
_TAG_WITHOUT_COLON = re.compile(rf"{_TAG_NAME}:")
_ENVELOPE_BLOCK = re.compile(r"-?\}?\{[1-5]:")
# "…2014-09-12T16" / ":26:37 Fo…": a time of day that the 65th column cut in two is no tag.
_HOUR_AT_END = re.compile(r"[T ](?:[01][0-9]|2[0-3])$")
_MINUTES_AT_START = re.compile(r":[0-5][0-9]:[0-5][0-9](?![0-9])")
_STRAY = "\ufeff\x01\x02\x03\x04\x1a\x0c"  # Transmission marks of old banking lines.

# FinTS carries a statement inside a message of its own, where "@@" stands for the end of a line.
_FINTS_LINE_ENDS = re.compile(r"@@:[0-9]{2}[A-Z]?:")

LINES_MAX = 2_000  # Of one field, and of one booking. SWIFT allows six; no bank writes a hundred.

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")

END = ""  # The tag of the field that marks the end of a message.


@dataclass(frozen=True, slots=True)
class Field:
    """One tag with its lines. Continuation lines keep their trailing blanks: they are text."""

    tag: str
    lines: tuple[str, ...]
    line: int  # 1-based line of the tag


def with_line_ends(text: str) -> str:
    """The text with FinTS's "@@" as ends of line, where they separate its fields."""
    return text.replace("@@", "\n") if _FINTS_LINE_ENDS.search(text) else text


def fields_of(text: str) -> Iterator[Field]:
    """All fields in file order, with an END field where a message ends.

    What stands before the first tag of a message (SWIFT blocks, a bank's own header) is no
    field: those lines carry routing data, never bookings. Raises UnreadableFile
    (`field_too_long`).
    """
    tag, lines, start, before = END, [""], 0, ""
    for number, line in _unwrapped(text):
        match = _TAG.match(line)
        if match and _HOUR_AT_END.search(before[-3:]) and _MINUTES_AT_START.match(line):
            match = None
        if match or _is_end(line):
            if tag != END:
                yield Field(tag, tuple(lines), start)
            tag = END
        if match and not match[1].startswith("94"):
            tag, lines, start = match[1], [line[match.end() :]], number
        elif tag != END:
            lines.append(line)
            if len(lines) > LINES_MAX:
                message = f"The field at line {start} does not end: more than {LINES_MAX} lines."
                raise UnreadableFile("field_too_long", message, line=start)
        elif match or _is_end(line):
            yield Field(END, (), number)
        before = line
    if tag != END:
        yield Field(tag, tuple(lines), start)


def _unwrapped(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines without the SWIFT envelope and stray controls; END lines become "-"."""
    colon_left_behind = False
    for number, found in enumerate(_LINE.finditer(text), 1):
        line = found[1].strip(_STRAY)
        if colon_left_behind:
            colon_left_behind = False
            if _TAG_WITHOUT_COLON.match(line):
                line = ":" + line
        if line.strip() == ":":  # Sparkasse wraps between the colon and its tag.
            colon_left_behind = True
            continue
        yield from ((number, part) for part in _without_envelope(line))


def _without_envelope(line: str) -> Iterator[str]:
    if _ENVELOPE_BLOCK.match(line):
        yield "-"
        _, opens, rest = line.partition("{4:")
        if not opens:
            return
        line = rest.strip(_STRAY)
    closing = line.find("-}{5:")
    if closing < 0 and line.rstrip().endswith("-}"):
        closing = line.rindex("-}")
    if closing < 0:
        yield line
        return
    if closing:
        yield line[:closing]
    yield "-"


def _is_end(line: str) -> bool:
    return line.rstrip() in ("-", "-}", "-XXX")
