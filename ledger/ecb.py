"""The European Central Bank's reference rates, as published: CSV, CSV in a ZIP, or XML. Pure.

Every rate says what one euro is worth. https://www.ecb.europa.eu/stats/eurofxref/
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

from ledger.money import UnknownCurrency, exponent
from ledger.rates import Quotation

SIZE_MAX = 100_000_000  # The whole history is under 2 MB; more is not this file.
BASE = "EUR"


class NotEcbRates(ValueError):
    """The file is not one of the bank's, or is damaged. The text says where."""


def read_rates(content: bytes) -> Iterator[Quotation]:
    """The quotations of a file, whatever its form. Days without a rate ("N/A") are passed over."""
    if content[:4] == b"PK\x03\x04":
        content = _unzipped(content)
    if content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        return _xml(content)
    return _csv(content)


def is_known(currency: str) -> bool:
    """Whether our table has the currency and its decimals; without them it cannot be converted."""
    try:
        exponent(currency)
    except UnknownCurrency:
        return False
    return True


def _unzipped(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith((".csv", ".xml"))]
            if len(names) != 1 or archive.getinfo(names[0]).file_size > SIZE_MAX:
                raise NotEcbRates("the archive does not hold one CSV or XML file of rates")
            with archive.open(names[0]) as file:
                inner = file.read(SIZE_MAX + 1)
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
        raise NotEcbRates(f"the archive is damaged: {error}") from None
    if len(inner) > SIZE_MAX:
        raise NotEcbRates("the archive holds more than its list says")
    return inner


def _csv(content: bytes) -> Iterator[Quotation]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotEcbRates("the file is neither UTF-8 text nor a ZIP archive") from None
    rows = csv.reader(io.StringIO(text))
    head = [cell.strip() for cell in next(rows, [])]
    if not head or head[0] != "Date" or len(head) < 2:
        raise NotEcbRates("the first line does not begin with Date and currencies")
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        for currency, cell in zip(head[1:], row[1:], strict=False):
            if currency and cell.strip() not in ("", "N/A"):
                yield _quotation(row[0].strip(), currency, cell.strip(), f"line {number}")


def _xml(content: bytes) -> Iterator[Quotation]:
    found: list[tuple[str, str, str, int]] = []
    day = ""

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal day
        if name.rpartition(":")[2] == "Cube":
            day = attributes.get("time", day)
            if "currency" in attributes:
                rate = attributes.get("rate", "")
                found.append((day, attributes["currency"], rate, parser.CurrentLineNumber))

    def refuse(*_: object) -> None:
        raise NotEcbRates("the file declares a document type, which the bank's never do")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise NotEcbRates(f"the XML is damaged: {error}") from None
    if not found:
        raise NotEcbRates("the XML holds no rates")
    for day, currency, rate, line in found:
        yield _quotation(day, currency, rate, f"line {line}")


def _quotation(day: str, currency: str, rate: str, where: str) -> Quotation:
    try:
        value = Decimal(rate)
        if not value.is_finite() or value <= 0:
            raise NotEcbRates(f"{where}: the rate {rate!r} is not positive")
        return Quotation(BASE, currency, date.fromisoformat(day), value)
    except (InvalidOperation, ValueError) as error:
        if isinstance(error, NotEcbRates):
            raise
        raise NotEcbRates(f"{where}: {day!r} {rate!r} is not a day and a rate") from None
