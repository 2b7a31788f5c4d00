"""The streams over real connections: uvicorn in a thread, as the tests of both ways to them need it."""

import asyncio
import json
import threading

import uvicorn
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import connections
from websockets.sync.client import connect

from accounts.event_source import event_source
from config.sockets import websocket_application

WAIT = 10


def streams():
    """Both ways to the stream, as the processes of production and the embedded one have them."""
    sockets = websocket_application()

    async def dispatch(scope, receive, send):
        await (sockets if scope["type"] == "websocket" else event_source)(scope, receive, send)

    return dispatch


class Server(uvicorn.Server):
    """uvicorn on a free port, in a thread; it closes its database connection when it stops."""

    def __init__(self):
        super().__init__(
            uvicorn.Config(
                streams(),
                port=0,
                ws="websockets-sansio",
                ws_max_size=64 * 1024,
                lifespan="off",
                log_config=None,
            )
        )
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run)

    async def startup(self, sockets=None):
        await super().startup(sockets)
        layer = get_channel_layer()
        if hasattr(layer, "bind"):
            layer.bind(asyncio.get_running_loop())
        self.ready.set()

    async def shutdown(self, sockets=None):
        await super().shutdown(sockets)
        await sync_to_async(connections.close_all)()

    @property
    def port(self):
        return self.servers[0].sockets[0].getsockname()[1]

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}/ws/stream"


def opened(server, client):
    return connect(server.url, additional_headers={"Authorization": f"Bearer {client.access}"})


def frame_of(socket):
    return json.loads(socket.recv(timeout=WAIT))
