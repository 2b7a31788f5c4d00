"""Rules at the desk: weight, status, hit rate and precision; changes proposed here, decided by another."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.transaction import on_commit
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.admin_base import ReadOnlyAdmin
from accounts.errors import Refusal
from security_monitor.admin_cases import staff_of
from security_monitor.engine.catalogue import RULES
from security_monitor.engine.scores import WEIGHT_MAX
from security_monitor.models import Backtest, RuleChange, RuleSetting
from security_monitor.services import backtests, rule_book
from security_monitor.tasks import start_backtest


class ProposalForm(forms.Form):
    """A change of one rule: proposed to somebody else, or tried on the last days."""

    code = forms.ChoiceField(choices=[(rule.code, f"{rule.code} {rule.title}") for rule in RULES])
    weight = forms.IntegerField(min_value=0, max_value=WEIGHT_MAX, required=False)
    status = forms.ChoiceField(
        choices=[("", "as it is"), ("draft", "draft"), ("shadow", "shadow"), ("live", "live")],
        required=False,
    )
    parameters = forms.JSONField(required=False, help_text='for example {"z": 4}')
    why = forms.CharField(max_length=500, required=False)
    days = forms.IntegerField(min_value=1, max_value=366, initial=30, label="backtest on days")

    def clean_parameters(self) -> dict[str, float]:
        given = self.cleaned_data["parameters"] or {}
        plain = isinstance(given, dict) and all(
            type(v) in (int, float) and 0 <= v < 1e9 for v in given.values()
        )
        if not plain:
            raise forms.ValidationError("Write an object of numbers.")
        return dict(given)

    @property
    def change(self) -> dict[str, Any]:
        given = self.cleaned_data
        parts = {name: given[name] for name in ("weight", "status", "parameters")}
        return {name: part for name, part in parts.items() if part not in (None, "", {})}


@admin.register(RuleSetting)
class RuleSettingAdmin(ReadOnlyAdmin):
    """The list of tuned rules leads to the page of all rules."""

    list_display = ("code", "weight", "status", "version", "changed_at")
    ordering = ("code",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.rules_view)
        return [path("all/", page, name="security_monitor_rules"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:security_monitor_rules"))  # type: ignore[return-value]

    def rules_view(self, request: HttpRequest) -> HttpResponse:
        """Every rule with its quality, and a form to propose or to try a change."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_act = self.has_act_permission(request)
        form = ProposalForm(request.POST or None)
        if request.method == "POST":
            if not may_act:
                raise PermissionDenied
            if form.is_valid() and self._act(request, form):
                return HttpResponseRedirect(reverse("admin:security_monitor_rules"))
        quality = rule_book.quality()
        context = {
            **self.admin_site.each_context(request),
            "title": "Rules of the watch",
            "opts": self.opts,
            "rules": [(rule, quality[rule.code]) for rule in rule_book.current()],
            "tests": Backtest.objects.order_by("-id")[:10],
            "form": form,
            "may_act": may_act,
        }
        return TemplateResponse(request, "admin/security_monitor/rulesetting/rules.html", context)

    def _act(self, request: HttpRequest, form: ProposalForm) -> bool:
        given, staff = form.cleaned_data, staff_of(request)
        try:
            if "try" in request.POST:
                test = backtests.order(staff, given["days"], {given["code"]: form.change})
                on_commit(lambda: start_backtest(test.id))
                messages.success(request, "The backtest has begun; its result appears below.")
            else:
                rule_book.propose(staff, given["code"], why=given["why"], **form.change)
                messages.success(request, "Proposed. Somebody else must approve it.")
        except Refusal as refusal:
            form.add_error(None, refusal.message)
            return False
        return True


@admin.register(RuleChange)
class RuleChangeAdmin(ReadOnlyAdmin):
    list_display = ("proposed_at", "code", "weight", "status", "parameters", "state", "why")
    list_filter = ("state", "code")
    ordering = ("-id",)
    actions = ("approve", "refuse")

    @admin.action(description="Approve", permissions=["act"])
    def approve(self, request: HttpRequest, queryset: QuerySet[RuleChange]) -> None:
        self._decide(request, queryset, approve=True)

    @admin.action(description="Refuse", permissions=["act"])
    def refuse(self, request: HttpRequest, queryset: QuerySet[RuleChange]) -> None:
        self._decide(request, queryset, approve=False)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[RuleChange], *, approve: bool
    ) -> None:
        staff = staff_of(request)
        for change_id in queryset.order_by("id").values_list("id", flat=True):
            try:
                change = rule_book.decide_change(staff, change_id, approve=approve)
                self.message_user(request, f"{change.code}: {change.state}.", messages.SUCCESS)
            except Refusal as refusal:
                self.message_user(request, refusal.message, messages.ERROR)


@admin.register(Backtest)
class BacktestAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "days", "state", "progress", "changes")
    list_filter = ("state",)
    ordering = ("-id",)
