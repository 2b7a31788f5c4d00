"""Stream tickets: a browser's WebSocket has no header, and a token has no place in a URL."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.errors import Reason, Refusal
from accounts.models import Session, StreamTicket
from accounts.sql import fetch

TICKET_SECONDS = 30
TICKET_LENGTH_MAX = 100
REDEEM = """
DELETE FROM accounts_streamticket WHERE hash = %s AND expires_at > %s RETURNING session_id
"""


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


@atomic
def issue_ticket(session_id: UUID) -> str:
    """A single-use pass for the stream of this session, good for thirty seconds."""
    ticket = secrets.token_urlsafe(32)
    StreamTicket.objects.create(
        hash=_hash(ticket),
        session_id=session_id,
        expires_at=timezone.now() + timedelta(seconds=TICKET_SECONDS),
    )
    return ticket


@atomic
def redeem_ticket(ticket: str) -> Session:
    """The session that the ticket is of. One conditional DELETE: of parallel uses one succeeds."""
    rows = []
    if len(ticket) <= TICKET_LENGTH_MAX:
        rows = fetch(REDEEM, [_hash(ticket), timezone.now()])
    session: Session | None = Session.objects.filter(id=rows[0][0]).first() if rows else None
    if session is None:
        raise Refusal(Reason.TICKET_INVALID, status=401)
    return session
