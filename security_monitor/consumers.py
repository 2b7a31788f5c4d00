"""`/ws/operations`: flagged payments and security events of all people, for staff, as they happen."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from accounts.consumers import UserStream
from accounts.feed import Frame, Position, frame
from accounts.ids import first_id_at
from accounts.sockets import Guest, Turned
from security_monitor.api.events import shown
from security_monitor.models import Case
from security_monitor.services.operations_feed import OperationsFeed, Row, seq_of


class OperationsStream(UserStream):
    """The frames of the owner's stream, of everybody. `seq` is an instant, in milliseconds.

    The table is looked at in every round of the watch. Who stops being staff loses the session, and
    with it this socket.
    """

    feed: OperationsFeed

    async def opened(self, guest: Guest) -> None:
        if not guest.is_staff:
            raise Turned(4403, "staff_only")
        self.feed = await database_sync_to_async(OperationsFeed.from_now)()
        await super().opened(replace(guest, seq=seq_of(first_id_at(timezone.now()))))

    def clock_moved(self, seq: int) -> None:
        self.wake()

    async def passing(self, message: dict[str, Any]) -> None:
        """What passes is of one owner, who hears it on the stream of an owner."""

    async def next_frames(self, user_id: UUID) -> list[Frame]:
        if self.rewind_to is not None:
            self.feed = OperationsFeed.since(self.rewind_to.seq)
            self.rewind_to = None
        frames: list[Frame] = await database_sync_to_async(self.read)()
        return frames

    def read(self) -> list[Frame]:
        return [framed(row) for row in self.feed.next_rows()]


def framed(row: Row) -> Frame:
    data: dict[str, Any] = shown(row)
    kind = data["kind"] if isinstance(row, Case) else "security.event"
    position = Position(seq_of(row.id), row.id)
    text = frame(position.seq, kind, data["at"], data, row.id)
    return Frame(position, kind, text)
