"""What debts do by themselves. Safe to run twice, killed at any moment: each debt is one commit."""

from contextlib import suppress

import structlog
from celery import shared_task
from django.utils import timezone

from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from debts.services.accrual import accrue, debts_to_accrue

log = structlog.get_logger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def accrue_debts() -> int:
    """Hourly: charge the interest of periods that have ended for their owners; how many."""
    due = debts_to_accrue(timezone.now().date())
    owners = User.objects.in_bulk({user_id for user_id, _ in due})
    count = 0
    for user_id, debt_id in due:
        with suppress(Refusal):  # the debt or its owner went while we looked
            count += accrue(user_id=user_id, debt_id=debt_id, today=today_of(owners[user_id]))
    log.info("debts.accrued", debts=len(due), periods=count)
    return count
