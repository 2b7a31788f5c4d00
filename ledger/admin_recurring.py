"""Recurring transactions in the staff console: to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from ledger.models import RecurringOccurrence, RecurringTransaction


@admin.register(RecurringTransaction)
class RecurringTransactionAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "account", "amount_minor", "currency", "frequency", "next_on",
                    "auto_approve", "variable", "paused")  # fmt: skip
    list_filter = ("paused", "auto_approve", "variable", "catch_up")
    list_select_related = ("user", "account")
    link_lookups = ("user", "account")
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)

    @admin.display(description="frequency")
    def frequency(self, rule: RecurringTransaction) -> str:
        return str(rule.schedule.get("frequency", ""))


@admin.register(RecurringOccurrence)
class RecurringOccurrenceAdmin(ReadOnlyAdmin):
    list_display = ("nominal_on", "posted_on", "user", "rule", "status", "reason", "amount_minor",
                    "transaction_id")  # fmt: skip
    list_filter = ("status", "reason")
    list_select_related = ("user", "rule")
    link_lookups = ("user", "rule")
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
    # The row may be deleted; its id is shown above.
    exclude = ("transaction",)
