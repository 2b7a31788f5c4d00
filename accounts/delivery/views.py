"""/api/webhooks: where events are posted to, how that went, and once more."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.views import ApiView, expected_seq, item
from accounts.delivery.models import Webhook, WebhookDelivery
from accounts.delivery.services import (
    change_webhook,
    create_webhook,
    remove_webhook,
    replay,
    rotate_secret,
    send_test,
)
from accounts.delivery.shapes import (
    DeliveryOutput,
    DeliveryPage,
    DeliveryQuery,
    WebhookInput,
    WebhookOutput,
    WebhookPage,
    WebhookPatch,
    WebhookWithSecret,
    represent,
    represent_delivery,
)
from accounts.errors import Reason, Refusal
from accounts.models import User

EXAMPLE = OpenApiExample(
    "purchases",
    {"url": "https://example.com/hook", "kinds": ["transaction.*", "security.alert"]},
    request_only=True,
)
PAUSE = OpenApiExample("pause", {"enabled": False}, request_only=True)


def webhook_of(user: User, webhook_id: UUID) -> Webhook:
    """One owned webhook, or 404."""
    webhook: Webhook | None = Webhook.objects.for_user(user).filter(id=webhook_id).first()
    if webhook is None:
        raise Refusal(Reason.WEBHOOK_NOT_FOUND, status=404)
    return webhook


def shown(request: Request, user: User, webhook_id: UUID) -> Response:
    webhook = webhook_of(user, webhook_id)
    return item(request, lambda: represent(webhook), webhook.seq)


def with_secret(webhook: Webhook, secret: str, status: int) -> Response:
    headers = {"ETag": webhook.etag, "Cache-Control": "no-store"}
    return Response({**represent(webhook), "secret": secret}, status=status, headers=headers)


class WebhookList(ApiView):
    query = ListQuery
    secret_fields = ("secret",)

    @extend_schema(parameters=[ListQuery], responses=WebhookPage, tags=["webhooks"])
    def get(self, request: Request) -> Response:
        """List the webhooks."""
        rows = Webhook.objects.for_user(self.owner)
        return Response(simple_page(rows, self.parameters(), represent))

    @extend_schema(
        request=WebhookInput,
        responses={201: WebhookWithSecret},
        examples=[EXAMPLE],
        tags=["webhooks"],
    )
    def post(self, request: Request) -> Response:
        """Add a webhook. The answer holds its secret, this once."""
        fields: dict[str, Any] = self.body(WebhookInput)
        webhook, secret = create_webhook(user_id=self.owner.pk, **fields)
        response = with_secret(webhook, secret, status=201)
        response["Location"] = f"/api/webhooks/{webhook.pk}"
        return response


class WebhookItem(ApiView):
    @extend_schema(responses=WebhookOutput, tags=["webhooks"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one webhook."""
        return shown(request, self.owner, row_id)

    @extend_schema(
        request=WebhookPatch, responses=WebhookOutput, examples=[PAUSE], tags=["webhooks"]
    )
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent. Enabled again, it goes on where it stopped."""
        fields = self.body(WebhookPatch)
        if fields:
            change_webhook(
                user_id=self.owner.pk,
                webhook_id=row_id,
                fields=fields,
                expected_seq=expected_seq(request),
            )
        return shown(request, self.owner, row_id)

    @extend_schema(responses={204: None}, tags=["webhooks"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a webhook and its log."""
        remove_webhook(user_id=self.owner.pk, webhook_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)


class WebhookSecret(ApiView):
    secret_fields = ("secret",)

    @extend_schema(request=None, responses=WebhookWithSecret, tags=["webhooks"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Exchange the secret. The one before signs along for 24 hours."""
        webhook, secret = rotate_secret(user_id=self.owner.pk, webhook_id=row_id)
        return with_secret(webhook, secret, status=200)


class WebhookTest(ApiView):
    @extend_schema(request=None, responses={202: DeliveryOutput}, tags=["webhooks"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Queue a `webhook.test`; the log says how it went."""
        delivery = send_test(user_id=self.owner.pk, webhook_id=row_id)
        return Response(represent_delivery(delivery), status=202)


class WebhookDeliveries(ApiView):
    query = DeliveryQuery

    @extend_schema(parameters=[DeliveryQuery], responses=DeliveryPage, tags=["webhooks"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """List what was and is to be sent, newest first. Kept for 30 days."""
        webhook = webhook_of(self.owner, row_id)
        parameters = self.parameters()
        rows = WebhookDelivery.objects.for_user(self.owner).filter(webhook=webhook)
        if "state" in parameters:
            rows = rows.filter(state=parameters["state"])
        return Response(simple_page(rows, parameters, represent_delivery, descending=True))


class WebhookReplay(ApiView):
    @extend_schema(request=None, responses={202: DeliveryOutput}, tags=["webhooks"])
    def post(self, request: Request, row_id: UUID, delivery_id: UUID) -> Response:
        """Send an event once more, under the same `webhook-id`."""
        delivery = replay(user_id=self.owner.pk, webhook_id=row_id, delivery_id=delivery_id)
        return Response(represent_delivery(delivery), status=202)
