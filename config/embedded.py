"""The embedded mode: HTTP, WebSockets, Celery tasks and the beat, all in one process.

uvicorn runs in the main thread. HTTP goes to Django's WSGI handler on a pool of threads, sockets go
to Channels on the loop, and a Celery worker and the beat each have a thread of their own.
"""

import asyncio
import contextlib
import threading
import time
from typing import Any

import structlog
import uvicorn
from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController, state
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.bridge import Receive, Scope, Send, WsgiBridge
from config.celery import app as celery_app
from config.sockets import websocket_application
from config.tuning import tune_garbage_collection

TASK_THREADS = 2
STOP_WITHIN_SECONDS = 1.0  # How long the running tasks may still take when we are told to stop.
log = structlog.get_logger("server")


class Worker:
    """A Celery worker and the beat beside it, on threads of this process."""

    def __init__(self) -> None:
        self.controller = WorkController(
            app=celery_app,
            hostname="embedded@localhost",
            pool_cls="threads",
            concurrency=TASK_THREADS,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        )
        self.thread = threading.Thread(target=self.controller.start, name="worker", daemon=True)
        self.beat = EmbeddedService(celery_app, thread=True, scheduler_cls=Scheduler)

    def start(self) -> None:
        self.thread.start()
        self.beat.start()

    def stop(self) -> None:
        """Take no new task, give the running ones a moment. The broker's memory ends with us."""
        self.beat.service.stop(wait=False)
        state.should_stop = 0
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        while state.active_requests and time.monotonic() < deadline:
            time.sleep(0.02)


class EmbeddedServer(uvicorn.Server):
    """uvicorn that takes the worker down with it.

    uvicorn raises the signal again when it is done, so nothing after `run()` is ever reached:
    what must end cleanly ends in `shutdown()`.
    """

    def __init__(self, config: uvicorn.Config, bridge: WsgiBridge, worker: Worker) -> None:
        super().__init__(config)
        self.bridge, self.worker = bridge, worker

    async def startup(self, sockets: Any = None) -> None:
        layer: Any = get_channel_layer()
        layer.bind(asyncio.get_running_loop())
        await super().startup(sockets)
        self.worker.start()
        tune_garbage_collection()

    async def shutdown(self, sockets: Any = None) -> None:
        stopping = asyncio.get_running_loop().run_in_executor(None, self.worker.stop)
        await super().shutdown(sockets)
        await stopping
        self.bridge.close()
        log.info("stopped")


def application(bridge: WsgiBridge) -> Any:
    from accounts.event_source import event_source, is_event_source

    sockets = websocket_application()

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await sockets(scope, receive, send)
        elif is_event_source(scope):
            await event_source(scope, receive, send)
        else:
            await bridge(scope, receive, send)

    return dispatch


def run(host: str, port: int) -> None:
    """Serve until a signal ends it."""
    bridge = WsgiBridge(get_wsgi_application(), settings.HTTP_THREADS)
    config = uvicorn.Config(
        application(bridge),
        host=host,
        port=port,
        lifespan="off",
        ws="websockets-sansio",
        ws_per_message_deflate=False,  # it more than doubles what a browser's socket holds
        log_config=None,
        access_log=False,
        server_header=False,
        # accounts.client_address alone decides whom to believe about a client's address.
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    # Ctrl-C is a request to stop, not an error with a traceback.
    with contextlib.suppress(KeyboardInterrupt):
        EmbeddedServer(config, bridge, Worker()).run()
