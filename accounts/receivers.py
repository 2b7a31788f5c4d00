"""What happened, to those who have a socket open: after commit, and unable to undo it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.hints import send_hint
from accounts.inbox.matters import matters
from accounts.tasks import start_inbox, start_letter


def wake_streams(user_id: UUID, **_: Any) -> None:
    send_hint([user_id], {"type": "wake"})


def fill_inbox(user_id: UUID, kind: str, **_: Any) -> None:
    if kind in matters():
        start_inbox(user_id)


def close_streams(session_ids: Sequence[UUID], **_: Any) -> None:
    send_hint(session_ids, {"type": "session.ended"})


def send_letter(letter_id: UUID, **_: Any) -> None:
    start_letter(letter_id)
