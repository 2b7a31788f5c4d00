"""Moods and choices in the staff console: that they are there, never what was felt."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from insights.models import InsightChoice, MoodPreferences, StoredForecast, TransactionMood


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
class StoredForecastAdmin(OfOwnerAdmin):
    """When one was made and how it did; what the owner holds is not shown."""

    list_display = ("user", "made_on", "currency", "accuracy")
    fields = ("id", "user", "made_on", "currency", "accuracy", "seq")
