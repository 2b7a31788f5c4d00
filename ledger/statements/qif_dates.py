"""The dates of a QIF file: the format never says whether the day or the month comes first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

ORDERS = ("mdy", "dmy", "ymd")  # In the order of trust where nothing decides: QIF is American.
CENTURY_PIVOT = 70  # QIF is of 1990; two digits from 70 on are last century's.
DATE_TEXT_MAX = 40
SORTED_DATES_MIN = 3  # Two dates are always in some order.

# 1/ 4'06, 6/18'2007, 2016-02-03, 04.02.26; a time of day may follow.
_NUMBERS = re.compile(
    r"(\d{1,4})\s{0,3}[/.'-]\s{0,3}(\d{1,2})\s{0,3}[/.'-]\s{0,3}(\d{1,4})(?![\d/.'-])", re.ASCII
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)", re.ASCII)
_DAY_MONTH_NAME = re.compile(
    r"(\d{1,2})[\s.-]{1,3}([A-Za-z]{3})[A-Za-z]{0,6}[\s.,-]{1,3}(\d{2,4})$"
)
_MONTH_NAME_DAY = re.compile(r"([A-Za-z]{3})[A-Za-z]{0,6}[\s.]{1,3}(\d{1,2})[\s,']{1,3}(\d{2,4})$")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True)
class Order:
    """How the file's dates are read. `confidence` 1.0: proved; 0.5: nothing in the file decides."""

    name: str
    confidence: float


def read_date(text: str, order: str) -> date | None:
    """The date that `text` writes under an order of ORDERS, or with a four-digit year first."""
    parts = _parts(text)
    return _date(parts, order) if parts else None


def guess_order(texts: Iterable[str], decimal_mark: str | None) -> Order:
    """The order under which the most dates of the file exist.

    Between day and month first, where every date exists both ways: the order in which the
    file is sorted; else the habit of the country that the decimal comma betrays; else mdy.
    """
    dates = [parts for text in texts if (parts := _parts(text)) and len(parts[0]) < 3]
    if not dates:
        return Order("ymd", 1.0)
    counts = {order: sum(1 for parts in dates if _date(parts, order)) for order in ORDERS}
    best = [order for order in ORDERS if counts[order] == max(counts.values())]
    if len(best) == 1:
        return Order(best[0], round(counts[best[0]] / len(dates), 2))
    days = {order: [_date(parts, order) for parts in dates] for order in best}
    year_first = days.pop("ymd", None)
    if year_first and all(_is_denser(year_first, other) for other in days.values()):
        return Order("ymd", 0.7)
    if len(days) == 1 or days["mdy"] == days["dmy"]:
        name, read = next(iter(days.items()))
        is_sure = year_first in (None, read) or _is_denser(read, year_first)
        return Order(name, 1.0 if is_sure else 0.8)
    in_order = [order for order in days if _is_sorted(days[order])]
    if len(in_order) == 1:
        return Order(in_order[0], 0.8)
    return Order("dmy", 0.6) if decimal_mark == "," else Order("mdy", 0.5)


def _parts(text: str) -> tuple[str, str, str] | None:
    """Three numbers as written, or with a four-digit year first where the text leaves no choice."""
    text = text.strip()
    if len(text) > DATE_TEXT_MAX:
        return None
    if match := _COMPACT.match(text) or _NUMBERS.match(text):
        return match[1], match[2], match[3]
    if match := _DAY_MONTH_NAME.match(text):
        day, name, year = match.groups()
    elif match := _MONTH_NAME_DAY.match(text):
        name, day, year = match.groups()
    else:
        return None
    if name.lower() not in _MONTHS:
        return None
    return f"{_full_year(year):04}", str(_MONTHS.index(name.lower()) + 1), day


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 3 and year >= 100:
        return year + 1900
    if len(text) > 3:
        return year
    return year + (1900 if year >= CENTURY_PIVOT else 2000)


def _date(parts: tuple[str, str, str], order: str) -> date | None:
    order = "ymd" if len(parts[0]) == 4 else order
    fields = dict(zip(order, parts, strict=True))
    if len(fields["m"]) > 2 or len(fields["d"]) > 2:
        return None
    try:
        found = date(_full_year(fields["y"]), int(fields["m"]), int(fields["d"]))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def _is_denser(days: Sequence[date | None], others: Sequence[date | None]) -> bool:
    """A year read as the day, or the reverse, spreads one month of bookings over decades."""
    return _span(days) * 5 < _span(others)


def _span(dates: Sequence[date | None]) -> int:
    days = [day for day in dates if day]
    return (max(days) - min(days)).days if days else 0


def _is_sorted(dates: Sequence[date | None]) -> bool:
    days = [day for day in dates if day]
    if len(set(days)) < SORTED_DATES_MIN:
        return False
    return all(a <= b for a, b in pairwise(days)) or all(a >= b for a, b in pairwise(days))
