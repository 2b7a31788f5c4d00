"""People, their sessions, the clock of their data, and the trail of what happened to it."""

from accounts.delivery.models import Webhook, WebhookDelivery
from accounts.inbox.models import Notification, NotificationPreferences
from accounts.models.factors import Challenge, Passkey, RecoveryCode, Totp
from accounts.models.letters import Letter, Purpose
from accounts.models.limits import Attempts
from accounts.models.people import Clock, User, UserManager, normalise_email
from accounts.models.sessions import Session, StreamTicket
from accounts.models.tokens import PersonalToken
from accounts.models.trail import AuditEntry, Event, IdempotencyRecord, Tombstone
from accounts.ownership import Owned

__all__ = [
    "Attempts",
    "AuditEntry",
    "Challenge",
    "Clock",
    "Event",
    "IdempotencyRecord",
    "Letter",
    "Notification",
    "NotificationPreferences",
    "Owned",
    "Passkey",
    "PersonalToken",
    "Purpose",
    "RecoveryCode",
    "Session",
    "StreamTicket",
    "Tombstone",
    "Totp",
    "User",
    "UserManager",
    "Webhook",
    "WebhookDelivery",
    "normalise_email",
]
