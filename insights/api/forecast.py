"""/api/analytics/forecast: the balance to come, with honest ranges."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField
from accounts.api.views import ApiView, report
from accounts.days import today_of
from insights.api.asked import AnyWarning, Explained, left_out
from insights.api.spending import SpendingOutput, shown_spending
from insights.api.what_if import ForecastQuery, supposed
from insights.forecast import (
    Day,
    Forecast,
    Inputs,
    chance_below,
    first_below,
    forecast,
)
from insights.forecasting import COVERAGE
from insights.selectors.forecasts import read_forecast
from insights.spending import spending
from ledger.money import format_minor
from ledger.services.posting import minor_of


class ForecastDay(serializers.Serializer[Any]):
    date = serializers.DateField(help_text="the end of this day, from tomorrow on")
    p10 = MoneyField(help_text="in one of ten cases the balance is lower")
    p50 = MoneyField(help_text="what is expected")
    p90 = MoneyField(help_text="in one of ten cases it is higher")
    known = MoneyField(help_text="what moves on this day for certain, net")
    modelled = MoneyField(help_text="what else moves as a rule; p50 adds up from both")


class LowPoint(serializers.Serializer[Any]):
    date = serializers.DateField()
    p50 = MoneyField()
    p10 = MoneyField()


class ForecastCategory(serializers.Serializer[Any]):
    category = serializers.CharField(
        allow_null=True, help_text="its name; null for none; transfers with other accounts apart"
    )
    known = MoneyField()
    modelled = MoneyField()
    total = MoneyField()


class AccuracyOutput(serializers.Serializer[Any]):
    """How earlier forecasts did, of those days that have come; null where there are none yet."""

    coverage_80 = serializers.FloatField(
        allow_null=True, help_text="the share of days inside p10 to p90; 0.8 is right"
    )
    pinball = MoneyField(allow_null=True, help_text="mean pinball loss of p10, p50 and p90")
    since = serializers.DateField(allow_null=True, help_text="the oldest forecast that counts")


class ThresholdOutput(serializers.Serializer[Any]):
    """Only with `threshold=`."""

    amount = MoneyField()
    below_probability = serializers.FloatField()
    below_on = serializers.DateField(
        allow_null=True, help_text="the first day whose p50 is below it"
    )


class ForecastOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    balance = MoneyField(help_text="at the end of today, without pending rows")
    days = ForecastDay(many=True)
    low_point = LowPoint(help_text="the first of the days with the lowest expected balance")
    below_zero_probability = serializers.FloatField(
        help_text="the chance that some day ends below zero"
    )
    below_zero_on = serializers.DateField(
        allow_null=True, help_text="the first day whose p50 is below zero"
    )
    threshold = ThresholdOutput(required=False)
    by_category = ForecastCategory(many=True, help_text="over all days together")
    spending = SpendingOutput(
        help_text="what these days take, refunds taken off, without transfers"
    )
    accuracy = AccuracyOutput()
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class ForecastReport(ApiView):
    query = ForecastQuery

    @extend_schema(parameters=[ForecastQuery], responses=ForecastOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show the balance to come, what is known of it, its low point, and how sure all that is."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            caller: Any = request.auth
            read = read_forecast(self.owner, today, caller.seq, parameters.get("account"))
            inputs = read.inputs
            asked = supposed(self.owner.pk, parameters, inputs)
            found = forecast(asked, parameters["days"])
            answer = shown_forecast(found, inputs) | {"accuracy": read.accuracy}
            answer["spending"] = shown_spending(spending(asked, parameters["days"]), asked.currency)
            if "threshold" in parameters:
                answer["threshold"] = shown_threshold(parameters["threshold"], found, inputs)
            if parameters["explain"]:
                answer["explain"] = explained(found, inputs)
            return answer

        return report(request, build)


def shown_forecast(found: Forecast, inputs: Inputs) -> dict[str, Any]:
    def money(minor: int) -> str:
        return format_minor(minor, inputs.currency)

    low = found.low_point
    return {
        "currency": inputs.currency,
        "balance": money(inputs.balance),
        "days": [_shown_day(day, inputs.currency) for day in found.days],
        "low_point": {"date": low.on, "p50": money(low.p50), "p10": money(low.p10)},
        "below_zero_probability": round(found.below_zero, 4),
        "below_zero_on": first_below(0, found.days),
        "by_category": [
            {
                "category": share.category,
                "known": money(share.known),
                "modelled": money(share.modelled),
                "total": money(share.known + share.modelled),
            }
            for share in found.by_category
        ],
        "warnings": list(inputs.warnings),
    }


def shown_threshold(amount: Decimal, found: Forecast, inputs: Inputs) -> dict[str, Any]:
    floor = minor_of(amount, inputs.currency, "?threshold")
    return {
        "amount": format_minor(floor, inputs.currency),
        "below_probability": round(chance_below(floor, found.days, found.fit), 4),
        "below_on": first_below(floor, found.days),
    }


def _shown_day(day: Day, currency: str) -> dict[str, Any]:
    return {
        "date": day.on,
        "p10": format_minor(day.p10, currency),
        "p50": format_minor(day.p50, currency),
        "p90": format_minor(day.p90, currency),
        "known": format_minor(day.known, currency),
        "modelled": format_minor(day.modelled, currency),
    }


def explained(found: Forecast, inputs: Inputs) -> dict[str, Any]:
    """What the forecast rests on: the model that was chosen, and how far off each one was."""
    fit = found.fit
    said: dict[str, Any] = {
        "today": inputs.today,
        "history_days": len(inputs.history),
        "known_items": sum(item.on <= found.days[-1].on for item in inputs.known),
        "model": fit.model if fit else None,
        "mean_error": {
            name: format_minor(round(loss), inputs.currency)
            for name, loss in (fit.losses.items() if fit else ())
        },
        "origins": len(fit.errors) if fit else 0,
        "range": f"{COVERAGE:.0%} of the errors that the model made at these origins lie inside",
    }
    gone = [
        left_out("rows of recurring transactions", "the schedule counts them already"),
        left_out("transfers between these accounts", "they cancel out"),
        left_out("loan, investment and property accounts", "their money is not for spending"),
    ]
    return {"inputs": said, "rates": list(inputs.rates_used), "left_out": gone}
