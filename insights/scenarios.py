"""What if: things that a forecast can suppose, as movements of its known part. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from debts.amortization import Minimum, Terms, level_payment, plan
from debts.due_days import due_on
from insights.forecast import Item


@dataclass(frozen=True, slots=True)
class Loan:
    """Borrowed on a day, paid back in equal monthly installments. apr is a fraction.

    category: what its movements stand under; they are no spending.
    """

    on: date
    minor: int
    apr: Decimal
    months: int
    category: str | None = None

    def items(self, last: date) -> list[Item]:
        """The principal in, and installments out up to a day; the last one takes the roundings."""
        level = level_payment(self.minor, self.apr, self.months)
        terms = Terms(self.minor, lambda number: self.apr, Minimum(level), self.months)
        paid = [
            Item(due_on(self.on, self.on.day, row.number), -row.payment, self.category)
            for row in plan(terms).installments
        ]
        return [
            Item(self.on, self.minor, self.category),
            *(item for item in paid if item.on <= last),
        ]


@dataclass(frozen=True, slots=True)
class Raise:
    """From a day on a recurring income is so many percent more (less), or another amount."""

    rule: str
    on: date
    percent: Decimal | None = None
    minor: int | None = None

    def apply(self, known: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(
            replace(item, minor=self._changed(item.minor))
            if item.rule == self.rule and item.on >= self.on
            else item
            for item in known
        )

    def _changed(self, minor: int) -> int:
        if self.minor is not None:
            return self.minor
        changed = minor * (1 + (self.percent or Decimal(0)) / 100)
        return int(changed.quantize(Decimal(1), ROUND_HALF_UP))


__all__ = ["Loan", "Raise"]
