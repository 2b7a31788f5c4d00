"""Shapes of budgets on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import MoneyField, ReferenceField, StrictSerializer, TextField
from budgeting.models import Budget, BudgetMove, Limit, Mode, Period, Weekend
from budgeting.rollover import State, Terms
from ledger.api.serializers import DayField, PageOutput
from ledger.money import format_minor

CATEGORIES_MAX = 100
THRESHOLDS_MAX, THRESHOLD_MAX = 10, 1000
EVERYDAY = [80, 100]


class Rollover(StrictSerializer):
    """What of a period's rest goes into the next: none, surplus, deficit or both, at most `cap`."""

    mode = serializers.ChoiceField(Mode.choices, default=Mode.NONE)
    cap = MoneyField(required=False, allow_null=True, help_text="at most so much, each way")

    def validate_cap(self, value: Any) -> Any:
        if value is not None and value < 0:
            raise serializers.ValidationError("A cap is not negative.", code="min_value")
        return value


class BudgetInput(StrictSerializer):
    """A budget to open."""

    name = TextField(required=False, max_length=100, help_text="default: the categories' names")
    categories = serializers.ListField(child=ReferenceField(), max_length=CATEGORIES_MAX)
    amount = MoneyField(help_text="of each period; zero is fine")
    period = serializers.ChoiceField(Period.choices, default=Period.MONTHLY)
    starts_on = DayField(
        required=False, help_text="a day of its first period (today); weeks start on its weekday"
    )
    start_day = serializers.IntegerField(
        min_value=1, max_value=31, default=1, help_text="of the month, clamped to its last"
    )
    weekend = serializers.ChoiceField(
        Weekend.choices, default=Weekend.NONE, help_text="where a start on a weekend goes"
    )
    rollover = Rollover(required=False)
    limit = serializers.ChoiceField(Limit.choices, default=Limit.WARN)
    thresholds = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=THRESHOLD_MAX),
        max_length=THRESHOLDS_MAX,
        required=False,
        help_text="percents that are told once per period; default 80 and 100",
    )
    active = serializers.BooleanField(default=True)

    def validate_amount(self, value: Any) -> Any:
        if value < 0:
            raise serializers.ValidationError("A budget is not negative.", code="min_value")
        return value

    def validate_thresholds(self, value: list[int]) -> list[int]:
        return sorted(set(value))


class BudgetPatch(BudgetInput):
    """The fields to change; the others stay."""

    effective_on = DayField(
        required=False, help_text="amount and rollover hold from the period of this day (today)"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class BudgetPut(BudgetInput):
    effective_on = DayField(required=False)


class TermsOutput(serializers.Serializer[Any]):
    from_on = serializers.DateField()
    amount = MoneyField()
    rollover = serializers.DictField()


class BudgetStateOutput(serializers.Serializer[Any]):
    """available = assigned + carried; left = available - spent."""

    start = serializers.DateField()
    end = serializers.DateField()
    assigned = MoneyField()
    carried = MoneyField()
    available = MoneyField()
    spent = MoneyField(help_text="net: refunds are taken off")
    left = MoneyField()
    percent = serializers.FloatField(allow_null=True, help_text="spent of available")


class BudgetOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    categories = serializers.ListField(child=serializers.UUIDField())
    amount = MoneyField()
    currency = serializers.CharField()
    period = serializers.ChoiceField(Period.choices)
    starts_on = serializers.DateField()
    start_day = serializers.IntegerField()
    weekend = serializers.ChoiceField(Weekend.choices)
    rollover = serializers.DictField()
    limit = serializers.ChoiceField(Limit.choices)
    thresholds = serializers.ListField(child=serializers.IntegerField())
    active = serializers.BooleanField()
    terms = TermsOutput(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    etag = serializers.CharField()


class BudgetPage(PageOutput):
    results = BudgetOutput(many=True)


class MoveInput(StrictSerializer):
    from_budget = serializers.UUIDField()
    to_budget = serializers.UUIDField()
    amount = MoneyField(positive=True)
    on = DayField(required=False, help_text="a day of the period (today)")
    memo = TextField(required=False, max_length=200, default="")


class MoveOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    from_budget = serializers.UUIDField(allow_null=True)
    to_budget = serializers.UUIDField(allow_null=True)
    amount = serializers.CharField()
    on = serializers.DateField()
    memo = serializers.CharField()
    created_at = serializers.DateTimeField()


class MovePage(PageOutput):
    results = MoveOutput(many=True)


def shown_terms(terms: Terms, currency: str) -> dict[str, Any]:
    cap = None if terms.cap is None else format_minor(terms.cap, currency)
    return {
        "from_on": terms.from_on,
        "amount": format_minor(terms.amount, currency),
        "rollover": {"mode": terms.mode, "cap": cap},
    }


def shown_state(state: State, currency: str) -> dict[str, Any]:
    def shown(minor: int) -> str:
        return format_minor(minor, currency)

    return {
        "start": state.span.start,
        "end": state.span.end,
        "assigned": shown(state.assigned),
        "carried": shown(state.carried),
        "available": shown(state.available),
        "spent": shown(state.spent),
        "left": shown(state.left),
        "percent": state.percent,
    }


def represent(budget: Budget) -> dict[str, Any]:
    """A budget whose terms and links are loaded. Amount and rollover are the latest terms."""
    terms = [shown_terms(each.as_terms(), budget.currency) for each in budget.terms.all()]
    return {
        "id": budget.id,
        "name": budget.name,
        "categories": sorted(link.category_id for link in budget.links.all()),
        "amount": terms[-1]["amount"],
        "currency": budget.currency,
        "period": budget.period,
        "starts_on": budget.starts_on,
        "start_day": budget.start_day,
        "weekend": budget.weekend,
        "rollover": terms[-1]["rollover"],
        "limit": budget.limit,
        "thresholds": budget.thresholds,
        "active": budget.active,
        "terms": terms,
        "created_at": budget.created_at,
        "updated_at": budget.updated_at,
        "etag": budget.etag,
    }


def represent_move(move: BudgetMove, currency: str) -> dict[str, Any]:
    return {
        "id": move.id,
        "from_budget": move.source_id,
        "to_budget": move.target_id,
        "amount": format_minor(move.amount_minor, currency),
        "on": move.on,
        "memo": move.memo,
        "created_at": move.created_at,
    }
