"""schemathesis throws at `/api/stream` what the document allows and what it forbids.

No WSGI server has it, so that config/tests/test_fuzz.py cannot: here each case is asked of the ASGI
application, and a stream that opens is left at once.
"""

import asyncio
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from accounts.event_source import PATH, event_source
from accounts.models import User
from accounts.services.sessions import open_session
from accounts.tests.sockets import in_loop
from config.schema import document
from config.tests.cast import PASSWORD

configuration = SchemathesisConfig()
configuration.projects.default.generation.update(modes=list(GenerationMode))
api = schemathesis.openapi.from_dict(orjson.loads(orjson.dumps(document())), config=configuration)
OPERATION = api[PATH]["GET"]
CASES = st.one_of(*(OPERATION.as_strategy(generation_mode=mode) for mode in GenerationMode))


async def answer_of(method: str, query: str, headers: list[tuple[bytes, bytes]]) -> tuple[int, str, bytes]:  # fmt: skip
    """(status, content type, what was sent until the client left) of one request."""
    said: list[dict[str, Any]] = []
    opened = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await opened.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)
        if b"ready" in message.get("body", b""):
            opened.set()

    scope = {
        "type": "http", "method": method, "path": PATH, "scheme": "http", "headers": headers,
        "query_string": query.encode("utf-8", "replace"), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await asyncio.wait_for(event_source(scope, receive, send), 5)
    kind = dict(said[0]["headers"])[b"content-type"].decode()
    return said[0]["status"], kind, b"".join(each.get("body", b"") for each in said)


@pytest.fixture
def token(transactional_db: None) -> str:
    return open_session(User.objects.create_user("ada@example.org", PASSWORD))[0]


@given(case=CASES)
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_breaks_the_stream(case: Any, token: str) -> None:
    query = {name: value for name, value in case.query.items() if name != "ticket"}
    given_headers = [
        (str(name).lower().encode(), str(value).encode("utf-8", "replace"))
        for name, value in case.headers.items()
        if name.lower() != "authorization"
    ]
    headers = [*given_headers, (b"authorization", f"Bearer {token}".encode())]
    method = case.method.upper()

    async def scenario() -> tuple[int, str, bytes]:
        return await answer_of(method, urlencode(query, doseq=True, errors="replace"), headers)

    status, kind, body = in_loop(scenario)
    assert status < 500, body
    if status == 200:
        assert (method, kind) == ("GET", "text/event-stream; charset=utf-8")
        assert b"event: ready" in body
    elif status != 204:
        assert kind == "application/problem+json"
        assert orjson.loads(body)["status"] == status
