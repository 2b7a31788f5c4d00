"""Shapes of webhooks and their deliveries on the wire."""

from typing import Any

from rest_framework import serializers

from accounts.api.lists import ListQuery
from accounts.api.serializers import StrictSerializer, TextField
from accounts.delivery.models import State, Webhook, WebhookDelivery

KINDS_MAX = 50


def kinds_field(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=TextField(max_length=40, allow_blank=False),
        min_length=1,
        max_length=KINDS_MAX,
        help_text='such as "transaction.created", "budget.*" or "*"',
        **options,
    )


class WebhookInput(StrictSerializer):
    url = TextField(max_length=2000, allow_blank=False, help_text="https, on the open internet")
    kinds = kinds_field(default=lambda: ["*"])


class WebhookPatch(StrictSerializer):
    url = TextField(max_length=2000, allow_blank=False, required=False)
    kinds = kinds_field(required=False)
    enabled = serializers.BooleanField(required=False)


class WebhookOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    enabled = serializers.BooleanField()
    disabled_reason = serializers.ChoiceField(
        ["by_owner", "gone", "failing"], allow_null=True, help_text="gone: it answered 410"
    )
    previous_secret_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class WebhookWithSecret(WebhookOutput):
    secret = serializers.CharField(allow_null=True, help_text="shown this once; null in a replay")


class WebhookPage(serializers.Serializer[Any]):
    results = WebhookOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


class DeliveryQuery(ListQuery):
    state = serializers.ChoiceField(State.choices, required=False)


class DeliveryOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    event = serializers.UUIDField(help_text="the webhook-id header")
    seq = serializers.IntegerField()
    kind = serializers.CharField()
    body = serializers.CharField(help_text="as it is sent")
    is_replay = serializers.BooleanField()
    state = serializers.ChoiceField(State.choices)
    attempts = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="why there is no status; empty when there is one")
    response = serializers.CharField(help_text="how the answer's body begins")
    duration_ms = serializers.IntegerField(allow_null=True)
    attempted_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class DeliveryPage(serializers.Serializer[Any]):
    results = DeliveryOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False)


def represent(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.pk,
        "url": webhook.url,
        "kinds": webhook.kinds,
        "enabled": webhook.enabled,
        "disabled_reason": webhook.disabled_reason or None,
        "previous_secret_until": webhook.previous_until,
        "created_at": webhook.created_at,
        "updated_at": webhook.updated_at,
    }


def represent_delivery(row: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": row.pk,
        "event": row.event_id,
        "seq": row.seq,
        "kind": row.kind,
        "body": row.body,
        "is_replay": row.is_replay,
        "state": row.state,
        "attempts": row.attempts,
        "status_code": row.status_code,
        "error": row.error,
        "response": row.response,
        "duration_ms": row.duration_ms,
        "attempted_at": row.attempted_at,
        "created_at": row.created_at,
    }
