"""The streams for production, by WebSocket and as server-sent events (docs/operations.md).

Other HTTP never comes this way: it goes to config.wsgi, which costs a fraction (docs/performance.md).
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (these need the apps loaded)

from accounts.api.problems import PROBLEM, plain  # noqa: E402
from accounts.event_source import event_source, is_event_source  # noqa: E402
from accounts.mirror import kinds  # noqa: E402
from config.boot import refuse_unsafe_start  # noqa: E402
from config.sockets import websocket_application  # noqa: E402
from config.tuning import tune_garbage_collection  # noqa: E402

refuse_unsafe_start()


async def http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await (event_source if is_event_source(scope) else no_http)(scope, receive, send)


async def no_http(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """A liveness probe gets its 200, anything else a 404 that says where to go."""
    if scope["path"] == "/health":
        status, kind, body = 200, "application/json", b'{"status":"ok"}'
    else:
        answer = plain(404, "not_found", "This process serves the streams only.")
        status, kind, body = 404, PROBLEM, answer.content
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


kinds()  # What shows rows is loaded now: the first event of the process shall not wait for it.
application = ProtocolTypeRouter({"websocket": websocket_application(), "http": http})
tune_garbage_collection()
