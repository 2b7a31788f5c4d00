"""Every 4xx and 5xx is RFC 9457 `application/problem+json`, whoever raises it."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.context import origin
from accounts.errors import FieldError, Reason, Refusal

PROBLEM = "application/problem+json"
log = structlog.get_logger("api")


def problem(
    status: int,
    code: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    extra: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The body of a refusal. `type` leads to the code's entry in the documentation."""
    return {
        **(extra or {}),
        "type": f"/api/docs/errors#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": origin.get().request_id,
        "errors": [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors],
    }


def refused(refusal: Refusal) -> Response:
    body = problem(refusal.status, refusal.code, refusal.message, refusal.errors, refusal.extra)
    headers = dict(refusal.headers)
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return Response(body, status=refusal.status, headers=headers, content_type=PROBLEM)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """What DRF calls for an exception inside a view. None: a bug, which Django turns into a 500."""
    if isinstance(exc, Refusal):
        return refused(exc)
    if isinstance(exc, exceptions.ValidationError):
        errors = tuple(field_errors(exc.get_full_details()))
        # A single error speaks for the whole; several stand under one heading.
        code, detail = (
            (errors[0].code, errors[0].message)
            if len(errors) == 1
            else (Reason.INVALID.value, str(Reason.INVALID.label))
        )
        return Response(problem(400, code, detail, errors), status=400, content_type=PROBLEM)
    if isinstance(exc, exceptions.APIException):
        return _from_drf(exc)
    if isinstance(exc, Http404):
        return refused(Refusal(Reason.NOT_FOUND, status=404))
    if isinstance(exc, PermissionDenied):
        return Response(
            problem(403, "forbidden", "You may not do this."), status=403, content_type=PROBLEM
        )
    if isinstance(exc, RequestDataTooBig):
        return refused(Refusal(Reason.BODY_TOO_LARGE, status=413))
    if isinstance(exc, SuspiciousOperation):
        body = problem(400, "bad_request", "The request is malformed.")
        return Response(body, status=400, content_type=PROBLEM)
    return None


def _from_drf(exc: exceptions.APIException) -> Response:
    codes = exc.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    headers = {}
    if isinstance(exc, exceptions.NotAuthenticated):
        return refused(Refusal(Reason.NOT_AUTHENTICATED, status=401))
    wait = getattr(exc, "wait", None)  # only a throttle has one
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    body = problem(exc.status_code, code, str(exc.detail))
    return Response(body, status=exc.status_code, headers=headers, content_type=PROBLEM)


def field_errors(details: Any, pointer: str = "") -> Iterator[FieldError]:
    """DRF's nested details as flat JSON pointers."""
    if (
        isinstance(details, dict)
        and details.keys() == {"message", "code"}
        and not isinstance(details["message"], dict | list)
    ):
        yield FieldError(pointer or "", str(details["code"]), str(details["message"]))
    elif isinstance(details, dict):
        for name, value in details.items():
            step = "" if name == "non_field_errors" else f"/{name}"
            yield from field_errors(value, pointer + step)
    elif isinstance(details, list):
        for position, value in enumerate(details):
            is_message = isinstance(value, dict) and "message" in value and "code" in value
            yield from field_errors(value, pointer if is_message else f"{pointer}/{position}")


def plain(status: int, code: str, detail: str) -> HttpResponse:
    """A problem from outside DRF: unknown paths, bad hosts, bugs."""
    return HttpResponse(
        orjson.dumps(problem(status, code, detail)), status=status, content_type=PROBLEM
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return plain(413, Reason.BODY_TOO_LARGE.value, str(Reason.BODY_TOO_LARGE.label))
    return plain(400, "bad_request", "The request is malformed.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(403, "forbidden", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain(404, Reason.NOT_FOUND.value, str(Reason.NOT_FOUND.label))


def server_error(request: HttpRequest) -> HttpResponse:
    return plain(
        500, "server_error", "Something broke on our side. It was logged under this request id."
    )
