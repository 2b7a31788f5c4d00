"""Routes of WebSockets."""

from django.urls import path

from accounts.consumers import UserStream

websocket_urlpatterns = [path("ws/stream", UserStream.as_asgi())]
