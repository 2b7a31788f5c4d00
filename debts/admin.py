"""Debts in the staff console: to look at, with each owner's payoff curves. Numbers stay sealed."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from accounts.looking import staff_opened
from accounts.models import User
from debts.models import Accrual, Debt, DebtPayment, DebtRate
from debts.payoff import Payoff, payoffs_of
from ledger.admin_books import BooksAdmin, money
from ledger.money import format_minor


@admin.register(Debt)
class DebtAdmin(BooksAdmin):
    list_display = ("name", "type", "owed", "apr", "start_on", "archived", "user", "payoff")
    list_filter = ("type", "archived")
    list_select_related = ("user", "account")
    fields = ("id", "user", "name", "type", "owed", "account", "pay_from", "borrowed", "apr",
              "start_on", "due_day", "term_months", "day_count", "compounding", "interest",
              "accrues_from", "archived", "created_at", "payoff", "seq")  # fmt: skip
    readonly_fields = ("owed", "borrowed", "payoff")
    borrowed = money("principal_minor", "borrowed")

    @admin.display(description="owed")
    def owed(self, debt: Debt) -> str:
        account = debt.account
        return f"{format_minor(-account.balance_minor, account.currency)} {account.currency}"

    @admin.display(description="ways out")
    def payoff(self, debt: Debt) -> str:
        address = reverse("admin:debts_payoff", args=[debt.user_id])
        return format_html('<a href="{}">payoff curves</a>', address)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.payoff_view)
        return [path("payoff/<uuid:user_id>/", view, name="debts_payoff"), *super().get_urls()]

    def payoff_view(self, request: HttpRequest, user_id: Any) -> TemplateResponse:
        """One owner's debts, the orders to pay them in, and the curves."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        owner = User.objects.filter(pk=user_id).first()
        if owner is None:
            raise Http404
        staff_opened(request.user.pk, owner.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Ways out of debt",
            "subtitle": owner.email,
            "opts": self.opts,
            "owner": owner,
            "payoffs": [shown(payoff) for payoff in payoffs_of(owner)],
        }
        return TemplateResponse(request, "admin/debts/payoff.html", context)


def shown(payoff: Payoff) -> dict[str, Any]:
    """A payoff for the template. The chart is markup of our own making, its texts escaped there."""
    found, currency = payoff.comparison, payoff.currency
    return {
        "currency": currency,
        "monthly": format_minor(found.budget.monthly, currency),
        "source": found.budget.source,
        "chart": mark_safe(payoff.chart),  # noqa: S308
        "debts": [
            {
                "debt": state.debt,
                "owed": format_minor(state.payoff, currency),
                "percent": f"{state.apr * 100:.2f}",
                "minimum": format_minor(state.minimum_now, currency),
            }
            for state in payoff.states
        ],
        "orders": [
            {
                "name": name.replace("_", " "),
                "months": outcome.months,
                "interest": None
                if outcome.total_interest is None
                else format_minor(outcome.total_interest, currency),
                "recommended": name == found.recommended,
            }
            for name, outcome in found.outcomes.items()
        ],
    }


class OfDebtAdmin(BooksAdmin):
    list_select_related = ("user", "debt", "debt__account")
    link_lookups = ("user", "debt")
    words_in = ("debt__name",)


@admin.register(DebtRate)
class DebtRateAdmin(OfDebtAdmin):
    list_display = ("debt", "apr", "from_on", "until_on", "user")
    fields = ("id", "user", "debt", "apr", "from_on", "until_on", "seq")


@admin.register(Accrual)
class AccrualAdmin(OfDebtAdmin):
    list_display = ("debt", "starts_on", "ends_on", "interest_minor", "fee_minor", "user")
    fields = ("id", "user", "debt", "starts_on", "ends_on", "interest_minor", "fee_minor", "row_id",
              "created_at", "seq")  # fmt: skip


@admin.register(DebtPayment)
class DebtPaymentAdmin(OfDebtAdmin):
    list_display = ("debt", "created_at", "transfer_id", "interest_id", "user")
    fields = ("id", "user", "debt", "transfer_id", "interest_id", "fee_id", "created_at", "seq")
