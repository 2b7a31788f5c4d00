"""Budgets for mirrors and the stream, shown as their endpoints show them."""

from accounts.mirror import Kind, showing
from budgeting.api.budgets import budgets_of
from budgeting.api.moves import shown
from budgeting.api.shapes import represent
from budgeting.models import Budget, BudgetMove

KINDS = [
    Kind("budget", Budget, showing(budgets_of, represent)),
    Kind(
        "budget_move",
        BudgetMove,
        showing(
            lambda user_id: BudgetMove.objects.for_user(user_id).select_related("source", "target"),
            shown,
        ),
    ),
]
