"""Three years (or any number) of a household, month by month, from one seed. Pure.

Amounts are minor units: cents, or yen on the travel wallet. A month never depends on what was
booked, only on the seed and on what this story told before.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from ledger.demo.habits import (
    BILLS,
    CARD,
    CASH,
    HABITS,
    MAIN,
    RENT,
    SALARIES,
    SAVINGS,
    STREAMING,
    STREAMING_RISEN,
    TRAVEL,
    TRIP,
    Bill,
    Habit,
)

RISE_MONTHS_AGO = 10  # when the streaming service became dearer
TRIP_DAYS = 11
TRIP_MONTHS_AGO = 7
HOLIDAY_MONTH = 7
RATE = 158.0  # yen for a euro at the start of the story; it wanders


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened. With `to` it is a transfer of `-minor` to that account."""

    account: str
    on: date
    minor: int
    payee: str = ""
    category: str = ""
    memo: str = ""
    at: datetime | None = None
    pending: bool = False
    tags: tuple[str, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()
    to: str = ""
    to_minor: int = 0


@dataclass(slots=True)
class Story:
    """The story up to and including `today`. factor scales the habits, not the bills."""

    today: date
    months: int
    seed: int
    factor: float = 1.0
    random: Random = field(init=False)
    owed: int = field(default=0, init=False)  # card spending since the last payment
    purse: int = field(default=15_000, init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  a story, no secret

    def months_told(self) -> Iterator[list[Happening]]:
        """Each month's happenings in order of days; the last month ends today."""
        for ago in range(self.months - 1, -1, -1):
            first = month_back(self.today, ago)
            told = [h for h in self._month(first, ago) if h.on <= self.today]
            if ago == 0:
                told += self._suspicious()
                told = self._pending_last(told)
            yield sorted(told, key=lambda h: (h.on, h.at is not None, h.at))

    def rates(self) -> Iterator[tuple[date, float]]:
        """Yen for a euro on the first of each month, and on each day of the journey."""
        yield from ((month_back(self.today, ago), self.rate(ago)) for ago in range(self.months))
        if self.months > TRIP_MONTHS_AGO:
            start = self._trip_start()
            yield from (
                (start + timedelta(days=n), self.rate(TRIP_MONTHS_AGO)) for n in range(TRIP_DAYS)
            )

    def rate(self, ago: int) -> float:
        """Wanders without the story's own dice, so that asking changes nothing."""
        return round(RATE + Random(self.seed * 1_000 + ago).uniform(-6, 6), 2)  # noqa: S311

    def _month(self, first: date, ago: int) -> Iterator[Happening]:
        passed = self.months - 1 - ago
        yield from self._card_payment(first)
        yield from self._income(first, passed)
        yield from self._bills(first, ago, passed)
        yield from self._habits(first)
        if first.month == HOLIDAY_MONTH:
            yield from self._holiday(first)
        if ago == TRIP_MONTHS_AGO:
            yield from self._trip(ago)
        yield from self._refunds(first)

    def _income(self, first: date, passed: int) -> Iterator[Happening]:
        day = last_workday(first)
        for payee, memo, cents in SALARIES:
            raised = round(cents * 1.025 ** (passed // 12))
            bonus = raised // 2 if first.month == 11 else 0
            yield Happening(MAIN, day, raised, payee, "Salary", memo)
            if bonus:
                yield Happening(MAIN, day, bonus, payee, "Salary", f"{memo}, bonus")
        yield Happening(MAIN, day, -45_000, memo="Monthly saving", to=SAVINGS, to_minor=45_000)
        if first.month % 3 == 0:
            cents = 2_000 + 450 * passed + self.random.randint(0, 99)
            yield Happening(SAVINGS, day, cents, "First Savings Bank", "Interest")

    def _bills(self, first: date, ago: int, passed: int) -> Iterator[Happening]:
        rent = RENT.cents if passed < 18 else RENT.cents * 103 // 100
        yield self._bill(first, RENT, rent)
        streaming = STREAMING if ago >= RISE_MONTHS_AGO else STREAMING_RISEN
        for bill in (streaming, *BILLS):
            if first.month % bill.every == 0:
                swing = self.random.randint(-bill.spread, bill.spread)
                yield self._bill(first, bill, bill.cents * (100 + swing) // 100)

    def _bill(self, first: date, bill: Bill, cents: int) -> Happening:
        if bill.account == CARD:
            self.owed -= cents
        return Happening(
            bill.account, first.replace(day=bill.day), cents, bill.payee, bill.category
        )

    def _habits(self, first: date) -> Iterator[Happening]:
        length = monthrange(first.year, first.month)[1]
        errands = []
        for habit in HABITS:
            mean = habit.times * self.factor
            count = int(mean) + (self.random.random() < mean % 1)
            days = (first.replace(day=self.random.randint(1, length)) for _ in range(count))
            errands += [(day, habit) for day in days]
        for day, habit in sorted(errands, key=lambda e: e[0]):  # or the purse would run dry
            yield from self._errand(habit, day)

    def _errand(self, habit: Habit, day: date) -> Iterator[Happening]:
        # Small amounts are common and large ones rare, as on any bank statement.
        cents = habit.low + round((habit.high - habit.low) * self.random.random() ** 2)
        if habit.account == CASH and self.purse < cents:
            drawn = max(10_000, -(-cents // 5_000) * 5_000)
            self.purse += drawn
            yield Happening(MAIN, day, -drawn, memo="Cash machine", to=CASH, to_minor=drawn)
        if habit.account == CASH:
            self.purse -= cents
        if habit.account == CARD:
            self.owed += cents
        parts: tuple[tuple[str, int], ...] = ()
        if habit.account == MAIN and habit.category == "Groceries" and self.random.random() < 0.15:
            parts = self._mixed_basket(-cents)
        yield Happening(
            habit.account,
            day,
            -cents,
            self.random.choice(habit.payees),
            "" if parts else habit.category,
            at=self._moment(day, *habit.hours),
            parts=parts,
            tags=("weekend",) if day.weekday() >= 5 and habit.category == "Restaurants" else (),
        )

    def _mixed_basket(self, cents: int) -> tuple[tuple[str, int], ...]:
        """One receipt for several things."""
        household = cents * self.random.randint(10, 30) // 100
        pharmacy = cents * self.random.randint(5, 15) // 100
        return (
            ("Groceries", cents - household - pharmacy),
            ("Household goods", household),
            ("Pharmacy", pharmacy),
        )

    def _moment(self, day: date, first_hour: int, last_hour: int) -> datetime:
        minute = self.random.randint(first_hour * 60, last_hour * 60 - 1)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)

    def _card_payment(self, first: date) -> Iterator[Happening]:
        """Last month's card spending, paid from the main account: a transfer, no spending."""
        if self.owed > 0:
            yield Happening(
                MAIN,
                first.replace(day=5),
                -self.owed,
                memo="Card payment",
                to=CARD,
                to_minor=self.owed,
            )
        self.owed = 0

    def _holiday(self, first: date) -> Iterator[Happening]:
        tags = (f"summer {first.year}",)
        for day, payee, category, cents in (
            (2, "Coastline Rail", "Travel", 23_800),
            (9, "Villa Marina", "Travel", 94_000),
            (11, "Seaside Grill", "Restaurants", 7_450),
            (13, "Boat Tours", "Entertainment", 6_400),
            (16, "Harbour Fish", "Restaurants", 8_820),
        ):
            self.owed += cents
            yield Happening(CARD, first.replace(day=day), -cents, payee, category, tags=tags)

    def _trip_start(self) -> date:
        return month_back(self.today, TRIP_MONTHS_AGO).replace(day=8)

    def _trip(self, ago: int) -> Iterator[Happening]:
        """A journey paid from a wallet in another currency; what is left is changed back."""
        start, rate, tags = self._trip_start(), self.rate(ago), ("Kyoto",)
        self.owed += 164_000
        yield Happening(CARD, start, -164_000, "Sky Airways", "Travel", "Two seats", tags=tags)
        wallet = round(600 * rate)
        yield Happening(MAIN, start, -60_000, memo="Yen for the trip", to=TRAVEL, to_minor=wallet)
        for n in range(1, TRIP_DAYS):
            for payee, category, low, high in TRIP:
                yen = self.random.randint(low, high)
                if yen > wallet:
                    continue
                wallet -= yen
                day = start + timedelta(days=n)
                at = self._moment(day, 1, 13)  # morning to night over there, in UTC
                yield Happening(TRAVEL, day, -yen, payee, category, at=at, tags=tags)
        back = round(wallet / rate * 100 * 0.98)  # the bureau keeps two percent
        if back:
            day = start + timedelta(days=TRIP_DAYS)
            yield Happening(TRAVEL, day, -wallet, memo="Yen left over", to=MAIN, to_minor=back)

    def _refunds(self, first: date) -> Iterator[Happening]:
        if self.random.random() < 0.4:
            cents = self.random.randint(1_500, 6_500)
            self.owed -= cents
            day = first.replace(day=self.random.randint(6, 26))
            yield Happening(CARD, day, cents, "Threadworks", "Clothing", "Returned")
        if first.month == 2:
            day = first.replace(day=17)
            yield Happening(MAIN, day, 8_700, "Municipal Utilities", "Utilities", "Year's balance")

    def _suspicious(self) -> Iterator[Happening]:
        """What a watch should notice: a burst of small charges at night, a huge new payee."""
        night = self.today - timedelta(days=4)
        start = datetime(night.year, night.month, night.day, 2, 41, tzinfo=UTC)
        for n in range(7):
            at = start + timedelta(seconds=55 * n)
            yield Happening(CARD, night, -(99 + 37 * n), "QPAY*SERVICES 8841", at=at)
        day = self.today - timedelta(days=3)
        at = datetime(day.year, day.month, day.day, 3, 12, tzinfo=UTC)
        yield Happening(MAIN, day, -289_000, "Aurum Watches Ltd", "Other", at=at)

    def _pending_last(self, told: list[Happening]) -> list[Happening]:
        """Card and shop payments of the last two days are not on the statement yet."""
        since = self.today - timedelta(days=1)
        kept = [h for h in told if h.on < since or h.to]
        fresh = [
            Happening(CARD, self.today, -4_380, "Orion Fuel", "Fuel", pending=True),
            Happening(MAIN, self.today, -6_215, "Greenfield Market", "Groceries", pending=True),
            Happening(CARD, since, -1_890, "Saigon Kitchen", "Restaurants", pending=True),
        ]
        return kept + fresh


def month_back(today: date, ago: int) -> date:
    """The first day of the month so many months before today's."""
    months = today.year * 12 + today.month - 1 - ago
    return date(months // 12, months % 12 + 1, 1)


def last_workday(first: date) -> date:
    day = first.replace(day=monthrange(first.year, first.month)[1])
    return day - timedelta(days=max(0, day.weekday() - 4))
