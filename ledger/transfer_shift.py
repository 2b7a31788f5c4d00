"""What linking two rows does to income and spending, by currency and category. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.effects import Movement
from ledger.money import format_minor

Category = tuple[str, str]  # name, kind


@dataclass(slots=True)
class Shift:
    """A difference to the reports of one currency; spending is positive, refunds are taken off it.

    Pending rows stand apart, because reports leave them out unless they are asked for.
    """

    currency: str
    is_pending: bool
    income: int = 0
    expense: int = 0
    by_category: dict[UUID | None, int] = field(default_factory=dict)
    names: dict[UUID | None, str] = field(default_factory=dict)

    def add(self, category_id: UUID | None, category: Category | None, amount: int) -> None:
        """Count a part as the summary does: by its category's kind, else by its sign."""
        kind = category[1] if category else ("income" if amount > 0 else "expense")
        if kind == "income":
            self.income += amount
        else:
            self.expense -= amount
        self.by_category[category_id] = self.by_category.get(category_id, 0) + amount
        if category:
            self.names[category_id] = category[0]

    def figures(self) -> dict[str, Any]:
        """Ids and figures, for the trail."""
        return {
            "currency": self.currency,
            "pending": self.is_pending,
            "income_minor": self.income,
            "expense_minor": self.expense,
        }

    def shown(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "currency": self.currency,
            "pending": self.is_pending,
            "income": format_minor(self.income, self.currency),
            "expense": format_minor(self.expense, self.currency),
            "by_category": [
                {
                    "category_id": category_id,
                    "category": self.names.get(category_id),
                    "amount": format_minor(amount, self.currency),
                }
                for category_id, amount in self.by_category.items()
            ],
        }


def shift_of(
    movements: Iterable[Movement], categories: Mapping[UUID, Category], sign: int
) -> list[Shift]:
    """What plain rows are in the reports, times the sign: -1 as they leave, 1 as they come back."""
    shifts: dict[tuple[str, bool], Shift] = {}
    for row in movements:
        key = (row.currency, row.status == "pending")
        shift = shifts.setdefault(key, Shift(*key))
        for category_id, amount in row.parts:
            category = categories.get(category_id) if category_id else None
            shift.add(category_id, category, amount)
    for shift in shifts.values():
        shift.income, shift.expense = sign * shift.income, sign * shift.expense
        shift.by_category = {key: sign * amount for key, amount in shift.by_category.items()}
    return list(shifts.values())
