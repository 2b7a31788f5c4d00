"""`GET /api/stream` for the OpenAPI document: no view of Django's serves it, so nothing else tells of it."""

from typing import Any

from accounts.event_source import PATH

EXAMPLE = (
    "retry: 3000\n\n"
    'event: ready\nid: 41-ffffffffffffffffffffffffffffffff\ndata: {"seq":41,"kind":"ready",'
    '"at":"2026-01-20T12:00:00Z","data":{}}\n\n'
    "id: 42-019b3a4c5d6e7f708192a3b4c5d6e7f8\n"
    'data: {"seq":42,"id":"019b3a4c-5d6e-7f70-8192-a3b4c5d6e7f8","kind":"transaction.deleted",'
    '"at":"2026-01-20T12:00:05Z","data":{"id":"019b3a4b-0000-7000-8000-000000000000"}}\n\n'
)
CREDENTIALS: list[dict[str, list[str]]] = [{"bearer": []}, {"ticket": []}]
TICKET = {
    "type": "apiKey",
    "in": "query",
    "name": "ticket",
    "description": "Good once, of `POST /api/auth/ws-ticket`: for a browser, which sends no header.",
}
OPERATION: dict[str, Any] = {
    "operationId": "stream",
    "summary": "What happens to my data, as it happens, as server-sent events.",
    "description": (
        "Each frame of `/ws/stream` as `data:` under an `id:` of its own, in order, each once. First an"
        " event `ready`. An event `resync`: part of what was missed is not kept any more, ask"
        " `/api/changes`. An event `end` with `{code, reason}` before the server closes:"
        " `session_revoked`, `token_expired`, `too_slow`. A comment every 15 seconds.\n\n"
        "The stream process serves it; a web process answers 404."
    ),
    "tags": ["changes"],
    "security": CREDENTIALS,
    "parameters": [
        {
            "in": "header",
            "name": "Last-Event-ID",
            "description": "The `id` of the last frame: goes on behind that very event. Goes before `since`.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}(-[0-9a-f]{32})?$"},
        },
        {
            "in": "query",
            "name": "since",
            "description": "The same, or a bare seq: goes on behind that commit.",
            "schema": {"type": "string", "pattern": "^[0-9]{1,18}(-[0-9a-f]{32})?$"},
        },
    ],
    "responses": {
        "200": {
            "description": "Does not end by itself.",
            "headers": {"Cache-Control": {"schema": {"type": "string", "const": "no-store"}}},
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
        },
    },
}
REFUSALS = {
    "400": "An unknown or repeated parameter, or a place that was never one of the stream's.",
    "401": "No credentials, or dead ones.",
    "403": "A page of an origin that is not allowed here.",
    "405": "Another method than GET.",
    "429": "As many streams of this person, or of this address, as there may be. See Retry-After.",
}


def add_stream(result: dict[str, Any], problem: dict[str, Any]) -> None:
    """Tell of the stream in the document; `problem` is how a refusal is described."""
    responses = {
        status: {**problem, "description": sentence} for status, sentence in REFUSALS.items()
    }
    told = {**OPERATION, "responses": {**OPERATION["responses"], **responses}}
    result["paths"] = dict(sorted({**result["paths"], PATH: {"get": told}}.items()))
    result["components"]["securitySchemes"]["ticket"] = TICKET
