"""/api/security/rules: what the watch looks for, how well it does, and changes by two people. For staff."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import StrictSerializer, TextField
from ledger.api.serializers import PageOutput
from security_monitor.api.access import StaffView
from security_monitor.engine.rule import Rule
from security_monitor.engine.scores import WEIGHT_MAX
from security_monitor.models import RuleChange
from security_monitor.services import rule_book

STATUSES = ["draft", "shadow", "live"]


class ParametersField(serializers.DictField):
    child = serializers.DecimalField(max_digits=12, decimal_places=4, min_value=0)

    def to_internal_value(self, data: Any) -> dict[str, float]:
        return {name: float(value) for name, value in super().to_internal_value(data).items()}


class RiskRulePatch(StrictSerializer):
    """What is to change. It counts once another staff member approves."""

    weight = serializers.IntegerField(required=False, min_value=0, max_value=WEIGHT_MAX)
    status = serializers.ChoiceField(STATUSES, required=False)
    parameters = ParametersField(required=False)
    why = TextField(required=False, default="", max_length=500)


class DecisionInput(StrictSerializer):
    approve = serializers.BooleanField()


class QualityOutput(serializers.Serializer[Any]):
    cases = serializers.IntegerField(help_text="of the last 90 days that the rule had a part in")
    share_of_cases = serializers.FloatField()
    fraud = serializers.IntegerField()
    legitimate = serializers.IntegerField()
    precision = serializers.FloatField(allow_null=True)
    shadow_hits = serializers.IntegerField(
        help_text="bookings of the last 90 days on which it would have spoken, while on trial"
    )
    shadow_fraud = serializers.IntegerField()
    shadow_legitimate = serializers.IntegerField()
    shadow_precision = serializers.FloatField(allow_null=True)


class RiskRuleOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField()
    weight = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES)
    version = serializers.IntegerField()
    technique = serializers.CharField(help_text="MITRE ATT&CK")
    parameters = serializers.DictField()
    needs = serializers.CharField(help_text="data that a draft waits for")
    quality = QualityOutput()


class RiskRulePage(PageOutput):
    results = RiskRuleOutput(many=True)


class RiskRuleChangeOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    weight = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()
    parameters = serializers.DictField()
    why = serializers.CharField()
    state = serializers.ChoiceField(["proposed", "approved", "refused"])
    proposed_by = serializers.UUIDField()
    proposed_at = serializers.DateTimeField()
    decided_by = serializers.UUIDField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)


class RiskRuleChangePage(PageOutput):
    results = RiskRuleChangeOutput(many=True)


def represent(rule: Rule, quality: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": rule.code,
        "title": rule.title,
        "group": rule.group,
        "weight": rule.weight,
        "status": rule.status,
        "version": rule.version,
        "technique": rule.technique,
        "parameters": rule.parameters,
        "needs": rule.needs,
        "quality": quality,
    }


def change_shown(change: RuleChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "code": change.code,
        "weight": change.weight,
        "status": change.status,
        "parameters": change.parameters,
        "why": change.why,
        "state": change.state,
        "proposed_by": change.proposed_by_id,
        "proposed_at": change.proposed_at,
        "decided_by": change.decided_by_id,
        "decided_at": change.decided_at,
    }


class RuleList(StaffView):
    @extend_schema(responses=RiskRulePage, tags=["security desk"])
    def get(self, request: Request) -> Response:
        """List every rule with its weight, status and quality. For staff."""
        quality = rule_book.quality()
        results = [represent(rule, quality[rule.code]) for rule in rule_book.current()]
        return Response({"results": results, "next": None, "previous": None})


class RuleItem(StaffView):
    @extend_schema(responses=RiskRuleOutput, tags=["security desk"])
    def get(self, request: Request, code: str) -> Response:
        """Read one rule. For staff."""
        rule = rule_book.one(code)
        return Response(represent(rule, rule_book.quality()[code]))

    @extend_schema(
        request=RiskRulePatch, responses={202: RiskRuleChangeOutput}, tags=["security desk"]
    )
    def patch(self, request: Request, code: str) -> Response:
        """Propose a change of weight, status or parameters. For staff.

        Nothing counts before another staff member approves it; to go live a rule needs a backtest."""
        change = rule_book.propose(self.owner, code, **self.body(RiskRulePatch))
        return Response(change_shown(change), status=202)


class RuleChanges(StaffView):
    @extend_schema(responses=RiskRuleChangePage, tags=["security desk"])
    def get(self, request: Request) -> Response:
        """List proposed and decided changes, the last 200. For staff."""
        results = [change_shown(change) for change in rule_book.changes_of()]
        return Response({"results": results, "next": None, "previous": None})


class RuleChangeItem(StaffView):
    @extend_schema(request=DecisionInput, responses=RiskRuleChangeOutput, tags=["security desk"])
    def post(self, request: Request, change_id: UUID) -> Response:
        """Approve or refuse a change that somebody else proposed. For staff."""
        approve = self.body(DecisionInput)["approve"]
        return Response(
            change_shown(rule_book.decide_change(self.owner, change_id, approve=approve))
        )
