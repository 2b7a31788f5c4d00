"""The base of every endpoint: retries, races and strict queries, so that no view says them again."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.api.idempotency import answer_once
from accounts.api.problems import field_errors, full_details
from accounts.api.serializers import StrictSerializer
from accounts.days import today_of
from accounts.errors import FieldError, Reason, Refusal
from accounts.models import User

Handler = Callable[..., Response]


class ApiView(APIView):
    """APIView whose POSTs honour Idempotency-Key and whose queries refuse unknown parameters.

    query: the serializer of the query parameters; None takes none at all.
    """

    query: type[StrictSerializer] | None = None
    takes_idempotency_key = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        drf_request = self.request = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(drf_request, *args, **kwargs)
            handler = getattr(self, (request.method or "").lower(), self.http_method_not_allowed)
            if (
                request.method == "POST"
                and self.takes_idempotency_key
                and request.headers.get("Idempotency-Key") is not None
            ):
                return answer_once(self, drf_request, lambda: handler(drf_request, *args, **kwargs))
            response = handler(drf_request, *args, **kwargs)
        except Exception as exc:
            response = self.handle_exception(exc)
        self.response = self.finalize_response(drf_request, response, *args, **kwargs)
        return self.response

    @property
    def owner(self) -> User:
        """The authenticated user; every queryset of a view starts with it."""
        return self.request.user  # type: ignore[return-value]

    def body(self, serializer: type[Serializer[Any]], **context: Any) -> dict[str, Any]:
        """The validated body; refuses what the serializer refuses."""
        checked = serializer(data=self.request.data, context=context)
        checked.is_valid(raise_exception=True)
        data: dict[str, Any] = checked.validated_data
        return data

    def parameters(self) -> dict[str, Any]:
        """The validated query parameters; unknown, repeated and impossible ones are refused."""
        return read_query(self.request, self.query)


def read_query(request: Request, serializer: type[StrictSerializer] | None) -> dict[str, Any]:
    given = request.query_params
    for name, values in given.lists():
        if len(values) > 1:
            raise Refusal(Reason.REPEATED_PARAMETER, pointer=f"?{name}")
        if "\x00" in values[0]:
            raise Refusal(Reason.INVALID_TEXT, pointer=f"?{name}")
    if serializer is None:
        for name in given:
            raise Refusal(Reason.UNKNOWN_PARAMETER, pointer=f"?{name}")
        return {}
    checked = serializer(data=dict(given.items()))
    if not checked.is_valid():
        errors = [
            FieldError(
                "?" + e.pointer.lstrip("/"),
                Reason.UNKNOWN_PARAMETER.value if e.code == Reason.UNKNOWN_FIELD.value else e.code,
                e.message,
            )
            for e in field_errors(full_details(checked.errors))
        ]
        reason = (
            Reason.UNKNOWN_PARAMETER
            if errors[0].code == "unknown_parameter"
            else Reason.INVALID_PARAMETER
        )
        raise Refusal(reason, detail=errors[0].message, errors=errors)
    data: dict[str, Any] = checked.validated_data
    return data


def expected_seq(request: Request) -> int | None:
    """The row version an `If-Match` header insists on; None without one or with `*`."""
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    if not header or header == "*":
        return None
    tag = header.removeprefix("W/").strip('"')
    if not tag.isdecimal() or len(tag) > 18:
        raise Refusal(Reason.STALE, status=412)
    return int(tag)


def check_expected(request: Request, seq: int) -> None:
    """Refuse with 412 when `If-Match` names another version than `seq`."""
    expected = expected_seq(request)
    if expected is not None and expected != seq:
        raise Refusal(Reason.STALE, status=412)


def _matches(request: Request, etag: str) -> bool:
    header = request.META.get("HTTP_IF_NONE_MATCH", "")
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()]
    return "*" in tags or etag.removeprefix("W/") in tags


def item(request: Request, data: Callable[[], Any], seq: int, *, status: int = 200) -> Response:
    """One row with its ETag; a GET whose client has this version already gets 304 and no body."""
    etag = f'"{seq}"'
    if request.method == "GET" and _matches(request, etag):
        return Response(status=304, headers={"ETag": etag})
    return Response(data(), status=status, headers={"ETag": etag})


def report(request: Request, build: Callable[[], Any]) -> Response:
    """A report under the owner's clock: while nothing changed it is a 304 that reads no table.

    The tag also holds the query, the owner's day and the format, on which the answer depends too.
    """
    said = f"{request.get_full_path()}|{request.accepted_renderer.format}|{today_of(request.user)}"
    etag = f'W/"{request.auth.seq}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"'
    if _matches(request, etag):
        return Response(status=304, headers={"ETag": etag})
    return Response(build(), headers={"ETag": etag, "Vary": "Accept, Authorization"})


__all__ = ["ApiView", "check_expected", "expected_seq", "item", "report"]
