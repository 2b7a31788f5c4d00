"""One reader of the event table per event loop: streams that want news at the same time share a query.

While a query runs, those who ask wait together for the next one, and two queries never start closer
than PACE_SECONDS. With few events that is a query each and no delay; with many it is one for all, so
that the cost of an event falls as the load rises.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error

from accounts.feed import Frame, Position, frames_of

AT_ONCE_MAX = 200
PACE_SECONDS = 0.004
Ask = tuple[UUID, Position]
Waiting = list["asyncio.Future[list[Frame]]"]


class Reader:
    def __init__(self) -> None:
        self.waiting: dict[Ask, Waiting] = {}  # two devices of one owner at one place ask as one
        self.task: asyncio.Task[None] | None = None
        self.started_at = 0.0

    async def next_frames(self, user_id: UUID, position: Position) -> list[Frame]:
        """The next events of the owner after the position, at most a page."""
        future: asyncio.Future[list[Frame]] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault((user_id, position), []).append(future)
        if self.task is None:
            self.task = asyncio.create_task(self.read())
        return await future

    async def read(self) -> None:
        try:
            while self.waiting:
                await self.pace()
                asked = list(self.waiting)[:AT_ONCE_MAX]
                await self.answer(asked, {ask: self.waiting.pop(ask) for ask in asked})
        finally:
            self.task = None

    async def pace(self) -> None:
        loop = asyncio.get_running_loop()
        early = self.started_at + PACE_SECONDS - loop.time()
        if early > 0:
            await asyncio.sleep(early)
        self.started_at = loop.time()

    async def answer(self, asked: Sequence[Ask], waiting: dict[Ask, Waiting]) -> None:
        try:
            found = await database_sync_to_async(frames_of)(asked)
        except Error as failure:
            for ask in asked:
                settle(waiting[ask], failure)
        except Exception as failure:
            # What cannot be shown of one owner must not end the streams of the others.
            if len(asked) == 1:
                settle(waiting[asked[0]], failure)
            else:
                for ask in asked:
                    await self.answer([ask], waiting)
        else:
            for ask, frames in zip(asked, found, strict=True):
                settle(waiting[ask], frames)


def settle(futures: Waiting, outcome: list[Frame] | Exception) -> None:
    for future in futures:
        if future.done():  # its stream closed meanwhile
            continue
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)


_readers: "WeakKeyDictionary[asyncio.AbstractEventLoop, Reader]" = WeakKeyDictionary()


def reader() -> Reader:
    """The reader of the running event loop."""
    return _readers.setdefault(asyncio.get_running_loop(), Reader())
