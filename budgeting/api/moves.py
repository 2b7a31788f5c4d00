"""/api/budgets/moves: money given from one budget to another, and the trail of it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView
from budgeting.api.shapes import MoveInput, MoveOutput, MovePage, represent_move
from budgeting.models import BudgetMove
from budgeting.services.book import move_money


def shown(move: BudgetMove) -> dict[str, Any]:
    budget = move.source or move.target
    return represent_move(move, budget.currency if budget else "")


class MoveList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=MovePage, tags=["budgets"])
    def get(self, request: Request) -> Response:
        """List what was moved, newest first."""
        rows = BudgetMove.objects.for_user(self.owner).select_related("source", "target")
        return Response(simple_page(rows, self.parameters(), shown, descending=True))

    @extend_schema(request=MoveInput, responses={201: MoveOutput}, tags=["budgets"])
    def post(self, request: Request) -> Response:
        """Move money between two budgets in the period of a day; at most what the first has left."""
        fields = self.body(MoveInput)
        move = move_money(
            self.owner,
            source=fields["from_budget"],
            target=fields["to_budget"],
            amount=fields["amount"],
            on=fields.get("on"),
            memo=fields["memo"],
        )
        return Response(shown(move), status=201)
