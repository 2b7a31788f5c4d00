"""/api/goals/income-hook: share out an income by itself when it arrives. Off until it is set."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView, expected_seq, item
from accounts.days import today_of
from goals.api.shapes import STRATEGIES
from goals.incomes import drop_hook, hook_of, set_hook
from goals.models import IncomeHook


class IncomeHookInput(StrictSerializer):
    account = serializers.UUIDField(help_text="where the income arrives")
    category = serializers.UUIDField(help_text="of kind income")
    strategy = serializers.ChoiceField(STRATEGIES, default="percent")


class IncomeHookOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    account = serializers.UUIDField(allow_null=True)
    category = serializers.UUIDField(allow_null=True)
    strategy = serializers.ChoiceField(STRATEGIES)
    starts_on = serializers.DateField(help_text="what was booked before is left alone")


def shown_hook(hook: IncomeHook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "account": hook.account_id,
        "category": hook.category_id,
        "strategy": hook.strategy,
        "starts_on": hook.starts_on,
    }


class GoalIncomeHook(ApiView):
    @extend_schema(responses=IncomeHookOutput, tags=["goals"])
    def get(self, request: Request) -> Response:
        """Read the hook on income; 404 where none is set."""
        hook = hook_of(self.owner.pk)
        return item(request, lambda: shown_hook(hook), hook.seq)

    @extend_schema(request=IncomeHookInput, responses=IncomeHookOutput, tags=["goals"])
    def put(self, request: Request) -> Response:
        """Set the hook: each income of a category on an account is shared out once, from today on."""
        hook = set_hook(
            user_id=self.owner.pk,
            fields=self.body(IncomeHookInput),
            today=today_of(self.owner),
            expected_seq=expected_seq(request),
        )
        return item(request, lambda: shown_hook(hook), hook.seq)

    @extend_schema(responses={204: None}, tags=["goals"])
    def delete(self, request: Request) -> Response:
        """Take the hook off. What was shared out stays."""
        drop_hook(user_id=self.owner.pk, expected_seq=expected_seq(request))
        return Response(status=204)
