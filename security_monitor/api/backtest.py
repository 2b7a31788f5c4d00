"""/api/security/backtest: history under other rules, before they count. For staff."""

from typing import Any
from uuid import UUID

from django.db.transaction import on_commit
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer
from ledger.api.serializers import PageOutput
from security_monitor.api.access import StaffView
from security_monitor.api.rules import RiskRulePatch
from security_monitor.models import Backtest
from security_monitor.services import backtests
from security_monitor.tasks import start_backtest

DAYS_MAX = 366
CHANGES_MAX = 28


class BacktestInput(StrictSerializer):
    """`changes`: by rule code, the weight, status and parameters it would have."""

    days = serializers.IntegerField(min_value=1, max_value=DAYS_MAX, required=False, default=30)
    changes = serializers.DictField(child=RiskRulePatch(), required=False, default=dict)

    def validate_changes(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > CHANGES_MAX:
            raise serializers.ValidationError("There are not that many rules.", code="max_length")
        return {
            code: {name: item for name, item in change.items() if name != "why"}
            for code, change in value.items()
        }


class BacktestOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    days = serializers.IntegerField()
    changes = serializers.DictField()
    state = serializers.ChoiceField(["waiting", "running", "done"])
    progress = serializers.IntegerField(help_text="percent")
    result = serializers.DictField(help_text="rows, now, then, hits, shadow_hits, differences")
    by = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class BacktestPage(PageOutput):
    results = BacktestOutput(many=True)


def represent(test: Backtest) -> dict[str, Any]:
    return {
        "id": test.id,
        "days": test.days,
        "changes": test.changes,
        "state": test.state,
        "progress": test.progress,
        "result": test.result,
        "by": test.by_id,
        "created_at": test.created_at,
    }


class BacktestList(StaffView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=BacktestPage, tags=["security desk"])
    def get(self, request: Request) -> Response:
        """List backtests, newest first. For staff."""
        rows = Backtest.objects.all()
        return Response(simple_page(rows, self.parameters(), represent, descending=True))

    @extend_schema(request=BacktestInput, responses={202: BacktestOutput}, tags=["security desk"])
    def post(self, request: Request) -> Response:
        """Judge the last days again under other rules. For staff.

        A worker does it; read the result at the Location."""
        fields = self.body(BacktestInput)
        test = backtests.order(self.owner, fields["days"], fields["changes"])
        on_commit(lambda: start_backtest(test.id))
        response = Response(represent(test), status=202)
        response["Location"] = f"/api/security/backtest/{test.id}"
        return response


class BacktestItem(StaffView):
    @extend_schema(responses=BacktestOutput, tags=["security desk"])
    def get(self, request: Request, test_id: UUID) -> Response:
        """Read a backtest and how far it is. For staff."""
        return Response(represent(backtests.one(test_id)))
