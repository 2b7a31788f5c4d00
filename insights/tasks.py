"""What the insights do by themselves. A task takes ids, calls services, and is safe to run twice."""

from contextlib import suppress

import structlog
from celery import shared_task

from accounts.each_owner import for_each_owner
from accounts.errors import Refusal
from insights.services.forecasts import owners_behind, refresh
from insights.services.nudges import nudge_owner, owners_with_news

log = structlog.get_logger(__name__)


@shared_task  # type: ignore[untyped-decorator]
def nudge() -> int:
    """Every minute: a word to those who asked for it. How many were given."""
    count = 0
    for user_id in owners_with_news():
        with suppress(Refusal):  # the owner may have left meanwhile
            count += nudge_owner(user_id)
    if count:
        log.info("moods.nudged", count=count)
    return count


@shared_task  # type: ignore[untyped-decorator]
def refresh_forecasts() -> int:
    """Hourly: forecasts of those whose books changed. How many were made.

    Who failed is still behind his clock, and met again an hour later.
    """
    count = for_each_owner(owners_behind(), refresh, "forecast.failed")
    log.info("forecasts.refreshed", count=count)
    return count
