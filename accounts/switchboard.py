"""One line per process for the hints of all its sockets, and who listens to what.

Each socket on a channel of its own costs a queue, two tasks, two subscriptions, and a round of
dispatch per hint. So the event loop hears one group of the layer and hands each hint to the sockets of
that owner or session. A process hears the hints of all others too: a lookup each.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer

from accounts.hints import GROUP, LAYER_FAILURES

if TYPE_CHECKING:
    from accounts.sockets import HouseSocket

log = structlog.get_logger("stream")
LAYER_SECONDS = 3.0
REJOIN_SECONDS = 2.0


class Switchboard:
    def __init__(self) -> None:
        # By owner and by session. Most have one socket, and a tuple of one is small.
        self.lines: dict[UUID, tuple[HouseSocket, ...]] = {}
        self.tried = asyncio.Event()  # the first attempt to join is over
        self.task: asyncio.Task[None] | None = None

    async def opened(self) -> None:
        """Wait until hints are heard, or until it is known that the layer does not answer: sockets
        then live on what the watch sees."""
        if self.task is None:
            self.tried.clear()
            self.task = asyncio.create_task(self.listen())
        with suppress(TimeoutError):
            await asyncio.wait_for(self.tried.wait(), LAYER_SECONDS)

    def add(self, whose: UUID, socket: "HouseSocket") -> None:
        self.lines[whose] = (*self.lines.get(whose, ()), socket)

    def discard(self, whose: UUID, socket: "HouseSocket") -> None:
        left = tuple(each for each in self.lines.get(whose, ()) if each is not socket)
        if left:
            self.lines[whose] = left
        else:
            self.lines.pop(whose, None)

    async def listen(self) -> None:
        """Hear the group for as long as the loop runs; what goes wrong is tried again."""
        try:
            while True:
                try:
                    await self.hear()
                except LAYER_FAILURES as failure:
                    log.warning("streams without hints", error=type(failure).__name__)
                except Exception:
                    log.exception("hints broke")
                self.tried.set()
                await asyncio.sleep(REJOIN_SECONDS)
        finally:
            self.task = None

    async def hear(self) -> None:
        layer = get_channel_layer()
        try:
            channel = await asyncio.wait_for(layer.new_channel(), LAYER_SECONDS)
            await asyncio.wait_for(layer.group_add(GROUP, channel), LAYER_SECONDS)
        except LAYER_FAILURES:
            with suppress(*LAYER_FAILURES):  # Half a subscription is not kept for the next attempt.
                await asyncio.wait_for(layer.flush(), LAYER_SECONDS)
            raise
        self.tried.set()
        while True:
            self.deliver(await layer.receive(channel))

    def deliver(self, message: dict[str, Any]) -> None:
        try:
            for whose in message["to"]:
                for socket in self.lines.get(UUID(bytes=whose), ()):
                    socket.hinted(message)
        except Exception:  # a bug; the next hint must be heard all the same
            log.exception("hint not understood", kind=message.get("type"))


_switchboards: "WeakKeyDictionary[asyncio.AbstractEventLoop, Switchboard]" = WeakKeyDictionary()
_running: set[asyncio.Task[None]] = set()  # asyncio itself holds tasks only weakly


def switchboard() -> Switchboard:
    """The switchboard of the running event loop."""
    return _switchboards.setdefault(asyncio.get_running_loop(), Switchboard())


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Let it run on its own: one client that is slow must not hold up what others wait for."""
    task = asyncio.create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task
