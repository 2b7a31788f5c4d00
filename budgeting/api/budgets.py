"""/api/budgets: plans for categories."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from budgeting.api.shapes import (
    EVERYDAY,
    BudgetInput,
    BudgetOutput,
    BudgetPage,
    BudgetPatch,
    BudgetPut,
    represent,
)
from budgeting.errors import Reason
from budgeting.models import Budget
from budgeting.services.book import change_budget, close_budget, open_budget

EXAMPLE = OpenApiExample(
    "food, saved into the next month",
    {
        "name": "Food",
        "categories": ["Groceries"],
        "amount": "400.00",
        "period": "monthly",
        "rollover": {"mode": "surplus", "cap": "100.00"},
        "limit": "warn",
        "thresholds": [80, 100],
    },
    request_only=True,
)
PATCH_EXAMPLE = OpenApiExample(
    "more from now on", {"amount": "450.00", "limit": "block"}, request_only=True
)


def budgets_of(user_id: UUID) -> Any:
    return Budget.objects.for_user(user_id).prefetch_related("terms", "links")


def shown(request: Request, budget_id: UUID, *, status: int = 200) -> Response:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    budget = budgets_of(user_id).filter(id=budget_id).first()
    if budget is None:
        raise Refusal(Reason.BUDGET_NOT_FOUND, status=404)
    return item(request, lambda: represent(budget), budget.seq, status=status)


class BudgetList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=BudgetPage, tags=["budgets"])
    def get(self, request: Request) -> Response:
        """List the budgets, oldest first."""
        return Response(simple_page(budgets_of(self.owner.pk), self.parameters(), represent))

    @extend_schema(
        request=BudgetInput, responses={201: BudgetOutput}, examples=[EXAMPLE], tags=["budgets"]
    )
    def post(self, request: Request) -> Response:
        """Open a budget."""
        fields = self.body(BudgetInput)
        fields.setdefault("thresholds", EVERYDAY)
        budget = open_budget(self.owner, fields)
        response = shown(request, budget.id, status=201)
        response["Location"] = f"/api/budgets/{budget.id}"
        return response


class BudgetItem(ApiView):
    @extend_schema(responses=BudgetOutput, tags=["budgets"])
    def get(self, request: Request, budget_id: UUID) -> Response:
        """Read a budget. What it has and spent is in the overview and its history."""
        return shown(request, budget_id)

    @extend_schema(request=BudgetPut, responses=BudgetOutput, examples=[EXAMPLE], tags=["budgets"])
    def put(self, request: Request, budget_id: UUID) -> Response:
        """Replace a budget. Amount and rollover hold from this period on; history stays."""
        fields = self.body(BudgetPut)
        # A client that says nothing of the days does not mean another rhythm.
        for name in ("period", "start_day", "weekend"):
            if name not in request.data:
                del fields[name]
        fields.setdefault("thresholds", EVERYDAY)
        fields.setdefault("rollover", {"mode": "none"})
        return self._change(request, budget_id, fields)

    @extend_schema(
        request=BudgetPatch, responses=BudgetOutput, examples=[PATCH_EXAMPLE], tags=["budgets"]
    )
    def patch(self, request: Request, budget_id: UUID) -> Response:
        """Change the fields that are sent. Amount and rollover hold from `effective_on`'s period."""
        return self._change(request, budget_id, self.body(BudgetPatch))

    @extend_schema(responses={204: None}, tags=["budgets"])
    def delete(self, request: Request, budget_id: UUID) -> Response:
        """Delete a budget with its history. To keep that, set `active` to false."""
        close_budget(self.owner.pk, budget_id, expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, budget_id: UUID, fields: dict[str, Any]) -> Response:
        change_budget(self.owner, budget_id, fields, expected_seq(request))
        return shown(request, budget_id)
