"""Moods and choices in the staff console: that they are there, never what was felt."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_charts import ChartsAdmin
from accounts.models import User
from insights.forecast import forecast
from insights.forecast_drawing import balance_fan
from insights.forecast_json import from_json, is_readable
from insights.models import InsightChoice, MoodPreferences, StoredForecast, TransactionMood

CHART_DAYS = 90


class OfOwnerAdmin(ReadOnlyAdmin):
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(TransactionMood)
class TransactionMoodAdmin(OfOwnerAdmin):
    """A mood is private to its author: neither it nor its note is on any page here."""

    list_display = ("user", "created_at")
    fields = ("id", "user", "created_at", "updated_at", "seq")


@admin.register(MoodPreferences)
class MoodPreferencesAdmin(OfOwnerAdmin):
    list_display = ("user", "nudge")


@admin.register(InsightChoice)
class InsightChoiceAdmin(OfOwnerAdmin):
    list_display = ("user", "kind", "dismissed_at", "snoozed_until")


@admin.register(StoredForecast)
class StoredForecastAdmin(ChartsAdmin, OfOwnerAdmin):
    """When one was made and how it did, and the latest one drawn, as budgets and goals are."""

    charts_title = "Balance to come"
    list_display = ("user", "made_on", "currency", "accuracy", "charts_link")
    fields = ("id", "user", "made_on", "currency", "accuracy", "seq")

    def charts_of(self, owner: User) -> list[str]:
        latest = StoredForecast.objects.for_user(owner).order_by("-made_on").first()
        if latest is None or not is_readable(latest.inputs):
            return []
        return [balance_fan(forecast(from_json(latest.inputs), CHART_DAYS), latest.currency)]
