"""What the watch remembers and what owners told it: to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from security_monitor.models import ListEntry, Profile, ScoringGap


@admin.register(Profile)
class ProfileAdmin(ReadOnlyAdmin):
    list_display = ("user", "kind", "key", "currency")
    list_filter = ("kind", "currency")
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(ListEntry)
class ListEntryAdmin(ReadOnlyAdmin):
    list_display = ("user", "kind", "subject", "subject_id", "until")
    list_filter = ("kind", "subject")
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(ScoringGap)
class ScoringGapAdmin(ReadOnlyAdmin):
    list_display = ("user", "since", "error")
    list_select_related = ("user",)
    ordering = ("since",)
