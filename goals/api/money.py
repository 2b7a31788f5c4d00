"""Money in and out of goals: contributions, withdrawals, an income shared out."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView
from accounts.days import today_of
from accounts.models import User
from goals import services
from goals.api.shapes import (
    AllocationInput,
    AllocationOutput,
    ContributionInput,
    ContributionPage,
    MovedOutput,
    WithdrawalInput,
    represent_moved,
    shown_contribution,
)
from goals.selectors import contributions_of
from ledger.money import format_minor

CONTRIBUTION = OpenApiExample("put in", {"amount": "25.00"}, request_only=True)


def day_of(fields: dict[str, Any], user: User) -> date:
    day: date = fields.get("on") or fields.get("posted_on") or today_of(user)
    return day


class GoalContributions(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=ContributionPage, tags=["goals"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List what went in and out, in the order in which it was booked."""
        goal = services.hold(self.owner.pk, row_id)
        rows = contributions_of(self.owner.pk).filter(goal=goal)
        return Response(
            simple_page(rows, self.parameters(), lambda row: shown_contribution(row, goal.currency))
        )

    @extend_schema(
        request=ContributionInput,
        responses={201: MovedOutput},
        examples=[CONTRIBUTION],
        tags=["goals"],
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Put money in, at most what is missing. From another account it is a transfer."""
        return put_in(self, row_id)


class GoalContribute(ApiView):
    @extend_schema(request=ContributionInput, responses={201: MovedOutput}, tags=["goals"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Put money in: the same as POST `/contributions`."""
        return put_in(self, row_id)


def put_in(view: ApiView, goal_id: UUID) -> Response:
    fields = view.body(ContributionInput)
    moved = services.contribute(
        user_id=view.owner.pk,
        goal_id=goal_id,
        amount=fields["amount"],
        source=fields.get("from_account"),
        made_on=day_of(fields, view.owner),
        memo=fields["memo"],
    )
    return Response(represent_moved(moved), status=201)


class GoalWithdrawals(ApiView):
    @extend_schema(request=WithdrawalInput, responses={201: MovedOutput}, tags=["goals"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Take money out, at most what is saved. To another account it is a transfer."""
        fields = self.body(WithdrawalInput)
        moved = services.withdraw(
            user_id=self.owner.pk,
            goal_id=row_id,
            amount=fields["amount"],
            target=fields.get("to_account"),
            made_on=day_of(fields, self.owner),
            memo=fields["memo"],
        )
        return Response(represent_moved(moved), status=201)


class GoalAllocation(ApiView):
    @extend_schema(request=AllocationInput, responses=AllocationOutput, tags=["goals"])
    def post(self, request: Request) -> Response:
        """Share an income among the goals. `dry_run` only says who would get what."""
        fields = self.body(AllocationInput)
        moved, currency, left = services.share_out(
            user=self.owner,
            amount=fields["amount"],
            strategy=fields["strategy"],
            source=fields.get("from_account"),
            made_on=day_of(fields, self.owner),
            memo=fields["memo"],
            dry_run=fields["dry_run"],
        )
        return Response(
            {
                "dry_run": fields["dry_run"],
                "strategy": fields["strategy"],
                "currency": currency,
                "allocations": [represent_moved(part) for part in moved],
                "left": format_minor(left, currency),
            }
        )
