"""Shapes of recurring transactions on the wire."""

from datetime import date
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from accounts.api.lists import ListQuery
from accounts.api.serializers import MoneyField, ReferenceField, StrictSerializer, TextField
from ledger.api.rows import type_of
from ledger.api.serializers import INPUT_TYPES, DayField, PageOutput, plainly
from ledger.business_days import Weekend, countries
from ledger.errors import Reason
from ledger.models import CatchUp, OccurrenceStatus, RecurringTransaction
from ledger.money import format_minor, from_minor, round_to_minor
from ledger.recurrence import DayPolicy, Frequency, monthly_equivalent
from ledger.schedules import WEEKDAYS, schedule_of, to_json
from ledger.services.recurring import DEFAULTS

INTERVAL_MAX = 365
COUNT_MAX = 10_000
SHORT = {day[:2]: day for day in WEEKDAYS} | {day[:3]: day for day in WEEKDAYS}


@extend_schema_field({"type": "string", "enum": list(WEEKDAYS)})
class WeekdayField(serializers.Field[Any, Any, Any, Any]):
    """A day of the week: its name, the first two or three letters of it, or 0 (Monday) to 6."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, int) and not isinstance(data, bool) and 0 <= data <= 6:
            return WEEKDAYS[data]
        name = data.lower() if isinstance(data, str) else ""
        if SHORT.get(name, name) not in WEEKDAYS:
            raise serializers.ValidationError("Send a day such as monday.", code="invalid")
        return SHORT.get(name, name)

    def to_representation(self, value: Any) -> Any:
        return value


class NthWeekdayInput(StrictSerializer):
    n = serializers.IntegerField(min_value=-5, max_value=5, help_text="-1: the last")
    weekday = WeekdayField()

    def validate_n(self, value: int) -> int:
        if value == 0:
            raise serializers.ValidationError("Send 1 to 5, or -1 to -5.", code="invalid")
        return value


class MonthDayField(serializers.IntegerField):
    """1 to 31, or from the end of the month: -1 is its last day, down to -28."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-28, max_value=31, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        value: int = super().to_internal_value(data)
        if value == 0:
            raise serializers.ValidationError("A month has no day 0.", code="invalid")
        return value


class ScheduleInput(StrictSerializer):
    """When it comes. docs/recurring.md tells what goes together."""

    frequency = serializers.ChoiceField([one.value for one in Frequency])
    interval = serializers.IntegerField(required=False, min_value=1, max_value=INTERVAL_MAX)
    anchor_on = DayField()
    day_policy = serializers.ChoiceField([one.value for one in DayPolicy], required=False)
    weekend = serializers.ChoiceField([one.value for one in Weekend], required=False)
    holidays = TextField(required=False, allow_null=True, max_length=12, help_text="DE, or DE-BY")
    last_day = serializers.BooleanField(required=False)
    last_business_day = serializers.BooleanField(required=False)
    nth_weekday = NthWeekdayInput(required=False, allow_null=True)
    days_of_month = serializers.ListField(child=MonthDayField(), required=False, max_length=10)
    weekdays = serializers.ListField(child=WeekdayField(), required=False, max_length=7)
    until = DayField(required=False, allow_null=True, help_text="the last nominal date")
    count = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=COUNT_MAX
    )

    def validate_holidays(self, value: str | None) -> str | None:
        if value and value.upper() not in countries():
            raise serializers.ValidationError(
                str(Reason.UNKNOWN_HOLIDAYS.label), code=Reason.UNKNOWN_HOLIDAYS.value
            )
        return value.upper() if value else None

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in attrs.items()
        }


class SchedulePatch(ScheduleInput):
    """The parts to change; the others stay."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class RecurringInput(StrictSerializer):
    """A recurring transaction to make or replace. `amount` is signed, or positive beside `type`."""

    account = serializers.UUIDField()
    amount = MoneyField()
    type = serializers.ChoiceField(INPUT_TYPES, required=False)
    payee = ReferenceField(required=False, allow_null=True, help_text="id or name")
    category = ReferenceField(required=False, allow_null=True, help_text="id or name")
    category_name = TextField(required=False, max_length=100, write_only=True)
    memo = TextField(required=False)
    schedule: Any = ScheduleInput()
    at_time = serializers.TimeField(
        required=False, allow_null=True, format="%H:%M", help_text="on your clock"
    )
    starts_on = DayField(
        required=False, allow_null=True, help_text="book no earlier date; null: from the anchor"
    )
    auto_approve = serializers.BooleanField(required=False)
    variable = serializers.BooleanField(required=False, help_text="estimate the amount each time")
    catch_up = serializers.ChoiceField(CatchUp.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return plainly(attrs)


class RecurringPatch(RecurringInput):
    """The fields to change; the others stay, also inside `schedule`."""

    schedule: Any = SchedulePatch()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class RecurringQuery(ListQuery):
    status = serializers.ChoiceField(("active", "paused", "ended"), required=False)
    account = serializers.UUIDField(required=False)


class OccurrenceQuery(ListQuery):
    since = DayField(required=False, help_text="nominal dates from here; the first by default")
    until = DayField(required=False, help_text="up to here; a year from today by default")


class UpcomingQuery(StrictSerializer):
    days = serializers.IntegerField(min_value=1, max_value=3660, default=30)


class ProjectionQuery(StrictSerializer):
    months = serializers.IntegerField(min_value=1, max_value=60, default=12)


class NextInput(StrictSerializer):
    """Which occurrence: by default the oldest that waits for you, else the next."""

    nominal_on = DayField(required=False)


class RestoreInput(StrictSerializer):
    nominal_on = DayField()


class OverrideInput(NextInput):
    """The amount goes the rule's way, whatever its sign."""

    amount = MoneyField(required=False)
    posted_on = DayField(required=False)


class ApproveInput(OverrideInput):
    """The real amount and day, where they are not those that the occurrence has."""


class ResumeInput(StrictSerializer):
    backfill = serializers.BooleanField(default=False, help_text="also book the dates of the pause")


class NoInput(StrictSerializer):
    """An empty object."""


class PreviewInput(StrictSerializer):
    schedule: Any = ScheduleInput()
    until = DayField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=500, default=24)


class OccurrenceOutput(serializers.Serializer[Any]):
    """What `ledger.api.recurring_views.shown` gives; a test holds the two together."""

    recurring_transaction = serializers.UUIDField()
    nominal_on = serializers.DateField()
    posted_on = serializers.DateField()
    amount = MoneyField()
    currency = serializers.CharField()
    estimated = serializers.BooleanField()
    status = serializers.ChoiceField(OccurrenceStatus.choices)
    reason = serializers.CharField(help_text="why it waits")
    transaction = serializers.UUIDField(allow_null=True)


class OccurrencePage(PageOutput):
    results = OccurrenceOutput(many=True)


class DatesOutput(serializers.Serializer[Any]):
    nominal_on = serializers.DateField()
    posted_on = serializers.DateField()


class PreviewOutput(serializers.Serializer[Any]):
    results = DatesOutput(many=True)


class NextOutput(DatesOutput):
    amount = MoneyField()


class RecurringOutput(serializers.Serializer[Any]):
    """What `shown_rule` gives; a test holds the two together."""

    id = serializers.UUIDField()
    account = serializers.UUIDField()
    account_name = serializers.CharField()
    amount = MoneyField()
    currency = serializers.CharField()
    type = serializers.ChoiceField(INPUT_TYPES)
    payee = serializers.CharField(allow_null=True)
    payee_id = serializers.UUIDField(allow_null=True)
    category = serializers.UUIDField(allow_null=True)
    category_name = serializers.CharField(allow_null=True)
    memo = serializers.CharField()
    schedule = ScheduleInput()
    at_time = serializers.CharField(allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    auto_approve = serializers.BooleanField()
    variable = serializers.BooleanField()
    catch_up = serializers.ChoiceField(CatchUp.choices)
    status = serializers.ChoiceField(("active", "paused", "ended"))
    paused = serializers.BooleanField()
    next_on = serializers.DateField(allow_null=True, help_text="when money moves next")
    monthly_equivalent = MoneyField()
    created_at = serializers.DateTimeField()
    etag = serializers.CharField()


class RecurringPage(PageOutput):
    results = RecurringOutput(many=True)


def shown_rule(rule: RecurringTransaction) -> dict[str, Any]:
    """A rule whose account, payee and category are loaded."""
    category = rule.category
    schedule = schedule_of(rule)
    monthly = monthly_equivalent(from_minor(rule.amount_minor, rule.currency), schedule)
    return {
        "id": rule.id,
        "account": rule.account_id,
        "account_name": rule.account.name,
        "amount": format_minor(rule.amount_minor, rule.currency),
        "currency": rule.currency,
        "type": type_of(rule.amount_minor, False, category.kind if category else None),
        "payee": rule.payee.name if rule.payee else None,
        "payee_id": rule.payee_id,
        "category": rule.category_id,
        "category_name": category.name if category else None,
        "memo": rule.memo,
        "schedule": to_json(schedule),
        "at_time": rule.at_time.strftime("%H:%M") if rule.at_time else None,
        "starts_on": rule.starts_on,
        "auto_approve": rule.auto_approve,
        "variable": rule.variable,
        "catch_up": rule.catch_up,
        "status": "paused" if rule.paused else "active" if rule.next_on else "ended",
        "paused": rule.paused,
        "next_on": None if rule.paused else rule.next_on,
        "monthly_equivalent": format_minor(round_to_minor(monthly, rule.currency), rule.currency),
        "created_at": rule.created_at,
        "etag": rule.etag,
    }


EXAMPLE = OpenApiExample(
    "rent",
    {
        "account": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000",
        "amount": "-950.00",
        "payee": "Landlord",
        "category": "Rent",
        "schedule": {"frequency": "monthly", "anchor_on": "2026-01-31", "weekend": "previous"},
        "auto_approve": True,
    },
    request_only=True,
)
__all__ = ["DEFAULTS", "EXAMPLE", "shown_rule"]
