"""What a set of rows does to balances and totals. Pure: the write path adds or subtracts it.

A row's effect is the same whether it is posted, edited or deleted, only with another sign, which
is what makes the books retractable: post(row) then remove(row) leaves no trace in any sum.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

NIL = UUID(int=0)  # "no category" in the key of a total, which may hold no null

MonthKey = tuple[date, UUID, UUID, bool, bool]  # month, account, category, is_transfer, is_pending
DayKey = tuple[UUID, date, bool, bool]  # account, day, is_transfer, is_pending


@dataclass(slots=True)
class Movement:
    """A row as the sums see it. `parts` are (category or None, amount) and sum to the amount."""

    account_id: UUID
    currency: str
    posted_on: date
    amount_minor: int
    status: str
    is_transfer: bool
    parts: tuple[tuple[UUID | None, int], ...]

    def __post_init__(self) -> None:
        assert sum(amount for _, amount in self.parts) == self.amount_minor, (
            "splits sum to their row"
        )


@dataclass(slots=True)
class Effects:
    """Differences to apply, all in minor units of the account's currency."""

    accounts: dict[UUID, list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0, 0])
    )  # balance, cleared, pending outflow
    months: dict[MonthKey, list[int]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0, 0])
    )  # inflow, outflow, count
    days: dict[DayKey, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    currencies: dict[UUID, str] = field(default_factory=dict)

    def add(self, movements: Iterable[Movement], sign: int = 1) -> "Effects":
        """Count rows in (sign 1) or out (sign -1)."""
        for row in movements:
            self._add_one(row, sign)
        return self

    def _add_one(self, row: Movement, sign: int) -> None:
        is_pending = row.status == "pending"
        amount = row.amount_minor * sign
        self.currencies[row.account_id] = row.currency
        sums = self.accounts[row.account_id]
        sums[0] += amount
        if not is_pending:
            sums[1] += amount
        elif row.amount_minor < 0:
            sums[2] += amount
        _count(
            self.days[row.account_id, row.posted_on, row.is_transfer, is_pending],
            row.amount_minor,
            sign,
        )
        month = row.posted_on.replace(day=1)
        for category_id, part in row.parts:
            key = (month, row.account_id, category_id or NIL, row.is_transfer, is_pending)
            _count(self.months[key], part, sign)

    def without_zeros(self) -> "Effects":
        """The same differences without the keys where nothing changes."""
        return Effects(
            {k: v for k, v in self.accounts.items() if any(v)},
            {k: v for k, v in self.months.items() if any(v)},
            {k: v for k, v in self.days.items() if any(v)},
            self.currencies,
        )


def _count(sums: list[int], amount: int, sign: int) -> None:
    if amount > 0:
        sums[0] += amount * sign
    else:
        sums[1] -= amount * sign
    sums[2] += sign
