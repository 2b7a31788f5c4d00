"""What budgets have, spent and leave: overview, history, explanation, limit check, suggestions."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField, ReferenceField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from budgeting.api import report_shapes as shapes
from budgeting.api.shapes import shown_state, shown_terms
from budgeting.errors import Reason
from budgeting.periods import PERIODS
from budgeting.selectors.categories import categories_named
from budgeting.selectors.history import envelope_view, recommendations
from budgeting.selectors.plans import Plan, plans_of, work_out
from budgeting.services.checking import check_limit
from ledger.api.serializers import DayField
from ledger.money import format_minor
from ledger.periods import Span, month_end
from ledger.services.posting import check_day

HISTORY_MAX = 120
MONTH = re.compile(r"\d{4}-\d{2}")


class PeriodQuery(StrictSerializer):
    period = serializers.CharField(
        required=False,
        max_length=10,
        help_text="a day or a month, in which to look (today); or a kind of period, to see only those",
    )


class HistoryQuery(StrictSerializer):
    periods = serializers.IntegerField(min_value=1, max_value=HISTORY_MAX, default=12)
    until = DayField(required=False, help_text="a day of the last period (today)")


class CheckInput(StrictSerializer):
    category = ReferenceField(help_text="id or name")
    amount = MoneyField(positive=True)
    posted_on = DayField(required=False)


CHECK_EXAMPLE = OpenApiExample(
    "may I?", {"category": "Groceries", "amount": "42.00"}, request_only=True
)


def day_and_kind(user: User, asked: str | None) -> tuple[date, str | None]:
    """The day to look at, and the only kind of period to show: `2026-11-24`, `2026-11`, `weekly`."""
    if asked is None:
        return today_of(user), None
    if asked in PERIODS:
        return today_of(user), asked
    try:
        day = date.fromisoformat(asked + "-01" if MONTH.fullmatch(asked) else asked)
    except ValueError:
        raise Refusal(Reason.INVALID_PERIOD, pointer="?period") from None
    if not 1900 <= day.year <= 2200 or len(asked) not in (7, 10):
        raise Refusal(Reason.INVALID_PERIOD, pointer="?period")
    return day, None


def own(user: User, budget_id: UUID) -> Plan:
    plan = plans_of(user.pk).get(budget_id)
    if plan is None:
        raise Refusal(Reason.BUDGET_NOT_FOUND, status=404)
    return plan


class BudgetOverview(ApiView):
    query = PeriodQuery

    @extend_schema(parameters=[PeriodQuery], responses=shapes.OverviewOutput, tags=["budgets"])
    def get(self, request: Request) -> Response:
        """Every active budget in its period of a day: what it has, spent and leaves, and its pace."""
        day, kind = day_and_kind(self.owner, self.parameters().get("period"))

        def build() -> dict[str, Any]:
            plans = [
                plan
                for plan in plans_of(self.owner.pk).values()
                if plan.budget.active and kind in (None, plan.budget.period)
            ]
            worked = work_out(self.owner.pk, plans, day)
            shown = [
                (plan, worked.states[plan.budget.id][-1])
                for plan in plans
                if plan.budget.id in worked.states
            ]
            span = shown[0][1].span if kind and shown else Span(day.replace(day=1), month_end(day))
            return shapes.overview(span, shown, today_of(self.owner), self.owner.currency, worked)

        return report(request, build)


class BudgetHistory(ApiView):
    query = HistoryQuery

    @extend_schema(parameters=[HistoryQuery], responses=shapes.HistoryOutput, tags=["budgets"])
    def get(self, request: Request, budget_id: UUID) -> Response:
        """A budget's last periods, oldest first, worked out from the ledger as it is now."""
        parameters = self.parameters()
        plan = own(self.owner, budget_id)
        day = parameters.get("until", today_of(self.owner))

        def build() -> dict[str, Any]:
            worked = work_out(self.owner.pk, [plan], day, parameters["periods"])
            states = worked.states.get(budget_id, [])
            return {
                "currency": plan.budget.currency,
                "results": [shown_state(state, plan.budget.currency) for state in states],
                "next": None,
                "previous": None,
                "warnings": worked.warnings,
            }

        return report(request, build)


class BudgetExplain(ApiView):
    query = PeriodQuery

    @extend_schema(parameters=[PeriodQuery], responses=shapes.ExplainOutput, tags=["budgets"])
    def get(self, request: Request, budget_id: UUID) -> Response:
        """How the figures of a period came about: the carry chain from its beginning, every source."""
        day, _ = day_and_kind(self.owner, self.parameters().get("period"))
        plan = own(self.owner, budget_id)
        if day < plan.first_on:
            raise Refusal(Reason.BEFORE_FIRST_PERIOD, status=409, pointer="?period")
        periods = len(plan.spans_for(day, 1))
        worked = work_out(self.owner.pk, [plan], day, periods)
        currency = plan.budget.currency
        chain = [
            {
                **shown_state(state, currency),
                "terms": shown_terms(state.terms, currency),
                "moved": format_minor(state.moved, currency),
                "carries": format_minor(state.carries, currency),
            }
            for state in worked.states[budget_id]
        ]
        return Response(
            {
                "budget": budget_id,
                "currency": currency,
                "formula": "available = assigned + carried; left = available - spent;"
                " the next period's carried is what the rollover lets through of left",
                "categories": sorted(plan.covers),
                "source": "monthly totals" if plan.cycle.is_of_months else "rows by day",
                "chain": chain,
                "rates": worked.rates,
                "warnings": worked.warnings,
            }
        )


class CheckLimit(ApiView):
    @extend_schema(
        request=CheckInput,
        responses=shapes.CheckOutput,
        examples=[CHECK_EXAMPLE],
        tags=["budgets"],
    )
    def post(self, request: Request) -> Response:
        """Ask before a payment whether a budget allows it. Nothing is booked."""
        fields = self.body(CheckInput)
        category_id = categories_named(self.owner.pk, [fields["category"]], "/category")[0].id
        day = fields.get("posted_on", today_of(self.owner))
        check_day(day, "/posted_on")
        return Response(check_limit(self.owner, category_id, fields["amount"], day))


class BudgetRecommendations(ApiView):
    @extend_schema(responses=shapes.RecommendationsOutput, tags=["budgets"])
    def get(self, request: Request) -> Response:
        """A monthly amount per category from what it took, with evidence and confidence."""
        self.parameters()

        def build() -> dict[str, Any]:
            currency = self.owner.currency
            found = recommendations(self.owner.pk, currency, today_of(self.owner))
            return shapes.recommended(found, currency)

        return report(request, build)


class BudgetEnvelope(ApiView):
    query = PeriodQuery

    @extend_schema(parameters=[PeriodQuery], responses=shapes.EnvelopeOutput, tags=["budgets"])
    def get(self, request: Request) -> Response:
        """The month in envelopes: the income that no monthly budget was given yet."""
        day, _ = day_and_kind(self.owner, self.parameters().get("period"))

        def build() -> dict[str, Any]:
            view = envelope_view(self.owner.pk, self.owner.currency, day)
            return shapes.envelope(view, self.owner.currency)

        return report(request, build)
