"""Figures for Prometheus: what every request cost, and what lies waiting."""

import hmac
import time
from collections.abc import Callable
from functools import cache as memoised
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from accounts.api.problems import plain
from accounts.client_address import client_ip

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
REQUESTS = Counter("books_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "books_request_seconds",
    "Time from the first middleware to the answer.",
    ["route", "method"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
UPTIME = Gauge("books_uptime_seconds", "Since this process was started.")
PULSE = Gauge("books_pulse_age_seconds", "Since the part was last heard of.", ["part"])
STOCK = Gauge("books_stock", "Rows of a kind, counted every five minutes.", ["kind"])
UNSCORED_COUNTED_MAX = 10_000  # more is only ever "more": the count stops there
STOCK_KEY = "metrics:stock"
started = time.monotonic()


@memoised
def meters(route: str, method: str, status: int) -> tuple[Any, Any]:
    """The meters of one kind of answer; finding them by label costs more than using them."""
    return REQUESTS.labels(route, method, str(status)), SECONDS.labels(route, method)


def measured(get_response: GetResponse) -> GetResponse:
    """Count and time each request under its route, never its path: ids would be new series."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        route = match.route if match is not None else "other"
        method = request.method if request.method in METHODS else "other"
        count, seconds = meters(route, str(method), response.status_code)
        count.inc()
        seconds.observe(time.perf_counter() - begun)
        return response

    return middleware


def take_stock() -> None:
    """Count the outbox and the rows that no gate has scored; the scrapes read the figures."""
    from accounts.models import Event
    from ledger.models import Transaction

    unscored = Transaction.objects.filter(risk_score__isnull=True)[:UNSCORED_COUNTED_MAX]
    stock = {"outbox_events": Event.objects.count(), "unscored_transactions": unscored.count()}
    cache.set(STOCK_KEY, stock, 86_400)


def may_read(request: HttpRequest) -> bool:
    """With METRICS_TOKEN its bearer; without one a caller on this very machine, not by a proxy."""
    if settings.METRICS_TOKEN:
        sent = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(sent, b"Bearer " + settings.METRICS_TOKEN.encode())
    address = client_ip(request)
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return address is not None and ip_address(address).is_loopback and not forwarded


def metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        refused = plain(401, "not_authenticated", "Send METRICS_TOKEN as a bearer token.")
        refused["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refused
    from config import pulse

    UPTIME.set(time.monotonic() - started)
    for part in (pulse.WORKER, pulse.BEAT):
        age = pulse.age(part)
        PULSE.labels(part).set(float("nan") if age is None else age)
    for kind, count in (cache.get(STOCK_KEY) or {}).items():
        STOCK.labels(kind).set(count)
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
