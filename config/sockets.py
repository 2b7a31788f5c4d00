"""WebSockets by Channels, for both ways to run: the routes of the floors below, and a polite no."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.urls import re_path

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Nowhere(AsyncWebsocketConsumer):
    """Every address without a stream: refused before the handshake, so the client sees a 403."""

    async def connect(self) -> None:
        await self.close()


def websocket_application() -> Application:
    """Built once per process, after Django has loaded its apps."""
    from accounts import routing as owners
    from security_monitor import routing as desk

    router: Application = URLRouter(
        [
            *owners.websocket_urlpatterns,
            *desk.websocket_urlpatterns,
            re_path(r"", Nowhere.as_asgi()),
        ]
    )
    return router
