"""Webhooks for mirrors and the stream, as their endpoint shows them."""

from accounts.delivery.models import Webhook
from accounts.delivery.shapes import represent
from accounts.mirror import Kind, showing

KINDS = [Kind("webhook", Webhook, showing(Webhook.objects.for_user, represent))]
