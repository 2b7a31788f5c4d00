"""The base of every endpoint: retries, races and strict queries, so that no view says them again."""

import hashlib
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any
from zlib import crc32

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.api.idempotency import answer_once
from accounts.api.problems import field_errors
from accounts.api.quotas import spend
from accounts.api.rendering import to_json
from accounts.api.serializers import StrictSerializer, Words
from accounts.days import today_of, within_calendar
from accounts.errors import FieldError, Reason, Refusal
from accounts.models import User

Handler = Callable[..., Response]


class ApiView(APIView):
    """APIView whose POSTs honour Idempotency-Key and whose queries refuse unknown parameters.

    query: the serializer of the query parameters; None takes none at all.
    quota: the scope of settings.QUOTAS that every request is counted in; None counts what changes
    something as "write", tables for spreadsheets as "report", and lets other reads pass.
    secret_fields: what of an answer is shown once and never kept for a replay.
    """

    quota: str | None = None
    query: type[StrictSerializer] | None = None
    takes_idempotency_key = True
    secret_fields: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        drf_request = self.request = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(drf_request, *args, **kwargs)
            name = (request.method or "").lower()
            # Only a method of HTTP names a handler: QUERY or BODY would reach attributes of ours.
            handler = getattr(
                self,
                name if name in self.http_method_names else "http_method_not_allowed",
                self.http_method_not_allowed,
            )
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

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        scope = self.quota
        if request.method not in SAFE_METHODS:
            scope = scope or "write"
        elif scope is None and request.accepted_renderer.format == "csv":
            scope = "report"
        if scope is not None:
            self.headers.update(spend(request, scope))

    def handle_exception(self, exc: Exception) -> Response:
        for name in getattr(exc, "headers", ()):  # A refusal's own figures go before the quota's.
            self.headers.pop(name, None)
        return super().handle_exception(exc)

    @property
    def owner(self) -> User:
        """The authenticated user; every queryset of a view starts with it."""
        return self.request.user  # type: ignore[return-value]

    def body(self, serializer: type[Serializer[Any]], **context: Any) -> dict[str, Any]:
        """The validated body; refuses what the serializer refuses."""
        checker = serializer(context=context) if context else shared(serializer)
        data: dict[str, Any] = checker.run_validation(self.request.data)
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
    try:
        data: dict[str, Any] = shared(serializer).run_validation(Words(given.dict()))
    except ValidationError as refused:
        errors = [
            FieldError(
                "?" + e.pointer.lstrip("/"),
                Reason.UNKNOWN_PARAMETER.value if e.code == Reason.UNKNOWN_FIELD.value else e.code,
                e.message,
            )
            for e in field_errors(refused.get_full_details())
        ]
        unknown = errors[0].code == Reason.UNKNOWN_PARAMETER.value
        reason = Reason.UNKNOWN_PARAMETER if unknown else Reason.INVALID_PARAMETER
        raise Refusal(reason, detail=errors[0].message, errors=errors) from None
    return {
        name: within_calendar(value) if type(value) is date else value
        for name, value in data.items()
    }


@cache
def shared(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """One instance per class for validation. Validating changes nothing in it, so threads may share
    it; making one copies every field, which costs a POST more than the check itself."""
    return serializer()


def expected_seq(request: Request) -> int | None:
    """The row version an `If-Match` header insists on; None without one or with `*`.

    What stands behind a dash in a tag is about names that the row shows, not about the row.
    """
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    if not header or header == "*":
        return None
    tag = header.removeprefix("W/").strip('"').partition("-")[0]
    if not tag.isdecimal() or len(tag) > 18:
        raise Refusal(Reason.STALE, status=412)
    return int(tag)


def _matches(request: Request, etag: str) -> bool:
    header = request.META.get("HTTP_IF_NONE_MATCH", "")
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",") if tag.strip()]
    return "*" in tags or etag.removeprefix("W/") in tags


def item(
    request: Request, data: Callable[[], Any], seq: int, *, status: int = 200, names: Any = None
) -> Response:
    """One row with its ETag; a GET whose client has this version already gets 304 and no body.

    names: what the answer shows of other rows (a payee's name), whose change must also end the 304.
    """
    etag = f'"{seq}"' if names is None else f'"{seq}-{crc32(to_json(names)):x}"'
    if request.method == "GET" and _matches(request, etag):
        return Response(status=304, headers={"ETag": etag})
    return Response(data(), status=status, headers={"ETag": etag})


def report(request: Request, build: Callable[[], Any]) -> Response:
    """A report under the owner's clock: while nothing changed it is a 304 that reads no table.

    The tag also holds the query, the owner's day and the format, on which the answer depends too.
    """
    user: Any = request.user
    caller: Any = request.auth
    said = f"{request.get_full_path()}|{request.accepted_renderer.format}|{today_of(user)}"
    etag = f'W/"{caller.seq}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"'
    if _matches(request, etag):
        return Response(status=304, headers={"ETag": etag})
    return Response(build(), headers={"ETag": etag, "Vary": "Accept, Authorization"})


__all__ = ["ApiView", "expected_seq", "item", "report"]
