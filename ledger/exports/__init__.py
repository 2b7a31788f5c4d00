"""The books in the words of other programs: CSV, JSON, hledger and beancount.

`source` reads them a chunk at a time; the writers are pure and yield text as rows come. Balances,
and sums per category, are the same there as here.
"""

from collections.abc import Callable, Iterable, Iterator

from ledger.exports.beancount import write_beancount
from ledger.exports.hledger import write_hledger
from ledger.exports.model import Book, Row
from ledger.exports.plain import write_csv, write_json

Writer = Callable[[Book, Iterable[Row]], Iterator[str]]

# Name → writer, content type, ending of the file's name.
FORMATS: dict[str, tuple[Writer, str, str]] = {
    "csv": (write_csv, "text/csv", "csv"),
    "json": (write_json, "application/json", "json"),
    "hledger": (write_hledger, "text/plain", "journal"),
    "beancount": (write_beancount, "text/plain", "beancount"),
}
