"""The front door: which format a bank file has, told from its content, and the reader for it."""

import re
from collections.abc import Callable, Mapping

from ledger.statements.camt import read_camt
from ledger.statements.csv_encoding import decode_table
from ledger.statements.csv_file import read_csv
from ledger.statements.markup_tables import is_markup_table
from ledger.statements.model import ParsedFile, UnreadableFile
from ledger.statements.mt940 import read_mt940
from ledger.statements.mt940_fields import with_line_ends
from ledger.statements.ofx import read_ofx
from ledger.statements.qif import read_qif
from ledger.statements.rivals import NAMES, READERS, sniff_journal, sniff_packed, sniff_table
from ledger.statements.unpack import (
    GZIP,
    MEMBER_MAX,
    gunzipped,
    is_workbook,
    is_zip,
    member,
    member_names,
)

HEAD_BYTES = 16_384  # Every format we know shows itself in its first lines.

_FORMATS = {
    "ofx": "ofx qfx qbo ofc",
    "qif": "qif",
    "camt": "camt xml camt.052 camt.053 camt.054 camt052 camt053 camt054 iso20022",
    "mt940": "mt940 mt942 mt-940 mt-942 sta swi swift 940 942 mta",
    "csv": "csv tsv ssv tab dat txt xls xlsx xlsm excel",
    **NAMES,
}
_FORMAT_BY_NAME = {name: kind for kind, names in _FORMATS.items() for name in names.split()}
_PLAIN = frozenset({"", "csv", "ofx", "qif", "mt940"})  # Others unpack what is theirs.
_WEB_PAGE = "This is a web page, not the file the bank offers for download"
_PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")
_VAGUE = frozenset({"xml", "txt", "dat"})  # Extensions that say nothing about what is inside.

_MAGICS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"RIFF", "a picture or a film"),
    (b"\x1f\x8b", "a compressed file"),
    (b"BZh", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"\xfd7zXZ", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"SQLite format", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"{\\rtf", "a text document"),
)
_MT940_TAG = re.compile(r"(?:^|\n)[ \t]*(?:-\}?)?:(20|21|25|28C?|60[FM]|61|62[FM]|86|34F|13D?):")
_MT940_START = re.compile(r"\{1:F01|:\d{2}[A-Z]?:")
_QIF_START = re.compile(r"(?:^|\n)!(?:type|account|option|clear)\b", re.IGNORECASE)
_QIF_LINES = re.compile(r"(?:^|\n)D[^\n]{4,20}\n(?:[A-Z$][^\n]*\n)*?[TU][^\n]*\d", re.ASCII)
_OFX_START = re.compile(r"OFXHEADER\s*[:=]|<\?OFX|<OFX\b|<OFC\b", re.IGNORECASE)
_CAMT_START = re.compile(r"camt\.05[234]|<(?:\w+:)?(?:BkToCstmr|Stmt\b|Ntfctn\b|Rpt\b)")
_HTML_START = re.compile(r"<(?:!doctype\s+html|html|head|body|table)\b", re.IGNORECASE)


def sniff(data: bytes, filename: str = "") -> str:
    """ "ofx", "qif", "camt", "mt940", "csv" or another program's name (`rivals.NAMES`), by content.

    The file's name only breaks a tie.

    Raises UnreadableFile whose sentence says what the file is instead.
    """
    if not data.strip(b"\0\t\n\r \xef\xbb\xbf"):
        raise UnreadableFile("unknown_format", "The file is empty.")
    if packed := sniff_packed(data):
        return packed
    if is_zip(data):
        return _sniff_zip(member_names(data))
    if is_workbook(data):
        return "csv"
    for magic, kind in _MAGICS:
        # "BM" alone may start a text; a bitmap has its length and zeros right behind.
        if data.startswith(magic) and (magic != b"BM" or data[6:10] == bytes(4)):
            raise _unknown(f"This is {kind}")
    head, _ = decode_table(data[: HEAD_BYTES - HEAD_BYTES % 4])
    return _sniff_text(
        head.lstrip("\ufeff \t\r\n").replace("\r\n", "\n").replace("\r", "\n"), filename
    )


def _sniff_zip(names: list[str]) -> str:
    """What an archive of several files is; one of a single file was opened before."""
    if not names or any(name.startswith("xl/") for name in names):
        return "csv"  # A workbook, or one that is damaged.
    if "content.xml" in names:
        raise _unknown("This is an OpenDocument spreadsheet")
    if any(map(is_xml, names)):
        return "camt"
    raise _unknown("This is an archive of several files, which go in one by one")


def is_xml(name: str) -> bool:
    return name.lower().endswith(".xml")


def _opened(data: bytes, filename: str) -> tuple[bytes, str]:
    """The one file in a ZIP or gzip, with its name; any other file as it is.

    Workbooks, GnuCash's books and archives of several files are for their readers.
    """
    if sniff_packed(data):
        return data, filename
    if data.startswith(GZIP):
        return _gunzipped(data), filename.lower().removesuffix(".gz")
    names = member_names(data)
    if len(names) == 1 and not names[0].startswith("xl/") and not is_xml(names[0]):
        return member(data, names[0]), names[0]
    return data, filename


def _gunzipped(data: bytes) -> bytes:
    found, size = [], 0
    for chunk in gunzipped(data):
        found.append(chunk)
        size += len(chunk)
        if size > MEMBER_MAX:
            raise UnreadableFile(
                "archive_too_large", "The file unpacks to far more than a statement."
            )
    return b"".join(found)


def _sniff_text(head: str, filename: str) -> str:
    if _OFX_START.search(head):
        return "ofx"
    if _QIF_START.search(head):
        return "qif"
    if head.startswith("<"):
        return _sniff_markup(head)
    lines = with_line_ends(head).lstrip()
    tags = set(_MT940_TAG.findall(lines))
    if len(tags) >= 2 or _MT940_START.match(lines):
        return "mt940"
    if head.startswith(("{", "[{", "[\n")):
        raise _unknown("This is a JSON file")
    named = _FORMAT_BY_NAME.get(filename.rpartition(".")[2].lower(), "")
    if rival := sniff_journal(head) or sniff_table(head):
        return rival
    if named == "qif" or ("\n^" in head and _QIF_LINES.search(head)):
        return "qif"
    if named == "mt940" and tags:
        return "mt940"
    if named in ("hledger", "beancount"):
        return named
    return "csv"


def _sniff_markup(head: str) -> str:
    if _CAMT_START.search(head):
        return "camt"
    if "<gnc-v2" in head:
        return "gnucash"
    if is_markup_table(head):
        return "csv"
    if _HTML_START.search(head):
        raise _unknown(_WEB_PAGE)
    if "pain.00" in head:
        raise _unknown("This is a payment order, not a statement")
    raise _unknown("This is an XML file of a kind we do not know")


def _is_page(data: bytes) -> bool:
    """Whether it begins as a web page; the tables in it may be anything."""
    return data[:HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE_STARTS)


def _unknown(what: str) -> UnreadableFile:
    message = f"{what}. Export the statement as CSV, OFX, QIF, CAMT or MT940."
    return UnreadableFile("unknown_format", message)


def format_of(name: str) -> str:
    """Our word for a format as people and programs write it ("QFX", "camt.053.001.02", ".xlsx")."""
    word = name.strip().lower().lstrip(".").replace(" ", "-")
    if word.startswith("camt"):
        word = "camt"
    if word not in _FORMAT_BY_NAME:
        raise UnreadableFile("unknown_format", f"“{name[:30]}” is no format that we read.")
    return _FORMAT_BY_NAME[word]


def read_statement_file(
    data: bytes,
    *,
    filename: str = "",
    format: str | None = None,
    mapping: dict[str, object] | None = None,
) -> ParsedFile:
    """Whatever the bank gave, read. `format` is the owner's word, else the content decides.

    Raises nothing but UnreadableFile, for any bytes.
    """
    vague = not format or format.strip().lower().lstrip(".") in _VAGUE
    wished = "" if vague or not format else format_of(format)
    if wished in _PLAIN:
        data, filename = _opened(data, filename)
    kind = wished or sniff(data, filename)
    if not data.strip(b"\0\t\n\r "):
        raise UnreadableFile("unknown_format", "The file is empty.")
    try:
        return _READERS[kind](data, mapping)
    except UnreadableFile as error:
        if (
            kind == "csv"
            and error.code in ("empty_file", "no_dates", "no_amounts")
            and _is_page(data)
        ):
            raise _unknown(_WEB_PAGE) from None
        raise
    except (ValueError, ArithmeticError, LookupError, RecursionError) as error:
        # Hostile bytes must not become a crash; the cause is chained, so that a bug is seen.
        message = f"The file cannot be read as {kind.upper()}: it is damaged, or of another format."
        raise UnreadableFile("unreadable_content", message) from error


def _read_qif(data: bytes, mapping: dict[str, object] | None) -> ParsedFile:
    order = (mapping or {}).get("date_order")
    return read_qif(data, date_order=order if isinstance(order, str) else None)


_READERS: Mapping[str, Callable[[bytes, dict[str, object] | None], ParsedFile]] = {
    "ofx": lambda data, mapping: read_ofx(data),
    "qif": _read_qif,
    "camt": lambda data, mapping: read_camt(data),
    "mt940": lambda data, mapping: read_mt940(data),
    "csv": lambda data, mapping: read_csv(data, mapping=mapping),
    **READERS,
}
