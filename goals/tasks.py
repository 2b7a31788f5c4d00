"""What the workers do for goals."""

import structlog
from celery import shared_task

from accounts.models import User
from goals.incomes import share_arrived
from goals.models import IncomeHook

log = structlog.get_logger("goals")


@shared_task  # type: ignore[untyped-decorator]
def share_incomes() -> int:
    """Share out the incomes that arrived, owner by owner. Safe to repeat and to run twice at once."""
    owners = User.objects.filter(
        is_active=True, id__in=IncomeHook.objects.order_by().values("user_id")
    )
    shared = sum(share_arrived(owner) for owner in owners.iterator())
    log.info("goals.incomes_shared", rows=shared)
    return shared
