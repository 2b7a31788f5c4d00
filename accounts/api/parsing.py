"""JSON as strictly as money needs it: bounded, no duplicate keys, no NaN, floats kept apart."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.parsers import BaseParser

from accounts.errors import Reason, Refusal

DEPTH_MAX = 32
SURROGATE = re.compile("[\ud800-\udfff]")
BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class JsonFloat(Decimal):
    """A JSON number with a point or an exponent. Money refuses it; other fields may take its value."""


def _float(text: str) -> JsonFloat:
    try:
        return JsonFloat(text)
    except InvalidOperation:
        raise Refusal(Reason.MALFORMED) from None


def _constant(text: str) -> NoReturn:
    raise Refusal(Reason.MALFORMED, detail=f"{text} is not JSON.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Refusal(Reason.DUPLICATE_KEY)
    return result


def check_depth(data: bytes) -> None:
    """Refuse deep nesting before the parser recurses into it. One pass, no recursion."""
    depth = 0
    for match in BRACKETS.finditer(data):
        token = match.group()
        if token in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise Refusal(Reason.TOO_DEEP)
        elif token in b"]}":
            depth -= 1


def is_storable(text: str) -> bool:
    """Whether a database takes the text: NUL and lone surrogates it does not."""
    return "\x00" not in text and not SURROGATE.search(text)


def check_text(value: Any) -> None:
    """Refuse text that cannot be stored, however deep it stands. Bounded by DEPTH_MAX."""
    if isinstance(value, str):
        if not is_storable(value):
            raise Refusal(Reason.INVALID_TEXT)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_text(name)
            check_text(item)
    elif isinstance(value, list):
        for item in value:
            check_text(item)


def parse_json(data: bytes) -> Any:
    """The value, or a Refusal; never another exception, whatever the bytes."""
    if len(data) > settings.BODY_MAX_BYTES:
        raise Refusal(Reason.BODY_TOO_LARGE, status=413)
    if data.count(b"[") + data.count(b"{") > DEPTH_MAX:
        check_depth(data)
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, parse_float=_float, parse_constant=_constant, object_pairs_hook=_object
        )
    except (ValueError, RecursionError):
        raise Refusal(Reason.MALFORMED) from None
    if "\\u" in text or "\x00" in text:
        check_text(value)
    return value


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return parse_json(stream.read(settings.BODY_MAX_BYTES + 1))
