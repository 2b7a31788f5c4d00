"""What goals look like on the wire, in and out."""

from decimal import Decimal
from typing import Any, get_args

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer, TextField, fail
from goals.allocation import Strategy
from goals.errors import Reason
from goals.maths import Status
from goals.models import Contribution, Follows, Goal
from goals.selectors import Standing
from goals.services import Moved
from ledger.api.serializers import DayField, PageOutput
from ledger.money import format_minor

STATUSES = get_args(Status)
STRATEGIES = get_args(Strategy)
# What PUT sets where a field is not sent.
EMPTY: dict[str, Any] = {
    "target_on": None,
    "importance": 3,
    "allocation_percent": None,
    "account": None,
    "follows": Follows.CONTRIBUTIONS,
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
    follows = serializers.ChoiceField(
        Follows.choices, required=False, help_text="what counts as saved"
    )
    paused = serializers.BooleanField(required=False)


class GoalPut(GoalPatch):
    name = TextField(max_length=100)
    target_amount = MoneyField(positive=True)


class GoalInput(GoalPut):
    """A goal to make. The account's currency wins over `currency`."""

    currency = CurrencyField(required=False)


class MovementInput(StrictSerializer):
    amount = MoneyField(positive=True)
    on = DayField(required=False, help_text="today")
    posted_on = DayField(required=False, help_text="another name of `on`; send one of them")
    memo = TextField(required=False, default="", max_length=500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "on" in attrs and "posted_on" in attrs:
            raise serializers.ValidationError({"posted_on": fail(Reason.ONE_DAY_ONLY).detail})
        return attrs


class ContributionInput(MovementInput):
    from_account = serializers.UUIDField(required=False, allow_null=True)


class WithdrawalInput(MovementInput):
    to_account = serializers.UUIDField(required=False, allow_null=True)


class AllocationInput(MovementInput):
    amount = MoneyField(positive=True, help_text="the income")
    strategy = serializers.ChoiceField(STRATEGIES, default="percent")
    from_account = serializers.UUIDField(required=False, allow_null=True)
    dry_run = serializers.BooleanField(default=False)


class ProjectedRangeOutput(serializers.Serializer[Any]):
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
    follows = serializers.ChoiceField(Follows.choices)
    paused = serializers.BooleanField()
    saved = MoneyField()
    remaining = MoneyField()
    progress_percent = serializers.IntegerField(help_text="rounded down; 100 when met")
    required_per_month = MoneyField(allow_null=True)
    pace_per_month = MoneyField(help_text="net of the last 90 days, by three")
    status = serializers.ChoiceField(STATUSES)
    projected_on = serializers.DateField(allow_null=True)
    projected_range = ProjectedRangeOutput()
    under_backed = MoneyField(help_text="earmarked, but on no account")
    etag = serializers.CharField()


class GoalPage(PageOutput):
    results = GoalOutput(many=True)


class ContributionOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    amount = MoneyField(help_text="signed: a withdrawal is negative")
    posted_on = serializers.DateField()
    account = serializers.UUIDField(allow_null=True)
    transfer = serializers.UUIDField(allow_null=True)
    memo = serializers.CharField()


class ContributionPage(PageOutput):
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


class PlannedOutput(serializers.Serializer[Any]):
    due_on = serializers.DateField()
    amount = MoneyField()


class GoalPlanOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    results = PlannedOutput(many=True)


EXAMPLE = OpenApiExample(
    "goal", {"name": "New roof", "target_amount": "10000.00", "importance": 4}, request_only=True
)


def shown_fields(goal: Goal) -> dict[str, Any]:
    """What the owner set: all that changes only when the goal itself is changed."""
    percent = goal.allocation_percent
    return {
        "id": goal.id,
        "name": goal.name,
        "currency": goal.currency,
        "target_amount": format_minor(goal.target_minor, goal.currency),
        "target_on": goal.target_on,
        "importance": goal.importance,
        "allocation_percent": None if percent is None else float(percent),
        "account": goal.account_id,
        "follows": goal.follows,
        "paused": goal.paused,
        "etag": goal.etag,
    }


def represent(standing: Standing) -> dict[str, Any]:
    """A goal with the figures that follow the ledger and the day."""
    goal, path = standing.goal, standing.path

    def money(minor: int) -> str:
        return format_minor(minor, goal.currency)

    required = path.required_per_month
    return {
        **shown_fields(goal),
        "saved": money(standing.saved),
        "remaining": money(path.remaining),
        "progress_percent": path.progress_percent,
        "required_per_month": None if required is None else money(required),
        "pace_per_month": money(path.pace_per_month),
        "status": path.status,
        "projected_on": path.projected_on,
        "projected_range": {"earliest": path.earliest, "latest": path.latest},
        "under_backed": money(standing.under_backed),
    }


def shown_contribution(row: Contribution, currency: str) -> dict[str, Any]:
    """A row of `contributions_of`, which knows what its transfer moved."""
    return {
        "id": row.id,
        "amount": format_minor(row.minor, currency),  # type: ignore[attr-defined]  # annotated
        "posted_on": row.on,  # type: ignore[attr-defined]
        "account": row.account_id,
        "transfer": row.transfer_id,
        "memo": row.memo,
    }


def represent_moved(moved: Moved) -> dict[str, Any]:
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
