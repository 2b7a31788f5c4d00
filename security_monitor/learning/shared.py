"""Fraud rates across owners, from labels whose delay is over: of a shop, and of a kind of payment.

A rate is told only when enough owners stand behind it. Keys are made by the caller, who hashes names
with a secret: nothing here holds a name, an amount or an owner in the clear.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field

WINDOWS = (1, 7, 14, 28)
KEPT_DAYS = 42
CELL_DAYS = 120
OWNERS_MIN = 3


@dataclass(slots=True)
class Rate:
    """Labelled rows of one key by day: {day: [rows, frauds, frauds of an amount usual for its owner]}."""

    days: dict[int, list[int]] = field(default_factory=dict)
    owners: dict[Hashable, int] = field(default_factory=dict)  # owner → labelled rows

    def add(
        self, day: int, owner: Hashable, *, is_fraud: bool, is_usual: bool, sign: int = 1
    ) -> None:
        old = self.days.get(day, (0, 0, 0))
        new = [old[0] + sign, old[1] + sign * is_fraud, old[2] + sign * (is_fraud and is_usual)]
        if any(new):
            self.days[day] = new
        else:
            self.days.pop(day, None)
        left = self.owners.get(owner, 0) + sign
        if left > 0:
            self.owners[owner] = left
        else:
            self.owners.pop(owner, None)


@dataclass(frozen=True, slots=True)
class ShopRisk:
    """What labels say of a shop. rows, frauds: in the last 1, 7, 14 and 28 labelled days. Ages in days,
    KEPT_DAYS where there was no fraud. since: labelled honest rows after the last fraud."""

    rows: tuple[int, ...] = (0,) * len(WINDOWS)
    frauds: tuple[int, ...] = (0,) * len(WINDOWS)
    usual: int = 0
    first: int = KEPT_DAYS
    last: int = KEPT_DAYS
    since: int = 0


NO_RISK = ShopRisk()
Key = Hashable


@dataclass(slots=True)
class Shared:
    """All that is known across owners. delay: days after which a row without a verdict is honest."""

    delay: int = 7
    owners_min: int = OWNERS_MIN
    rates: dict[Key, Rate] = field(default_factory=dict)

    def learn(
        self, keys: tuple[Key, ...], day: int, owner: Hashable,
        *, is_fraud: bool, is_usual: bool, sign: int = 1,
    ) -> None:  # fmt: skip
        """A label comes (sign 1) or is taken back (sign -1)."""
        for key in keys:
            rate = self.rates.setdefault(key, Rate())
            rate.add(day, owner, is_fraud=is_fraud, is_usual=is_usual, sign=sign)
            if not rate.days and not rate.owners:
                del self.rates[key]

    def told(self, key: Key) -> Rate | None:
        """A rate that enough owners stand behind."""
        rate = self.rates.get(key)
        return rate if rate is not None and len(rate.owners) >= self.owners_min else None

    def shop(self, key: Key, today: int) -> ShopRisk:
        rate = self.told(key)
        return risk_of(rate, today, self.delay) if rate is not None else NO_RISK

    def cell(self, key: Key, today: int) -> tuple[int, int]:
        rate = self.told(key)
        return cell_of(rate, today, self.delay) if rate is not None else (0, 0)


def cell_of(rate: Rate, today: int, delay: int) -> tuple[int, int]:
    """(labelled rows, frauds) of a kind of payment in its last days. Forgets what lies further back."""
    floor = today - delay - CELL_DAYS
    for day in [day for day in rate.days if day <= floor]:
        del rate.days[day]
    return sum(sums[0] for sums in rate.days.values()), sum(sums[1] for sums in rate.days.values())


def risk_of(rate: Rate, today: int, delay: int) -> ShopRisk:
    """The last labelled days of a shop. Forgets what lies further back."""
    floor = today - delay - KEPT_DAYS
    for day in [day for day in rate.days if day <= floor]:
        del rate.days[day]
    rows, frauds, usual = [0] * len(WINDOWS), [0] * len(WINDOWS), 0
    fraud_days = [day for day, sums in rate.days.items() if sums[1]]
    last = max(fraud_days, default=0)
    since = 0
    for day, (n, bad, bad_usual) in rate.days.items():
        if day > last:
            since += n
        age = today - delay - day
        usual += bad_usual if age < WINDOWS[-1] else 0
        for position, days in enumerate(WINDOWS):
            if age < days:
                rows[position] += n
                frauds[position] += bad
    if not fraud_days:
        return ShopRisk(tuple(rows), tuple(frauds))
    return ShopRisk(
        tuple(rows),
        tuple(frauds),
        usual,
        today - delay - min(fraud_days),
        today - delay - last,
        since,
    )
