"""Is the process alive, and is everything there that it needs?

Answered before the host name is looked at: balancers and scrapers ask by address.
"""

import time
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse

from accounts.api.problems import plain
from config import pulse
from config.metrics import metrics

log = structlog.get_logger("health")
GetResponse = Callable[[HttpRequest], HttpResponse]


def answer(data: dict[str, Any], status: int = 200) -> HttpResponse:
    response = HttpResponse(orjson.dumps(data), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def alive(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a database at rest never kills a process."""
    return answer({"status": "ok"})


def ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def ask_cache() -> None:
    cache.set("health:probe", 1, 10)
    if cache.get("health:probe") != 1:
        raise ConnectionError("what was stored is not there")


def ask_broker() -> None:
    from config.celery import app

    with app.connection_for_write(connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


ESSENTIAL = {"database": ask_database, "cache": ask_cache, "broker": ask_broker}


def probe(name: str, ask: Callable[[], None]) -> dict[str, Any]:
    """How a part answers now, and how long that took. Why it does not is for the log only."""
    started = time.perf_counter()
    try:
        ask()
    except Exception as error:  # whatever a driver raises means the same here: it is down
        log.error("health.down", part=name, error=type(error).__name__)
        return {"status": "down", "age": None}
    return {"status": "ok", "age": 0.0, "ms": round((time.perf_counter() - started) * 1000, 1)}


def heard(part: str) -> dict[str, Any]:
    """A part that works by itself, by its pulse."""
    try:
        age = pulse.age(part)
    except Exception:
        log.error("health.no_pulse", part=part)
        age = None
    if age is None:
        return {"status": "unknown", "age": None}
    return {"status": "ok" if age <= pulse.LATE_AFTER_SECONDS else "late", "age": age}


def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served. A late worker or beat is shown, and stops no request."""
    parts = {name: probe(name, ask) for name, ask in ESSENTIAL.items()}
    down = any(part["status"] == "down" for part in parts.values())
    parts |= {part: heard(part) for part in (pulse.WORKER, pulse.BEAT)}
    degraded = any(part["status"] != "ok" for part in parts.values())
    status = "down" if down else "degraded" if degraded else "ok"
    return answer({"status": status, "parts": parts}, status=503 if down else 200)


VIEWS = {"/health": alive, "/health/ready": ready, "/metrics": metrics}


def operations(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        view = VIEWS.get(request.path_info)
        if view is None:
            return get_response(request)
        if request.method not in ("GET", "HEAD"):
            refused = plain(405, "method_not_allowed", "Only GET is answered here.")
            refused["Allow"] = "GET, HEAD"
            return refused
        return view(request)

    return middleware
