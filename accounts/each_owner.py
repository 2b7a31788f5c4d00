"""Work that the beat does owner by owner: one whose rows break it must not stop those after him."""

from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError

from accounts.errors import Refusal

log = structlog.get_logger(__name__)


def for_each_owner(owners: Iterable[UUID], work: Callable[[UUID], int], failed: str) -> int:
    """The sum of what the work returns. A failure is logged under the event `failed`, and passed over.

    The next run meets that owner again, if what it looks for still says that there is work. A
    database that is away ends the run.
    """
    count = 0
    for user_id in owners:
        try:
            count += work(user_id)
        except Refusal:
            continue  # the owner left meanwhile
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception(failed, user_id=str(user_id))
    return count
