"""Budgets in the staff console: to look at, with a chart of what was available and spent."""

from collections.abc import Sequence

from django.contrib import admin
from django.utils.safestring import SafeString, mark_safe

from accounts.admin_base import ReadOnlyAdmin
from accounts.admin_charts import ChartsAdmin
from accounts.days import today_of
from accounts.models import User
from budgeting.drawing import history_chart
from budgeting.models import Budget, BudgetAlert, BudgetCategory, BudgetMove, BudgetTerms
from budgeting.selectors.plans import Plan, plans_of, work_out

PERIODS = 12


@admin.register(Budget)
class BudgetAdmin(ChartsAdmin):
    charts_title = "Budgets of the last twelve periods"
    list_display = ("name", "user", "period", "currency", "limit", "active", "charts_link")
    list_filter = ("period", "limit", "active")
    search_fields = ("=user__email", "name")
    list_select_related = ("user",)
    link_lookups = ("user",)
    fields = (
        "history", "id", "user", "name", "currency", "period", "starts_on", "start_day", "weekend",
        "limit", "thresholds", "active", "created_at", "updated_at", "seq",
    )  # fmt: skip
    readonly_fields = ("history", "id", "user", "seq")

    @admin.display(description="the last twelve periods")
    def history(self, budget: Budget) -> SafeString:
        [chart] = _charts(budget.user, [plans_of(budget.user_id)[budget.id]])
        # Drawn by ledger.charts, which escapes every text.
        return mark_safe(chart)  # noqa: S308

    def charts_of(self, owner: User) -> list[str]:
        plans = plans_of(owner.pk).values()
        return _charts(owner, [plan for plan in plans if plan.budget.active])


def _charts(owner: User, plans: Sequence[Plan]) -> list[str]:
    worked = work_out(owner.pk, plans, today_of(owner), PERIODS)
    return [
        history_chart(p.budget.name, p.budget.currency, worked.states.get(p.budget.id, []))
        for p in plans
    ]


class PartOfBudgetAdmin(ReadOnlyAdmin):
    list_select_related = ("user", "budget")
    link_lookups = ("user", "budget")


@admin.register(BudgetTerms)
class BudgetTermsAdmin(PartOfBudgetAdmin):
    list_display = ("budget", "user", "from_on", "amount_minor", "mode", "cap_minor")


@admin.register(BudgetCategory)
class BudgetCategoryAdmin(PartOfBudgetAdmin):
    list_display = ("budget", "user", "category_id")


@admin.register(BudgetAlert)
class BudgetAlertAdmin(PartOfBudgetAdmin):
    list_display = ("budget", "user", "period_start", "threshold", "at")


@admin.register(BudgetMove)
class BudgetMoveAdmin(ReadOnlyAdmin):
    list_display = ("on", "user", "source", "target", "amount_minor", "memo")
    list_select_related = ("user", "source", "target")
    link_lookups = ("user",)
