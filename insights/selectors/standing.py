"""The owner's standing charges, and what about them deserves a word."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from insights.selectors.payments import PaidTo
from insights.selectors.reading import Reading
from insights.subscriptions import FORGOTTEN_MONTHS, Subscription, find, group_of
from ledger.periods import add_months
from ledger.rates import Converter

AHEAD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """One standing charge and whom it goes to."""

    paid: PaidTo
    found: Subscription

    @property
    def key(self) -> str:
        """The same for the same series from day to day."""
        return f"{self.paid.payee_id}:{self.paid.currency}:{self.found.period}:{self.found.since}"


@dataclass
class StandingCharges:
    """All of them, active ones first and the dearest first among these."""

    home: str
    today: date
    charges: list[Standing]
    converter: Converter
    homes: dict[str, int | None] = field(default_factory=dict)  # yearly cost by key

    @cached_property
    def active(self) -> list[Standing]:
        return [c for c in self.charges if c.found.is_active(self.today)]

    @property
    def yearly(self) -> int | None:
        """What the active ones cost a year at home; None where a rate is missing."""
        costs = [self.homes[charge.key] for charge in self.active]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    def upcoming(self, days: int = AHEAD_DAYS) -> list[tuple[date, Standing]]:
        until = self.today + timedelta(days=days)
        found = [
            (day, charge)
            for charge in self.active
            for day in charge.found.coming(self.today, until)
        ]
        return sorted(found, key=lambda pair: (pair[0], pair[1].paid.name))

    @property
    def duplicates(self) -> list[tuple[str, list[Standing]]]:
        """(why, charges): services that do the same, or one payee charged twice in one rhythm."""
        groups: dict[str, list[Standing]] = defaultdict(list)
        for charge in self.active:
            group = group_of(charge.paid.name)
            if group:
                groups[f"two services of one kind: {group}"].append(charge)
            groups[f"charged twice by {charge.paid.name} ({charge.found.period})"].append(charge)
        return [(why, found) for why, found in groups.items() if len(found) > 1]

    @property
    def forgotten(self) -> list[Standing]:
        """Fixed charges of a year and longer at whose payee nothing else was ever bought.

        Nobody can see in a ledger whether a service is used: these are worth a look, no more.
        """
        since = add_months(self.today, -FORGOTTEN_MONTHS)
        return [
            charge
            for charge in self.active
            if charge.found.fixed
            and charge.found.since <= since
            and not charge.found.price_changes
            and len(charge.found.payments) == len(charge.paid.payments)
        ]


def standing_charges(reading: Reading) -> StandingCharges:
    """One statement, and rates."""
    converter = reading.converter()
    charges = [Standing(paid, found) for paid in reading.paid for found in find(paid.payments)]
    result = StandingCharges(reading.home, reading.today, charges, converter)
    for charge in charges:
        cost = converter.convert(charge.found.yearly, charge.paid.currency, reading.today)
        result.homes[charge.key] = cost
    charges.sort(
        key=lambda c: (
            not c.found.is_active(reading.today), -(result.homes[c.key] or 0), c.paid.name, c.key,
        )
    )  # fmt: skip
    return result


__all__ = ["Standing", "StandingCharges", "standing_charges"]
