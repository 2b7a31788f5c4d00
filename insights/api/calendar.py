"""/api/analytics/calendar: a year of days as a heat map."""

from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.errors import Refusal
from insights.api.asked import (
    AnyWarning,
    Explained,
    ExplainQuery,
    explanation,
    left_out,
    reading_of,
)
from insights.cashflow import Bucket
from insights.errors import Reason
from insights.selectors.cash_flow import CashFlow, Question, cash_flow
from ledger.api.serializers import DayField
from ledger.buckets import cut
from ledger.errors import Reason as Ledger
from ledger.money import format_minor
from ledger.periods import Span, add_months
from ledger.services.posting import check_day

DAYS_MAX = 366
LEVELS = 4


class CalendarQuery(ExplainQuery):
    date_from = DayField(required=False, help_text="a year before date_to if not sent")
    date_to = DayField(required=False, help_text="the owner's today if not sent")


class CalendarDay(serializers.Serializer[Any]):
    date = serializers.DateField()
    weekday = serializers.IntegerField(help_text="1 Monday to 7 Sunday")
    income = MoneyField(allow_null=True)
    expense = MoneyField(allow_null=True, help_text="positive, refunds taken off")
    net = MoneyField(allow_null=True)
    count = serializers.IntegerField()
    level = serializers.IntegerField(
        help_text="0 without spending, else 1 to 4: the quarter of the days with spending it is in"
    )


class WeekdayOutput(serializers.Serializer[Any]):
    weekday = serializers.IntegerField()
    mean_expense = MoneyField()


class CalendarOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    days = CalendarDay(many=True, help_text="every day of the span, those without rows included")
    weekdays = WeekdayOutput(many=True)
    weekend_share_percent = serializers.FloatField(allow_null=True)
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


def span_of(parameters: dict[str, Any], today: date) -> Span:
    for name in ("date_from", "date_to"):
        if name in parameters:
            check_day(parameters[name], f"?{name}")
    end = parameters.get("date_to", today)
    start = parameters.get("date_from", add_months(end, -12) + timedelta(1))
    if start > end:
        raise Refusal(Ledger.PERIOD_BACKWARDS, pointer="?date_from")
    if (end - start).days >= DAYS_MAX:
        raise Refusal(Reason.TOO_MANY_DAYS, pointer="?date_from")
    return Span(start, end)


class CalendarReport(ApiView):
    query = CalendarQuery

    @extend_schema(parameters=[CalendarQuery], responses=CalendarOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show income and spending day by day, for a heat map."""
        parameters = self.parameters()
        today = today_of(self.owner)
        span = span_of(parameters, today)

        def build() -> dict[str, Any]:
            asked = Question(cut(span, "daily"), "daily", today, diagram=False)
            flow = cash_flow(reading_of(self.owner, today, span), asked)
            answer = shown_calendar(flow, span)
            if parameters["explain"]:
                gone = [
                    left_out("transfers", "money between own accounts", flow.transfer_count),
                    left_out("pending", "their amount may still change", flow.pending_count),
                ]
                inputs = {"level": "quarters of the days with spending, by rank"}
                answer["explain"] = explanation(inputs, flow.converter, gone)
            return answer

        return report(request, build)


def levels(expenses: list[int]) -> dict[int, int]:
    """The level of each amount that occurs: its rank among the days with spending, in quarters."""
    spent = sorted(minor for minor in expenses if minor > 0)
    found: dict[int, int] = {}
    for position, minor in enumerate(spent):
        found[minor] = 1 + position * LEVELS // len(spent)
    return found


def shown_calendar(flow: CashFlow, span: Span) -> dict[str, Any]:
    known = [bucket for bucket in flow.buckets if bucket.is_complete]
    level = levels([bucket.expense for bucket in known])
    by_weekday: dict[int, list[int]] = {day: [] for day in range(1, 8)}
    for bucket in known:
        by_weekday[bucket.span.start.isoweekday()].append(bucket.expense)
    total = sum(bucket.expense for bucket in known)
    weekend = sum(by_weekday[6]) + sum(by_weekday[7])
    return {
        "currency": flow.currency,
        "date_from": span.start,
        "date_to": span.end,
        "days": [_shown_day(bucket, flow.currency, level) for bucket in flow.buckets],
        "weekdays": [
            {
                "weekday": day,
                "mean_expense": format_minor(round(sum(found) / len(found)), flow.currency),
            }
            for day, found in by_weekday.items()
            if found
        ],
        "weekend_share_percent": round(100 * weekend / total, 2) if total > 0 else None,
        "warnings": flow.converter.warnings(),
    }


def _shown_day(bucket: Bucket, currency: str, level: dict[int, int]) -> dict[str, Any]:
    def money(minor: int) -> str | None:
        return format_minor(minor, currency) if bucket.is_complete else None

    return {
        "date": bucket.span.start,
        "weekday": bucket.span.start.isoweekday(),
        "income": money(bucket.income),
        "expense": money(bucket.expense),
        "net": money(bucket.net),
        "count": bucket.count,
        "level": level.get(bucket.expense, 0) if bucket.is_complete else 0,
    }
