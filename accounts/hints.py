"""Hints for open sockets: "look again". Sent from any thread, waiting for nothing, allowed to fail.

A hint only shortens the wait: the table is the truth, and every stream looks there by itself too.
One thread per process owns an event loop for them, so that a request neither makes a loop of its
own, with a new connection to Redis, nor waits for one that does not answer.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from typing import Any
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

log = structlog.get_logger("stream")
SEND_SECONDS = 5.0
PENDING_MAX = 1000  # While the layer does not answer, further hints are dropped.
LAYER_FAILURES = (OSError, RedisError)  # a timeout is an OSError too
GROUP = "streams"  # every process that holds sockets hears it (accounts.switchboard)


class HintThread:
    """A daemon thread with an event loop, started by the first hint of the process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.pending: set[Future[None]] = set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="hints", daemon=True).start()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        self.pending.add(future)
        future.add_done_callback(self.done)

    def done(self, future: "Future[None]") -> None:
        self.pending.discard(future)
        failure = None if future.cancelled() else future.exception()
        if failure is not None:
            log.error("hint broke", exc_info=failure)


_guard = threading.Lock()
_thread: HintThread | None = None


def _hint_thread() -> HintThread:
    """The process's own thread: a forked child has none of its parent's."""
    global _thread
    with _guard:
        if _thread is None or _thread.pid != os.getpid():
            _thread = HintThread()
        return _thread


def send_hint(to: Sequence[UUID], message: dict[str, Any]) -> None:
    """Send a message to the sockets of these owners or sessions, some time soon."""
    thread = _hint_thread()
    if to and len(thread.pending) < PENDING_MAX:
        thread.run(_send({**message, "to": [whose.bytes for whose in to]}))


def send_passing(user_id: UUID, kind: str, data: dict[str, Any]) -> None:
    """Tell the owner's open sockets what is true for this moment only: no row, no seq of its own."""
    send_hint([user_id], {"type": "passing", "kind": kind, "data": data})


async def _send(message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    try:
        await asyncio.wait_for(layer.group_send(GROUP, message), SEND_SECONDS)
    except LAYER_FAILURES as failure:
        log.warning("hint lost", error=type(failure).__name__, hints=len(message["to"]))
