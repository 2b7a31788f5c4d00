"""Standing charges found in history: their rhythm, price rises, what comes next. Pure.

Amounts are positive minor units of the payments' own currency.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, median, pstdev
from uuid import UUID

from ledger.periods import add_months

OCCURRENCES_MIN = 3
GAP_CV_MAX = 0.25
GAP_DAYS_MIN = 6  # what comes more often is a habit, not a standing charge
AMOUNT_SPREAD = 0.20  # around the median
RISE_PERCENT = 1
YEARLY = (350, 380)
ANCHOR_DAYS = 4  # around the usual day: weekends, holidays, slow banks
ANCHORED_SHARE = 0.8  # of the charges
VARIABLE_CV_MAX = 0.25  # of a bill whose amount follows use; it must then keep its day
VARIABLE_MIN = 6
PARTS_MIN = 4  # charges of one price among other purchases at the same payee
SKIPPED_SHARE_MAX = 0.25  # gaps that are two or three periods long: a pause or a missing statement
FORGOTTEN_MONTHS = 12
# (name, shortest and longest median gap, charges a year, days a charge may be early or late)
PERIODS = (
    ("weekly", 6.5, 8, 52.18, 2),
    ("biweekly", 13, 15, 26.09, 3),
    ("four_weekly", 27.5, 28.4, 13.04, 3),
    ("monthly", 26, 35, 12.0, 6),
    ("bimonthly", 55, 66, 6.0, 8),
    ("quarterly", 84, 98, 4.0, 10),
    ("half_yearly", 172, 192, 2.0, 15),
    ("yearly", 350, 380, 1.0, 15),
)
MONTHS = {"monthly": 1, "bimonthly": 2, "quarterly": 3, "half_yearly": 6, "yearly": 12}
DAYS = {"weekly": 7, "biweekly": 14, "four_weekly": 28}


@dataclass(frozen=True, slots=True)
class Payment:
    """One outflow to a payee."""

    on: date
    minor: int
    row_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PriceChange:
    on: date
    before: int
    after: int

    @property
    def percent(self) -> float:
        return round(100 * (self.after - self.before) / self.before, 2)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A series of charges. `confidence` 0 to 1: how regular, how steady, how often seen."""

    period: str
    payments: tuple[Payment, ...]
    gap_cv: float
    fixed: bool
    confidence: float
    price_changes: tuple[PriceChange, ...]

    @property
    def since(self) -> date:
        return self.payments[0].on

    @property
    def last(self) -> Payment:
        return self.payments[-1]

    @property
    def typical(self) -> int:
        """The usual charge now: the last one of a fixed price, else the median of the last six."""
        return self.last.minor if self.fixed else round(median(p.minor for p in self.payments[-6:]))

    @property
    def yearly(self) -> int:
        return round(self.typical * _facts(self.period)[0])

    @property
    def next_on(self) -> date:
        return following(self.payments, self.period, 1)

    def coming(self, after: date, until: date) -> list[date]:
        """The next charges in (after, until]; one that is a little late is still expected."""
        days = []
        for k in range(1, 60):
            day = following(self.payments, self.period, k)
            if day > until:
                break
            if day > after - timedelta(days=_facts(self.period)[1]):
                days.append(max(day, after + timedelta(days=1)))
        return days

    def is_active(self, today: date) -> bool:
        """Still running: the next charge is not overdue by more than its slack."""
        return today <= self.next_on + timedelta(days=max(_facts(self.period)[1], 5))


def _facts(period: str) -> tuple[float, int]:
    return next((per_year, slack) for name, _, _, per_year, slack in PERIODS if name == period)


def following(payments: Sequence[Payment], period: str, k: int) -> date:
    """The k-th charge after the last. Monthly ones keep the usual day, not the last one's shift."""
    last = payments[-1].on
    if period in DAYS:
        return last + timedelta(days=DAYS[period] * k)
    usual = round(median(p.on.day for p in payments[-6:]))
    if max(p.on.day for p in payments[-6:]) - min(p.on.day for p in payments[-6:]) > 12:
        usual = last.day  # around the end of a month a median of days says nothing
    month = add_months(last.replace(day=1), MONTHS[period] * k)
    return add_months(month.replace(day=1), 0) + timedelta(
        days=min(usual, _last_day(month).day) - 1
    )


def _last_day(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)


def find(payments: Iterable[Payment]) -> list[Subscription]:
    """The standing charges among one payee's payments: all of them as one series, else by price.

    A payee may have several (two plans of one shop) and single purchases beside them.
    """
    ordered = sorted(payments, key=lambda p: (p.on, p.minor))
    whole = as_subscription(ordered)
    if whole is not None:
        return [whole]
    found = []
    for series in by_price(ordered):
        if len(series) < len(ordered):
            part = as_subscription(series)
            if part is not None and part.fixed and len(series) >= PARTS_MIN:
                found.append(part)
    return found


def by_price(payments: Sequence[Payment]) -> list[list[Payment]]:
    """Payments of nearly one price together: cut where a sorted price jumps by more than a tenth."""
    groups: list[list[Payment]] = []
    for payment in sorted(payments, key=lambda p: p.minor):
        if groups and payment.minor <= groups[-1][-1].minor * 1.1:
            groups[-1].append(payment)
        else:
            groups.append([payment])
    return [sorted(group, key=lambda p: p.on) for group in groups]


def as_subscription(payments: Sequence[Payment]) -> Subscription | None:
    """The payments as one standing charge, or None where they are not one."""
    if len(payments) < 2:
        return None
    between = [(b.on - a.on).days for a, b in pairwise(payments)]
    if min(between) <= GAP_DAYS_MIN:
        return None
    middle = median(between)
    for period, low, high, _, _ in PERIODS:
        if low <= middle <= high and _enough(payments, period, between):
            found = _in_rhythm(payments, period, between)
            if found is not None:
                return found
    return None


def _in_rhythm(
    payments: Sequence[Payment], period: str, between: Sequence[int]
) -> Subscription | None:
    middle = median(between)
    folded = [gap / max(1, round(gap / middle)) for gap in between]
    skipped = sum(round(gap / middle) > 1 for gap in between)
    gap_cv = pstdev(folded) / fmean(folded)
    if gap_cv > GAP_CV_MAX or skipped > SKIPPED_SHARE_MAX * len(between):
        return None
    if not keeps_its_day([p.on for p in payments], period):
        return None
    changes = price_changes(payments)
    fixed = changes is not None
    if not fixed and not _steady(payments) and not _variable_bill(payments, period):
        return None
    seen = min(1.0, len(payments) / 6)
    spread = 0.0 if fixed else min(1.0, _spread(payments))
    confidence = 0.5 * (1 - gap_cv / GAP_CV_MAX * 0.5) + 0.25 * (1 - spread) + 0.25 * seen
    return Subscription(
        period, tuple(payments), round(gap_cv, 3), fixed, round(confidence, 2), changes or ()
    )


def keeps_its_day(days: Sequence[date], period: str) -> bool:
    """Whether a rhythm is tied to the calendar: to a day of the month, or to a day of the week.

    What is bought again when it is used up (a book of tickets) also comes every thirty days or so,
    but its day wanders through the month.
    """
    if period in MONTHS:
        places, turn, near = [day.day for day in days], 31, ANCHOR_DAYS
    else:
        places, turn, near = [day.isoweekday() for day in days], 7, 1
    best = max(
        sum(min((place - centre) % turn, (centre - place) % turn) <= near for place in places)
        for centre in range(1, turn + 1)
    )
    return best >= ANCHORED_SHARE * len(days)


def _variable_bill(payments: Sequence[Payment], period: str) -> bool:
    """Monthly or slower, seen often, with an amount that follows use: telephone, power."""
    amounts = [p.minor for p in payments]
    return (
        period in MONTHS
        and len(payments) >= VARIABLE_MIN
        and pstdev(amounts) / fmean(amounts) <= VARIABLE_CV_MAX
    )


def _enough(payments: Sequence[Payment], period: str, between: Sequence[int]) -> bool:
    """Often enough to be believed: three charges in three months; two a year apart, of one price."""
    if period == "yearly":
        return all(YEARLY[0] <= gap <= YEARLY[1] for gap in between) and all(
            abs(b.minor - a.minor) <= AMOUNT_SPREAD * a.minor for a, b in pairwise(payments)
        )
    months = {(p.on.year, p.on.month) for p in payments}
    wanted = 2 if period in ("weekly", "biweekly") else OCCURRENCES_MIN
    return len(payments) >= OCCURRENCES_MIN and len(months) >= wanted


def _spread(payments: Sequence[Payment]) -> float:
    """The largest distance from the median of the neighbours, as a part of it."""
    return max(
        abs(p.minor - around) / around
        for p, around in (
            (p, median(q.minor for q in payments[max(0, i - 6) : i + 7]))
            for i, p in enumerate(payments)
        )
    )


def _steady(payments: Sequence[Payment]) -> bool:
    return _spread(payments) <= AMOUNT_SPREAD


def price_changes(payments: Sequence[Payment]) -> tuple[PriceChange, ...] | None:
    """The steps of a fixed price, those of more than one percent; None where the price is not fixed.

    Fixed: few steps for its length, each followed by charges of the new price.
    """
    steps = [
        PriceChange(b.on, a.minor, b.minor) for a, b in pairwise(payments) if a.minor != b.minor
    ]
    if len(steps) > max(1, len(payments) // 6) or len(steps) >= len(payments) - 1 > 1:
        return None
    if len(payments) == 2 and steps and abs(steps[0].percent) > 100 * AMOUNT_SPREAD:
        return None
    if any(abs(step.percent) > 50 for step in steps):
        return None
    return tuple(step for step in steps if abs(step.percent) > RISE_PERCENT)


# Words of services that do the same; two of one group are perhaps one too many.
GROUPS = {
    "video": "netflix disney hulu prime-video hbo paramount peacock appletv sky wow joyn dazn crunchyroll",
    "music": "spotify tidal deezer napster pandora qobuz soundcloud audible",
    "cloud": "dropbox icloud onedrive backblaze mega pcloud",
    "fitness": "gym fitness mcfit peloton strava urban-sports clever-fit planet-fitness",
    "news": "times post guardian economist spiegel zeit faz medium substack",
}


def group_of(name: str) -> str | None:
    words = set(name.casefold().replace("+", " ").replace(".", " ").split())
    return next((group for group, known in GROUPS.items() if words & set(known.split())), None)
