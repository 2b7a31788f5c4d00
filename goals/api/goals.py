"""/api/goals: what people save for, how it stands, and the money that goes in and out."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer, TextField
from accounts.api.views import ApiView, expected_seq
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from goals import services
from goals.allocation import Strategy
from goals.errors import Reason
from goals.maths import Status, plan
from goals.selectors import Standing, standing_of, standings
from ledger.api.serializers import DayField
from ledger.money import format_minor

STATUSES = get_args(Status)
STRATEGIES = get_args(Strategy)
# What PUT sets where a field is not sent.
EMPTY: dict[str, Any] = {
    "target_on": None,
    "importance": 3,
    "allocation_percent": None,
    "account": None,
    "paused": False,
}


class GoalPatch(StrictSerializer):
    """The fields to change; the others stay."""

    name = TextField(max_length=100, required=False)
    target_amount = MoneyField(positive=True, required=False)
    target_on = DayField(required=False, allow_null=True)
    importance = serializers.IntegerField(min_value=1, max_value=5, required=False)
    allocation_percent = serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
        help_text="of an income that is shared out",
    )
    account = serializers.UUIDField(required=False, allow_null=True)
    paused = serializers.BooleanField(required=False)


class GoalPut(GoalPatch):
    name = TextField(max_length=100)
    target_amount = MoneyField(positive=True)


class GoalInput(GoalPut):
    """A goal to make. The account's currency wins over `currency`."""

    currency = CurrencyField(required=False)


class ContributionInput(StrictSerializer):
    amount = MoneyField(positive=True)
    from_account = serializers.UUIDField(required=False, allow_null=True)
    posted_on = DayField(required=False)
    memo = TextField(required=False, default="")


class WithdrawalInput(StrictSerializer):
    amount = MoneyField(positive=True)
    to_account = serializers.UUIDField(required=False, allow_null=True)
    posted_on = DayField(required=False)
    memo = TextField(required=False, default="")


class AllocationInput(StrictSerializer):
    amount = MoneyField(positive=True, help_text="the income")
    strategy = serializers.ChoiceField(STRATEGIES, default="percent")
    from_account = serializers.UUIDField(required=False, allow_null=True)
    posted_on = DayField(required=False)
    dry_run = serializers.BooleanField(default=False)


class RangeOutput(serializers.Serializer[Any]):
    earliest = serializers.DateField(allow_null=True)
    latest = serializers.DateField(allow_null=True)


class GoalOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    currency = serializers.CharField()
    target_amount = MoneyField()
    target_on = serializers.DateField(allow_null=True)
    importance = serializers.IntegerField()
    allocation_percent = serializers.FloatField(allow_null=True)
    account = serializers.UUIDField(allow_null=True)
    paused = serializers.BooleanField()
    saved = MoneyField()
    remaining = MoneyField()
    progress_percent = serializers.IntegerField(help_text="rounded down; 100 when met")
    required_per_month = MoneyField(allow_null=True)
    pace_per_month = MoneyField(help_text="net of the last 90 days, by three")
    status = serializers.ChoiceField(STATUSES)
    projected_on = serializers.DateField(allow_null=True)
    projected_range = RangeOutput()
    under_backed = MoneyField(help_text="earmarked, but on no account")
    etag = serializers.CharField()


class GoalsOutput(serializers.Serializer[Any]):
    results = GoalOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ContributionOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    amount = MoneyField(help_text="signed: a withdrawal is negative")
    posted_on = serializers.DateField()
    account = serializers.UUIDField(allow_null=True)
    transfer = serializers.UUIDField(allow_null=True)
    memo = serializers.CharField()


class ContributionsOutput(serializers.Serializer[Any]):
    results = ContributionOutput(many=True)


class MovedOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    goal = serializers.UUIDField()
    amount = MoneyField()
    returned = MoneyField(help_text="what the goal had no need of; it stayed where it was")
    saved = MoneyField()
    currency = serializers.CharField()
    transfer = serializers.UUIDField(allow_null=True)


class AllocationOutput(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    strategy = serializers.ChoiceField(STRATEGIES)
    currency = serializers.CharField()
    allocations = MovedOutput(many=True)
    left = MoneyField()


class DueOutput(serializers.Serializer[Any]):
    due_on = serializers.DateField()
    amount = MoneyField()


class PlanOutput(serializers.Serializer[Any]):
    results = DueOutput(many=True)


EXAMPLE = OpenApiExample(
    "goal", {"name": "New roof", "target_amount": "10000.00", "importance": 4}, request_only=True
)


def represent(standing: Standing) -> dict[str, Any]:
    goal, path = standing.goal, standing.path

    def money(minor: int) -> str:
        return format_minor(minor, goal.currency)

    required = path.required_per_month
    percent = goal.allocation_percent
    return {
        "id": goal.id,
        "name": goal.name,
        "currency": goal.currency,
        "target_amount": money(goal.target_minor),
        "target_on": goal.target_on,
        "importance": goal.importance,
        "allocation_percent": None if percent is None else float(percent),
        "account": goal.account_id,
        "paused": goal.paused,
        "saved": money(standing.saved),
        "remaining": money(path.remaining),
        "progress_percent": path.progress_percent,
        "required_per_month": None if required is None else money(required),
        "pace_per_month": money(path.pace_per_month),
        "status": path.status,
        "projected_on": path.projected_on,
        "projected_range": {"earliest": path.earliest, "latest": path.latest},
        "under_backed": money(standing.under_backed),
        "etag": goal.etag,
    }


def represent_moved(moved: services.Moved) -> dict[str, Any]:
    code, row = moved.goal.currency, moved.contribution
    return {
        "id": row and row.id,
        "goal": moved.goal.id,
        "amount": format_minor(moved.amount, code),
        "returned": format_minor(moved.returned, code),
        "saved": format_minor(moved.saved, code),
        "currency": code,
        "transfer": row and row.transfer_id,
    }


def one(user: User, goal_id: UUID) -> Standing:
    standing = standing_of(user.pk, goal_id, today_of(user))
    if standing is None:
        raise Refusal(Reason.GOAL_NOT_FOUND, status=404)
    return standing


def shown(user: User, goal_id: UUID, *, status: int = 200) -> Response:
    """One goal. No 304: its figures move with the day and the ledger, its ETag guards its fields."""
    standing = one(user, goal_id)
    return Response(represent(standing), status=status, headers={"ETag": standing.goal.etag})


def day_of(fields: dict[str, Any], user: User) -> date:
    day: date = fields.get("posted_on") or today_of(user)
    return day


class GoalList(ApiView):
    @extend_schema(responses=GoalsOutput, tags=["goals"])
    def get(self, request: Request) -> Response:
        """List all goals, the nearest target first."""
        self.parameters()
        found = [represent(s) for s in standings(self.owner.pk, today_of(self.owner))]
        return Response({"results": found, "next": None, "previous": None})

    @extend_schema(
        request=GoalInput, responses={201: GoalOutput}, examples=[EXAMPLE], tags=["goals"]
    )
    def post(self, request: Request) -> Response:
        """Make a goal."""
        fields = self.body(GoalInput)
        goal = services.make_goal(user=self.owner, fields=fields, today=today_of(self.owner))
        response = shown(self.owner, goal.id, status=201)
        response["Location"] = f"/api/goals/{goal.id}"
        return response


class GoalItem(ApiView):
    @extend_schema(responses=GoalOutput, tags=["goals"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one goal and how it stands today."""
        return shown(self.owner, row_id)

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
        return shown(self.owner, row_id)


class GoalContributions(ApiView):
    @extend_schema(responses=ContributionsOutput, tags=["goals"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List what went in and out, oldest first."""
        standing = one(self.owner, row_id)
        results = [
            {
                "id": flow.contribution.id,
                "amount": format_minor(flow.amount, standing.goal.currency),
                "posted_on": flow.day,
                "account": flow.contribution.account_id,
                "transfer": flow.contribution.transfer_id,
                "memo": flow.contribution.memo,
            }
            for flow in standing.flows
        ]
        return Response({"results": results})

    @extend_schema(request=ContributionInput, responses={201: MovedOutput}, tags=["goals"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Put money in, at most what is missing. From another account it is a transfer."""
        fields = self.body(ContributionInput)
        moved = services.contribute(
            user_id=self.owner.pk,
            goal_id=row_id,
            amount=fields["amount"],
            source=fields.get("from_account"),
            made_on=day_of(fields, self.owner),
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


class GoalPlan(ApiView):
    @extend_schema(responses=PlanOutput, tags=["goals"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Monthly amounts from today that meet the target; none without a day or a need."""
        standing = one(self.owner, row_id)
        goal, remaining = standing.goal, standing.path.remaining
        dues = plan(remaining, goal.target_on, today_of(self.owner)) if goal.target_on else []
        results = [{"due_on": d, "amount": format_minor(a, goal.currency)} for d, a in dues]
        return Response({"results": results})


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
