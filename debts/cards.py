"""A credit card's cycle. Pure: closing days, statement, due day, grace, utilisation.

Purchases bear no interest while each statement is paid in full by its due day (the grace).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from debts.interest import (
    Stretch,
    average_daily_balance,
    daily_compounded,
    rounded,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a closing day states. Amounts owed are positive."""

    closed_on: date
    due_on: date
    balance: int
    paid: int  # after the closing day, up to the due day or today

    @property
    def paid_in_full(self) -> bool:
        return self.paid >= self.balance


def statement(
    closed_on: date, grace_days: int, balance: int, inflows: Sequence[tuple[date, int]], today: date
) -> Statement:
    """A statement and how much of it was paid in time. inflows: (day, amount) into the card."""
    due = closed_on + timedelta(grace_days)
    until = min(due, today)
    paid = sum(amount for day, amount in inflows if closed_on < day <= until)
    return Statement(closed_on, due, max(balance, 0), paid)


def cycle_interest(stretches: Sequence[Stretch], method: str, *, in_grace: bool) -> int:
    """A cycle's interest: average daily balance x APR / 365 x days, or compounded day by day."""
    if in_grace or not stretches:
        return 0
    if method == "daily":
        return rounded(daily_compounded(stretches, "act/365"))
    total = Decimal(0)
    for part in stretches:  # of one APR: balance x days is the average balance x days of the cycle
        total += part.balance * (part.end - part.start).days * part.apr
    return rounded(total / 365)


def utilisation_percent(balance: int, limit: int | None) -> Decimal | None:
    """Used part of the credit line in percent, one decimal; null without a line."""
    if not limit:
        return None
    return (Decimal(max(balance, 0)) * 100 / limit).quantize(Decimal("0.1"), ROUND_HALF_UP)


__all__ = [
    "Statement",
    "average_daily_balance",
    "cycle_interest",
    "statement",
    "utilisation_percent",
]
