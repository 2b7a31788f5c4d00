"""Strategies side by side for one owner: from debts as they stand and the money there really is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median_low
from uuid import UUID

from django.db.models import Sum

from accounts.errors import Refusal
from accounts.models import User
from debts.errors import Reason
from debts.state import State
from debts.strategies import (
    Outcome,
    Owed,
    avalanche,
    first_minimums,
    hybrid,
    minimums_only,
    pay_in_order,
    snowball,
)
from ledger.models import MonthlyTotal
from ledger.money import format_minor
from ledger.periods import add_months

HISTORY_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Budget:
    """Money a month for all debts. source: given, history (minimums + what was left) or minimums."""

    monthly: int
    minimums: int
    surplus: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Comparison:
    currency: str
    budget: Budget
    outcomes: dict[str, Outcome]
    other_currencies: tuple[str, ...]

    @property
    def recommended(self) -> str | None:
        """The order with the least interest; of equals the one that ends first. None: none ends."""
        ends = [
            (o.total_interest, o.months, name)
            for name, o in self.outcomes.items()
            if name != "minimums_only" and o.total_interest is not None
        ]
        return min(ends, key=lambda e: e[:2])[2] if ends else None


def surplus_of(user: User, currency: str, today: date) -> int | None:
    """The median of what was left of income a month (transfers apart) in the last full months.

    None without history. One statement, over the totals.
    """
    first = add_months(today.replace(day=1), -HISTORY_MONTHS)
    months = (
        MonthlyTotal.objects.for_user(user)
        .filter(month__gte=first, month__lt=today.replace(day=1), currency=currency)
        .filter(is_transfer=False, is_pending=False)
        .values("month")
        .annotate(net=Sum("inflow_minor") - Sum("outflow_minor"))
        .order_by()
    )
    nets = [row["net"] for row in months]
    return median_low(nets) if nets else None


def compare(
    user: User,
    states: Sequence[State],
    *,
    currency: str,
    today: date,
    monthly: int | None = None,
    order: Sequence[UUID] = (),
    once: dict[int, int] | None = None,
) -> Comparison:
    """All orders from one pool. 422 with the shortfall when it does not cover the minimums."""
    mine = [s for s in states if s.currency == currency and s.payoff > 0]
    others = tuple(sorted({s.currency for s in states if s.currency != currency and s.payoff}))
    debts = [s.as_owed() for s in mine]
    _refuse_strangers(order, mine)
    budget = _budget(user, debts, currency, today, monthly)
    outcomes = {
        "avalanche": pay_in_order(debts, avalanche(debts), budget.monthly, once),
        "snowball": pay_in_order(debts, snowball(debts), budget.monthly, once),
        "hybrid": pay_in_order(debts, hybrid(debts, budget.monthly), budget.monthly, once),
    }
    if order:
        outcomes["custom"] = pay_in_order(debts, [str(o) for o in order], budget.monthly, once)
    outcomes["minimums_only"] = minimums_only(debts)
    return Comparison(currency, budget, outcomes, others)


def _refuse_strangers(order: Sequence[UUID], states: Sequence[State]) -> None:
    known = {state.debt.pk for state in states}
    if any(debt_id not in known for debt_id in order):
        raise Refusal(Reason.DEBT_NOT_FOUND, pointer="?order")


def _budget(
    user: User, debts: Sequence[Owed], currency: str, today: date, monthly: int | None
) -> Budget:
    minimums = first_minimums(debts)
    surplus = surplus_of(user, currency, today)
    if monthly is None:
        spare = max(0, surplus or 0)
        return Budget(minimums + spare, minimums, surplus, "history" if spare else "minimums")
    if monthly < minimums:
        short = format_minor(minimums - monthly, currency)
        raise Refusal(
            Reason.MONTHLY_TOO_SMALL,
            status=422,
            pointer="?monthly",
            detail=f"The minimum payments come to {format_minor(minimums, currency)} {currency}:"
            f" {short} more than this.",
            extra={"shortfall": short, "minimums": format_minor(minimums, currency)},
        )
    return Budget(monthly, minimums, surplus, "given")
