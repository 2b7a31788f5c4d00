"""Goals in the staff console: to look at, with a chart of the way to the target."""

from django.contrib import admin
from django.utils.safestring import SafeString, mark_safe

from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_charts import ChartsAdmin
from accounts.days import today_of
from accounts.models import User
from goals.drawing import MONTHS_BACK, path_chart
from goals.models import Contribution, Goal, IncomeHook, SharedIncome
from goals.selectors import standing_of


@admin.register(Goal)
class GoalAdmin(ChartsAdmin):
    charts_title = "Ways to the goals"
    list_display = (
        "name", "user", "target_minor", "currency", "target_on", "importance", "paused", "charts_link",
    )  # fmt: skip
    list_filter = ("paused",)
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)
    fields = (
        "way", "id", "user", "name", "currency", "target_minor", "target_on", "importance",
        "allocation_percent", "account", "follows", "paused", "created_at", "seq",
    )  # fmt: skip
    readonly_fields = ("way", "id", "user", "seq")

    @admin.display(description="saved, plan and target")
    def way(self, goal: Goal) -> SafeString:
        # Drawn by ledger.charts, which escapes every text.
        return mark_safe(_chart(goal.user, goal))  # noqa: S308

    def charts_of(self, owner: User) -> list[str]:
        goals = Goal.objects.for_user(owner).filter(paused=False).order_by("id")
        return [_chart(owner, goal) for goal in goals]


def _chart(owner: User, goal: Goal) -> str:
    today = today_of(owner)
    standing = standing_of(owner.pk, goal.id, today, days_back=31 * MONTHS_BACK)
    assert standing is not None, "the goal is being shown"
    return path_chart(standing, today)


@admin.register(Contribution)
class ContributionAdmin(ReadOnlyAdmin):
    list_display = ("goal", "user", "made_on", "amount_minor", "transfer_id")
    list_select_related = ("user", "goal")
    link_lookups = ("user", "goal")
    search_fields = ("=user__email",)
    search_help_text = "the owner's whole e-mail"
    ordering = ("-id",)


@admin.register(IncomeHook)
class IncomeHookAdmin(ReadOnlyAdmin):
    list_display = ("user", "account", "category", "strategy", "starts_on")
    list_select_related = ("user", "account", "category")
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-id",)


@admin.register(SharedIncome)
class SharedIncomeAdmin(ReadOnlyAdmin):
    list_display = ("user", "transaction_id", "amount_minor", "currency", "created_at")
    list_select_related = ("user",)
    link_lookups = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-id",)
