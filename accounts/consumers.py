"""`/ws/stream`: everything that happens to the owner's data, in order, from the event table."""

import asyncio
from typing import Any
from uuid import UUID

import structlog
from channels.db import database_sync_to_async
from django.db import Error
from django.utils import timezone

from accounts import feed
from accounts.feed import Frame, Position, frame, horizon_of
from accounts.sockets import Guest, HouseSocket, Turned
from accounts.stream_reader import reader
from accounts.switchboard import start

# A client that comes back says where it was right after "ready"; live frames wait so long for it,
# so that what it missed comes before what is new.
RESUME_SECONDS = 0.5
RETRY_SECONDS = 2.0
SEQ_MAX = 2**63 - 1
log = structlog.get_logger("stream")


def _event_id(message: dict[str, Any]) -> UUID:
    try:
        return UUID(message["id"])
    except (ValueError, TypeError, AttributeError):
        raise Turned(4400, "invalid_resume") from None


class UserStream(HouseSocket):
    """Pushes the owner's events. A hint or the watch wakes it; the table says what to send."""

    is_live = False  # live frames may be sent: the client said where it was, or had its time to

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.position = Position(0)
        self.rewind_to: Position | None = None
        self.clock = 0
        self.has_news = False
        self.held: asyncio.TimerHandle | None = None  # until the client said where it was
        self.pump_task: asyncio.Task[None] | None = None  # only while there is something to send

    async def opened(self, guest: Guest) -> None:
        self.position = Position(guest.seq)
        self.clock = max(self.clock, guest.seq)
        await self.say(frame(guest.seq, "ready", timezone.now(), {}), "ready")
        self.has_news = True  # what was committed since the clock was read
        if not self.ended:
            self.held = asyncio.get_running_loop().call_later(RESUME_SECONDS, self.release)

    def release(self) -> None:
        """From now on live frames are sent as they come."""
        if self.held is not None:
            self.held.cancel()
            self.held = None
            self.is_live = True
            self.start_pump()

    async def told(self, message: dict[str, Any]) -> None:
        """`{"resume": seq}`: send again all that came after seq, in order, then what is new.

        With the `id` of the last frame too: all after that very event, of its own commit as well.
        """
        seq = message.get("resume")
        if not {"resume"} <= message.keys() <= {"resume", "id"}:
            raise Turned(4400, "unknown_message")
        if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq <= SEQ_MAX:
            raise Turned(4400, "invalid_resume")
        self.rewind_to = Position(seq, _event_id(message)) if "id" in message else Position(seq)
        self.release()
        self.wake()

    def wake(self) -> None:
        """There may be events behind the position."""
        self.has_news = True
        self.start_pump()

    async def passing(self, message: dict[str, Any]) -> None:
        """Something of this moment, as the progress of a long job: under the seq where the stream
        stands, so that a client which resumes there misses nothing."""
        if not self.is_live and self.held is None:  # "ready" goes first
            return
        try:
            data = message["data"]
            await self.say(frame(self.position.seq, message["kind"], timezone.now(), data))
        except Turned as turned:
            await self.end(turned.code, turned.reason)

    def clock_moved(self, seq: int) -> None:
        if seq > self.clock:
            self.clock = seq
            if seq > self.position.seq:  # the hint did not bring it
                self.wake()

    def start_pump(self) -> None:
        if self.is_live and self.has_news and self.pump_task is None and not self.ended:
            assert self.guest is not None
            self.pump_task = asyncio.create_task(self.pump(self.guest.user_id))
            self.pump_task.add_done_callback(self.pump_stopped)

    async def pump(self, user_id: UUID) -> None:
        """Send what the table has after the position, and look again as long as there is news."""
        while self.has_news:
            self.has_news = False
            try:
                while len(frames := await self.next_frames(user_id)) == feed.PAGE:
                    await self.send_frames(frames)
                await self.send_frames(frames)
            except Error as failure:  # The database is away; what it holds is not lost.
                log.warning("stream waits for the database", error=type(failure).__name__)
                self.has_news = True
                await asyncio.sleep(RETRY_SECONDS)

    def pump_stopped(self, task: asyncio.Task[None]) -> None:
        """Go on with news that came in the last moment. Close where the pump did not come to its end:
        the client was too slow, is gone, or it is a bug."""
        if self.pump_task is task:
            self.pump_task = None
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, Turned):
            start(self.end(failure.code, failure.reason))
        elif failure is not None and not isinstance(failure, OSError):
            log.error("stream broke", exc_info=failure)
            start(self.end(1011, "server_error"))
        elif failure is None:
            self.start_pump()

    async def next_frames(self, user_id: UUID) -> list[Frame]:
        while (wanted := self.rewind_to) is not None:
            horizon = await database_sync_to_async(horizon_of)(user_id)
            if self.rewind_to is not wanted:  # it asked again meanwhile
                continue
            # Back only: a client cannot have been where the clock has not come yet.
            self.position, self.rewind_to = min(self.position, wanted), None
            if self.position.seq < horizon:  # Part of what it missed is not kept any more.
                now = timezone.now()
                text = frame(self.position.seq, "resync", now, {"oldest": horizon})
                await self.say(text, "resync")
        return await reader().next_frames(user_id, self.position)

    async def send_frames(self, frames: list[Frame]) -> None:
        for each in frames:
            if self.rewind_to is not None:
                return
            await self.say(each.text, each.kind, each.position)
            self.position = each.position

    async def end(self, code: int, reason: str) -> None:
        self.is_live = False
        await self.stop_pump()
        await super().end(code, reason)

    async def leave(self) -> None:
        self.is_live = False
        await self.stop_pump()
        await super().leave()

    async def stop_pump(self) -> None:
        if self.held is not None:
            self.held.cancel()
            self.held = None
        task, self.pump_task = self.pump_task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
