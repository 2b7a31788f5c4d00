"""Routes of budgets, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from budgeting.api.budgets import BudgetItem, BudgetList
from budgeting.api.moves import MoveList
from budgeting.api.reports import (
    BudgetEnvelope,
    BudgetExplain,
    BudgetHistory,
    BudgetOverview,
    BudgetRecommendations,
    CheckLimit,
)

urlpatterns: list[URLPattern] = [
    path("budgets", BudgetList.as_view(), name="budgets"),
    path("budgets/overview", BudgetOverview.as_view(), name="budgets-overview"),
    path("budgets/check-limit", CheckLimit.as_view(), name="budgets-check-limit"),
    path("budgets/recommendations", BudgetRecommendations.as_view(), name="budgets-recommended"),
    path("budgets/envelope", BudgetEnvelope.as_view(), name="budgets-envelope"),
    path("budgets/moves", MoveList.as_view(), name="budget-moves"),
    path("budgets/<uuid:budget_id>", BudgetItem.as_view(), name="budget"),
    path("budgets/<uuid:budget_id>/history", BudgetHistory.as_view(), name="budget-history"),
    path("budgets/<uuid:budget_id>/explain", BudgetExplain.as_view(), name="budget-explain"),
]
