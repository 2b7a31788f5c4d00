"""`/api/stream`: the stream as server-sent events, for clients without WebSockets.

It is the consumer of `/ws/stream` behind a translation: the same frames under the same numbers, the
same limits, the same watch. What a socket is told by a close code is a status here, or, once the
stream is open, an `end` event. No thread waits: the loop holds the connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.api.problems import PROBLEM, plain
from accounts.api.rendering import to_json
from accounts.consumers import SEQ_MAX, UserStream
from accounts.errors import Reason, Refusal
from accounts.feed import Position
from accounts.sockets import Guest, headers_of, query_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
PATH = "/api/stream"
PARAMETERS = {"ticket", "since"}
HEARTBEAT_SECONDS = 15.0
HEARTBEAT = b":\n\n"
RETRY = b"retry: 3000\n\n"  # milliseconds after which a browser comes back
STATUS = {4401: 401, 4403: 403, 4408: 401, 4429: 429}
SENTENCES = {
    4403: "Pages of this origin may not open the stream.",
    4429: "You have as many streams open as you may. Close one.",
}
HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back until a buffer is full
]


class EventSource(UserStream):
    """The stream, written as events. `since`: where the client was; None: from now on."""

    def __init__(self, since: Position | None) -> None:
        super().__init__()
        self.since = since

    async def opened(self, guest: Guest) -> None:
        self.rewind_to = self.since
        await super().opened(guest)
        self.release()  # it has said where it was

    async def say(self, text: str, kind: str = "", position: Position | None = None) -> None:
        lines = [f"event: {kind}"] if kind in {"ready", "resync"} else []
        if kind == "ready" and self.since is None:
            position = self.position
        if position is not None:
            # With the event's own id: who is cut off within a commit goes on with its next event.
            lines.append(f"id: {position.seq}-{position.id.hex}")
        await super().say("\n".join([*lines, f"data: {text}", "", ""]))


def position_of(text: str) -> Position:
    """The place of a `Last-Event-ID` as we gave it, or of a bare seq; refuses anything else."""
    seq, dash, event_id = text.partition("-")
    if not (seq.isascii() and seq.isdecimal() and int(seq) <= SEQ_MAX):
        raise Refusal(Reason.INVALID_PARAMETER, pointer="?since")
    if not dash:
        return Position(int(seq))
    try:
        return Position(int(seq), UUID(hex=event_id))
    except ValueError:
        raise Refusal(Reason.INVALID_PARAMETER, pointer="?since") from None


def since_of(scope: Scope) -> Position | None:
    """Where the client was. The header goes before the query: browsers send it when they come back."""
    query = query_of(scope)
    for name, values in query.items():
        if name not in PARAMETERS:
            raise Refusal(Reason.UNKNOWN_PARAMETER, pointer=f"?{name}")
        if len(values) > 1:
            raise Refusal(Reason.REPEATED_PARAMETER, pointer=f"?{name}")
    given = headers_of(scope, b"last-event-id")[-1:] or query.get("since", [])
    return position_of(given[0].strip()) if given and given[0].strip() else None


class Translation:
    """One HTTP exchange that its consumer takes for a WebSocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.outer_receive, self.outer_send = scope, receive, send
        self.connected = self.started = self.done = False
        self.beating: asyncio.Task[None] | None = None

    async def run(self) -> None:
        as_socket = {
            **self.scope,
            "type": "websocket",
            "scheme": "wss" if self.scope.get("scheme") == "https" else "ws",
            "subprotocols": [],
        }
        try:
            consumer = EventSource(since_of(self.scope))
            await consumer(as_socket, self.receive, self.send)
        except Refusal as refusal:
            await self.refuse(refusal.status, refusal.code, refusal.message)
        finally:
            if self.beating is not None:
                self.beating.cancel()

    async def receive(self) -> dict[str, Any]:
        if not self.connected:
            self.connected = True
            return {"type": "websocket.connect"}
        while (await self.outer_receive())["type"] != "http.disconnect":
            pass  # the body of a GET, which is nothing
        return {"type": "websocket.disconnect", "code": 1005}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "websocket.send":
            await self.start()
            await self.write(message["text"].encode())
        elif message["type"] == "websocket.close":
            await self.close(message.get("code") or 1000, message.get("reason") or "")

    async def start(self) -> None:
        if self.started:
            return
        self.started = True
        headers = [(b"content-type", b"text/event-stream; charset=utf-8"), *HEADERS, *self.cors()]
        await self.outer_send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.write(RETRY)
        self.beating = asyncio.create_task(self.beat())

    async def write(self, data: bytes, more: bool = True) -> None:
        if not self.done:
            self.done = not more
            body = {"type": "http.response.body", "body": data, "more_body": more}
            await self.outer_send(body)

    async def beat(self) -> None:
        """Comments, so that no proxy takes a silent stream for a dead one."""
        with suppress(OSError):
            while True:
                await asyncio.sleep(HEARTBEAT_SECONDS)
                await self.write(HEARTBEAT)

    async def close(self, code: int, reason: str) -> None:
        if self.started:
            said = to_json({"code": code, "reason": reason}).decode()
            await self.write(f"event: end\ndata: {said}\n\n".encode(), more=False)
            return
        known = {each.value: str(each.label) for each in Reason}
        sentence = SENTENCES.get(code) or known.get(reason, reason)
        await self.refuse(STATUS.get(code, 400), reason, sentence)

    async def refuse(self, status: int, code: str, sentence: str) -> None:
        headers = [(b"www-authenticate", b'Bearer realm="api"')] if status == 401 else []
        headers += [(b"retry-after", b"60")] if status == 429 else []
        await self.answer(status, plain(status, code, sentence).content, headers)

    async def answer(
        self, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        said = [
            (b"content-type", PROBLEM.encode()),
            (b"content-length", str(len(body)).encode()),
            *HEADERS,
            *self.cors(),
            *(headers or []),
        ]
        self.started = self.done = True
        await self.outer_send({"type": "http.response.start", "status": status, "headers": said})
        await self.outer_send({"type": "http.response.body", "body": body})

    def cors(self) -> list[tuple[bytes, bytes]]:
        """What a page elsewhere that is allowed here needs to read the answer."""
        origins = headers_of(self.scope, b"origin")
        if len(origins) != 1 or origins[0] not in settings.CORS_ALLOWED_ORIGINS:
            return []
        return [(b"access-control-allow-origin", origins[0].encode()), (b"vary", b"Origin")]


async def event_source(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of PATH."""
    exchange = Translation(scope, receive, send)
    if scope["method"] == "GET":
        await exchange.run()
    elif scope["method"] == "OPTIONS":
        allowed = [
            (b"access-control-allow-methods", b"GET"),
            (b"access-control-allow-headers", b"authorization, last-event-id"),
            (b"access-control-max-age", b"86400"),
        ]
        await exchange.answer(204, b"", allowed if exchange.cors() else [(b"allow", b"GET")])
    else:
        body = plain(405, "method_not_allowed", "The stream is only read.").content
        await exchange.answer(405, body, [(b"allow", b"GET, OPTIONS")])


def is_event_source(scope: Scope) -> bool:
    return bool(scope["path"].rstrip("/") == PATH)
