"""What the workers do for this floor."""

from uuid import UUID

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerAway

from accounts.delivery import sending
from accounts.each_owner import for_each_owner
from accounts.inbox import filling, mailing
from accounts.inbox import services as inbox
from accounts.services import erasing, erasure_run, forgetting, letters

log = structlog.get_logger("accounts")


@shared_task  # type: ignore[untyped-decorator]
def forget_expired() -> None:
    """Hourly: expired sessions, tickets and kept answers."""
    log.info("forgotten", **forgetting.forget_expired())


@shared_task  # type: ignore[untyped-decorator]
def send_letter(letter_id: str) -> None:
    """Send one letter. A second run finds it sent."""
    letters.send(UUID(letter_id))


def start_letter(letter_id: UUID) -> None:
    """Hand a letter to a worker. Without a broker it waits for `send_waiting_letters`."""
    try:
        send_letter.apply_async([str(letter_id)], retry=False)
    except BrokerAway as failure:
        log.warning("letter not queued", letter=str(letter_id), error=type(failure).__name__)


@shared_task  # type: ignore[untyped-decorator]
def send_waiting_letters() -> int:
    """Every minute: send what was written and on which nobody works; how many."""
    found = letters.waiting()
    for letter_id in found:
        letters.send(letter_id)
    return len(found)


@shared_task  # type: ignore[untyped-decorator]
def fill_inbox(user_id: str) -> int:
    """Tell one owner of what happened. A second run finds nothing."""
    return filling.fill(UUID(user_id))


def start_inbox(user_id: UUID) -> None:
    """Have an owner told soon. Without a broker it waits for `fill_inboxes`."""
    try:
        fill_inbox.apply_async([str(user_id)], retry=False)
    except BrokerAway as failure:
        log.warning("inbox not queued", user_id=str(user_id), error=type(failure).__name__)


@shared_task  # type: ignore[untyped-decorator]
def fill_inboxes() -> int:
    """Every minute: tell owners of what happened and what nobody told them yet; how much that was."""
    return for_each_owner(filling.owners_with_news(), filling.fill, "inbox.failed")


@shared_task  # type: ignore[untyped-decorator]
def mail_notifications() -> int:
    """Every minute: write the letters that are due, at once or in the owner's morning; how many."""
    return for_each_owner(mailing.owners_to_mail(), mailing.write_news, "news.failed")


@shared_task  # type: ignore[untyped-decorator]
def forget_notifications() -> int:
    """Daily: delete notifications of half a year ago; how many."""
    return for_each_owner(inbox.owners_with_old(), inbox.forget_old, "forgetting.failed")


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


@shared_task  # type: ignore[untyped-decorator]
def erase_people() -> int:
    """Every ten minutes: erase those whose time to take it back is over; how many are gone."""
    gone = 0
    for user_id in erasing.due():
        try:
            gone += erasure_run.erase(user_id)
        except OSError as failure:  # of a file; the next run tries again, the others do not wait
            log.error("erasure stopped", user_id=str(user_id), error=type(failure).__name__)
    erasure_run.forget_strays()
    return gone
