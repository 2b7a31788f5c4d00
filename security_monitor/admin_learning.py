"""Learned models at the desk: what they were measured at, and the way back to an older one."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from accounts.errors import Refusal
from accounts.models import User
from security_monitor.admin_cases import staff_of
from security_monitor.models import LearnedModel, SharedRate
from security_monitor.services import learning


@admin.register(LearnedModel)
class LearnedModelAdmin(ReadOnlyAdmin):
    list_display = ("version", "state", "trained_at", "trained_until", "rows", "frauds",
                    "backtest", "proposed_at")  # fmt: skip
    list_filter = ("state",)
    ordering = ("-version",)
    exclude = ("parameters",)  # some thousand numbers
    actions = ("propose", "agree")

    @admin.display(description="average precision later: own / live / rules")
    def backtest(self, row: LearnedModel) -> str:
        found = row.metrics.get("backtest", {})
        parts = (found.get(name) for name in ("average_precision", "live", "rules"))
        return " / ".join("-" if part is None else f"{part:.3f}" for part in parts)

    @admin.action(description="Propose to make it live", permissions=["act"])
    def propose(self, request: HttpRequest, queryset: QuerySet[LearnedModel]) -> None:
        self._each(request, queryset, learning.propose, "Proposed. Somebody else must agree.")

    @admin.action(description="Agree: make it live", permissions=["act"])
    def agree(self, request: HttpRequest, queryset: QuerySet[LearnedModel]) -> None:
        self._each(request, queryset, learning.agree, "It is live.")

    def _each(
        self,
        request: HttpRequest,
        queryset: QuerySet[LearnedModel],
        verb: Callable[[User, UUID], LearnedModel],
        said: str,
    ) -> None:
        staff = staff_of(request)
        for model_id in queryset.order_by("version").values_list("id", flat=True):
            try:
                row = verb(staff, model_id)
                self.message_user(request, f"Version {row.version}: {said}", messages.SUCCESS)
            except Refusal as refusal:
                self.message_user(request, refusal.message, messages.ERROR)


@admin.register(SharedRate)
class SharedRateAdmin(ReadOnlyAdmin):
    """What labels say of shops across owners: keyed hashes, no names."""

    list_display = ("key",)
