"""WebSockets by Channels, for both ways to run: the routes of the floors below, and a polite no."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from django.conf import settings
from django.http.request import validate_host
from django.urls import re_path

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Nowhere(AsyncWebsocketConsumer):
    """Every address without a stream: refused before the handshake, so the client sees a 403."""

    async def connect(self) -> None:
        await self.close()


def is_ours(origin: str) -> bool:
    """Whether a page of this origin may open a socket: our own hosts, and the listed origins."""
    if origin in settings.CORS_ALLOWED_ORIGINS:
        return True
    host = urlsplit(origin).hostname or ""
    return validate_host(host, [item.strip("[]") for item in settings.ALLOWED_HOSTS])


def same_origin_only(application: Application) -> Application:
    """Turn foreign pages away. Programs send no Origin and are let through to show their token."""
    nowhere = Nowhere.as_asgi()

    async def checked(scope: dict[str, Any], receive: Any, send: Any) -> None:
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        allowed = all(is_ours(origin) for origin in origins)
        await (application if allowed else nowhere)(scope, receive, send)

    return checked


def websocket_application() -> Application:
    """Built once per process, after Django has loaded its apps."""
    from accounts.routing import websocket_urlpatterns

    return same_origin_only(URLRouter([*websocket_urlpatterns, re_path(r"", Nowhere.as_asgi())]))
