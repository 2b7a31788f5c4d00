"""/api/ledger-preferences: how the owner wants the books kept."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView, expected_seq, item
from ledger.models import LedgerPreferences
from ledger.selectors.suggestions import preferences_of
from ledger.services.preferences import change_preferences


class ShareField(serializers.DecimalField):
    """A share between 0 and 1 with at most three decimals: a number, or a decimal string."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=4,
            decimal_places=3,
            min_value=0,
            max_value=1,
            coerce_to_string=False,
            **kwargs,
        )

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class PreferencesPatch(StrictSerializer):
    """The preferences to change; the others stay."""

    auto_categorise_above = ShareField(
        required=False,
        allow_null=True,
        help_text="confidence above which suggestions act by themselves; null: never",
    )


class PreferencesOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    auto_categorise_above = serializers.FloatField(allow_null=True, min_value=0, max_value=1)
    etag = serializers.CharField()


EXAMPLE = OpenApiExample(
    "act when nineteen of twenty are right", {"auto_categorise_above": 0.95}, request_only=True
)


def represent(row: LedgerPreferences) -> dict[str, Any]:
    above = row.auto_categorise_above
    return {"auto_categorise_above": None if above is None else float(above), "etag": row.etag}


class LedgerPreferencesItem(ApiView):
    @extend_schema(responses=PreferencesOutput, tags=["suggestions"])
    def get(self, request: Request) -> Response:
        """Read the preferences."""
        row = preferences_of(self.owner.pk)
        return item(request, lambda: represent(row), row.seq)

    @extend_schema(
        request=PreferencesPatch,
        responses=PreferencesOutput,
        examples=[EXAMPLE],
        tags=["suggestions"],
    )
    def patch(self, request: Request) -> Response:
        """Change the preferences that are sent."""
        fields = self.body(PreferencesPatch)
        if fields:
            change_preferences(
                user_id=self.owner.pk, fields=fields, expected_seq=expected_seq(request)
            )
        row = preferences_of(self.owner.pk)
        return item(request, lambda: represent(row), row.seq)
