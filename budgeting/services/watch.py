"""Thresholds that no payment of this program crossed: imports, and budgets that were changed."""

from uuid import UUID

from django.db.transaction import atomic

from accounts.clock import tick
from accounts.days import today_of
from accounts.models import User
from budgeting.models import Budget
from budgeting.selectors.plans import plans_of, work_out
from budgeting.services.gate import tell_thresholds, untold


def owners() -> list[UUID]:
    rows = Budget.objects.filter(active=True).order_by("user_id").values_list("user_id", flat=True)
    return list(rows.distinct())


def check(user_id: UUID) -> int:
    """Tell what the current periods have reached and nobody told yet; how many thresholds."""
    user = User.objects.get(pk=user_id)
    today = today_of(user)
    plans = [plan for plan in plans_of(user_id).values() if plan.budget.active]
    states = work_out(user_id, plans, today).states
    due = [
        plan
        for plan in plans
        if plan.budget.id in states and untold(user_id, plan, states[plan.budget.id][-1])
    ]
    if not due:
        return 0
    with atomic():
        seq = tick(user_id)
        states = work_out(user_id, due, today).states
        return sum(tell_thresholds(user_id, seq, p, states[p.budget.id][-1]) for p in due)
