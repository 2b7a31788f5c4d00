"""Goals in the staff console: to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from goals.models import Contribution, Goal


@admin.register(Goal)
class GoalAdmin(ReadOnlyAdmin):
    list_display = ("name", "user", "target_minor", "currency", "target_on", "importance", "paused")
    list_filter = ("paused",)
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(Contribution)
class ContributionAdmin(ReadOnlyAdmin):
    list_display = ("goal", "user", "made_on", "amount_minor", "transfer_id")
    list_select_related = ("user", "goal")
    link_lookups = ("user", "goal")
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
