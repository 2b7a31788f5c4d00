"""Security events by mail, for owners who chose that: one letter with all news of a minute.

Never inside a request: a mail server that is slow or gone must not show in the time of a login.
"""

from smtplib import SMTPException
from uuid import UUID

import structlog
from django.core.mail import send_mail
from django.db.transaction import atomic

from accounts.clock import tick
from accounts.models import User
from security_monitor.models import SecurityEvent
from security_monitor.services.alerting import owners_to_tell, tell

log = structlog.get_logger(__name__)
SUBJECT = "Security of your household books"
EVENTS_PER_MAIL = 50
WHERE = "Look at them in your security log, /api/security/events. If it was not you, change your password."


def owners_to_mail(limit: int) -> list[UUID]:
    return owners_to_tell(limit, "is_mail_due")


def mail(user_id: UUID) -> bool:
    """Send what is due to its owner; whether a mail went out. What fails is due again."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    tell(user_id)  # There it is decided what may be told now and what only repeats.
    events = _claimed(user_id) if user else []
    if user is None or not events:
        return False
    text = "\n\n".join([*(_line(event) for event in events), WHERE])
    try:
        send_mail(SUBJECT, text, None, [user.email])
    except (OSError, SMTPException) as failure:
        log.warning("alert.not_mailed", user_id=str(user_id), error=type(failure).__name__)
        SecurityEvent.objects.filter(id__in=[e.id for e in events]).update(is_mail_due=True)
        return False
    return True


@atomic
def _claimed(user_id: UUID) -> list[SecurityEvent]:
    """What is due, now this caller's alone: the clock lets one in at a time."""
    tick(user_id)
    rows = SecurityEvent.objects.for_user(user_id).filter(is_mail_due=True, is_due=False)
    events = list(rows.order_by("id")[:EVENTS_PER_MAIL])
    SecurityEvent.objects.filter(id__in=[event.id for event in events]).update(is_mail_due=False)
    return [event for event in events if event.told_at]  # the others only repeat what was told


def _line(event: SecurityEvent) -> str:
    where = ", ".join(part for part in (event.device, event.network, event.place) if part)
    reasons = " ".join(reason["message"] for reason in event.reasons)
    head = f"{event.at:%Y-%m-%d %H:%M} UTC  {event.kind} (risk {event.risk_score})"
    return "\n".join(part for part in (head, where, reasons) if part)
