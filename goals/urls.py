"""Routes of the goals, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from goals.api.goals import GoalItem, GoalList, GoalPlan
from goals.api.incomes import GoalIncomeHook
from goals.api.money import GoalAllocation, GoalContribute, GoalContributions, GoalWithdrawals
from goals.api.reports import GoalAnalytics, GoalSuggestions

urlpatterns: list[URLPattern] = [
    path("goals", GoalList.as_view(), name="goals"),
    path("goals/auto-allocate", GoalAllocation.as_view(), name="goals-auto-allocate"),
    path("goals/suggestions", GoalSuggestions.as_view(), name="goals-suggestions"),
    path("goals/analytics", GoalAnalytics.as_view(), name="goals-analytics"),
    path("goals/income-hook", GoalIncomeHook.as_view(), name="goals-income-hook"),
    path("goals/<uuid:row_id>", GoalItem.as_view(), name="goal"),
    path("goals/<uuid:row_id>/plan", GoalPlan.as_view(), name="goal-plan"),
    path(
        "goals/<uuid:row_id>/contributions", GoalContributions.as_view(), name="goal-contributions"
    ),
    # The name that the original had.
    path("goals/<uuid:row_id>/contribute", GoalContribute.as_view(), name="goal-contribute"),
    path("goals/<uuid:row_id>/withdrawals", GoalWithdrawals.as_view(), name="goal-withdrawals"),
]
