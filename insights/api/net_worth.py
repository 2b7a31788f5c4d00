"""/api/analytics/net-worth and /age-of-money: what there is, and how long it lies."""

from datetime import date
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
    ExplainQuery,
    SpanQuery,
    explanation,
    left_out,
    reading_of,
    spans_of,
)
from insights.cashflow import percent
from insights.selectors.ages import money_age
from insights.selectors.reading import Reading
from insights.selectors.worth import Point, net_worth
from ledger.money import format_minor
from ledger.periods import Span, add_months
from ledger.rates import Converter

PENDING = left_out("pending", "their amount may still change")


class PointOutput(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="the end of this day")
    assets = MoneyField(allow_null=True)
    liabilities = MoneyField(allow_null=True, help_text="positive")
    net_worth = MoneyField(allow_null=True)
    by_type = serializers.DictField(
        child=MoneyField(allow_null=True), help_text="by type of account; debts are negative"
    )


class ChangeOutput(serializers.Serializer[Any]):
    amount = MoneyField(allow_null=True)
    percent = serializers.FloatField(allow_null=True)


class NetWorthOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    granularity = serializers.CharField()
    net_worth = MoneyField(allow_null=True, help_text="at the last point")
    assets = MoneyField(allow_null=True)
    liabilities = MoneyField(allow_null=True)
    by_type = serializers.DictField(child=MoneyField(allow_null=True))
    change = ChangeOutput(help_text="from the first point to the last")
    points = PointOutput(many=True)
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class NetWorthReport(ApiView):
    query = SpanQuery

    @extend_schema(parameters=[SpanQuery], responses=NetWorthOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show what the accounts are worth over time, by type, at the rates of each day."""
        parameters = self.parameters()
        today = today_of(self.owner)
        spans = spans_of(parameters, today)
        granularity = parameters["granularity"]

        def build() -> dict[str, Any]:
            reading = reading_of(self.owner, today, Span(spans[0].start, spans[-1].end))
            points, converter = net_worth(reading, spans, granularity)
            answer = shown_worth(points, converter, granularity)
            if parameters["explain"]:
                inputs = {
                    "balance": "what each account holds now, less what moved after the day",
                    "rate": "of the point's own day, else of the week before",
                    "accounts": len(reading.standing),
                }
                answer["explain"] = explanation(inputs, converter, [PENDING])
            return answer

        return report(request, build)


def shown_worth(points: list[Point], converter: Converter, granularity: str) -> dict[str, Any]:
    currency = converter.to

    def money(minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, currency)

    shown = [
        {
            "date": point.on,
            "assets": money(point.assets),
            "liabilities": money(point.liabilities),
            "net_worth": money(point.net),
            "by_type": {kind: money(minor) for kind, minor in sorted(point.by_type.items())},
        }
        for point in points
    ]
    first, last = points[0].net, points[-1].net
    known = first is not None and last is not None
    gained = last - first if first is not None and last is not None else None
    now = {k: v for k, v in shown[-1].items() if k != "date"}
    return {
        "currency": currency,
        "granularity": granularity,
        **now,
        "change": {
            "amount": money(gained),
            "percent": percent(gained or 0, first or 0) if known else None,
        },
        "points": shown,
        "warnings": converter.warnings(),
    }


class AgeQuery(ExplainQuery):
    pass


class SpentOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    amount = MoneyField()
    days = serializers.FloatField()


class AgeOutput(serializers.Serializer[Any]):
    days = serializers.FloatField(
        allow_null=True, help_text="mean of the last ten days with spending; null without any"
    )
    at_least = serializers.BooleanField(
        help_text="some of the money is older than the window, and counted from its start"
    )
    currency = serializers.CharField()
    spendings = SpentOutput(many=True)
    unfunded = MoneyField(help_text="spent with no money left: it has no age")
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class AgeOfMoneyReport(ApiView):
    query = AgeQuery

    @extend_schema(parameters=[AgeQuery], responses=AgeOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Say how many days money lies before it is spent, first in, first out."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            reading = window_of(self.owner, today, months=24)
            return shown_age(reading, explain=parameters["explain"])

        return report(request, build)


def window_of(owner: Any, today: date, *, months: int) -> Reading:
    """A reading from a first of a month on: so many full months, and the current one."""
    first = add_months(today.replace(day=1), -months)
    return reading_of(owner, today, Span(first, today))


def shown_age(reading: Reading, *, explain: bool = False) -> dict[str, Any]:
    age, at_least, converter = money_age(reading)

    def days(value: Any) -> float:
        return round(float(value), 2)

    answer: dict[str, Any] = {
        "days": None if age.days is None else days(age.days),
        "at_least": at_least,
        "currency": reading.home,
        "spendings": [
            {
                "date": spent.on,
                "amount": format_minor(spent.minor, reading.home),
                "days": days(spent.days),
            }
            for spent in age.spent
        ],
        "unfunded": format_minor(age.unfunded, reading.home),
        "warnings": converter.warnings(),
    }
    if explain:
        inputs = {
            "method": "first in, first out; the mean of the last ten days with spending",
            "window_start": reading.since,
            "opening": "what there was at the start of the window counts as come in the day before",
        }
        gone = [
            PENDING,
            left_out("transfers", "money between own accounts is neither in nor out"),
            left_out("loan, investment and property accounts", "their money is not for spending"),
        ]
        answer["explain"] = explanation(inputs, converter, gone)
    return answer


__all__ = ["AgeOfMoneyReport", "NetWorthReport", "shown_age", "shown_worth", "window_of"]
