"""Webhooks and the log of what was sent to them."""

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet


class Webhook(Owned):
    """An address of the owner's that hears of events. The lower half is the sender's own notebook:
    it changes without a tick, for nothing of it is shown."""

    url = models.CharField(max_length=2000)
    kinds = models.JSONField(help_text="kinds of events, `*` and `name.*` allowed")
    secret_sealed = models.TextField(help_text="accounts.vault")
    previous_sealed = models.TextField(blank=True, help_text="signs too until previous_until")
    previous_until = models.DateTimeField(null=True)
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(default=now)
    updated_at = models.DateTimeField(default=now)

    position_seq = models.BigIntegerField(help_text="events up to here were taken up")
    position_id = models.UUIDField()
    failures = models.PositiveIntegerField(default=0, help_text="failed attempts in a row")
    next_attempt_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True, help_text="the lease of the one sender")

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="webhook_of_user")]

    def __str__(self) -> str:
        return self.url


class State(models.TextChoices):
    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class WebhookDelivery(models.Model):
    """One event for one webhook, as it is sent, and how that went. A replay is a row of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="+")
    event_id = models.UUIDField(help_text="the webhook-id: the same in every attempt and replay")
    seq = models.BigIntegerField(help_text="of the event")
    kind = models.CharField(max_length=40)
    body = models.TextField(help_text="as it is sent, byte by byte")
    is_replay = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="begun")
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    response = models.CharField(max_length=500, blank=True, help_text="how its body begins")
    duration_ms = models.PositiveIntegerField(null=True)
    attempted_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now, db_index=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["user", "webhook", "id"], name="delivery_of_user"),
            models.Index(
                fields=["webhook", "seq", "event_id", "id"],
                name="delivery_pending",
                condition=models.Q(state="pending"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["webhook", "event_id"],
                name="one_delivery_per_event",
                condition=models.Q(is_replay=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq}: {self.state}"
