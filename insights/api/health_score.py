"""/api/analytics/health-score: one number with the reasons for it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ApiView, report
from accounts.days import today_of
from insights.api.asked import AnyWarning, Explained, ExplainQuery, explanation, left_out
from insights.api.net_worth import window_of
from insights.health import Health
from insights.selectors.reading import Reading
from insights.selectors.situation import situation_of

GRADES = ("A", "B", "C", "D", "E", "F", "insufficient_data")


class FactorOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    points = serializers.FloatField()
    weight = serializers.IntegerField(help_text="the most points it can give")
    value = serializers.FloatField(allow_null=True)
    message = serializers.CharField()


class HealthOutput(serializers.Serializer[Any]):
    score = serializers.IntegerField(allow_null=True, help_text="0 to 100")
    grade = serializers.ChoiceField(GRADES)
    factors = FactorOutput(many=True)
    months = serializers.IntegerField(help_text="full months that it rests on, at most six")
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class HealthScore(ApiView):
    query = ExplainQuery

    @extend_schema(parameters=[ExplainQuery], responses=HealthOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Score how your household stands, factor by factor."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            reading = window_of(self.owner, today, months=11)
            return shown_health(reading, explain=parameters["explain"])

        return report(request, build)


def shown_health(reading: Reading, *, explain: bool = False) -> dict[str, Any]:
    health, situation, converter = situation_of(reading)
    answer = {
        **_shown(health),
        "months": situation.months,
        "warnings": converter.warnings(),
    }
    if explain:
        inputs = {
            "months": situation.months,
            "formula": "the sum of the factors' points; each goes straight from its worst to its best",
            "grades": "A from 90, B from 80, C from 70, D from 60, E from 40",
        }
        gone = [
            left_out("the current month", "it is not over"),
            left_out(
                "transfers and pending rows", "they are neither income nor expense, or not yet"
            ),
            left_out("months whose rate is missing", "see warnings"),
        ]
        answer["explain"] = explanation(inputs, converter, gone)
    return answer


def _shown(health: Health) -> dict[str, Any]:
    return {
        "score": health.score,
        "grade": health.grade,
        "factors": [
            {
                "code": factor.code,
                "points": factor.points,
                "weight": factor.weight,
                "value": factor.value,
                "message": factor.message,
            }
            for factor in health.factors
        ],
    }
