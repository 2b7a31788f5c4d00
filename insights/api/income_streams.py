"""/api/analytics/income-streams: who pays the owner, and how far each payer can be relied on."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField
from accounts.api.views import ApiView, report
from accounts.days import today_of
from insights.api.asked import AnyWarning, Explained, ExplainQuery, explanation, left_out
from insights.api.net_worth import window_of
from insights.selectors.incomes import streams_of
from insights.selectors.reading import INCOME_MONTHS, Reading
from insights.streams import WEIGHTS, Reliability, Stream, concentration, reliability
from ledger.money import format_minor
from ledger.rates import Converter

GRADES = ("A", "B", "C", "D", "E", "insufficient_data")


class FactorsOutput(serializers.Serializer[Any]):
    amount = serializers.FloatField(help_text="1 / (1 + amount_cv)")
    timing = serializers.FloatField(help_text="1 / (1 + gap_cv)")
    on_time = serializers.FloatField()


class StreamOutput(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="the payer, else the category")
    total = MoneyField(allow_null=True)
    share = serializers.FloatField(allow_null=True, help_text="of all income, 0 to 1")
    observations = serializers.IntegerField(help_text="days with a payment")
    first_on = serializers.DateField(allow_null=True)
    last_on = serializers.DateField(allow_null=True)
    next_on = serializers.DateField(allow_null=True, help_text="when the rhythm expects the next")
    frequency = serializers.CharField()
    amount_cv = serializers.FloatField(
        allow_null=True, help_text="population deviation over mean of months; a month without is 0"
    )
    gap_cv = serializers.FloatField(allow_null=True)
    regularity = serializers.ChoiceField(("regular", "irregular", "insufficient_data"))
    expected = serializers.IntegerField()
    matched = serializers.IntegerField()
    on_time = serializers.FloatField(allow_null=True, help_text="matched / expected")
    missing_months = serializers.ListField(child=serializers.CharField())
    score = serializers.FloatField(allow_null=True, help_text="0 to 1")
    factors = FactorsOutput(allow_null=True)
    grade = serializers.ChoiceField(GRADES)


class IncomeStreamsOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    total = MoneyField(allow_null=True)
    streams = StreamOutput(many=True, help_text="the largest first")
    hhi = serializers.FloatField(allow_null=True, help_text="sum of squared shares")
    normalised_hhi = serializers.FloatField(allow_null=True)
    effective_streams = serializers.FloatField(allow_null=True, help_text="1 / hhi")
    diversification = serializers.FloatField(allow_null=True, help_text="1 - hhi")
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class IncomeStreamsReport(ApiView):
    query = ExplainQuery

    @extend_schema(parameters=[ExplainQuery], responses=IncomeStreamsOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show the streams of income of the last twelve months, graded by reliability."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            reading = window_of(self.owner, today, months=INCOME_MONTHS)
            return shown_streams(reading, explain=parameters["explain"])

        return report(request, build)


def ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def shown_streams(reading: Reading, *, explain: bool = False) -> dict[str, Any]:
    converter = reading.converter()
    streams, incomplete = streams_of(reading.incomes, converter)
    spread = concentration([stream.total for stream in streams]) if not incomplete else None
    total = sum(stream.total for stream in streams)
    answer: dict[str, Any] = {
        "currency": reading.home,
        "date_from": reading.income_span.start,
        "date_to": reading.income_span.end,
        "total": None if incomplete else format_minor(total, reading.home),
        "streams": [
            _shown(
                stream,
                reliability(stream, reading.today),
                reading.home,
                spread.shares[position] if spread else None,
                known=stream.name not in incomplete,
            )
            for position, stream in enumerate(streams)
        ],
        "hhi": ratio(spread.hhi if spread else None),
        "normalised_hhi": ratio(spread.normalised_hhi if spread else None),
        "effective_streams": ratio(spread.effective_streams if spread else None),
        "diversification": ratio(spread.diversification if spread else None),
        "warnings": converter.warnings(),
    }
    if explain:
        answer["explain"] = _explained(converter)
    return answer


def _explained(converter: Converter) -> dict[str, Any]:
    inputs = {
        "stream": "one payer; income without a payer is clustered by its category",
        "amount_cv": "population deviation over mean of the monthly totals, missing months as 0;"
        " rhythms slower than a month are compared payment by payment",
        "score": WEIGHTS,
        "grade": "A from 0.9, B from 0.8, C from 0.65, D from 0.5; three observations at least",
    }
    gone = [
        left_out("transfers", "money between own accounts is no income"),
        left_out("refunds", "money back in an expense category lowers that expense"),
        left_out("pending", "their amount may still change"),
    ]
    return explanation(inputs, converter, gone)


def _shown(
    stream: Stream, found: Reliability, currency: str, share: float | None, *, known: bool
) -> dict[str, Any]:
    days = stream.days
    factors = None
    if found.score is not None:
        factors = {
            "amount": ratio(1 / (1 + found.amount_cv) if found.amount_cv is not None else 0.0),
            "timing": ratio(1 / (1 + found.gap_cv) if found.gap_cv is not None else 0.0),
            "on_time": ratio(found.on_time or 0.0),
        }
    return {
        "name": stream.name,
        "total": format_minor(stream.total, currency) if known else None,
        "share": ratio(share),
        "observations": found.observations,
        "first_on": days[0] if days else None,
        "last_on": days[-1] if days else None,
        "next_on": found.next_on,
        "frequency": found.frequency,
        "amount_cv": ratio(found.amount_cv),
        "gap_cv": ratio(found.gap_cv),
        "regularity": found.regularity,
        "expected": found.expected,
        "matched": found.matched,
        "on_time": ratio(found.on_time),
        "missing_months": [f"{month:%Y-%m}" for month in found.missing_months],
        "score": ratio(found.score),
        "factors": factors,
        "grade": found.grade,
    }
