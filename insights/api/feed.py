"""/api/analytics/insights: what deserves a word, and putting it aside."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.errors import Refusal
from insights.api.asked import AnyWarning, Explained, ExplainQuery, explanation, left_out
from insights.api.net_worth import window_of
from insights.detectors import findings
from insights.errors import Reason
from insights.feed import FEED_MAX, KINDS, SEVERITIES, Finding, ranked
from insights.models import InsightChoice
from insights.plan_detectors import plan_findings
from insights.selectors.reading import Reading
from insights.services.feed import dismiss_insight, restore_insight, snooze_insight
from ledger.api.serializers import DayField

STATES = ("open", "snoozed", "dismissed", "all")
WINDOW_MONTHS = 11
SNOOZE_DAYS_MAX = 366


class FeedQuery(ExplainQuery):
    kind = serializers.ChoiceField(KINDS, required=False)
    status = serializers.ChoiceField(STATES, default="open")


class InsightOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="the same each day for the same matter")
    kind = serializers.ChoiceField(KINDS)
    severity = serializers.ChoiceField(SEVERITIES)
    on = serializers.DateField()
    title = serializers.CharField()
    message = serializers.CharField()
    evidence = serializers.DictField()
    status = serializers.ChoiceField(("open", "snoozed", "dismissed"))
    snoozed_until = serializers.DateField(allow_null=True)


class FeedOutput(serializers.Serializer[Any]):
    results = InsightOutput(many=True, help_text=f"the most urgent first, at most {FEED_MAX}")
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    explain = Explained(required=False)
    warnings = AnyWarning(many=True)


class SnoozeInput(StrictSerializer):
    """One of the two."""

    until = DayField(required=False, help_text="shown again from this day on")
    days = serializers.IntegerField(required=False, min_value=1, max_value=SNOOZE_DAYS_MAX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError(
                {"until": ["Send either until or days."]}, code=Reason.UNTIL_OR_DAYS.value
            )
        return attrs


SNOOZE_EXAMPLE = OpenApiExample("For a week", value={"days": 7}, request_only=True)


class InsightFeed(ApiView):
    query = FeedQuery

    @extend_schema(parameters=[FeedQuery], responses=FeedOutput, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Show what deserves your attention, the most urgent first."""
        parameters = self.parameters()
        today = today_of(self.owner)

        def build() -> dict[str, Any]:
            reading = window_of(self.owner, today, months=WINDOW_MONTHS)
            answer = shown_feed(
                reading, everything(reading), parameters["status"], parameters.get("kind")
            )
            if parameters["explain"]:
                inputs = {
                    "spending_anomaly": "0.6745 (x - median) / MAD above 3.5 over six months",
                    "bill_due": "standing charges of the next seven days",
                    "low_balance_ahead": "liquid money, standing charges and regular income, 30 days",
                    "income_late": "regular income more than four days behind its rhythm",
                }
                gone = [
                    left_out("what you put aside", "ask with status=dismissed or snoozed"),
                ]
                answer["explain"] = explanation(inputs, reading.converter(), gone)
            return answer

        return report(request, build)


def everything(reading: Reading) -> list[Finding]:
    """What the books and the plans have to say, unranked."""
    return [*findings(reading), *plan_findings(reading)]


def shown_feed(
    reading: Reading, found: list[Finding], status: str = "open", kind: str | None = None
) -> dict[str, Any]:
    choices = {row.id: row for row in InsightChoice.objects.for_user(reading.user_id)}
    shown = [
        shown_finding(finding, reading, choices.get(finding.id_for(reading.user_id)))
        for finding in ranked(found)
    ]
    if kind is not None:
        shown = [row for row in shown if row["kind"] == kind]
    if status != "all":
        shown = [row for row in shown if row["status"] == status]
    return {"results": shown, "next": None, "previous": None, "warnings": reading.warnings()}


def shown_finding(
    finding: Finding, reading: Reading, choice: InsightChoice | None
) -> dict[str, Any]:
    status, until = "open", None
    if choice is not None and choice.dismissed_at is not None:
        status = "dismissed"
    elif choice is not None and choice.snoozed_until and choice.snoozed_until > reading.today:
        status, until = "snoozed", choice.snoozed_until
    return {
        "id": finding.id_for(reading.user_id),
        "kind": finding.kind,
        "severity": finding.severity,
        "on": finding.on,
        "title": finding.title,
        "message": finding.message,
        "evidence": finding.evidence,
        "status": status,
        "snoozed_until": until,
    }


class OneInsight(ApiView):
    """What the verbs on one insight share: finding it among today's, or among those put aside."""

    def found(self, row_id: UUID, today: date) -> tuple[str, str]:
        """(key, kind), or 404."""
        known = InsightChoice.objects.for_user(self.owner).filter(id=row_id).first()
        if known is not None:
            return known.key, known.kind
        reading = window_of(self.owner, today, months=WINDOW_MONTHS)
        for finding in everything(reading):
            if finding.id_for(self.owner.pk) == row_id:
                return finding.key, finding.kind
        raise Refusal(Reason.INSIGHT_NOT_FOUND, status=404)


class StateOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    status = serializers.ChoiceField(("snoozed", "dismissed"))
    snoozed_until = serializers.DateField(allow_null=True)


def shown_choice(row: InsightChoice) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "status": "dismissed" if row.dismissed_at else "snoozed",
        "snoozed_until": row.snoozed_until,
    }


class InsightDismiss(OneInsight):
    @extend_schema(request=None, responses=StateOutput, tags=["analytics"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Put an insight aside for good."""
        key, kind = self.found(row_id, today_of(self.owner))
        row = dismiss_insight(user_id=self.owner.pk, insight_id=row_id, key=key, kind=kind)
        return Response(shown_choice(row))

    @extend_schema(responses={204: None}, tags=["analytics"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Bring an insight back that was dismissed or snoozed."""
        restore_insight(user_id=self.owner.pk, insight_id=row_id)
        return Response(status=204)


class InsightSnooze(OneInsight):
    @extend_schema(
        request=SnoozeInput, responses=StateOutput, examples=[SNOOZE_EXAMPLE], tags=["analytics"]
    )
    def post(self, request: Request, row_id: UUID) -> Response:
        """Put an insight aside until a day."""
        today = today_of(self.owner)
        body = self.body(SnoozeInput)
        until = body.get("until") or today + timedelta(days=body["days"])
        if not today < until <= today + timedelta(days=SNOOZE_DAYS_MAX):
            raise Refusal(Reason.SNOOZE_IN_FUTURE, pointer="/until")
        key, kind = self.found(row_id, today)
        row = snooze_insight(
            user_id=self.owner.pk, insight_id=row_id, key=key, kind=kind, until=until
        )
        return Response(shown_choice(row))
