"""What the workers do for this floor."""

from uuid import UUID

import structlog
from celery import shared_task

from accounts.delivery import sending
from accounts.services import forgetting

log = structlog.get_logger("accounts")


@shared_task  # type: ignore[untyped-decorator]
def forget_expired() -> None:
    """Hourly: expired sessions, tickets and kept answers."""
    log.info("forgotten", **forgetting.forget_expired())


@shared_task  # type: ignore[untyped-decorator]
def deliver_webhooks() -> int:
    """Every ten seconds: start a sender for each webhook that has something to send; how many."""
    due = sending.due_webhooks()
    for webhook_id in due:
        deliver_webhook.apply_async([str(webhook_id)], expires=sending.LEASE.total_seconds())
    return len(due)


@shared_task  # type: ignore[untyped-decorator]
def deliver_webhook(webhook_id: str) -> int:
    """Send what one webhook has waiting, unless another worker is at it; how many arrived."""
    return sending.deliver(UUID(webhook_id))
