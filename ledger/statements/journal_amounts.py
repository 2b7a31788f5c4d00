"""Amounts as plain-text journals write them: "$-1,000.00", "1 000,00 EUR", "-5 \"Green apples\""."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ledger.statements.csv_amounts import currency_of
from ledger.statements.text import decimal_mark_of, parse_amount

_NUMBER = (
    r"(?:\d{1,3}(?:[\u0020\u00a0\u202f'’]\d{3})+(?:[.,]\d*)?|\d[\d.,]*|\.\d+)(?:[eE][+-]?\d{1,2})?"
)
_COMMODITY = r'"[^"\n]{1,100}+"|[^\s\d+\-.,;@{}()\[\]="*/&|!?<>^~`#%\'\\]{1,100}+'
_BLANKS = r"[ \t]{0,8}"
AMOUNT = re.compile(
    rf"(?P<sign>[+-]?){_BLANKS}(?P<before>{_COMMODITY}){_BLANKS}(?P<sign2>[+-]?){_BLANKS}"
    rf"(?P<n1>{_NUMBER})|(?P<sign3>[+-]?){_BLANKS}(?P<n2>{_NUMBER})"
    rf"(?:{_BLANKS}(?P<after>{_COMMODITY}))?"
)
DOLLARS = "$"


class BadAmount(ValueError):
    """The text is no amount. `str()` says so to the owner."""


@dataclass(slots=True)
class Styles:
    """Which decimal mark each commodity has, and what a bare number or a dollar sign means."""

    marks: dict[str, str]
    everywhere: str = ""  # the mark that the file declares or its amounts prove
    default: str = ""  # commodity of amounts without one
    dollars: str = "USD"
    saw_dollars: bool = False

    def commodity(self, written: str) -> str:
        """An ISO code for the signs that mean one currency, else the commodity as written."""
        name = written.strip('"')
        if not name:
            return self.default
        if name == DOLLARS:
            self.saw_dollars = True
            return self.dollars
        return (currency_of(name) if not name.isascii() or not name.isalnum() else "") or name


def styles_of(numbers: Iterable[tuple[str, str]]) -> Styles:
    """The decimal marks that the (commodity, number) pairs of a whole file prove."""
    by_commodity: dict[str, list[str]] = {}
    for commodity, number in numbers:
        if "." in number or "," in number:
            by_commodity.setdefault(commodity.strip('"'), []).append(number)
    marks = {name: mark for name, texts in by_commodity.items() if (mark := decimal_mark_of(texts))}
    proved = set(marks.values())
    return Styles(marks, proved.pop() if len(proved) == 1 else "")


def numbers_in(text: str) -> Iterable[tuple[str, str]]:
    for found in AMOUNT.finditer(text):
        yield found["before"] or found["after"] or "", found["n1"] or found["n2"]


def amount_at(text: str, place: int, styles: Styles) -> tuple[Decimal, str, int]:
    """The amount that stands at `place`, its commodity, and where it ends. Raises BadAmount."""
    found = AMOUNT.match(text, place)
    if not found:
        raise BadAmount(f"“{text[place : place + 40].strip()}” is not an amount.")
    written = found["before"] or found["after"] or ""
    number = found["n1"] or found["n2"]
    figure = _figure(number, styles.marks.get(written.strip('"')) or styles.everywhere)
    minus = "-" in (found["sign"], found["sign2"]) or found["sign3"] == "-"
    return (-figure if minus and figure else figure), styles.commodity(written), found.end()


def _figure(number: str, mark: str) -> Decimal:
    mantissa, _, power = number.lower().partition("e")
    mantissa = mantissa.rstrip(".,")
    try:
        figure = _unproved(mantissa) if not mark else parse_amount(mantissa, mark)
    except ValueError as error:
        raise BadAmount(f"“{number[:40]}” is not an amount.") from error
    if power and figure:
        figure = figure.scaleb(int(power))
        if abs(figure.adjusted()) > 17:
            raise BadAmount(f"“{number[:40]}” is too large for an amount.")
    return figure


def _unproved(number: str) -> Decimal:
    """Alone, "1,000" is a thousand and "1.105" a rate of exchange: so they are mostly meant."""
    try:
        return parse_amount(number)
    except ValueError:
        return parse_amount(number, ".")
