"""Every operation of the OpenAPI document as requests: bodies are made of it, ids are put in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from config.schema import METHODS, document

# The stream process serves it, WSGI does not: accounts/tests/test_event_source.py asks it for what is
# asked of all (visitors, strangers), config/tests/test_stream_fuzz.py throws at it what is allowed.
STREAMED = {"/api/stream"}
MADE_UP = "0199ffff-ffff-7fff-bfff-ffffffffffff"
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
SAMPLES = {
    "decimal": "1.00",
    "date": "2026-01-20",
    "date-time": "2036-01-20T12:00:00Z",
    "email": "new@example.org",
    "uri": "https://example.com/hook",
    "byte": "YQ==",
    "uuid": MADE_UP,
}
# What a text without a format must be, by the name of its field.
TEXTS = {
    "currency": "EUR",
    "base": "USD",
    "amount": "1.00",
    "statement_balance": "1.00",
    "code": "123456",
}

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    described: dict[str, Any] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def is_public(self) -> bool:
        return not self.described.get("security")

    @property
    def holes(self) -> list[str]:
        """The ids that the path names, in its order."""
        uuids = {item["name"] for item in self.parameters("path") if is_uuid(item["schema"])}
        return [name for name in re.findall(r"\{(\w+)\}", self.path) if name in uuids]

    def parameters(self, where: str) -> list[dict[str, Any]]:
        named = [item for item in self.described.get("parameters", []) if "name" in item]
        return [item for item in named if item["in"] == where]

    @property
    def media_type(self) -> str:
        return next(iter(self.described.get("requestBody", {}).get("content", {})), "")

    def body(self) -> Any:
        """One body that the document allows: the example, or what the schema asks for."""
        if not self.media_type:
            return None
        content = self.described["requestBody"]["content"][self.media_type]
        example = next(iter(content.get("examples", {}).values()), None)
        return example["value"] if example else sample(content["schema"])

    def id_fields(self) -> list[Place]:
        """Where a body may hold an id, as a path of names and positions."""
        if not self.media_type:
            return []
        schema = self.described["requestBody"]["content"][self.media_type]["schema"]
        return list(dict.fromkeys(places(schema, is_uuid)))

    def name_fields(self) -> list[Place]:
        """Where a body may hold a text that could name a row."""
        if not self.media_type:
            return []
        schema = self.described["requestBody"]["content"][self.media_type]["schema"]
        return list(dict.fromkeys(places(schema, is_text)))


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself: references followed, of several that are allowed the first."""
    while True:
        if "$ref" in schema:
            schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        elif choice := next((schema[k] for k in ("allOf", "oneOf", "anyOf") if k in schema), None):
            schema = choice[0]
        else:
            return schema


def kind_of(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "object")
    return str(kind[0]) if isinstance(kind, list) else str(kind)


def is_uuid(schema: dict[str, Any]) -> bool:
    return resolved(schema).get("format") == "uuid"


def is_text(schema: dict[str, Any]) -> bool:
    schema = resolved(schema)
    return kind_of(schema) == "string" and not {"format", "enum"} & schema.keys()


def sample(schema: dict[str, Any], name: str = "") -> Any:
    """The smallest value that the schema describes: what is required, else one field."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema and schema["default"] not in (None, "", []):
        return schema["default"]
    match kind_of(schema):
        case "object":
            known = schema.get("properties", {})
            wanted = schema.get("required") or list(known)[:1]
            return {key: sample(known[key], key) for key in wanted}
        case "array":
            return [sample(schema["items"], name)]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return SAMPLES.get(schema.get("format", ""), TEXTS.get(name, "Sample"))


def places(
    schema: dict[str, Any], wanted: Any, here: Place = (), depth: int = 5
) -> Iterator[Place]:
    schema = resolved(schema)
    if wanted(schema):
        yield here
    if not depth:
        return
    if kind_of(schema) == "array":
        yield from places(schema["items"], wanted, (*here, 0), depth - 1)
    for name, part in schema.get("properties", {}).items():
        yield from places(part, wanted, (*here, name), depth - 1)


def put(body: Any, place: Place, value: Any, schema: dict[str, Any]) -> Any:
    """The body with the value at that place; what is missing on the way there is made."""
    if not place:
        return value
    schema, (step, *rest) = resolved(schema), place
    if isinstance(step, int):
        items = list(body) if isinstance(body, list) and body else [sample(schema["items"])]
        return [put(items[0], tuple(rest), value, schema["items"]), *items[1:]]
    part = schema["properties"][step]
    old = body.get(step) if isinstance(body, dict) else None
    old = sample(part, step) if old is None else old
    return {**(body or {}), step: put(old, tuple(rest), value, part)}


def ids_in(body: Any, here: Place = ()) -> Iterator[tuple[Place, str]]:
    if isinstance(body, dict | list):
        steps = body.items() if isinstance(body, dict) else enumerate(body)
        for step, value in steps:
            yield from ids_in(value, (*here, step))
    elif isinstance(body, str) and UUID.match(body):
        yield here, body


def operations() -> list[Operation]:
    return [
        Operation(method, path, described[method])
        for path, described in document()["paths"].items()
        if path not in STREAMED
        for method in METHODS
        if method in described
    ]
