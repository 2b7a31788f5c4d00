"""Rules, saved views and change sets in the staff console: to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from ledger.models import ChangeSet, Rule, SavedView


@admin.register(Rule)
class RuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "position", "query", "enabled", "applies_to", "hit_count",
                    "last_hit_at")  # fmt: skip
    list_filter = ("enabled", "applies_to")
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "query", "sort")
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
    exclude = ("name_key",)


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnlyAdmin):
    list_display = ("title", "user", "kind", "count", "created_at", "undone_at")
    list_filter = ("kind",)
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
    exclude = ("before",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeSet]:
        rows: QuerySet[ChangeSet] = super().get_queryset(request)
        return rows.defer("before")
