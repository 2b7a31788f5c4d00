"""/api/security/alerts: which events I hear of, by which channel, from which score on, and when not."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import StrictSerializer
from accounts.api.views import ApiView, expected_seq, item
from accounts.serializers import TimezoneField
from ledger.api.serializers import PageOutput
from security_monitor.behaviour.catalogue import KINDS
from security_monitor.models import AlertRule, QuietHours
from security_monitor.models.log import ANY_KIND
from security_monitor.services import alerting


class AlertInput(StrictSerializer):
    kind = serializers.ChoiceField([ANY_KIND, *KINDS], default=ANY_KIND)
    channel = serializers.ChoiceField(list(alerting.CHANNELS))
    threshold = serializers.IntegerField(min_value=0, max_value=100)
    enabled = serializers.BooleanField(default=True)


class AlertOutput(AlertInput):
    id = serializers.UUIDField()
    etag = serializers.CharField()


class AlertPage(PageOutput):
    results = AlertOutput(many=True)


def represent_alert(rule: AlertRule) -> dict[str, Any]:
    return {"id": rule.id, "kind": rule.kind, "channel": rule.channel,
            "threshold": rule.threshold, "enabled": rule.enabled, "etag": rule.etag}  # fmt: skip


class QuietInput(StrictSerializer):
    start = serializers.TimeField(allow_null=True, format="%H:%M")
    end = serializers.TimeField(allow_null=True, format="%H:%M")
    timezone = TimezoneField(required=False, help_text="IANA name; not sent: the one of my profile")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["start"] is None) != (attrs["end"] is None):
            raise serializers.ValidationError(
                {"end": "Send both a start and an end, or null for both."}, code="invalid"
            )
        return attrs


class QuietOutput(serializers.Serializer[Any]):
    start = serializers.TimeField(allow_null=True, format="%H:%M")
    end = serializers.TimeField(allow_null=True, format="%H:%M")
    timezone = serializers.CharField(allow_null=True, help_text="null: the one of my profile")
    etag = serializers.CharField()


def represent_quiet(hours: QuietHours) -> dict[str, Any]:
    return {
        "start": f"{hours.start:%H:%M}" if hours.start else None,
        "end": f"{hours.end:%H:%M}" if hours.end else None,
        "timezone": hours.zone or None,
        "etag": hours.etag,
    }


class Alerts(ApiView):
    query = ListQuery

    @extend_schema(parameters=[ListQuery], responses=AlertPage, tags=["security"])
    def get(self, request: Request) -> Response:
        """List which security events I hear of, by which channel, from which risk score on.

        Without a rule of mine, push tells of every kind from the program's own threshold on.
        """
        rows = AlertRule.objects.for_user(self.owner)
        return Response(simple_page(rows, self.parameters(), represent_alert))

    @extend_schema(
        request=AlertInput,
        responses={200: AlertOutput, 201: AlertOutput},
        tags=["security"],
        examples=[
            OpenApiExample(
                "Every refused login, at once",
                value={"kind": "login.failed", "channel": "push", "threshold": 0},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Choose from which risk score on I hear of a kind of event by a channel.

        A second rule for the same kind and channel replaces the first (200). `enabled: false`
        silences the channel for that kind. A rule for one kind goes before one for `any`.
        """
        rule, is_new = alerting.choose(self.owner.pk, **self.body(AlertInput))
        status = 201 if is_new else 200
        return item(request, lambda: represent_alert(rule), rule.seq, status=status)


class QuietHoursItem(ApiView):
    @extend_schema(responses=QuietOutput, tags=["security"])
    def get(self, request: Request) -> Response:
        """Show when I am told of critical events only."""
        hours = alerting.quiet_hours_of(self.owner.pk)
        return item(request, lambda: represent_quiet(hours), hours.seq)

    @extend_schema(
        request=QuietInput,
        responses=QuietOutput,
        tags=["security"],
        examples=[
            OpenApiExample("At night", value={"start": "22:00", "end": "07:00"}, request_only=True)
        ],
    )
    def put(self, request: Request) -> Response:
        """Choose hours in which only critical events are told; the others come when they end.

        They may pass midnight. null for both ends them.
        """
        fields = self.body(QuietInput)
        hours = alerting.keep_quiet(
            self.owner.pk,
            start=fields["start"],
            end=fields["end"],
            zone=fields.get("timezone", ""),
            expected_seq=expected_seq(request),
        )
        return item(request, lambda: represent_quiet(hours), hours.seq)
