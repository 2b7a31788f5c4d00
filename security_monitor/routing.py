"""Routes of WebSockets."""

from django.urls import path

from security_monitor.consumers import OperationsStream

websocket_urlpatterns = [path("ws/operations", OperationsStream.as_asgi())]
