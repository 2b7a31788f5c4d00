"""Telling the floors above, and the owner's clients, what happened, once it is safely stored."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db.transaction import on_commit
from django.dispatch import Signal

from accounts.models import Event, Tombstone
from accounts.sql import insert_rows

# Called after commit with the owner's id; the roof plugs the pusher of the stream in here.
events_written = Signal()  # user_id, kind
# Called after commit: these sessions count no more; whatever they hold open must close.
sessions_ended = Signal()  # session_ids: list[UUID]

# Called after commit: a letter waits to be sent.
letter_written = Signal()  # letter_id: UUID


def announce(event: Signal, **payload: object) -> None:
    """Send after commit. A listener that fails is logged and cannot undo the change."""
    on_commit(partial(event.send_robust, sender=None, **payload))


def push(user_id: UUID, seq: int, kind: str, payloads: Sequence[dict[str, Any]]) -> None:
    """Write events into the outbox, in the commit that causes them, one per payload."""
    if not payloads:
        return
    insert_rows([Event(user_id=user_id, seq=seq, kind=kind, data=p) for p in payloads])
    announce(events_written, user_id=user_id, kind=kind)


def bury(user_id: UUID, seq: int, kind: str, row_ids: Sequence[UUID]) -> None:
    """Leave a tombstone for each row that goes."""
    insert_rows(
        [Tombstone(user_id=user_id, seq=seq, kind=kind, row_id=row_id) for row_id in row_ids]
    )
