"""/api/goals: what people save for and how it stands."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item, report
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from goals import services
from goals.api.shapes import (
    EMPTY,
    EXAMPLE,
    GoalInput,
    GoalOutput,
    GoalPage,
    GoalPatch,
    GoalPlanOutput,
    GoalPut,
    represent,
)
from goals.errors import Reason
from goals.maths import plan
from goals.selectors import Standing, by_target, standing_of, standings
from ledger.money import format_minor


def one(user: User, goal_id: UUID) -> Standing:
    standing = standing_of(user.pk, goal_id, today_of(user))
    if standing is None:
        raise Refusal(Reason.GOAL_NOT_FOUND, status=404)
    return standing


def shown(request: Request, goal_id: UUID, *, status: int = 200) -> Response:
    """One goal. Its figures move with the day and the ledger, so they are part of its ETag."""
    user: User = request.user  # type: ignore[assignment]
    data = represent(one(user, goal_id))
    seq = int(data["etag"].strip('"'))
    return item(request, lambda: data, seq, status=status, names=data)


class GoalList(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=GoalPage, tags=["goals"])
    def get(self, request: Request) -> Response:
        """List the goals, the nearest target first."""
        found = {s.goal.id: s for s in standings(self.owner.pk, today_of(self.owner))}
        return Response(
            simple_page(
                by_target(self.owner.pk),
                self.parameters(),
                lambda goal: represent(found[goal.id]),
                by="due_on",
                parse=date.fromisoformat,
            )
        )

    @extend_schema(
        request=GoalInput, responses={201: GoalOutput}, examples=[EXAMPLE], tags=["goals"]
    )
    def post(self, request: Request) -> Response:
        """Make a goal."""
        fields = self.body(GoalInput)
        goal = services.make_goal(user=self.owner, fields=fields, today=today_of(self.owner))
        response = shown(request, goal.id, status=201)
        response["Location"] = f"/api/goals/{goal.id}"
        return response


class GoalItem(ApiView):
    @extend_schema(responses=GoalOutput, tags=["goals"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one goal and how it stands today."""
        return shown(request, row_id)

    @extend_schema(request=GoalPut, responses=GoalOutput, examples=[EXAMPLE], tags=["goals"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a goal. Its money stays."""
        return self._change(request, row_id, {**EMPTY, **self.body(GoalPut)})

    @extend_schema(request=GoalPatch, responses=GoalOutput, tags=["goals"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent."""
        return self._change(request, row_id, self.body(GoalPatch))

    @extend_schema(responses={204: None}, tags=["goals"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a goal. Transfers made for it stay in the books."""
        services.remove_goal(
            user_id=self.owner.pk, goal_id=row_id, expected_seq=expected_seq(request)
        )
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        services.change_goal(
            user_id=self.owner.pk,
            goal_id=row_id,
            fields=fields,
            today=today_of(self.owner),
            expected_seq=expected_seq(request),
        )
        return shown(request, row_id)


class GoalPlan(ApiView):
    @extend_schema(responses=GoalPlanOutput, tags=["goals"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Monthly amounts from today that meet the target; none without a day or a need."""
        standing = one(self.owner, row_id)
        goal, remaining = standing.goal, standing.path.remaining

        def build() -> dict[str, Any]:
            dues = plan(remaining, goal.target_on, today_of(self.owner)) if goal.target_on else []
            results = [{"due_on": d, "amount": format_minor(a, goal.currency)} for d, a in dues]
            return {"currency": goal.currency, "results": results}

        return report(request, build)
