"""What the watch raises about the server, or about somebody who looks where they should not: an event
in the log, a line for whoever reads logs, and a word to the staff."""

from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.transaction import atomic, on_commit

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Refusal
from accounts.models import User
from security_monitor.services.sightings import is_first

log = structlog.get_logger("watch")
STAFF_TOLD_MAX = 50
HOUR = 3600


def raise_event(action: str, user_id: UUID | None, data: dict[str, Any], *, tell: bool) -> None:
    """Write the entry, and with it the event. tell: the staff hear of it, once an hour of each kind.

    Without a database nothing is written and nothing breaks: the request is answered already.
    """
    log.warning(action, about=str(user_id) if user_id else None, **data)
    try:
        with atomic():
            audit(action, user_id=user_id, target="user" if user_id else "", target_id=user_id,
                  data=data)  # fmt: skip
        if tell and settings.ENABLE_REALTIME_MONITORING and is_first(f"staff-told:{action}", HOUR):
            # After whatever is under way: it may hold locks that somebody of the staff waits for.
            on_commit(partial(tell_staff, action, about=user_id), robust=True)
    except DatabaseError as failure:
        log.error("watch.not_written", action=action, error=type(failure).__name__)


def tell_staff(code: str, about: UUID | None) -> None:
    """In the stream and the inbox of everybody who is staff, but not of whom it is about."""
    staff = User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    others = staff.exclude(pk=about) if about else staff
    for staff_id in others.values_list("pk", flat=True)[:STAFF_TOLD_MAX]:
        try:
            with atomic():
                seq = tick(staff_id)
                push(staff_id, seq, "security.alert", [{"code": code}])
        except Refusal:  # somebody who left meanwhile
            continue
