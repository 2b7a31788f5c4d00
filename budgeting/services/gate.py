"""What a payment means to the budgets, asked by the ledger while it books (settings.SPENDING_GATE).

It runs under the owner's clock, after the row was counted: nobody can book between the look at what
is left and the commit, so a hard limit holds however many pay at once.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.announce import push
from accounts.errors import Refusal
from accounts.mirror import plain
from budgeting.errors import Reason
from budgeting.models import BudgetAlert
from budgeting.rollover import State
from budgeting.selectors.plans import Plan, plans_of, work_out
from ledger.money import format_minor
from ledger.services.books import Row

# What a bank reports has happened, whatever a budget says; only what a person enters is refused.
ENTERED_BY_HAND = {"api", "batch"}


def consider(
    user_id: UUID, seq: int, before: Sequence[Row], after: Sequence[Row], source: str
) -> dict[UUID, dict[str, Any]]:
    """The budget that each spending row touches, as an answer shows it, by row id.

    Refuses with 409 `budget_limit` a row entered by hand that takes a blocking budget below zero.
    An edit is refused only where it spends more than the row did before.
    """
    spent_before = _by_category(before)
    touched = {c for row in after for c, _ in _parts(row)}
    if not touched:
        return {}
    plans = [p for p in plans_of(user_id).values() if p.budget.active and p.covers & touched]
    if not plans:
        return {}
    told: dict[UUID, dict[str, Any]] = {}
    by_period: dict[tuple[int, ...], list[Row]] = {}
    for row in after:
        day = row.transaction.posted_on
        by_period.setdefault(tuple(p.cycle.number(day) for p in plans), []).append(row)
    for _, rows in sorted(by_period.items()):
        states = work_out(user_id, plans, rows[0].transaction.posted_on).states
        for plan in plans:
            if plan.budget.id in states:
                state = states[plan.budget.id][-1]
                _judge(plan, state, rows, spent_before, source, told)
                tell_thresholds(user_id, seq, plan, state)
    return told


def _judge(
    plan: Plan,
    state: State,
    rows: Sequence[Row],
    spent_before: dict[UUID, int],
    source: str,
    told: dict[UUID, dict[str, Any]],
) -> None:
    for row in rows:
        of_budget = [(c, amount) for c, amount in _parts(row) if c in plan.covers]
        if not of_budget:
            continue
        more = -sum(amount for _, amount in of_budget)
        more -= sum(spent_before.get(c, 0) for c in {c for c, _ in of_budget})
        shown = shown_touch(plan, state)
        is_hard = plan.budget.limit == "block" and source in ENTERED_BY_HAND
        if is_hard and more > 0 and state.left < 0:
            raise Refusal(Reason.BUDGET_LIMIT, status=409, extra={"budget": shown})
        told.setdefault(row.transaction.id, shown)


def _parts(row: Row) -> list[tuple[UUID, int]]:
    """(category, signed amount) of a row that is spending or a refund."""
    if row.transaction.transfer_id is not None:
        return []
    return [(c, amount) for c, amount in row.movement().parts if c is not None]


def _by_category(rows: Sequence[Row]) -> dict[UUID, int]:
    """What rows spent, by category: positive for spending."""
    sums: dict[UUID, int] = {}
    for row in rows:
        for category_id, amount in _parts(row):
            sums[category_id] = sums.get(category_id, 0) - amount
    return sums


def shown_touch(plan: Plan, state: State) -> dict[str, Any]:
    """A budget in the answer of a payment."""
    currency = plan.budget.currency
    return {
        "id": plan.budget.id,
        "name": plan.budget.name,
        "limit": plan.budget.limit,
        "currency": currency,
        "start": state.span.start,
        "end": state.span.end,
        "available": format_minor(state.available, currency),
        "spent": format_minor(state.spent, currency),
        "left": format_minor(state.left, currency),
        "overspend": format_minor(max(-state.left, 0), currency),
        "percent": state.percent,
    }


def untold(user_id: UUID, plan: Plan, state: State) -> list[int]:
    """Thresholds that a period has reached and that nobody was told of yet."""
    reached = {t for t in plan.budget.thresholds if _is_reached(state, t)}
    if not reached:
        return []
    told = BudgetAlert.objects.for_user(user_id).filter(
        budget=plan.budget, period_start=state.span.start
    )
    return sorted(reached - set(told.values_list("threshold", flat=True)))


def tell_thresholds(user_id: UUID, seq: int, plan: Plan, state: State) -> int:
    """Tell each threshold once per period; how many were told."""
    new = untold(user_id, plan, state)
    start = state.span.start
    BudgetAlert.objects.bulk_create(
        BudgetAlert(user_id=user_id, budget=plan.budget, period_start=start, threshold=threshold)
        for threshold in new
    )
    said = plain(shown_touch(plan, state))
    push(user_id, seq, "budget.threshold", [{**said, "threshold": t} for t in new])
    return len(new)


def _is_reached(state: State, threshold: int) -> bool:
    """Spent at least that part of what was available; any spending reaches all of nothing."""
    return state.spent > 0 and state.spent * 100 >= state.available * threshold
