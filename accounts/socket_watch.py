"""One watchman per event loop looks after all sockets, each once a round, AT_ONCE of them by a query.

It is the net under the hints: a session that was ended, a token that ran out, an event whose hint
was lost are all seen here within a round. The queries of a round are spread evenly over it: together
they held up whatever streams had to read (at 5,000 sockets every 1.6 s for 200 ms).
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from channels.db import database_sync_to_async
from django.db import Error
from django.utils import timezone

from accounts.sql import as_id, fetch, is_postgres
from accounts.switchboard import start, switchboard

if TYPE_CHECKING:
    from accounts.sockets import Guest, HouseSocket

log = structlog.get_logger("stream")
ROUND_SECONDS = 1.5
AT_ONCE = 250  # a query of so many takes about 2 ms
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
        # When each was looked at last; the one that waits longest comes first.
        self.sockets: dict[HouseSocket, float] = {}
        self.held: Counter[UUID | str] = Counter()  # sockets by user and by address
        self.task: asyncio.Task[None] | None = None

    def count(self, whose: UUID | str) -> int:
        """Open sockets of a user, or of an address."""
        return self.held[whose]

    def add(self, socket: "HouseSocket") -> None:
        assert socket.guest is not None
        self.sockets[socket] = monotonic()
        self.held.update((socket.guest.user_id, socket.guest.source))
        for whose in (socket.guest.user_id, socket.guest.session_id):
            switchboard().add(whose, socket)
        if self.task is None:
            self.task = asyncio.create_task(self.keep_watch())

    def discard(self, socket: "HouseSocket") -> None:
        if socket in self.sockets and socket.guest is not None:
            del self.sockets[socket]
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
        next_at = monotonic()
        while True:
            pause = ROUND_SECONDS / self.parts()
            next_at = max(next_at + pause, monotonic())
            await asyncio.sleep(next_at - monotonic())
            try:
                await self.look_after(self.longest_waiting(pause))
            except Error as failure:  # The database is away; the next round asks again.
                log.warning("watch could not look", error=type(failure).__name__)
            except Exception:
                log.exception("watch broke")

    def parts(self) -> int:
        """In how many queries a round is made."""
        return max(1, ceil(len(self.sockets) / AT_ONCE))

    def longest_waiting(self, pause: float) -> "list[tuple[HouseSocket, Guest]]":
        """The sockets of this part of the round: its share, and all that cannot wait for the next, as
        when many came while few were watched. Half a part more than a round is the longest wait."""
        now = monotonic()
        share, late = ceil(len(self.sockets) / self.parts()), now + pause / 2 - ROUND_SECONDS
        taken: list[HouseSocket] = []
        for socket, looked_at in self.sockets.items():
            if len(taken) >= share and looked_at > late:
                break
            taken.append(socket)
        for socket in taken:
            del self.sockets[socket]
            self.sockets[socket] = now
        return [(socket, socket.guest) for socket in taken if socket.guest is not None]

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
