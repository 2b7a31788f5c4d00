"""One watchman per event loop looks after all sockets: one query a round for each 500 of them.

It is the net under the hints: a session that was ended, a token that ran out, an event whose hint
was lost are all seen here within a round.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from django.db import Error
from django.utils import timezone

from accounts.sql import CHUNK, as_id, fetch, is_postgres
from accounts.switchboard import start, switchboard

if TYPE_CHECKING:
    from accounts.sockets import Guest, HouseSocket

log = structlog.get_logger("stream")
ROUND_SECONDS = 1.5
ALIVE = (
    "SELECT s.id, c.seq FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id"
    " JOIN accounts_clock c ON c.user_id = u.id"
    " WHERE s.revoked_at IS NULL AND s.expires_at > %s AND u.is_active AND s.id "
)


def clocks_of(session_ids: Iterable[UUID]) -> dict[UUID, int]:
    """The owner's clock by session, of those sessions that still count."""
    ids = list(session_ids)
    if is_postgres():
        found = fetch(ALIVE + "= ANY(%s)", [timezone.now(), ids])
    else:
        places = ", ".join(["%s"] * len(ids))
        found = fetch(f"{ALIVE}IN ({places})", [timezone.now(), *ids])
    return {as_id(session_id): int(seq) for session_id, seq in found}


class Watch:
    def __init__(self) -> None:
        self.sockets: set[HouseSocket] = set()
        self.held: Counter[UUID | str] = Counter()  # sockets by user and by address
        self.task: asyncio.Task[None] | None = None

    def count(self, whose: UUID | str) -> int:
        """Open sockets of a user, or of an address."""
        return self.held[whose]

    def add(self, socket: "HouseSocket") -> None:
        assert socket.guest is not None
        self.sockets.add(socket)
        self.held.update((socket.guest.user_id, socket.guest.source))
        for whose in (socket.guest.user_id, socket.guest.session_id):
            switchboard().add(whose, socket)
        if self.task is None:
            self.task = asyncio.create_task(self.keep_watch())

    def discard(self, socket: "HouseSocket") -> None:
        if socket in self.sockets and socket.guest is not None:
            self.sockets.remove(socket)
            for whose in (socket.guest.user_id, socket.guest.source):
                self.held[whose] -= 1
                if not self.held[whose]:
                    del self.held[whose]
            for line in (socket.guest.user_id, socket.guest.session_id):
                switchboard().discard(line, socket)
        if not self.sockets and self.task is not None:
            self.task.cancel()
            self.task = None

    async def keep_watch(self) -> None:
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                await self.make_round()
            except Error as failure:  # The database is away; the next round asks again.
                log.warning("watch could not look", error=type(failure).__name__)

    async def make_round(self) -> None:
        """Look after all, some at a time: streams read and send between two queries of a round."""
        sockets = [(s, s.guest) for s in self.sockets if s.guest is not None]
        for start_at in range(0, len(sockets), CHUNK):
            await self.look_after(sockets[start_at : start_at + CHUNK])

    async def look_after(self, sockets: "Sequence[tuple[HouseSocket, Guest]]") -> None:
        clocks = await database_sync_to_async(clocks_of)({g.session_id for _, g in sockets})
        now = timezone.now().timestamp()
        for socket, guest in sockets:
            if guest.session_id not in clocks:
                start(socket.end(4401, "session_revoked"))
            elif guest.ends_at <= now:
                start(socket.end(4408, "token_expired"))
            else:
                socket.clock_moved(clocks[guest.session_id])


_watches: "WeakKeyDictionary[asyncio.AbstractEventLoop, Watch]" = WeakKeyDictionary()


def watch() -> Watch:
    """The watch of the running event loop."""
    return _watches.setdefault(asyncio.get_running_loop(), Watch())
