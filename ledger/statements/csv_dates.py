"""Dates of a column: which order of day, month and year its cells prove, and a fast reader of it.

Formats are written as in strptime ("%d.%m.%Y"). Separators are read loosely, so one format
covers a column that mixes "1.2.2024" and "01/02/2024"; the order never is.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise

CELL_MAX = 48  # Characters: "Wednesday, 24 September 2024 12:34:56.000 +0000" is 47.
PIVOT_YEAR = 70  # As in strptime: 69 is 2069, 70 is 1970.

_WORD = r"[^\W\d_]{3,12}\.?"
_SEPARATOR = r"(?: de | of |st |nd |rd |th |[\s./,\-年月]{0,3})"
_TIME = (
    r"(?:[T\s,/|\-]{1,4}(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?\s?(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s?(?P<zone>Z|UTC|GMT|[+\-]\d{2}:?\d{2})?(?:\s[A-Z]{2,5})?)?"
)
_SPLIT = re.compile(
    rf"(?P<a>\d{{1,4}}|{_WORD})(?P<s>{_SEPARATOR})"
    rf"(?P<b>\d{{1,2}}|{_WORD})(?P<t>{_SEPARATOR})(?P<c>\d{{4}}|\d{{1,2}})(?P<end>[日.]?){_TIME}\Z",
)
_WEEKDAY = re.compile(r"[^\W\d_]{2,12}\.?,?\s+(?=\d)")
_COMPACT = re.compile(rf"(?P<digits>\d{{8}}|\d{{6}}){_TIME}\Z")

# Beginnings of month names after `fold`, in the languages our banks write.
_MONTHS = (
    "jan gen ene oca sty led tammi янв",
    "feb fev lut uno helmi фев",
    "mar mrt maa mrz bre мар",
    "apr avr abr kwi dub nis huhti апр",
    "may mai mag maj mei kve touko май мая",
    "jun juin giu cze cerven haz kesa июн cvn",
    "jul juil lug lip cervenec tem heina июл cvc",
    "aug aou ago agu sie srp elo авг",
    "sep set wrz zar eyl syys сен szept",
    "oct okt ott out paz rij eki loka окт",
    "nov lis kas marras noy ноя",
    "dec dez dic des gru pro ara joulu дек",
)
_MONTH_BY_STEM = {stem: n for n, stems in enumerate(_MONTHS, 1) for stem in stems.split()}
_STEM_LENGTHS = sorted({len(stem) for stem in _MONTH_BY_STEM}, reverse=True)
_UNDECOMPOSED = str.maketrans("łŁøØđĐıæÆœŒ", "lLoOdDiaAoO")


def fold(text: str) -> str:
    """Lower case without accents: "Č", "č" and "c" are one."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED)).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char))


def month_of(word: str) -> int:
    """1 to 12, or 0 where the word names no month in any language we know."""
    folded = fold(word).rstrip(".")
    for length in _STEM_LENGTHS:
        if len(folded) >= length and (month := _MONTH_BY_STEM.get(folded[:length])):
            return month
    return 0


@lru_cache(maxsize=100_000)
def formats_of(cell: str) -> tuple[str, ...]:
    """Every date format under which the cell is a real date; () for what is no date."""
    if not 6 <= len(cell) <= CELL_MAX:
        return ()
    if found := _COMPACT.match(cell):
        if len(found["digits"]) == 6:  # Six digits are nearly always a number.
            return ()
        return tuple(f for f in ("%Y%m%d", "%d%m%Y", "%m%d%Y") if _is_recent(f, cell))
    if not (found := _split(cell)):
        return ()
    s, t, end = found["s"], found["t"], found["end"]
    tried = (
        [f"{a}{s}{b}{t}{c}{end}" for a, b, c in _orders(found)]
        if (s and t) or _has_word(found)
        else []
    )
    return tuple(form for form in tried if _try(form, cell))


def _split(cell: str) -> re.Match[str] | None:
    cell = cell.partition(" as of ")[0]  # Brokers: booked on one day, counted from an earlier one.
    return _SPLIT.match(cell) or _SPLIT.match(_WEEKDAY.sub("", cell, count=1))


def _has_word(found: re.Match[str]) -> bool:
    return not (found["a"].isdigit() and found["b"].isdigit())


def _orders(found: re.Match[str]) -> list[tuple[str, str, str]]:
    a, b, c = found["a"], found["b"], found["c"]
    year = "%Y" if len(c) == 4 else "%y"
    if not a.isdigit():
        return [("%b", "%d", year)] if b.isdigit() and len(c) == 4 else []
    if not b.isdigit():
        if len(a) == 4:
            return [("%Y", "%b", "%d")]
        return [("%d", "%b", year)] if len(c) in (2, 4) else []
    if len(a) == 4:
        return [("%Y", "%m", "%d")] if len(c) <= 2 else []
    if len(a) > 2 or len(c) == 1:
        return []
    if found["s"].strip() == ".":  # Nobody writes the month first with points.
        return [("%d", "%m", year)]
    year_first = len(a) == len(c) == 2 and (found["s"] == "-" or int(a) > 31)
    two_digits = [("%y", "%m", "%d")] if year_first else []
    return [("%d", "%m", year), ("%m", "%d", year), *two_digits]


def _is_recent(form: str, cell: str) -> bool:
    """Eight digits are as often a number as a date: only our own time counts."""
    found = _try(form, cell)
    return bool(found and 1950 <= found.year <= 2100)


def _try(form: str, cell: str) -> date | None:
    try:
        return DateReader(form).read(cell)[0]
    except ValueError:
        return None


def is_date(cell: str) -> bool:
    return bool(formats_of(cell))


class DateReader:
    """Reads the cells of one column under one format; remembers what it has read."""

    def __init__(self, form: str) -> None:
        directives = re.findall(r"%-?([A-Za-z])", form)
        order = "".join({"B": "b"}.get(name, name) for name in directives if name in "YymdbB")
        if sorted(order.lower().replace("b", "m")) != ["d", "m", "y"]:
            raise ValueError(f"“{form}” is no date format: it must name day, month and year once.")
        self.form = form
        self._order = order.lower().replace("b", "m")
        self._compact = bool(re.match(r"(?:%[Ymd]){3}", form))
        self._seen: dict[str, tuple[date, datetime | None]] = {}

    def read(self, cell: str) -> tuple[date, datetime | None]:
        """The day, and the instant where the cell has a time (aware where it has a zone too).

        Raises ValueError.
        """
        known = self._seen.get(cell)
        if known is None:
            known = self._seen[cell] = self._parse(cell)
        return known

    def _parse(self, cell: str) -> tuple[date, datetime | None]:
        found = _COMPACT.match(cell) if self._compact else _split(cell[: CELL_MAX + 1])
        if not found:
            raise ValueError(f"“{cell[:CELL_MAX]}” is not a date.")
        parts = (
            self._compact_parts(found["digits"]) if self._compact else found.group("a", "b", "c")
        )
        year, month, day = (parts[self._order.index(part)] for part in "ymd")
        if not (year.isdigit() and day.isdigit()):
            raise ValueError(f"“{cell}” is not a date.")
        posted = date(_year(year), int(month) if month.isdigit() else month_of(month), int(day))
        return posted, _instant(posted, found)

    def _compact_parts(self, digits: str) -> tuple[str, str, str]:
        if self._order.startswith("y"):
            return digits[:-4], digits[-4:-2], digits[-2:]
        return digits[:2], digits[2:4], digits[4:]


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    if len(text) != 2:
        raise ValueError("A year has two or four digits.")
    return int(text) + (2000 if int(text) < PIVOT_YEAR else 1900)


def _instant(posted: date, found: re.Match[str]) -> datetime | None:
    hour, minute, second, fraction, half, zone = found.group(
        "hour", "minute", "second", "fraction", "half", "zone"
    )
    if hour is None:
        return None
    hours = int(hour) % 12 + (12 if half[0] in "Pp" else 0) if half else int(hour)
    micro = int((fraction or "")[:6].ljust(6, "0"))
    moment = datetime(  # noqa: DTZ001 - banks print local time; a zone is added where one stands.
        posted.year, posted.month, posted.day, hours, int(minute), int(second or 0), micro
    )
    return moment.replace(tzinfo=_zone(zone)) if zone else moment


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-away if text[0] == "-" else away)


@dataclass(frozen=True, slots=True)
class DateGuess:
    form: str
    share: float  # of the filled cells that it reads
    doubt: str = ""  # why the order of day and month is not proved, "" where it is


def guess_date_format(cells: Sequence[str], *, month_first: bool | None = None) -> DateGuess | None:
    """The format that reads most cells of the whole column; None where no cell is a date.

    Where two orders read them all, the order of the rows decides (statements are sorted),
    then `month_first` (what the file's currency suggests), then the narrower span; the last
    two are no proof and leave a doubt.
    """
    votes: Counter[str] = Counter()
    spellings: Counter[str] = Counter()
    weights = Counter(cell for cell in cells if cell)
    for cell, count in weights.items():
        for form in formats_of(cell):
            votes[_order_of(form)] += count
            spellings[form] += count
    if not votes:
        return None
    most = max(votes.values())
    best = [order for order, count in votes.items() if count == most]
    spelled = {o: next(f for f, _ in spellings.most_common() if _order_of(f) == o) for o in best}
    share = most / weights.total()
    if len(best) == 1:
        return DateGuess(spelled[best[0]], share)
    return _by_circumstance(cells, spelled, share, month_first)


def _order_of(form: str) -> str:
    order = "".join(re.findall(r"%([YymdbB])", form)).lower().replace("b", "m")
    return f"{order}{'8' if re.match(r'(?:%[Ymd]){3}', form) else ''}"


def _by_circumstance(
    cells: Sequence[str], spelled: dict[str, str], share: float, month_first: bool | None
) -> DateGuess:
    days = {order: _days(cells, form) for order, form in spelled.items()}
    if all(found == days[min(days)] for found in days.values()):  # Only days like 05/05.
        return DateGuess(spelled.get("dmy", min(spelled.values())), share)
    ordered = [order for order, found in days.items() if _is_sorted(found)]
    if len(ordered) == 1 and len(set(days[ordered[0]])) > 2:
        return DateGuess(spelled[ordered[0]], share)
    left = ordered or list(days)
    doubt = "The order of day and month is not proved by any date of the file"
    if month_first is not None and (wanted := "mdy" if month_first else "dmy") in left:
        return DateGuess(spelled[wanted], share, doubt)
    spans = {order: max(days[order]) - min(days[order]) for order in left}
    narrow = min(left, key=lambda order: (spans[order], order != "dmy"))
    usual = "dmy" if "dmy" in left else narrow
    clearly = spans[narrow] * 3 < spans[usual]
    return DateGuess(spelled[narrow if clearly else usual], share, doubt)


def _days(cells: Iterable[str], form: str) -> list[date]:
    reader, found = DateReader(form), []
    for cell in cells:
        if form in formats_of(cell) or _order_of(form) in map(_order_of, formats_of(cell)):
            found.append(reader.read(cell)[0])
    return found


def _is_sorted(days: list[date]) -> bool:
    pairs = list(pairwise(days))
    return all(a <= b for a, b in pairs) or all(a >= b for a, b in pairs)
