"""People, their sessions, the clock of their data, and the trail of what happened to it."""

from accounts.models.letters import Letter, Purpose
from accounts.models.limits import Attempts
from accounts.models.people import Clock, User, UserManager, normalise_email
from accounts.models.sessions import Session, StreamTicket
from accounts.models.trail import AuditEntry, Event, IdempotencyRecord, Tombstone
from accounts.ownership import Owned

__all__ = [
    "Attempts",
    "AuditEntry",
    "Clock",
    "Event",
    "IdempotencyRecord",
    "Letter",
    "Owned",
    "Purpose",
    "Session",
    "StreamTicket",
    "Tombstone",
    "User",
    "UserManager",
    "normalise_email",
]
