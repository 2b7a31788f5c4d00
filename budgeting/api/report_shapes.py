"""Shapes of what budgets report."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rest_framework import serializers

from accounts.api.serializers import MoneyField
from budgeting.api.shapes import BudgetStateOutput, TermsOutput, shown_state
from budgeting.models import Limit
from budgeting.rollover import State, pace, percent_of
from budgeting.selectors.history import EnvelopeView, Recommended
from budgeting.selectors.plans import Plan, Worked
from ledger.api.serializers import PageOutput
from ledger.money import format_minor
from ledger.periods import Span


class PaceOutput(serializers.Serializer[Any]):
    projected = MoneyField(help_text="spending at the period's end, if it goes on like this")
    safe_per_day = MoneyField(allow_null=True, help_text="for each day left, today included")
    status = serializers.ChoiceField(("on_track", "at_risk", "over"))


class SpanOutput(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()


class OverviewLine(BudgetStateOutput):
    id = serializers.UUIDField()
    name = serializers.CharField()
    period = serializers.CharField()
    currency = serializers.CharField()
    limit = serializers.ChoiceField(Limit.choices)
    pace = PaceOutput()


class BudgetTotalsOutput(serializers.Serializer[Any]):
    """Sums over the budgets in the home currency; each is the sum of its column."""

    currency = serializers.CharField()
    assigned = MoneyField()
    carried = MoneyField()
    available = MoneyField()
    spent = MoneyField()
    left = MoneyField()
    percent = serializers.FloatField(allow_null=True)


class OverviewOutput(serializers.Serializer[Any]):
    period = SpanOutput()
    budgets = OverviewLine(many=True)
    totals = BudgetTotalsOutput()
    rates = serializers.ListField(child=serializers.DictField())
    warnings = serializers.ListField(child=serializers.DictField())


class HistoryOutput(PageOutput):
    currency = serializers.CharField()
    results = BudgetStateOutput(many=True)
    warnings = serializers.ListField(child=serializers.DictField())


class ChainLink(BudgetStateOutput):
    terms = TermsOutput()
    moved = MoneyField(help_text="from other budgets; negative: to them")
    carries = MoneyField(help_text="into the next period")


class ExplainOutput(serializers.Serializer[Any]):
    budget = serializers.UUIDField()
    currency = serializers.CharField()
    formula = serializers.CharField()
    categories = serializers.ListField(child=serializers.UUIDField())
    source = serializers.CharField()  # type: ignore[assignment]  # DRF has an attribute of this name
    chain = ChainLink(many=True)
    rates = serializers.ListField(child=serializers.DictField())
    warnings = serializers.ListField(child=serializers.DictField())


class CheckOutput(serializers.Serializer[Any]):
    allowed = serializers.BooleanField()
    mode = serializers.ChoiceField(Limit.choices, allow_null=True)
    budget = serializers.UUIDField(allow_null=True)
    about = serializers.DictField(
        allow_null=True, help_text="that budget: name, limit, available, spent, left, percent"
    )
    left_before = MoneyField(allow_null=True)
    left_after = MoneyField(allow_null=True)
    overspend = MoneyField(allow_null=True)


class Recommendation(serializers.Serializer[Any]):
    category = serializers.CharField()
    category_id = serializers.UUIDField()
    amount = MoneyField()
    median = MoneyField()
    months = serializers.IntegerField()
    spread = serializers.CharField(allow_null=True, help_text="median deviation ÷ median")
    confidence = serializers.ChoiceField(("low", "medium", "high"))
    evidence = serializers.ListField(child=MoneyField(), help_text="by month, oldest first")
    budget = serializers.UUIDField(allow_null=True, help_text="the monthly one that covers it")


class RecommendationsOutput(PageOutput):
    currency = serializers.CharField()
    results = Recommendation(many=True)
    income = MoneyField(help_text="a month's median")
    total = MoneyField()
    exceeds_income = MoneyField()
    warnings = serializers.ListField(child=serializers.DictField())


class EnvelopeOutput(serializers.Serializer[Any]):
    month = SpanOutput()
    currency = serializers.CharField()
    income = MoneyField()
    from_last_month = MoneyField()
    last_month_overspent = MoneyField(help_text="zero or negative; paid from this month's money")
    budgeted = MoneyField()
    to_budget = MoneyField(help_text="income without a job yet")
    envelopes = serializers.ListField(child=serializers.DictField())
    warnings = serializers.ListField(child=serializers.DictField())


def overview(
    span: Span, shown: Sequence[tuple[Plan, State]], today: date, currency: str, worked: Worked
) -> dict[str, Any]:
    """The overview's answer. A budget in another currency is listed, and not in the totals."""
    summed = [state for plan, state in shown if plan.budget.currency == currency]
    available, spent = sum(s.available for s in summed), sum(s.spent for s in summed)
    columns = ("assigned", "carried", "available", "spent", "left")
    totals = {c: format_minor(sum(getattr(s, c) for s in summed), currency) for c in columns}
    return {
        "period": {"start": span.start, "end": span.end},
        "budgets": [_line(plan, state, today) for plan, state in shown],
        "totals": {"currency": currency, **totals, "percent": percent_of(spent, available)},
        "rates": worked.rates,
        "warnings": worked.warnings,
    }


def _line(plan: Plan, state: State, today: date) -> dict[str, Any]:
    currency, going = plan.budget.currency, pace(state, today)
    per_day = going.safe_per_day
    return {
        "id": plan.budget.id,
        "name": plan.budget.name,
        "period": plan.budget.period,
        "currency": currency,
        "limit": plan.budget.limit,
        **shown_state(state, currency),
        "pace": {
            "projected": format_minor(going.projected, currency),
            "safe_per_day": None if per_day is None else format_minor(per_day, currency),
            "status": going.status,
        },
    }


def recommended(found: Recommended, currency: str) -> dict[str, Any]:
    def shown(minor: int) -> str:
        return format_minor(minor, currency)

    return {
        "currency": currency,
        "results": [
            {
                "category": each.category.name,
                "category_id": each.category.id,
                "amount": shown(each.found.amount),
                "median": shown(each.found.median),
                "months": each.found.months,
                "spread": None if each.found.spread is None else f"{each.found.spread:.2f}",
                "confidence": each.found.confidence,
                "evidence": [shown(amount) for amount in each.months],
                "budget": each.budget_id,
            }
            for each in found.advice
        ],
        "next": None,  # one a category, all at once
        "previous": None,
        "income": shown(found.income),
        "total": shown(sum(each.found.amount for each in found.advice)),
        "exceeds_income": shown(found.exceeds),
        "warnings": found.warnings,
    }


def envelope(view: EnvelopeView, currency: str) -> dict[str, Any]:
    def shown(minor: int) -> str:
        return format_minor(minor, currency)

    result = view.result
    return {
        "month": {"start": view.month.start, "end": view.month.end},
        "currency": currency,
        "income": shown(result.income),
        "from_last_month": shown(result.from_last),
        "last_month_overspent": shown(result.overspent),
        "budgeted": shown(result.budgeted),
        "to_budget": shown(result.to_budget),
        "envelopes": [
            {"budget": key, "name": view.names[key].budget.name, "balance": shown(balance)}
            for key, balance in result.balances.items()
        ],
        "warnings": view.warnings,
    }
