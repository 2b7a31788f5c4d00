"""Ordinary life of one household: salary, rent, bills, shops, holidays, a move, Christmas."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from security_monitor.evaluation.simulator.rows import Row

DAILY_HOURS = range(8, 22)
# (category, shops that are visited again and again, payments a week, usual amount, spread)
HABITS = (
    ("Groceries", 3, 2.2, 42.0, 0.45),
    ("Restaurants", 4, 0.9, 31.0, 0.40),
    ("Coffee", 2, 1.5, 3.9, 0.20),
    ("Fuel", 2, 0.7, 58.0, 0.20),
    ("Household", 4, 0.5, 36.0, 0.60),
    ("Pharmacy", 2, 0.3, 17.0, 0.45),
    ("Clothes", 5, 0.25, 64.0, 0.50),
)
BILLS = (("Electricity", 84.0, 4), ("Telephone", 39.99, 9), ("Film club", 12.99, 14),
         ("Music club", 10.99, 19), ("Gym", 29.90, 2))  # fmt: skip
CHRISTMAS_DAYS = range(1, 24)


@dataclass(slots=True)
class Household:
    """Who pays where, and how much. Everything follows from the seed and the number."""

    number: int
    seed: int
    begin: date
    months: int
    rows: list[Row] = field(default_factory=list)
    dice: Random = field(init=False)
    wealth: float = field(init=False)  # 1 for an average household
    shops: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = Random(f"{self.seed} {self.number}")  # noqa: S311 (a simulation)
        self.wealth = self.dice.lognormvariate(0, 0.25)
        for category, count, *_ in HABITS:
            pool = 40 if category != "Coffee" else 20
            chosen = self.dice.sample(range(pool), count)
            self.shops[category] = [f"{category} shop {n}" for n in chosen]

    @property
    def name(self) -> str:
        return f"h{self.number}"

    @property
    def end(self) -> date:
        return month_after(self.begin, self.months)

    def pay(self, day: date, amount: float, payee: str, category: str = "", **more: object) -> Row:
        """Book a payment; its hour is one of the day's unless told."""
        hour = more.pop("hour", None)
        minute = more.pop("minute", None)
        at = datetime.combine(
            day,
            time(
                self.dice.choice(DAILY_HOURS) if hour is None else int(str(hour)),
                self.dice.randrange(60) if minute is None else int(str(minute)),
                self.dice.randrange(60),
            ),
        )
        row = Row(self.name, at, round(max(amount, 0.5), 2), payee, category, **more)  # type: ignore[arg-type]
        self.rows.append(row)
        return row

    def usual(self, category: str) -> float:
        return next(amount for name, _, _, amount, _ in HABITS if name == category) * self.wealth

    def live(self) -> None:
        """All that is ordinary."""
        days = [self.begin + timedelta(n) for n in range((self.end - self.begin).days)]
        away = self._holidays()
        for day in days:
            if day not in away:
                self._habits(day)
        for month in range(self.months):
            self._month(month_after(self.begin, month), month)
        self._holiday_spending(away)
        self._christmas()

    def _habits(self, day: date) -> None:
        for category, _, weekly, amount, spread in HABITS:
            weekend = 1.5 if day.weekday() >= 5 and category == "Restaurants" else 1.0
            if self.dice.random() < weekly / 7 * weekend:
                # Nine of ten visits go to the usual shops, the rest to some shop of the town.
                known = self.dice.random() < 0.9
                shop = self.dice.choice(self.shops[category]) if known else (
                    f"{category} shop {self.dice.randrange(40)}")  # fmt: skip
                paid = amount * self.wealth * self.dice.lognormvariate(0, spread)
                self.pay(day, paid, shop, category)

    def _month(self, first: date, month: int) -> None:
        salary = 2900 * self.wealth
        self.pay(first + timedelta(27), salary, "Employer", "Salary", type="income")
        moved = month >= self.moves_in
        landlord, rent = ("New landlord", 980) if moved else ("Landlord", 860)
        if month == self.moves_in:
            self.pay(first, 2 * rent * self.wealth, "New landlord", "Housing", scenario=MOVING)
            self.pay(first + timedelta(1), 540 * self.wealth, "Removers Ltd", "Housing",
                     scenario=MOVING)  # fmt: skip
            self.pay(first + timedelta(3), 610 * self.wealth, "Furniture hall", "Household",
                     scenario=MOVING)  # fmt: skip
        scenario = MOVING if month == self.moves_in else ""
        self.pay(first + timedelta(1), rent * self.wealth, landlord, "Housing", hour=8,
                 scenario=scenario)  # fmt: skip
        for name, amount, day in BILLS:
            self.pay(first + timedelta(day - 1), amount, name, "Bills", hour=9)
        if first.month == self.insured_in:
            self.pay(first + timedelta(6), 420 * self.wealth, "Car insurance", "Insurance",
                     hour=9, scenario=INSURANCE)  # fmt: skip

    @property
    def moves_in(self) -> int:
        """The month of the move; every third household moves."""
        return 9 + self.number % 7 if self.number % 3 == 0 else self.months + 1

    @property
    def insured_in(self) -> int:
        return 1 + self.number % 12

    def _holidays(self) -> set[date]:
        found: set[date] = set()
        for year in range(self.begin.year, self.end.year + 1):
            first = date(year, 8 + self.number % 3, 4 + self.number % 14)
            found |= {first + timedelta(n) for n in range(10)}
        return found

    def _holiday_spending(self, away: set[date]) -> None:
        for day in sorted(away):
            if not self.begin <= day < self.end:
                continue
            place = f"{day.year} resort {self.number % 11}"
            if day - timedelta(1) not in away:
                self.pay(day - timedelta(40), 690 * self.wealth, "Travel agency", "Holiday",
                         scenario=HOLIDAY)  # fmt: skip
            for _ in range(self.dice.choice((1, 2, 2, 3))):
                paid = 38 * self.wealth * self.dice.lognormvariate(0, 0.5)
                payee = (
                    f"{place} {self.dice.choice(('bar', 'restaurant', 'museum', 'shop', 'taxi'))}"
                )
                self.pay(day, paid, f"{payee} {self.dice.randrange(5)}", "Holiday",
                         scenario=HOLIDAY)  # fmt: skip

    def _christmas(self) -> None:
        for year in range(self.begin.year, self.end.year + 1):
            for day in (date(year, 12, n) for n in CHRISTMAS_DAYS):
                if self.begin <= day < self.end and self.dice.random() < 0.35:
                    paid = 58 * self.wealth * self.dice.lognormvariate(0, 0.6)
                    self.pay(day, paid, f"Gift shop {self.dice.randrange(25)}", "Gifts",
                             scenario=CHRISTMAS)  # fmt: skip


MOVING, INSURANCE = "LIFE moving house", "LIFE annual insurance"
HOLIDAY, CHRISTMAS = "LIFE holiday travel", "LIFE Christmas"


def month_after(begin: date, months: int) -> date:
    """The first of a month, so many months after that of `begin`."""
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    return date(year, month + 1, 1)
