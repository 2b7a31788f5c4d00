"""Routes of the goals, below /api/. Fixed words stand before ids."""

from django.urls import URLPattern, path

from goals.api.goals import (
    GoalAllocation,
    GoalContributions,
    GoalItem,
    GoalList,
    GoalPlan,
    GoalWithdrawals,
)

urlpatterns: list[URLPattern] = [
    path("goals", GoalList.as_view(), name="goals"),
    path("goals/auto-allocate", GoalAllocation.as_view(), name="goals-auto-allocate"),
    path("goals/<uuid:row_id>", GoalItem.as_view(), name="goal"),
    path("goals/<uuid:row_id>/plan", GoalPlan.as_view(), name="goal-plan"),
    path(
        "goals/<uuid:row_id>/contributions", GoalContributions.as_view(), name="goal-contributions"
    ),
    path("goals/<uuid:row_id>/withdrawals", GoalWithdrawals.as_view(), name="goal-withdrawals"),
]
