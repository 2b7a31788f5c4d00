"""Amounts of a column: the decimal mark its cells prove, a fast reader, currencies beside them."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from ledger.statements.text import parse_amount

READ_MAX = 20_000
NUMBER_MAX = 40  # Characters of a cell that may still be an amount.

_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC
    BTN BWP BYN BZD CAD CDF CHF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB
    EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
    JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN
    PYG QAR RON RSD RUB RUR RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF
    XPF YER ZAR ZMW ZWL
"""
# Gone, but old statements are imported too.
_OLD_CODES = "ATS BEF CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK"
CURRENCIES = frozenset(f"{_CODES} {_OLD_CODES}".split())
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "R$": "BRL",
    "US$": "USD",
    "A$": "AUD",
    "C$": "CAD",
    "S$": "SGD",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₩": "KRW",
    "₪": "ILS",
    "₴": "UAH",
    "₫": "VND",
    "₱": "PHP",
    "฿": "THB",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
}
_THREE_DECIMALS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})

_FIGURE = re.compile(r"[\d٠-٩][\d.,'’´`\s]*")
_AROUND = re.compile(r"[\d.,'’´`\s()+\-−–]+")
_MINUS = re.compile(r"^\(.*\)$|[-−–]")


@lru_cache(maxsize=100_000)
def is_number(cell: str) -> bool:
    """Whether the cell prints one amount, with or without a currency beside it."""
    if not cell or len(cell) > NUMBER_MAX:
        return False
    cell = _with_plain_digits(cell)
    words = _AROUND.sub(" ", cell).split()
    if words and not all(map(_is_money_word, words)):
        return False
    return any(_reads(cell, mark) for mark in ".,")


def _is_money_word(word: str) -> bool:
    return len(word) <= 3 and not word.isdigit()


def _reads(cell: str, mark: str) -> bool:
    try:
        parse_amount(cell, mark)
    except ValueError:
        return False
    return True


def _with_plain_digits(cell: str) -> str:
    """Full-width and other scripts' digits, as Japanese and Arabic banks print them, as 0 to 9."""
    if cell.isascii():
        return cell
    narrow = (chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in cell)
    plain = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in narrow)
    return "".join(plain).replace("٫", ".").replace("٬", ",")


def currency_of(cell: str) -> str:
    """The ISO code beside an amount or in a header ("Amount (EUR)"), "" where none or several."""
    if cell[-1:].isdigit() and cell[:1] in "-+0123456789":
        return ""  # Nearly every amount of a large file.
    found = {word for word in re.findall(r"\b[A-Z]{3}\b", cell[:200]) if word in CURRENCIES}
    if not found:
        found = {code for symbol, code in _SYMBOLS.items() if symbol in cell}
    return found.pop() if len(found) == 1 else ""


def is_negative(cell: str) -> bool:
    return bool(_MINUS.search(cell))


def mark_votes(cells: Iterable[str]) -> dict[str, int]:
    """How many cells prove "." and "," to be the decimal mark.

    A cell like "1,234" alone proves nothing: it counts under "?." or "?,", the mark it would
    have if its three digits were decimals.
    """
    votes = {".": 0, ",": 0, "?.": 0, "?,": 0}
    for cell in cells:
        found = _FIGURE.search(cell)
        figure = found[0] if found else ""
        if vote := _vote(figure.rstrip(" ")):
            votes[vote] += 1
    return votes


def _vote(figure: str) -> str:
    points, commas = figure.count("."), figure.count(",")
    if not points and not commas:
        return ""
    if points and commas:
        return "." if figure.rfind(".") > figure.rfind(",") else ","
    mark, other = (".", ",") if points else (",", ".")
    if points + commas > 1:
        return other
    whole, _, fraction = figure.partition(mark)
    digits = sum(map(str.isdigit, whole))
    if len(fraction) != 3 or digits > 3 or whole[:1] in ("0", ""):
        return mark
    return f"?{mark}"


def decide_mark(votes: dict[str, int], fallback: str, currency: str = "") -> tuple[str, str]:
    """The decimal mark, and why it is in doubt ("" where the cells prove it)."""
    points, commas = votes["."], votes[","]
    if points != commas:
        doubt = "Amounts contradict each other about the decimal mark" if points and commas else ""
        return ("." if points > commas else ","), doubt
    doubt = "Amounts like 1,234 do not prove which mark is the decimal one"
    for mark, other in ((".", ","), (",", ".")):
        if votes[f"?{mark}"] and not votes[f"?{other}"]:
            # Money has two decimals, so three digits after a lone mark are thousands.
            if currency in _THREE_DECIMALS:
                return mark, doubt
            return other, "" if votes[f"?{mark}"] > 2 else doubt
    return fallback, ""


class AmountReader:
    """Reads the cells of one file under one decimal mark. ValueError for what is no amount."""

    def __init__(self, mark: str) -> None:
        grouping = "'’ \u00a0\u202f" + (",." if mark == "," else ".,").replace(mark, "")
        point = re.escape(mark)
        self._plain = re.compile(rf"[+-]?\d{{1,15}}(?:{point}\d{{1,9}})?\Z", re.ASCII)
        self._grouped = re.compile(
            rf"[+-]?\d{{1,3}}(?:([{grouping}])\d{{3}})(?:\1\d{{3}}){{0,3}}(?:{point}\d{{1,9}})?\Z",
            re.ASCII,
        )
        self.mark = mark
        self._clean = str.maketrans({**dict.fromkeys(grouping), mark: "."})
        self.read = lru_cache(maxsize=READ_MAX)(self._read)  # Amounts repeat, as prices do.

    def _read(self, cell: str) -> Decimal:
        if self._plain.match(cell) or self._grouped.match(cell):
            return Decimal(cell.translate(self._clean)) + 0  # + 0 turns -0.00 into 0.00.
        return parse_amount(_with_plain_digits(cell), self.mark)
