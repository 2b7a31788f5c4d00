"""CAMT XML as a stream of the parts of statements, safe against what hostile XML tries.

Read with expat, as defusedxml does: a document type is refused before its first entity is
seen, so nothing can expand or be fetched. The stream holds one part at a time, not a tree,
and knows every element's line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from ledger.statements.model import UnreadableFile

DEPTH_MAX = 60  # The schemas nest 20 deep.
NODES_MAX = 400_000  # Of one entry: a batch of ten thousand payments.
NODE_TEXT_MAX = 2_000
CHUNK_BYTES = (
    1_000_000  # Expat reads an unfinished tag anew with each chunk: few, or it is quadratic.
)
STATEMENTS_MAX = 20_000  # A decade of daily statements of five accounts.

_MESSAGES = {
    "BkToCstmrAcctRpt": "Rpt",  # camt.052
    "BkToCstmrStmt": "Stmt",  # camt.053
    "BkToCstmrDbtCdtNtfctn": "Ntfctn",  # camt.054
}
_PARTS = frozenset({"CreDtTm", "Acct", "Bal", "TxsSummry", "Ntry"})
# Nothing is read from these, and they make up half of a file.
_SKIPPED = frozenset(
    {"RltdAgts", "PstlAdr", "BkTxCd", "Chrgs", "Purp", "Tax", "CardTx", "Intrst", "SplmtryData"}
    | {"RltdRmtInf", "CtctDtls", "LclInstrm", "Avlbty", "TtlNtriesPerBkTxCd"}
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*>")


@dataclass(slots=True)
class Node:
    """An XML element: local name, line, own text, children. Namespaces are of no interest here:
    the thirteen versions of CAMT differ in little else."""

    name: str
    line: int
    currency: str = ""  # the attribute Ccy of an amount
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, path: str) -> list["Node"]:
        """All elements at `path` ("NtryDtls/TxDtls"), in document order."""
        found = [self]
        for name in path.split("/"):
            if not found:
                break
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def first(self, *paths: str) -> "Node | None":
        """The first element at the first of `paths` that leads anywhere."""
        return next((node for path in paths for node in self.all(path)), None)

    def words(self, *paths: str) -> str:
        """The first non-empty text at any of `paths`, or ""."""
        texts = (node.text.strip() for path in paths for node in self.all(path))
        return next((text for text in texts if text), "")


@dataclass(frozen=True, slots=True)
class Start:
    """A statement begins; the parts that follow are its."""

    line: int


def declared_encoding(document: bytes) -> str | None:
    """What the XML declaration claims; `decode` believes it only where the bytes agree."""
    declared = _DECLARED.search(document[:400])
    return declared[1].decode("ascii") if declared else None


def parts_of(text: str) -> Iterator[Start | Node]:
    """Each statement's Start, then its parts (Acct, Bal, Ntry…) one by one.

    Raises UnreadableFile (`not_xml`, `forbidden_doctype`, `not_camt`, `too_deep`,
    `entry_too_large`, `too_many_statements`) where the trouble stands, so after the parts
    before it.
    """
    document = _DECLARATION.sub(_only_line_ends, text, count=1).encode("utf-8", "replace")
    builder = _Builder()
    try:
        for start in range(0, len(document), CHUNK_BYTES):
            builder.parser.Parse(document[start : start + CHUNK_BYTES], False)
            yield from builder.taken()
        builder.parser.Parse(b"", True)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        message = f"The XML is damaged or cut off at line {error.lineno}: {reason}."
        raise UnreadableFile("not_xml", message, line=error.lineno) from error
    yield from builder.taken()
    if not builder.found_any:
        message = "This XML is no bank statement (camt.052, camt.053 or camt.054)."
        raise UnreadableFile("not_camt", message, line=1)


def _only_line_ends(declaration: re.Match[str]) -> str:
    """Nothing but the lines: the text is UTF-8 now, and some files have blanks before it."""
    return "\n" * declaration[0].count("\n")


class _Builder:
    """Expat's callbacks. Builds nodes only inside a statement's parts; hands over whole parts."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._statements = 0
        self._in_statement = False
        self._path: list[str] = []  # open elements outside of parts
        self._open: list[Node] = []  # open elements of the part
        self._skipping = 0
        self._nodes = 0
        self._done: list[Start | Node] = []

    @property
    def found_any(self) -> bool:
        return self._statements > 0

    def taken(self) -> list[Start | Node]:
        done, self._done = self._done, []
        return done

    def _line(self) -> int:
        return self.parser.CurrentLineNumber

    def _doctype(self, *_: object) -> None:
        message = "The file carries a document type declaration, which no bank statement has."
        raise UnreadableFile("forbidden_doctype", message, line=self._line())

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        name = qualified.rpartition(":")[2]
        if len(self._path) + len(self._open) + self._skipping >= DEPTH_MAX:
            raise UnreadableFile("too_deep", "The XML is nested too deeply.", line=self._line())
        is_wanted = name not in _SKIPPED if self._open else name in _PARTS
        if self._skipping or (self._in_statement and not is_wanted):
            self._skipping += 1
        elif self._in_statement:
            self._open_node(name, attributes)
        else:
            self._path.append(name)
            container = re.sub("V[0-9]+$", "", "".join(self._path[-2:-1]))  # V01 of version 1
            if _MESSAGES.get(container) == name:
                self._open_statement()

    def _open_statement(self) -> None:
        self._statements += 1
        if self._statements > STATEMENTS_MAX:
            message = f"The file holds more than {STATEMENTS_MAX} statements."
            raise UnreadableFile("too_many_statements", message, line=self._line())
        self._in_statement = True
        self._done.append(Start(self._line()))

    def _open_node(self, name: str, attributes: dict[str, str]) -> None:
        self._nodes += 1
        if self._nodes > NODES_MAX:
            message = f"The entry at line {self._open[0].line} is too large."
            raise UnreadableFile("entry_too_large", message, line=self._open[0].line)
        node = Node(name, self._line(), attributes.get("Ccy", "").strip().upper()[:3])
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def _end(self, _: str) -> None:
        if self._skipping:
            self._skipping -= 1
        elif not self._open:
            self._path.pop()
            self._in_statement = False  # Inside a statement all elements are parts.
        else:
            node = self._open.pop()
            if not self._open:
                self._nodes = 0
                self._done.append(node)

    def _text(self, text: str) -> None:
        if self._open and not self._skipping:
            node = self._open[-1]
            if len(node.text) < NODE_TEXT_MAX:
                node.text += text[:NODE_TEXT_MAX]
