"""Shapes of moods on the wire."""

from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from accounts.api.serializers import MoneyField, StrictSerializer, TextField
from insights.api.asked import AnyWarning, Explained, ExplainQuery
from insights.models import Mood
from ledger.api.serializers import DayField, PageOutput
from ledger.money import format_minor

VERDICTS = ("insufficient_data", "no_clear_difference", "spends_more", "spends_less")
MOOD_EXAMPLE = OpenApiExample(
    "A purchase when stressed",
    value={
        "transaction": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000",
        "mood": "stressed",
        "intensity": 7,
        "note": "after a long day",
    },
    request_only=True,
)


class MoodInput(StrictSerializer):
    """One mood a transaction: a second POST for it replaces the first."""

    transaction = serializers.UUIDField()
    mood = serializers.ChoiceField(Mood.choices)
    intensity = serializers.IntegerField(min_value=1, max_value=10, required=False)
    note = TextField(required=False)


class MoodPatch(MoodInput):
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class MoodOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    transaction = serializers.UUIDField()
    mood = serializers.ChoiceField(Mood.choices)
    intensity = serializers.IntegerField()
    note = serializers.CharField()
    posted_on = serializers.DateField()
    amount = MoneyField(help_text="of the transaction, signed")
    currency = serializers.CharField()
    payee = serializers.CharField(allow_null=True)
    category_name = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    seq = serializers.IntegerField()


class MoodPage(PageOutput):
    results = MoodOutput(many=True)


class EraseQuery(StrictSerializer):
    confirm = serializers.BooleanField(help_text="true: every mood goes, and none comes back")

    def validate_confirm(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("Send confirm=true to delete all.", code="invalid")
        return value


class ErasedOutput(serializers.Serializer[Any]):
    deleted = serializers.IntegerField()


class MoodTimeQuery(ExplainQuery):
    """Which days: explicit ones, else a timeframe that ends today, else all up to today."""

    timeframe = serializers.CharField(required=False, help_text="daily, weekly, monthly or yearly")
    date_from = DayField(required=False)
    date_to = DayField(required=False)


class TrendQuery(StrictSerializer):
    group_by = serializers.ChoiceField(("week", "month"), default="week")
    timeframe = serializers.CharField(required=False, help_text="daily, weekly, monthly or yearly")
    date_from = DayField(required=False)
    date_to = DayField(required=False)


class CategorySpent(serializers.Serializer[Any]):
    category = serializers.CharField(allow_null=True)
    amount = MoneyField()


class MoodComparison(serializers.Serializer[Any]):
    mood = serializers.ChoiceField(Mood.choices)
    n = serializers.IntegerField()
    n_others = serializers.IntegerField(help_text="the owner's other purchases")
    total = MoneyField()
    median = MoneyField(allow_null=True)
    baseline_median = MoneyField(allow_null=True)
    difference = MoneyField(allow_null=True, help_text="of the medians")
    cliffs_delta = serializers.FloatField(allow_null=True, help_text="-1 to 1")
    interval = serializers.ListField(
        child=MoneyField(), allow_null=True, help_text="95 % bootstrap interval of the difference"
    )
    p_adjusted = serializers.FloatField(allow_null=True, help_text="corrected for many moods")
    verdict = serializers.ChoiceField(VERDICTS)
    message = serializers.CharField()
    time_of_day = serializers.DictField(child=serializers.IntegerField())
    categories = CategorySpent(many=True, help_text="the three most was spent in")


class RegretOutput(serializers.Serializer[Any]):
    category = serializers.CharField(allow_null=True)
    n = serializers.IntegerField(help_text="purchases with a mood")
    regretted = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="null below five purchases")
    interval = serializers.ListField(child=serializers.FloatField(), allow_null=True)


class EveningOutput(serializers.Serializer[Any]):
    n = serializers.IntegerField(help_text="evenings with a purchase in a low mood, time known")
    median = MoneyField(allow_null=True)
    interval = serializers.ListField(child=MoneyField(), allow_null=True)
    p10 = MoneyField(allow_null=True)
    p90 = MoneyField(allow_null=True)


class MoodAnalysisOutput(serializers.Serializer[Any]):
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    currency = serializers.CharField()
    moods = MoodComparison(many=True)
    emotional_share = serializers.FloatField(allow_null=True, help_text="0 to 1")
    planned_share = serializers.FloatField(allow_null=True)
    regret = RegretOutput(many=True)
    low_mood_evening = EveningOutput()
    note = serializers.CharField()
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class TrendPeriod(serializers.Serializer[Any]):
    period = serializers.CharField(help_text="ISO week such as 2026-W53, or month 2026-12")
    start = serializers.DateField()
    end = serializers.DateField()
    count = serializers.IntegerField()
    spent = MoneyField()
    emotional = MoneyField()
    mean_intensity = serializers.FloatField(allow_null=True)
    top_mood = serializers.CharField(allow_null=True)
    moods = serializers.DictField(child=serializers.IntegerField())


class MoodTrendsOutput(serializers.Serializer[Any]):
    group_by = serializers.ChoiceField(("week", "month"))
    currency = serializers.CharField()
    trends = TrendPeriod(many=True, help_text="oldest first, empty ones included")
    emotional_drift = serializers.ChoiceField(
        ("rising", "falling", "steady", "insufficient_data"),
        help_text="the newest four periods against the four before",
    )
    warnings = AnyWarning(many=True)


class MoodPreferencesInput(StrictSerializer):
    nudge = serializers.BooleanField()


class MoodPreferencesOutput(serializers.Serializer[Any]):
    nudge = serializers.BooleanField()
    seq = serializers.IntegerField()


def shown_mood(row: Any) -> dict[str, Any]:
    """A row of `standing_moods` as the API gives it."""
    return {
        "id": row.id,
        "transaction": row.transaction_id,
        "mood": row.mood,
        "intensity": row.intensity,
        "note": row.note,
        "posted_on": row.posted_on,
        "amount": format_minor(row.amount_minor, row.currency),
        "currency": row.currency,
        "payee": row.payee_name,
        "category_name": row.category_name,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "seq": row.seq,
    }
