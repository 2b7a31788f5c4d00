"""A WebSocket client inside the process, for the tests of the stream.

channels.testing would do, but importing it takes daphne, which this program has no use for.
"""

import asyncio
import json
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers, get_channel_layer
from django.db.transaction import atomic

from accounts.announce import push
from accounts.clock import tick
from config.sockets import websocket_application

application = websocket_application()
WAIT = 5  # seconds until a test that waits in vain fails


def in_loop(test):
    """Run an async scenario in a loop of its own; its database work stays in the test's thread."""

    async def run():
        channel_layers.backends.clear()
        layer = get_channel_layer()
        if hasattr(layer, "bind"):
            layer.bind(asyncio.get_running_loop())
        return await test()

    return async_to_sync(run)()


class Client(ApplicationCommunicator):
    def __init__(self, url, headers):
        parts = urlsplit(url)
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": parts.path,
            "query_string": parts.query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self):
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(WAIT)
        assert answer["type"] == "websocket.accept"

    async def disconnect(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(WAIT)

    async def send_to(self, data):
        kind = "bytes" if isinstance(data, bytes) else "text"
        await self.send_input({"type": "websocket.receive", kind: data})

    async def send_json_to(self, value):
        await self.send_to(json.dumps(value))

    async def receive_from(self):
        message = await self.receive_output(WAIT)
        assert message["type"] == "websocket.send", message
        return message["text"]

    async def frame(self):
        return json.loads(await self.receive_from())

    async def frames(self, count):
        return [await self.frame() for _ in range(count)]

    async def closed(self):
        """The code and reason with which the server closes; frames before it are skipped."""
        while True:
            message = await self.receive_output(timeout=WAIT)
            if message["type"] == "websocket.close":
                return message["code"], message.get("reason")

    async def is_silent(self):
        return await self.receive_nothing(timeout=0.3)


@asynccontextmanager
async def socket(*, token=None, ticket=None, origin=None, host=None, url=None):
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    headers += [(b"origin", origin.encode())] if origin else []
    headers += [(b"host", host.encode())] if host else []
    query = f"?ticket={ticket}" if ticket else ""
    client = Client(url or f"/ws/stream{query}", headers)
    await client.connect()
    try:
        yield client
    finally:
        await client.disconnect()


@asynccontextmanager
async def stream(token):
    """A socket that is open and said so."""
    async with socket(token=token) as client:
        client.ready = await client.frame()
        assert client.ready["kind"] == "ready"
        yield client


def happen(user, *figures, kind="tested.happened"):
    """One commit of the user's that causes an event per figure; its seq."""
    with atomic():
        seq = tick(user.pk)
        push(user.pk, seq, kind, [{"figure": figure} for figure in figures])
    return seq


happen_async = sync_to_async(happen)


def figures_of(frames):
    return [frame["data"]["figure"] for frame in frames]
