"""Would this payment fit? The same figures as the gate's, without booking."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from accounts.models import User
from budgeting.rollover import State
from budgeting.selectors.plans import Plan, plans_of, work_out
from budgeting.services.gate import shown_touch
from ledger.money import format_minor
from ledger.services.posting import minor_of

NOTHING: dict[str, Any] = {
    "allowed": True,
    "mode": None,
    "budget": None,
    "about": None,
    "left_before": None,
    "left_after": None,
    "overspend": None,
}


def check_limit(user: User, category_id: UUID, amount: Decimal, day: date) -> dict[str, Any]:
    """What the tightest budget that covers a category says of spending `amount` on a day.

    amount: positive, in the budget's currency. Without a budget everything is allowed.
    """
    plans = [
        plan
        for plan in plans_of(user.pk).values()
        if plan.budget.active and category_id in plan.covers
    ]
    states = work_out(user.pk, plans, day).states
    found = [(p, states[p.budget.id][-1]) for p in plans if p.budget.id in states]
    if not found:
        return NOTHING
    # A blocking budget decides before a warning one, then the one with least left.
    plan, state = min(found, key=lambda f: (f[0].budget.limit != "block", f[1].left))
    return _answer(plan, state, minor_of(amount, plan.budget.currency, "", "/amount"))


def _answer(plan: Plan, state: State, minor: int) -> dict[str, Any]:
    currency = plan.budget.currency
    after = state.left - minor
    return {
        "allowed": after >= 0 or plan.budget.limit == "warn",
        "mode": plan.budget.limit,
        "budget": plan.budget.id,
        "about": shown_touch(plan, state),
        "left_before": format_minor(state.left, currency),
        "left_after": format_minor(after, currency),
        "overspend": format_minor(max(-after, 0), currency),
    }
