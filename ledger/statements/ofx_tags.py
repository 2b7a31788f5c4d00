"""OFX as a stream of tags: one scanner for OFX 1 (SGML, leaves unclosed) and OFX 2 (XML).

A tree is not built and no XML parser is used: real files leave tags open, and a parser that
knows entities can be made to expand a file without end. One pass, time linear in the text.
"""

import re
from collections.abc import Iterator
from html.entities import html5
from typing import NamedTuple

from ledger.statements.model import UnreadableFile

# No part can match past the next angle bracket, so a failed attempt costs what it read once.
_TOKEN = re.compile(
    r"<(?P<special>!\[CDATA\[|!--|!DOCTYPE|!ENTITY|\?(?=[A-Z]))"
    r"|<(?P<close>/?)(?:[A-Za-z_][\w.-]{0,31}:)?(?P<name>[A-Za-z][\w.-]{0,63})"
    r"(?:\s[^<>]{0,1000})?(?P<empty>/?)>",
    re.ASCII | re.IGNORECASE,
)
_ENDS = {"![CDATA[": "]]>", "!--": "-->", "!DOCTYPE": ">", "?": "?>"}
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")


class Tag(NamedTuple):
    """What the scanner meets: `open` (an aggregate or an empty leaf), `leaf` with text, `close`."""

    kind: str
    name: str  # upper case, without namespace prefix
    value: str
    line: int


def tags(text: str) -> Iterator[Tag]:
    """The tags of an OFX text in order. Line ends must be plain "\\n".

    Raises UnreadableFile (`truncated`, `entities_refused`) as soon as it is certain.
    """
    position, line = 0, 1
    opened: Tag | None = None
    parts: list[str] = []
    while token := _TOKEN.search(text, position):
        if opened:
            parts.append(unescape(text[position : token.start()]))
        line += text.count("\n", position, token.start())
        start, position = token.start(), token.end()
        if special := token["special"]:
            position = _end_of_special(text, special.upper(), token.end(), line)
            if opened and special.startswith("!["):
                parts.append(text[token.end() : position - 3])
        else:
            if opened:
                yield _filled(opened, parts)
                opened = None
            name = token["name"].upper()
            if token["close"]:
                yield Tag("close", name, "", line)
            elif not token["empty"]:
                opened, parts = Tag("open", name, "", line), []
        line += text.count("\n", start, position)
    if opened:
        yield _filled(opened, [unescape(text[position:])])


def _filled(opened: Tag, parts: list[str]) -> Tag:
    value = "".join(parts).strip()
    return opened._replace(kind="leaf", value=value) if value else opened


def _end_of_special(text: str, special: str, position: int, line: int) -> int:
    """Where a CDATA section, comment, declaration or instruction ends."""
    if special == "!ENTITY":
        message = f"Line {line} defines entities of its own. No bank does; the file is refused."
        raise UnreadableFile("entities_refused", message, line=line)
    if special == "!DOCTYPE" and "[" in text[position : position + 200].partition(">")[0]:
        return position  # An internal subset: go on inside it, where entities would stand.
    end = text.find(_ENDS[special], position)
    if end < 0:
        message = f"The file breaks off inside the section that starts on line {line}."
        raise UnreadableFile("truncated", message, line=line)
    return end + len(_ENDS[special])


def unescape(text: str) -> str:
    """Entities resolved, twice: banks escape text that was escaped before (`&amp;lt;`).

    Only entities that end in a semicolon count: html.unescape would make "BB®IONS" of
    the unescaped "BB&REGIONS".
    """
    for _ in range(2):
        if "&" in text:
            text = _ENTITY.sub(_character, text)
    return text


def _character(entity: re.Match[str]) -> str:
    decimal, hexadecimal, name = entity.groups()
    if name:
        return html5.get(f"{name};", entity[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_text = 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return chr(code) if is_text else " "
