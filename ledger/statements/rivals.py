"""Files of other finance programs: told from their content, and the reader of each."""

import re
from collections.abc import Callable, Mapping

from ledger.statements import actual, firefly, gnucash_csv, mint, ynab
from ledger.statements.actual import read_actual
from ledger.statements.beancount import read_beancount
from ledger.statements.firefly import read_firefly
from ledger.statements.gnucash import read_gnucash
from ledger.statements.hledger import read_hledger
from ledger.statements.mint import read_mint
from ledger.statements.model import ParsedFile
from ledger.statements.register import HEADER_LINES_MAX, header_key
from ledger.statements.unpack import GZIP, first_bytes, is_zip
from ledger.statements.ynab import read_ynab

NAMES = {
    "gnucash": "gnucash gnc",
    "hledger": "hledger ledger journal j",
    "beancount": "beancount bean",
    "firefly": "firefly firefly-iii fireflyiii",
    "ynab": "ynab ynab4 nynab",
    "mint": "mint",
    "actual": "actual actualbudget actual-budget",
}
READERS: Mapping[str, Callable[[bytes, dict[str, object] | None], ParsedFile]] = {
    "gnucash": lambda data, mapping: read_gnucash(data, mapping=mapping),
    "hledger": lambda data, mapping: read_hledger(data, mapping=mapping),
    "beancount": lambda data, mapping: read_beancount(data, mapping=mapping),
    "firefly": lambda data, mapping: read_firefly(data, mapping=mapping),
    "ynab": lambda data, mapping: read_ynab(data, mapping=mapping),
    "mint": lambda data, mapping: read_mint(data, mapping=mapping),
    "actual": lambda data, mapping: read_actual(data, mapping=mapping),
}

_GNUCASH_HEAD = 4_096
_TABLES = {
    "firefly": frozenset(firefly.NEEDED),
    "mint": frozenset(mint.NEEDED),
    "ynab": frozenset(ynab.NEEDED),
    "actual": frozenset(actual.NEEDED),
    "gnucash": frozenset(gnucash_csv.NEEDED),
}
_DAY = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_BEANCOUNT = re.compile(
    r"^\d{4}[-/]\d\d[-/]\d\d[ \t]+(?:open|close|balance|pad|commodity|price|note|document|event"
    r"|query|custom)[ \t]+[\"A-Z]"
    r"|^\d{4}[-/]\d\d[-/]\d\d[ \t]+(?:txn|[*!])[ \t]+\""
    r"|^(?:option|plugin)[ \t]+\"",
    re.MULTILINE,
)
# A line with a date, and below it, indented, an account with colons, or an amount two blanks away.
_JOURNAL = re.compile(
    rf"^{_DAY}(?:=[\d\-/.]+)?(?:[ \t][^\n]*)?\n(?:[ \t]+;[^\n]*\n)*"
    r"[ \t]+(?:[*!][ \t]+)?[^\s;\d,][^\n;,]*?"
    r"(?::[^\s:]|(?:\t|[ ]{2})[ \t]*[-+]?[^\s\d;]{0,5}[ ]?[-+]?\d)",
    re.MULTILINE,
)
_DIRECTIVES = re.compile(
    r"^(?:account [^\W\d]\w*:|commodity (?:\S ?)?[\d\"]|decimal-mark [.,]|P \d{4}[-/.]\d|include \S)",
    re.MULTILINE,
)


def sniff_packed(data: bytes) -> str:
    """ "gnucash", "actual" or "ynab" for a compressed file that is one of theirs, else ""."""
    if data.startswith(GZIP):
        return "gnucash" if b"<gnc-v2" in first_bytes(data, _GNUCASH_HEAD) else ""
    if is_zip(data):
        if actual.database_name(data):
            return "actual"
        return "ynab" if ynab.register_name(data) else ""
    return ""


def sniff_journal(head: str) -> str:
    """ "beancount" or "hledger" for a text that begins like a journal, else ""."""
    if _BEANCOUNT.search(head):
        return "beancount"
    return "hledger" if _JOURNAL.search(head) or _DIRECTIVES.search(head) else ""


def sniff_table(head: str) -> str:
    """The program whose export has these columns, else ""."""
    for line in head.split("\n")[:HEADER_LINES_MAX]:
        names = {header_key(cell) for cell in re.split("[,;\t]", line[:5_000])}
        for program, needed in _TABLES.items():
            if needed <= names:
                return program
    return ""
