"""What the workers do for budgets."""

import structlog
from celery import shared_task

from budgeting.services import watch

log = structlog.get_logger("budgeting")


@shared_task  # type: ignore[untyped-decorator]
def check_thresholds() -> int:
    """Hourly: tell what the current periods have reached and no payment told. Safe to repeat."""
    told = sum(watch.check(user_id) for user_id in watch.owners())
    log.info("budgets.checked", told=told)
    return told
