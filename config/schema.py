"""The OpenAPI document: built once per process, and completed by what holds for every operation."""

from functools import cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer

from config.stream_schema import add_stream

HEADERS: dict[str, dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The same key and body within 24 hours give the stored answer again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that was read. Another one by now is refused with 412.",
        "schema": {"type": "string"},
    },
}
PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable; /api/docs/errors lists them all.",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
REFUSAL = {
    "description": "Refused.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
METHODS = ("get", "post", "put", "patch", "delete")


def house_rules(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add to every operation the refusal it may answer with and the headers it understands."""
    components = result["components"]
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["parameters"] = HEADERS
    add_stream(result, REFUSAL)
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                complete(path, method, operations[method])
    return result


def complete(path: str, method: str, operation: dict[str, Any]) -> None:
    operation["responses"].setdefault("default", REFUSAL)
    wanted = []
    if method == "post" and operation.get("security"):
        wanted.append("IdempotencyKey")
    if method in ("put", "patch", "delete") and path.endswith("}"):
        wanted.append("IfMatch")
    known = {item.get("name") for item in operation.get("parameters", [])}
    for name in wanted:
        if HEADERS[name]["name"] not in known:
            reference = {"$ref": f"#/components/parameters/{name}"}
            operation.setdefault("parameters", []).append(reference)


@cache
def document() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@cache
def as_json() -> bytes:
    return orjson.dumps(document(), option=orjson.OPT_NON_STR_KEYS)


@cache
def as_yaml() -> bytes:
    text: bytes = OpenApiYamlRenderer().render(document(), renderer_context={})  # type: ignore[no-untyped-call]
    return text


def schema(request: HttpRequest) -> HttpResponse:
    """The document as JSON, or as YAML where `Accept` prefers it."""
    wanted = request.get_preferred_type(
        ["application/json", "application/vnd.oai.openapi+json", "application/yaml",
         "application/vnd.oai.openapi"]
    )  # fmt: skip
    if wanted in ("application/yaml", "application/vnd.oai.openapi"):
        return HttpResponse(as_yaml(), content_type="application/yaml")
    return HttpResponse(as_json(), content_type="application/json")
