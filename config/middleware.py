"""What happens around every request: its id, its log line, its headers, and the admin's own layers.

Function middleware throughout: each class of Django's costs a measurable share of a request.
"""

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from accounts.api import problems
from accounts.client_address import client_ip
from accounts.context import Origin, origin
from accounts.errors import Reason
from security_monitor.services.doors import look

log = structlog.get_logger("request")
GetResponse = Callable[[HttpRequest], HttpResponse]
ID_LENGTH_MAX = 64
PROBED = {"/health", "/health/ready", "/metrics"}  # asked every few seconds: not worth a line each


def request_log(get_response: GetResponse) -> GetResponse:
    """Give the request an id, or keep a sane one that the caller sent; log one line when done."""

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        sent = request.headers.get("X-Request-ID", "")
        sane = 0 < len(sent) <= ID_LENGTH_MAX and sent.isascii() and sent.replace("-", "").isalnum()
        request_id = sent if sane else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        token = origin.set(Origin(request_id=request_id, ip=client_ip(request)))
        try:
            response = get_response(request)
            response["X-Request-ID"] = request_id
            write = log.debug if request.path in PROBED else log.info
            write(
                "request",
                method=request.method,
                path=printable(request.path),
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
            return response
        finally:
            origin.reset(token)

    return middleware


def watched(get_response: GetResponse) -> GetResponse:
    """Let the watch see who asks for what, after the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        look(request, response)
        return response

    return middleware


def printable(path: str) -> str:
    """The path without what could move a terminal's cursor or start a line of its own."""
    return path if path.isprintable() else path.encode("unicode_escape").decode()


def slash_insensitive_api(get_response: GetResponse) -> GetResponse:
    """`/api/x/` means `/api/x`, on every method, without a redirect that would lose a body."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith("/api/") and path.endswith("/"):
            request.path_info = path.rstrip("/")
            request.path = request.path.rstrip("/")
        return get_response(request)

    return middleware


CSP_PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
CSP_DATA = "default-src 'none'; frame-ancestors 'none'"


def security_headers(get_response: GetResponse) -> GetResponse:
    """A strict policy on everything; no cache may keep what a token opened."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        response.setdefault("Content-Security-Policy", CSP_PAGES if is_page else CSP_DATA)
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.path.startswith("/api/"):
            response.setdefault("Cache-Control", "no-store")
            response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        elif request.path.startswith("/static/page/"):
            # Modules that import each other by name: after an upgrade none may be an old one.
            response["Cache-Control"] = "no-cache"
        return response

    return middleware


def bounded_bodies(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is too large by its announced length, before anything reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            return problems.plain(400, "bad_request", "Content-Length is not a number.")
        is_form = request.META.get("CONTENT_TYPE", "").startswith("multipart/form-data")
        limit = settings.UPLOAD_MAX_BYTES if is_form else settings.BODY_MAX_BYTES
        if int(length) > limit:
            return problems.plain(
                413, Reason.BODY_TOO_LARGE.value, f"The body may have at most {limit} bytes here."
            )
        return get_response(request)

    return middleware


class AdminOnly:
    """Mixed into a layer of Django's: on the API it would cost and protect nothing."""

    get_response: GetResponse

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/"):
            response: HttpResponse = super().__call__(request)  # type: ignore[misc]
            return response
        return self.get_response(request)


class AdminSessions(AdminOnly, SessionMiddleware):  # type: ignore[misc]
    pass


class AdminCsrf(AdminOnly, CsrfViewMiddleware):  # type: ignore[misc]
    pass


class AdminUser(AdminOnly, AuthenticationMiddleware):  # type: ignore[misc]
    """Also says to the trail who acts: otherwise an action on a person would be the person's own."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.user.is_authenticated:
            where = origin.get()
            origin.set(Origin(where.request_id, where.ip, request.user.pk))


class AdminMessages(AdminOnly, MessageMiddleware):  # type: ignore[misc]
    pass


assert settings.APPEND_SLASH is False, "a redirect would turn a POST into a GET"
