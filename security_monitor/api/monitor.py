"""/api/security/monitor-transaction: what would the watch say?"""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField, ReferenceField, StrictSerializer, TextField
from accounts.api.views import ApiView
from ledger.api.serializers import INPUT_TYPES, DayField, ReasonOutput, RiskOutput
from ledger.errors import Reason as LedgerReason
from security_monitor.services.asking import Question, what_if


class MonitorInput(StrictSerializer):
    """A row that might be booked. `amount` is signed, or positive beside `type`."""

    amount = MoneyField()
    type = serializers.ChoiceField(INPUT_TYPES, required=False)
    account = serializers.UUIDField(required=False, help_text="by default the oldest open account")
    posted_on = DayField(required=False, help_text="by default today")
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)
    payee = ReferenceField(required=False, allow_null=True, help_text="id or name")
    category = ReferenceField(required=False, allow_null=True, help_text="id or name")
    category_name = TextField(required=False, max_length=100, write_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "category_name" in attrs:
            if attrs.get("category"):
                raise serializers.ValidationError(
                    {"category_name": "Send category or category_name, not both."}, code="invalid"
                )
            attrs["category"] = attrs.pop("category_name") or None
        kind, amount = attrs.pop("type", None), attrs["amount"]
        if amount == 0 or (kind is not None and amount < 0):
            reason = (
                LedgerReason.AMOUNT_MUST_NOT_BE_ZERO
                if amount == 0
                else LedgerReason.AMOUNT_MUST_BE_POSITIVE
            )
            raise serializers.ValidationError({"amount": [str(reason.label)]}, code=reason.value)
        if kind == "expense":
            attrs["amount"] = -amount
        return attrs


class MonitorOutput(serializers.Serializer[Any]):
    risk = RiskOutput()
    score = serializers.IntegerField(help_text="0-100, as in risk")
    level = serializers.CharField()
    action = serializers.CharField()
    reasons = ReasonOutput(many=True)
    flagged = serializers.BooleanField(help_text="whether a booking would be flagged")


EXAMPLE = OpenApiExample(
    "question",
    {"amount": "410.00", "type": "expense", "payee": "Aral", "category": "Fuel"},
    request_only=True,
)


class MonitorTransaction(ApiView):
    takes_idempotency_key = False  # It changes nothing: asking twice is asking twice.

    @extend_schema(
        request=MonitorInput, responses=MonitorOutput, examples=[EXAMPLE], tags=["security"]
    )
    def post(self, request: Request) -> Response:
        """Score a transaction without booking it.

        The same rules and profiles as in a POST of a transaction, and nothing is stored."""
        fields = self.body(MonitorInput)
        fields["account_id"] = fields.pop("account", None)
        found = what_if(self.owner, Question(**fields))
        risk = {"score": found.score, "level": found.level, "action": found.action,
                "reasons": found.reasons}  # fmt: skip
        return Response({"risk": risk, **risk, "flagged": found.flagged})
