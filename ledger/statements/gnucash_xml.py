"""GnuCash's XML as a stream of its accounts and transactions, safe against what hostile XML tries.

Read with expat: a document type is refused before its first entity is seen, so nothing can expand
or be fetched. One account or transaction is held at a time, each a flat list of its texts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ledger.statements.model import UnreadableFile
from ledger.statements.unpack import gunzipped

DEPTH_MAX = 40
TEXTS_MAX = 50_000  # Of one transaction: a thousand splits.
TEXT_MAX = 2_000

# Scheduled transactions and budgets hold accounts and transactions that never happened.
_SKIPPED = frozenset({"gnc:template-transactions", "gnc:schedxaction", "gnc:budget", "gnc:pricedb"})
_WHOLE = frozenset({"gnc:account", "gnc:transaction"})


@dataclass(slots=True)
class Record:
    """An account or a transaction: (path of element names, text) in document order."""

    name: str
    line: int
    texts: list[tuple[str, str]] = field(default_factory=list)

    def get(self, path: str) -> str:
        return next((text for at, text in self.texts if at == path), "")

    def parts(self, name: str) -> Iterator["Record"]:
        """The repeated children of that path, as records of their own."""
        part: Record | None = None
        for path, text in self.texts:
            if path == name:  # Emitted where the child begins.
                if part is not None:
                    yield part
                part = Record(name, self.line)
            elif part is not None and path.startswith(f"{name}/"):
                part.texts.append((path[len(name) + 1 :], text))
        if part is not None:
            yield part

    def slot(self, key: str) -> str:
        """The value of one of GnuCash's key-value slots at the top of the record."""
        matches = False
        for path, text in self.texts:
            if path.endswith("slot/slot:key"):
                matches = text == key
            elif matches and "/slot:value" in f"/{path}":
                return text
        return ""


def records(data: bytes) -> Iterator[Record]:
    """Raises UnreadableFile (`not_xml`, `forbidden_doctype`, `not_gnucash`, `too_deep`, …)."""
    builder = _Builder()
    try:
        for chunk in gunzipped(data):
            builder.parser.Parse(chunk, False)
            yield from builder.taken()
        builder.parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        message = f"The XML is damaged or cut off at line {error.lineno}: {reason}."
        raise UnreadableFile("not_xml", message, line=error.lineno) from error
    except LookupError as error:
        message = "The XML is written in an encoding that does not exist."
        raise UnreadableFile("not_xml", message, line=1) from error
    yield from builder.taken()
    if not builder.is_gnucash:
        raise UnreadableFile("not_gnucash", "This XML is no GnuCash file.", line=1)


class _Builder:
    """Expat's callbacks; hands over whole records."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.is_gnucash = False
        self._depth = 0
        self._skip_until = 0
        self._record: Record | None = None
        self._path: list[str] = []
        self._words = ""
        self._done: list[Record] = []

    def taken(self) -> list[Record]:
        done, self._done = self._done, []
        return done

    def _doctype(self, *_: object) -> None:
        message = "The file carries a document type declaration, which no GnuCash file has."
        line = self.parser.CurrentLineNumber
        raise UnreadableFile("forbidden_doctype", message, line=line)

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            line = self.parser.CurrentLineNumber
            raise UnreadableFile("too_deep", "The XML is nested too deeply.", line=line)
        if self._depth == 1:
            self.is_gnucash = name == "gnc-v2"
        if self._skip_until:
            return
        if self._record is not None:
            self._path.append(name)
            self._words = ""
            self._add("/".join(self._path), "") if name == "trn:split" else None
        elif name in _SKIPPED:
            self._skip_until = self._depth
        elif name in _WHOLE and self.is_gnucash:
            self._record = Record(name, self.parser.CurrentLineNumber)

    def _end(self, name: str) -> None:
        if self._skip_until:
            self._skip_until = 0 if self._depth == self._skip_until else self._skip_until
        elif self._record is not None and self._path:
            if text := self._words.strip():
                self._add("/".join(self._path), text)
            self._path.pop()
            self._words = ""
        elif self._record is not None and name == self._record.name:
            self._done.append(self._record)
            self._record = None
        self._depth -= 1

    def _text(self, text: str) -> None:
        if self._path and len(self._words) < TEXT_MAX:
            self._words += text[:TEXT_MAX]

    def _add(self, path: str, text: str) -> None:
        assert self._record is not None
        if len(self._record.texts) >= TEXTS_MAX:
            line = self._record.line
            message = f"The entry at line {line} is too large."
            raise UnreadableFile("entry_too_large", message, line=line)
        self._record.texts.append((path, text))
