"""Thousands of WebSocket clients in one process: the handshake, frames and pongs of RFC 6455, no more.

The library's own client costs more memory and processor than the server under test.
"""

import asyncio
import base64
import os
import time
from dataclasses import dataclass, field

import orjson

CLOSE, PING, PONG, TEXT = 0x8, 0x9, 0xA, 0x1


def masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame of up to 125 bytes; a mask of zeros leaves the payload as it is."""
    return bytes([0x80 | opcode, 0x80 | len(payload)]) + bytes(4) + payload


@dataclass(slots=True)
class Seen:
    """What one client was sent: (seq, nanoseconds of the monotonic clock) of each frame."""

    frames: list[tuple[int, int]] = field(default_factory=list)


class StreamClient(asyncio.Protocol):
    def __init__(self, port: int, token: str, ready: "asyncio.Future[StreamClient]") -> None:
        self.port, self.token, self.ready = port, token, ready
        self.seen = Seen()
        self.buffer = bytearray()
        self.is_open = False
        self.ready_seq = 0
        self.lost: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /ws/stream HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {self.token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.buffer += data
        if not self.is_open:
            head, end, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head[:20]:
                self.fail(head[:60].decode("latin-1"))
                return
            self.is_open, self.buffer = True, bytearray(rest)
        while (taken := self.take_frame(now)) > 0:
            del self.buffer[:taken]

    def take_frame(self, now: int) -> int:
        """Deal with one whole frame of the buffer; its length, 0 when it is not whole yet."""
        buffer = self.buffer
        if len(buffer) < 2:
            return 0
        opcode, length, start = buffer[0] & 0x0F, buffer[1], 2
        if length == 126:
            length, start = int.from_bytes(buffer[2:4], "big"), 4
        elif length == 127:
            length, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + length:
            return 0
        payload = bytes(buffer[start : start + length])
        if opcode == TEXT:
            self.told(payload, now)
        elif opcode == PING:
            self.transport.write(masked(PONG, payload))
        elif opcode == CLOSE:
            self.fail(payload[2:].decode("utf-8", "replace") or "closed")
        return start + length

    def told(self, payload: bytes, now: int) -> None:
        frame = orjson.loads(payload)
        if frame["kind"] == "ready":
            self.ready_seq = frame["seq"]
            if not self.ready.done():
                self.ready.set_result(self)
        else:
            self.seen.frames.append((frame["seq"], now))

    def resume(self, seq: int) -> None:
        self.transport.write(masked(TEXT, orjson.dumps({"resume": seq})))

    def fail(self, why: str) -> None:
        self.lost = self.lost or why
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(why))

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(str(exc or "gone"))


async def opened(port: int, token: str) -> StreamClient:
    """A client whose stream said that it is ready."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[StreamClient] = loop.create_future()
    await loop.create_connection(lambda: StreamClient(port, token, ready), "127.0.0.1", port)
    return await asyncio.wait_for(ready, 120)


async def all_opened(port: int, tokens: list[str], at_once: int = 50) -> list[StreamClient]:
    gate = asyncio.Semaphore(at_once)

    async def one(token: str) -> StreamClient:
        async with gate:
            return await opened(port, token)

    return list(await asyncio.gather(*(one(token) for token in tokens)))
