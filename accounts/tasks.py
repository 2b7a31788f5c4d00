"""What the workers do for this floor."""

import structlog
from celery import shared_task

from accounts.services import forgetting

log = structlog.get_logger("accounts")


@shared_task  # type: ignore[untyped-decorator]
def forget_expired() -> None:
    """Hourly: expired sessions, tickets and kept answers."""
    log.info("forgotten", **forgetting.forget_expired())
