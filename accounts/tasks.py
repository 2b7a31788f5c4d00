"""What the workers do for this floor."""

from uuid import UUID

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerAway

from accounts.services import forgetting, letters

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
