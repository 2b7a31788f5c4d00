"""Goals together: how a sum could be shared out, and what they come to. Neither ever writes."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from goals.allocation import Strategy
from goals.api.shapes import STATUSES
from goals.maths import MILESTONES, progress
from goals.reporting import Overall, Suggested, Total, overall, suggestions
from goals.selectors import Standing, outlook
from ledger.money import format_minor
from ledger.services.posting import minor_of


class SuggestionsQuery(StrictSerializer):
    available = MoneyField(
        positive=True,
        required=False,
        help_text="the sum to share out; by default what the goals ask for this month",
    )
    currency = CurrencyField(required=False, help_text="of the sum (the owner's own)")


class GoalSuggestionOutput(serializers.Serializer[Any]):
    goal = serializers.UUIDField()
    name = serializers.CharField()
    amount = MoneyField()
    remaining = MoneyField(help_text="before")
    saved = MoneyField(help_text="after")
    progress_percent = serializers.IntegerField(help_text="after")
    importance = serializers.IntegerField()
    target_on = serializers.DateField(allow_null=True)


class GoalStrategyOutput(serializers.Serializer[Any]):
    suggestions = GoalSuggestionOutput(many=True)
    total = MoneyField()
    left = MoneyField()


class GoalSuggestionsOutput(serializers.Serializer[Any]):
    available = MoneyField()
    currency = serializers.CharField()
    urgency = GoalStrategyOutput(help_text="the nearest day first")
    balanced = GoalStrategyOutput(help_text="by importance, side by side")
    proportional = GoalStrategyOutput(help_text="by what is missing, side by side")
    priority = GoalStrategyOutput(help_text="the most important first")
    left_out = serializers.ListField(
        child=serializers.UUIDField(), help_text="open goals of other currencies"
    )


class GoalTotalsOutput(serializers.Serializer[Any]):
    goals = serializers.IntegerField()
    target_amount = MoneyField()
    saved = MoneyField()
    remaining = MoneyField()
    required_per_month = MoneyField(help_text="of goals with a day that are not paused")
    progress_percent = serializers.IntegerField()


class GoalsByImportanceOutput(GoalTotalsOutput):
    importance = serializers.IntegerField()


class GoalAtRiskOutput(serializers.Serializer[Any]):
    goal = serializers.UUIDField()
    name = serializers.CharField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    importance = serializers.IntegerField()
    target_on = serializers.DateField()
    days_left = serializers.IntegerField(help_text="negative once the day has passed")
    remaining = MoneyField()
    progress_percent = serializers.IntegerField()
    required_per_month = MoneyField()
    pace_per_month = MoneyField()
    short_per_month = MoneyField(help_text="how much more a month it takes")


class GoalUpcomingOutput(serializers.Serializer[Any]):
    goal = serializers.UUIDField()
    name = serializers.CharField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    target_on = serializers.DateField()
    days_left = serializers.IntegerField()
    remaining = MoneyField()
    progress_percent = serializers.IntegerField()
    next_milestone = serializers.IntegerField()


class FxWarningOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    base = serializers.CharField()
    quote = serializers.CharField()
    day = serializers.DateField()


class GoalAnalyticsOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    totals = GoalTotalsOutput()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_importance = GoalsByImportanceOutput(many=True, help_text="the most important first")
    at_risk = GoalAtRiskOutput(many=True, help_text="behind or overdue")
    upcoming_deadlines = GoalUpcomingOutput(many=True)
    rates = serializers.ListField(child=serializers.DictField())
    warnings = FxWarningOutput(many=True)


class GoalSuggestions(ApiView):
    query = SuggestionsQuery

    @extend_schema(parameters=[SuggestionsQuery], responses=GoalSuggestionsOutput, tags=["goals"])
    def get(self, request: Request) -> Response:
        """How a sum could be shared out, by four strategies side by side. Books nothing."""
        parameters = self.parameters()
        currency = parameters.get("currency") or self.owner.currency
        today = today_of(self.owner)
        sent = parameters.get("available")
        given = None if sent is None else minor_of(sent, currency, "?available")

        def build() -> dict[str, Any]:
            available = asked_for(self.owner.pk, today, currency) if given is None else given
            found = suggestions(self.owner.pk, available, currency)
            return {
                "available": format_minor(available, currency),
                "currency": currency,
                **{
                    strategy: shown_strategy(strategy, rows, available, currency)
                    for strategy, rows in found.strategies.items()
                },
                "left_out": found.left_out,
            }

        return report(request, build)


def asked_for(user_id: UUID, today: date, currency: str) -> int:
    """What the plans of a currency's goals want this month."""
    return sum(minor for _, each, minor in outlook(user_id, today).planned if each == currency)


def shown_strategy(
    strategy: Strategy, rows: list[Suggested], available: int, currency: str
) -> dict[str, Any]:
    total = sum(row.amount for row in rows)
    return {
        "suggestions": [
            {
                "goal": row.goal.id,
                "name": row.goal.name,
                "amount": format_minor(row.amount, currency),
                "remaining": format_minor(row.remaining, currency),
                "saved": format_minor(row.saved + row.amount, currency),
                "progress_percent": progress(row.saved + row.amount, row.goal.target_minor),
                "importance": row.goal.importance,
                "target_on": row.goal.target_on,
            }
            for row in rows
        ],
        "total": format_minor(total, currency),
        "left": format_minor(available - total, currency),
    }


class GoalAnalytics(ApiView):
    @extend_schema(responses=GoalAnalyticsOutput, tags=["goals"])
    def get(self, request: Request) -> Response:
        """What all goals come to in the owner's currency, which are at risk, which are due next."""
        self.parameters()
        today = today_of(self.owner)
        currency = self.owner.currency
        return report(
            request, lambda: shown_overall(overall(self.owner.pk, currency, today), currency, today)
        )


def shown_overall(found: Overall, currency: str, today: date) -> dict[str, Any]:
    return {
        "currency": currency,
        "totals": shown_total(found.total, currency),
        "by_status": {status: found.by_status.get(status, 0) for status in STATUSES},
        "by_importance": [
            {"importance": importance, **shown_total(total, currency)}
            for importance, total in found.by_importance.items()
        ],
        "at_risk": [at_risk(standing, today) for standing in found.at_risk],
        "upcoming_deadlines": [upcoming(standing, today) for standing in found.upcoming],
        "rates": found.rates,
        "warnings": found.warnings,
    }


def shown_total(total: Total, currency: str) -> dict[str, Any]:
    return {
        "goals": total.goals,
        "target_amount": format_minor(total.target, currency),
        "saved": format_minor(total.saved, currency),
        "remaining": format_minor(total.remaining, currency),
        "required_per_month": format_minor(total.required, currency),
        "progress_percent": total.progress_percent,
    }


def deadline(standing: Standing, today: date) -> dict[str, Any]:
    goal, path = standing.goal, standing.path
    assert goal.target_on is not None, "only goals with a day have a deadline"
    return {
        "goal": goal.id,
        "name": goal.name,
        "currency": goal.currency,
        "status": path.status,
        "target_on": goal.target_on,
        "days_left": (goal.target_on - today).days,
        "remaining": format_minor(path.remaining, goal.currency),
        "progress_percent": path.progress_percent,
    }


def at_risk(standing: Standing, today: date) -> dict[str, Any]:
    goal, path = standing.goal, standing.path
    required = path.required_per_month or 0
    return {
        **deadline(standing, today),
        "importance": goal.importance,
        "required_per_month": format_minor(required, goal.currency),
        "pace_per_month": format_minor(path.pace_per_month, goal.currency),
        "short_per_month": format_minor(max(0, required - path.pace_per_month), goal.currency),
    }


def upcoming(standing: Standing, today: date) -> dict[str, Any]:
    percent = standing.path.progress_percent
    return {
        **deadline(standing, today),
        "next_milestone": next(mark for mark in MILESTONES if mark > percent),
    }
