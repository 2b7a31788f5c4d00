"""/api/analytics/cash-flow: what came in, what went out, and what that left, by bucket."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField
from accounts.api.views import ApiView, report
from accounts.days import today_of
from insights.api.asked import (
    AnyWarning,
    Explained,
    SpanQuery,
    explanation,
    left_out,
    reading_of,
    refuse_foreign_account,
    spans_of,
)
from insights.cashflow import (
    Bucket,
    Trend,
    consistency,
    percent,
    sankey,
    settled,
    trend,
    volatility_percent,
)
from insights.selectors.cash_flow import CashFlow, Question, cash_flow
from ledger.buckets import BUCKETS_MAX
from ledger.money import format_minor

DIRECTIONS = ("up", "down", "steady", "insufficient_data")


class CashFlowQuery(SpanQuery):
    account = serializers.UUIDField(required=False, help_text="only this account")
    pending = serializers.ChoiceField(("exclude", "include"), default="exclude")
    week_start = serializers.ChoiceField(
        ("monday", "sunday"), default="monday", help_text="of weekly buckets; ISO weeks by default"
    )


class CashFlowBucket(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()
    opening = MoneyField(allow_null=True)
    income = MoneyField(allow_null=True)
    expense = MoneyField(allow_null=True, help_text="positive, refunds taken off")
    transfers = MoneyField(allow_null=True, help_text="net; zero where both legs are inside")
    net = MoneyField(allow_null=True, help_text="income - expense")
    closing = MoneyField(allow_null=True, help_text="opening + income - expense + transfers")
    savings_rate_percent = serializers.FloatField(allow_null=True)
    count = serializers.IntegerField()
    partial = serializers.BooleanField(  # type: ignore[assignment]
        help_text="cut short by the span, or not over yet"
    )


class TrendOutput(serializers.Serializer[Any]):
    direction = serializers.ChoiceField(DIRECTIONS)
    change_percent = serializers.FloatField(
        allow_null=True, help_text="mean of the last three full buckets against the three before"
    )
    per_bucket = MoneyField(allow_null=True, help_text="Theil-Sen slope")


class TrendsOutput(serializers.Serializer[Any]):
    income = TrendOutput()
    expense = TrendOutput()
    net = TrendOutput()
    volatility_percent = serializers.FloatField(
        allow_null=True, help_text="deviation of the net over its absolute mean"
    )
    consistency = serializers.ChoiceField(("high", "medium", "low", "insufficient_data"))
    full_buckets = serializers.IntegerField(help_text="those that the trend rests on")


class TotalsOutput(serializers.Serializer[Any]):
    income = MoneyField(allow_null=True)
    expense = MoneyField(allow_null=True)
    net = MoneyField(allow_null=True)
    savings_rate_percent = serializers.FloatField(allow_null=True)


class LinkOutput(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]  # a column, not DRF's source
    target = serializers.CharField()
    amount = MoneyField()


class CashFlowOutput(serializers.Serializer[Any]):
    currency = serializers.CharField(help_text="the home currency")
    granularity = serializers.CharField()
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    buckets = CashFlowBucket(many=True, help_text=f"at most {BUCKETS_MAX}, empty ones included")
    totals = TotalsOutput()
    trend = TrendsOutput()
    sankey = LinkOutput(many=True, help_text="from sources of income to what it went to")
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class CashFlowReport(ApiView):
    query = CashFlowQuery

    @extend_schema(parameters=[CashFlowQuery], responses=CashFlowOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show income, expense and balance by day, week, month or year, with their trend."""
        parameters = self.parameters()
        today = today_of(self.owner)
        spans = spans_of(parameters, today)

        def build() -> dict[str, Any]:
            account_id = parameters.get("account")
            refuse_foreign_account(self.owner.pk, account_id)
            pending = parameters["pending"] == "include"
            asked = Question(
                spans,
                parameters["granularity"],
                today,
                account_id,
                pending,
                sunday_weeks=parameters["week_start"] == "sunday",
            )
            reading = reading_of(self.owner, today, asked.span, account_id)
            flow = cash_flow(reading, asked)
            return shown_cash_flow(flow, asked, explain=parameters["explain"])

        return report(request, build)


def shown_cash_flow(flow: CashFlow, asked: Question, *, explain: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "currency": flow.currency,
        "granularity": asked.granularity,
        "date_from": asked.span.start,
        "date_to": asked.span.end,
        "buckets": [shown_bucket(bucket, flow.currency) for bucket in flow.buckets],
        "totals": shown_totals(flow),
        "trend": shown_trends(flow),
        "sankey": [
            {"source": source, "target": target, "amount": format_minor(minor, flow.currency)}
            for source, target, minor in sankey(flow.streams)
        ],
        "warnings": flow.converter.warnings(),
    }
    if explain:
        answer["explain"] = explanation(
            {
                "income": "inflows of income categories and of none, corrections taken off",
                "expense": "outflows of expense categories and of none, refunds taken off",
                "savings_rate_percent": "100 * net / income",
                "opening": "balances of the accounts now, less what moved since",
                "account": asked.account_id,
                "today": asked.today,
            },
            flow.converter,
            _left_out(flow, asked),
        )
    return answer


def _left_out(flow: CashFlow, asked: Question) -> list[dict[str, Any]]:
    found = [
        left_out(
            "transfers",
            "money between own accounts is neither income nor expense",
            flow.transfer_count,
        )
    ]
    if not asked.include_pending:
        found.append(left_out("pending", "their amount may still change", flow.pending_count))
    return found


def shown_bucket(bucket: Bucket, currency: str) -> dict[str, Any]:
    def money(minor: int | None, known: bool = True) -> str | None:
        return format_minor(minor, currency) if known and minor is not None else None

    known = bucket.is_complete
    return {
        "start": bucket.span.start,
        "end": bucket.span.end,
        "opening": money(bucket.opening),
        "income": money(bucket.income, known),
        "expense": money(bucket.expense, known),
        "transfers": money(bucket.transfers, known),
        "net": money(bucket.net, known),
        "closing": money(bucket.closing),
        "savings_rate_percent": bucket.savings_rate_percent if known else None,
        "count": bucket.count,
        "partial": bucket.partial,
    }


def shown_totals(flow: CashFlow) -> dict[str, Any]:
    income = sum(bucket.income for bucket in flow.buckets)
    expense = sum(bucket.expense for bucket in flow.buckets)
    if not all(bucket.is_complete for bucket in flow.buckets):
        return dict.fromkeys(("income", "expense", "net", "savings_rate_percent"))
    return {
        "income": format_minor(income, flow.currency),
        "expense": format_minor(expense, flow.currency),
        "net": format_minor(income - expense, flow.currency),
        "savings_rate_percent": percent(income - expense, income),
    }


def shown_trends(flow: CashFlow) -> dict[str, Any]:
    full = settled(flow.buckets)
    nets = [bucket.net for bucket in full]
    volatility = volatility_percent(nets)
    return {
        "income": _shown_trend(trend([b.income for b in full]), flow.currency),
        "expense": _shown_trend(trend([b.expense for b in full]), flow.currency),
        "net": _shown_trend(trend(nets), flow.currency),
        "volatility_percent": volatility,
        "consistency": consistency(volatility),
        "full_buckets": len(full),
    }


def _shown_trend(found: Trend, currency: str) -> dict[str, Any]:
    slope = found.per_bucket
    return {
        "direction": found.direction,
        "change_percent": found.change_percent,
        "per_bucket": None if slope is None else format_minor(round(slope), currency),
    }
