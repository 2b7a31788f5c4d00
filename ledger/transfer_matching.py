"""Which rows of an owner's accounts are two sides of one movement of money. Pure: values in, pairs out.

A pair is never a fact: it is scored, explained, and left for the owner to accept. Each row stands in
one pair at most, the best first; where two are equally good nobody but the owner can tell.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ledger.folding import fold
from ledger.rates import RateTable

TRANSFER_GAP_DAYS_MAX = (
    5  # Banks book the two sides up to three working days apart; a weekend adds two.
)
DEVIATION_MAX = Decimal("0.02")  # What a bank keeps of an exchange, against the day's mid-rate.
PARTNERS_MAX = (
    20  # Rows that one row is compared with: hundreds of equal amounts say nothing anyway.
)
POINTS = 1000  # A score of 1.

EXACT_POINTS = 350
FX_POINTS, FX_CLOSE_POINTS = 250, 100
SAME_DAY_POINTS = 250
NAMED_POINTS, WORD_POINTS = 250, 150
RARE_POINTS = 150
assert EXACT_POINTS == FX_POINTS + FX_CLOSE_POINTS
assert EXACT_POINTS + SAME_DAY_POINTS + NAMED_POINTS + RARE_POINTS == POINTS

# What banks call a movement between own accounts, in capitals.
WORDS = re.compile(
    r"\b(TRANSFER\w*|XFER|TFR|TRF|UMBUCHUNG|ÜBERTRAG|VIREMENT|TRASPASO|TRANSFERENCIA|GIROCONTO"
    r"|OVERBOEKING|ÖVERFÖRING|OVERFØRSEL|CREDIT CARD PAYMENT|CARD PAYMENT|PAYMENT,? THANK YOU)\b"
)
NAME_MIN = 3  # Letters of an account's name that a text must have to mention it.
NUMBER_MIN = 6  # A shorter account number is found in any reference.


@dataclass(frozen=True, slots=True)
class Side:
    """A row as the search sees it: not a transfer's leg, amount signed in minor units."""

    id: UUID
    account_id: UUID
    posted_on: date
    amount_minor: int
    currency: str
    text: str = ""  # payee, memo and the bank's line


@dataclass(frozen=True, slots=True)
class Holder:
    """What texts may call an account."""

    name: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a pair is likely: points out of POINTS, and a sentence."""

    code: str
    points: int
    message: str


@dataclass(slots=True)
class Pair:
    out: Side
    into: Side
    evidence: list[Evidence] = field(default_factory=list)
    is_ambiguous: bool = False  # Another pair with one of its rows is just as good.

    @property
    def points(self) -> int:
        return sum(evidence.points for evidence in self.evidence)

    @property
    def key(self) -> tuple[int, int, UUID, UUID]:
        """Best first, then youngest first; no two pairs have the same."""
        return -self.points, -self.out.posted_on.toordinal(), self.out.id, self.into.id


def find_pairs(
    sides: Sequence[Side],
    holders: Mapping[UUID, Holder],
    rates: RateTable,
    rejected: Collection[tuple[UUID, UUID]] = (),
) -> list[Pair]:
    """The likely transfers among rows, best first. rejected: (out, in) that the owner denied."""
    denied = set(rejected)
    found = [
        (out, into, deviation)
        for out, into, deviation in _candidates(sides, rates)
        if (out.id, into.id) not in denied
    ]
    judge = _Judge(sides, holders)
    return _assign(
        [Pair(out, into, judge.weigh(out, into, deviation)) for out, into, deviation in found]
    )


def _candidates(
    sides: Sequence[Side], rates: RateTable
) -> Iterator[tuple[Side, Side, Decimal | None]]:
    """(out, in, deviation from the day's rate or None within one currency) by the hard rules."""
    shelves = _Shelves(side for side in sides if side.amount_minor > 0)
    for out in sides:
        if out.amount_minor < 0:
            near = shelves.equal(out)
            near.sort(key=lambda into: (abs(into.posted_on - out.posted_on), into.id))
            yield from ((out, into, None) for into in near[:PARTNERS_MAX])
            yield from shelves.exchanged(out, rates)


class _Shelves:
    """Inflows by currency and amount, and by currency and day in order of amount."""

    def __init__(self, inflows: Iterable[Side]) -> None:
        self.by_amount: dict[tuple[str, int], list[Side]] = defaultdict(list)
        self.by_day: dict[str, dict[date, list[Side]]] = {}
        for side in inflows:
            self.by_amount[side.currency, side.amount_minor].append(side)
            self.by_day.setdefault(side.currency, {}).setdefault(side.posted_on, []).append(side)
        for same in self.by_amount.values():
            same.sort(key=lambda side: side.posted_on)
        for days in self.by_day.values():
            for of_day in days.values():
                of_day.sort(key=lambda side: side.amount_minor)

    def equal(self, out: Side) -> list[Side]:
        """Inflows of exactly the amount on other accounts, within the days."""
        same = self.by_amount.get((out.currency, -out.amount_minor), [])
        gap = timedelta(TRANSFER_GAP_DAYS_MAX)
        start = bisect_left(same, out.posted_on - gap, key=lambda side: side.posted_on)
        end = bisect_right(same, out.posted_on + gap, key=lambda side: side.posted_on)
        if end - start > PARTNERS_MAX * 4:
            # So many equal amounts: those nearest in time stand around its own day.
            middle = bisect_left(same, out.posted_on, key=lambda side: side.posted_on)
            start, end = max(start, middle - PARTNERS_MAX), min(end, middle + PARTNERS_MAX)
        return [side for side in same[start:end] if side.account_id != out.account_id]

    def exchanged(self, out: Side, rates: RateTable) -> Iterator[tuple[Side, Side, Decimal | None]]:
        """Inflows in other currencies, near what the amount is worth on its day."""
        for currency, days in self.by_day.items():
            if currency == out.currency:
                continue
            fair = rates.convert(-out.amount_minor, out.currency, currency, out.posted_on)
            if not fair:
                continue
            slack = int(fair * DEVIATION_MAX)
            near: list[tuple[Decimal, Side]] = []
            for offset in range(-TRANSFER_GAP_DAYS_MAX, TRANSFER_GAP_DAYS_MAX + 1):
                of_day = days.get(out.posted_on + timedelta(offset), [])
                start = bisect_left(of_day, fair - slack, key=lambda side: side.amount_minor)
                end = bisect_right(of_day, fair + slack, key=lambda side: side.amount_minor)
                near += [
                    (Decimal(abs(side.amount_minor - fair)) / fair, side)
                    for side in of_day[start:end]
                    if side.account_id != out.account_id
                ]
            near.sort(key=lambda pair: (pair[0], pair[1].id))
            yield from ((out, into, deviation) for deviation, into in near[:PARTNERS_MAX])


class _Judge:
    """Weighs pairs; texts are read once per row, and only of rows that stand in a pair."""

    def __init__(self, sides: Sequence[Side], holders: Mapping[UUID, Holder]) -> None:
        self.holders = {account_id: _Called(holder) for account_id, holder in holders.items()}
        self.amounts = Counter((side.currency, abs(side.amount_minor)) for side in sides)
        self.texts: dict[UUID, tuple[str, str]] = {}

    def weigh(self, out: Side, into: Side, deviation: Decimal | None) -> list[Evidence]:
        said = [self._amount(deviation), self._days(out, into), self._words(out, into)]
        return [evidence for evidence in (*said, self._rarity(out, into)) if evidence.points > 0]

    def _amount(self, deviation: Decimal | None) -> Evidence:
        if deviation is None:
            return Evidence("same_amount", EXACT_POINTS, "Both rows move the same amount.")
        close = int(FX_CLOSE_POINTS * (1 - deviation / DEVIATION_MAX))
        percent = f"{deviation * 100:.2f}"
        return Evidence(
            "near_rate",
            FX_POINTS + max(0, close),
            f"The amounts are {percent} % from the day's exchange rate.",
        )

    def _days(self, out: Side, into: Side) -> Evidence:
        gap = abs(into.posted_on - out.posted_on).days
        points = SAME_DAY_POINTS * (TRANSFER_GAP_DAYS_MAX + 1 - gap) // (TRANSFER_GAP_DAYS_MAX + 1)
        if gap == 0:
            return Evidence("same_day", points, "Both rows were booked on the same day.")
        plural = "" if gap == 1 else "s"
        return Evidence("near_day", points, f"The rows were booked {gap} day{plural} apart.")

    def _words(self, out: Side, into: Side) -> Evidence:
        for row, other in ((out, into), (into, out)):
            called = self.holders.get(other.account_id)
            if called and called.stands_in(*self._text(row)):
                return Evidence(
                    "names_account", NAMED_POINTS, "The text of one row names the other's account."
                )
        for row in (out, into):
            if WORDS.search(self._text(row)[0]):
                return Evidence("says_transfer", WORD_POINTS, "The text speaks of a transfer.")
        return Evidence("no_words", 0, "")

    def _rarity(self, out: Side, into: Side) -> Evidence:
        pair = 2 if out.currency == into.currency else 1
        others = max(0, self.amounts[out.currency, -out.amount_minor] - pair)
        if not others:
            return Evidence("rare_amount", RARE_POINTS, "No other row has this amount.")
        plural = "row has" if others == 1 else "rows have"
        message = f"{others} other {plural} this amount."
        return Evidence("rare_amount", RARE_POINTS // (1 + others), message)

    def _text(self, side: Side) -> tuple[str, str]:
        """The row's text in capitals: as words, and without anything but letters and digits."""
        if side.id not in self.texts:
            words = fold(side.text)
            self.texts[side.id] = (words, "".join(c for c in words if c.isalnum()))
        return self.texts[side.id]


class _Called:
    """An account as texts may call it."""

    def __init__(self, holder: Holder) -> None:
        name = fold(" ".join(holder.name.split()))
        self.name = (
            re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") if len(name) >= NAME_MIN else None
        )
        number = "".join(c for c in fold(holder.number) if c.isalnum())
        self.number = number if len(number) >= NUMBER_MIN else ""
        # Banks print the last four of a number behind stars or crosses.
        tail = re.escape(self.number[-4:])
        self.masked = re.compile(rf"[X*#.…]{{2,}}\s?{tail}(?!\w)") if self.number else None

    def stands_in(self, words: str, letters: str) -> bool:
        return bool(
            (self.number and self.number in letters)
            or (self.masked and self.masked.search(words))
            or (self.name and self.name.search(words))
        )


def _assign(pairs: list[Pair]) -> list[Pair]:
    """Best first, each row in one pair; equally good pairs of one row are all kept, and say so."""
    pairs.sort(key=lambda pair: pair.key)
    used: set[UUID] = set()
    kept: list[Pair] = []
    start = 0
    while start < len(pairs):
        end = start
        while end < len(pairs) and pairs[end].points == pairs[start].points:
            end += 1
        free = [p for p in pairs[start:end] if p.out.id not in used and p.into.id not in used]
        times = Counter(side.id for pair in free for side in (pair.out, pair.into))
        for pair in free:
            pair.is_ambiguous = times[pair.out.id] > 1 or times[pair.into.id] > 1
            used |= {pair.out.id, pair.into.id}
        kept += free
        start = end
    return kept
