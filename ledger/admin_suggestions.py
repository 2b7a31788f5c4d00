"""Preferences and accepted suggestions in the staff console: to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from ledger.models import LedgerPreferences, SuggestedCategory


@admin.register(LedgerPreferences)
class LedgerPreferencesAdmin(ReadOnlyAdmin):
    list_display = ("user", "auto_categorise_above")
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(SuggestedCategory)
class SuggestedCategoryAdmin(ReadOnlyAdmin):
    list_display = ("user", "transaction_id", "category_id")
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
