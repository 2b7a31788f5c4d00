"""What an owner does with webhooks. What the sender does is in accounts.delivery.sending."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.delivery.addresses import target_of
from accounts.delivery.models import Webhook, WebhookDelivery
from accounts.delivery.signing import new_secret
from accounts.errors import Reason, Refusal
from accounts.feed import LAST_ID, frame
from accounts.ids import new_id
from accounts.vault import Vault

WEBHOOKS_MAX = 10  # per owner
WAITING_MAX = 200  # By itself a page of 100 waits at most; the rest was asked for by hand.
PREVIOUS_SECRET_KEPT = timedelta(hours=24)
KIND = re.compile(r"\*|[a-z][a-z_]*\.(\*|[a-z][a-z_]*)")
SECRETS = Vault(Reason.WEBHOOK_SECRET_UNREADABLE)


@atomic
def create_webhook(*, user_id: UUID, url: str, kinds: Sequence[str]) -> tuple[Webhook, str]:
    """The webhook and its secret, which is readable only now. It hears of what happens from here on."""
    seq = tick(user_id)
    if Webhook.objects.for_user(user_id).count() >= WEBHOOKS_MAX:
        raise Refusal(Reason.TOO_MANY_WEBHOOKS, status=409)
    target_of(url)
    secret = new_secret()
    webhook = Webhook.objects.create(
        user_id=user_id,
        seq=seq,
        url=url,
        kinds=_checked(kinds),
        secret_sealed=SECRETS.sealed(secret),
        position_seq=seq,
        position_id=LAST_ID,
    )
    trace(webhook, "created", url=url)
    return webhook, secret


@atomic
def change_webhook(
    *, user_id: UUID, webhook_id: UUID, fields: dict[str, Any], expected_seq: int | None
) -> None:
    """Change url, kinds or enabled. Who was disabled goes on where it stopped."""
    seq = tick(user_id)
    webhook = _held(user_id, webhook_id, expected_seq)
    if "url" in fields:
        target_of(fields["url"])
        webhook.url = fields["url"]
    if "kinds" in fields:
        webhook.kinds = _checked(fields["kinds"])
    if "enabled" in fields:
        webhook.enabled = fields["enabled"]
        webhook.disabled_reason = "" if webhook.enabled else "by_owner"
    # Whatever was wrong may be right now: the next attempt waits for nothing.
    webhook.failures, webhook.next_attempt_at = 0, None
    _keep(webhook, seq, "url", "kinds", "enabled", "disabled_reason", "failures", "next_attempt_at")
    trace(webhook, "updated", fields=sorted(fields))


@atomic
def remove_webhook(*, user_id: UUID, webhook_id: UUID, expected_seq: int | None) -> None:
    """Delete a webhook and its log; what was still to be sent is not."""
    seq = tick(user_id)
    webhook = _held(user_id, webhook_id, expected_seq)
    # Locked before its log, which is deleted first: the sender takes them in this order too.
    Webhook.objects.select_for_update().get(pk=webhook_id)
    webhook.delete()
    audit("webhook.deleted", user_id=user_id, target="webhook", target_id=webhook_id)
    bury(user_id, seq, "webhook", [webhook_id])
    push(user_id, seq, "webhook.deleted", [{"id": str(webhook_id)}])


@atomic
def rotate_secret(*, user_id: UUID, webhook_id: UUID) -> tuple[Webhook, str]:
    """A new secret, readable only now. The one before signs along for a day."""
    seq = tick(user_id)
    webhook = _held(user_id, webhook_id)
    secret = new_secret()
    webhook.previous_sealed = webhook.secret_sealed
    webhook.previous_until = timezone.now() + PREVIOUS_SECRET_KEPT
    webhook.secret_sealed = SECRETS.sealed(secret)
    _keep(webhook, seq, "secret_sealed", "previous_sealed", "previous_until")
    trace(webhook, "updated", rotated="secret")
    return webhook, secret


@atomic
def reseal(*, user_id: UUID, webhook_id: UUID) -> bool:
    """Encrypt one webhook's secrets with the first key; False when it is gone. Nothing shown changes."""
    tick(user_id)
    webhook = Webhook.objects.for_user(user_id).filter(id=webhook_id).first()
    if webhook is None:
        return False
    webhook.secret_sealed = SECRETS.resealed(webhook.secret_sealed)
    webhook.previous_sealed = SECRETS.resealed(webhook.previous_sealed)
    webhook.save(update_fields=["secret_sealed", "previous_sealed"])
    audit("webhook.resealed", user_id=user_id, target="webhook", target_id=webhook_id)
    return True


def reseal_all() -> int:
    """Encrypt every webhook's secrets under the first key, each in a commit of its own; how many."""
    rows = Webhook.objects.values_list("user_id", "id")
    return sum(reseal(user_id=user_id, webhook_id=row_id) for user_id, row_id in rows.iterator())


@atomic
def send_test(*, user_id: UUID, webhook_id: UUID) -> WebhookDelivery:
    """Queue a `webhook.test` for this webhook alone, whatever kinds it asked for."""
    seq = tick(user_id)
    webhook = _held_enabled(user_id, webhook_id)
    body = frame(seq, "webhook.test", timezone.now(), {"webhook": str(webhook_id)})
    delivery = WebhookDelivery.objects.create(
        user_id=user_id,
        webhook=webhook,
        event_id=new_id(),
        seq=seq,
        kind="webhook.test",
        body=body,
    )
    audit("webhook.tested", user_id=user_id, target="webhook", target_id=webhook_id)
    return delivery


@atomic
def replay(*, user_id: UUID, webhook_id: UUID, delivery_id: UUID) -> WebhookDelivery:
    """Queue an event once more, byte by byte and under the same id. One that waits anyway stays one."""
    tick(user_id)
    webhook = _held_enabled(user_id, webhook_id)
    log = WebhookDelivery.objects.for_user(user_id).filter(webhook=webhook)
    sent: WebhookDelivery | None = log.filter(id=delivery_id).first()
    if sent is None:
        raise Refusal(Reason.DELIVERY_NOT_FOUND, status=404)
    waiting: WebhookDelivery | None = log.filter(event_id=sent.event_id, state="pending").first()
    if waiting is not None:
        return waiting
    again = WebhookDelivery.objects.create(
        user_id=user_id,
        webhook=webhook,
        event_id=sent.event_id,
        seq=sent.seq,
        kind=sent.kind,
        body=sent.body,
        is_replay=True,
    )
    audit("webhook.replayed", user_id=user_id, target="webhook", target_id=webhook_id,
          data={"delivery": str(delivery_id)})  # fmt: skip
    return again


def trace(webhook: Webhook, what: str, **data: Any) -> None:
    """The audit entry and the event of a change, in its commit."""
    user_id, webhook_id = webhook.user_id, webhook.pk
    audit(f"webhook.{what}", user_id=user_id, target="webhook", target_id=webhook_id, data=data)
    push(user_id, webhook.seq, f"webhook.{what}", [{"id": str(webhook_id)}])


def _held(user_id: UUID, webhook_id: UUID, expected_seq: int | None = None) -> Webhook:
    """The webhook, read under the owner's clock; 404 when it is not there, 412 when it moved on."""
    webhook: Webhook | None = Webhook.objects.for_user(user_id).filter(id=webhook_id).first()
    if webhook is None:
        raise Refusal(Reason.WEBHOOK_NOT_FOUND, status=404)
    if expected_seq is not None and expected_seq != webhook.seq:
        raise Refusal(Reason.STALE, status=412)
    return webhook


def _held_enabled(user_id: UUID, webhook_id: UUID) -> Webhook:
    """A webhook that may be sent to at once: who asks by hand does not wait for the back-off."""
    webhook = _held(user_id, webhook_id)
    if not webhook.enabled:
        raise Refusal(Reason.WEBHOOK_IS_DISABLED, status=409)
    waiting = WebhookDelivery.objects.for_user(user_id).filter(webhook=webhook, state="pending")
    if waiting.count() >= WAITING_MAX:
        raise Refusal(Reason.TOO_MANY_DELIVERIES_WAIT, status=409)
    Webhook.objects.filter(pk=webhook_id).update(next_attempt_at=None)
    return webhook


def _keep(webhook: Webhook, seq: int, *names: str) -> None:
    """Store only what the verb changed: the sender writes the other columns meanwhile."""
    webhook.seq, webhook.updated_at = seq, timezone.now()
    webhook.save(update_fields=[*names, "seq", "updated_at"])


def _checked(kinds: Sequence[str]) -> list[str]:
    for position, kind in enumerate(kinds):
        if not KIND.fullmatch(kind):
            raise Refusal(Reason.WEBHOOK_KIND_INVALID, pointer=f"/kinds/{position}")
    return list(dict.fromkeys(kinds))
