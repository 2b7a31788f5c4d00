"""The bridge from uvicorn to WSGI: bodies, heads, clients that leave, what none may forge."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import override_settings

from config.bridge import ClientGone, WsgiBridge, environ_of, read_body
from config.chunked import temporary_file, with_length

SCOPE = {
    "type": "http",
    "method": "POST",
    "raw_path": b"/api/caf%C3%A9%2Fx",
    "query_string": b"q=%20a",
    "http_version": "1.1",
    "scheme": "http",
    "server": ("127.0.0.1", 8000),
    "client": ("127.0.0.9", 1234),
    "headers": [],
}


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["REQUEST_METHOD"].encode(), b" ", body]


def conversation(
    application: Any, messages: list[dict[str, Any]], **scope: Any
) -> list[dict[str, Any]]:
    """What the bridge sends when the client says `messages`."""
    sent: list[dict[str, Any]] = []
    left = list(messages)

    async def receive() -> dict[str, Any]:
        return left.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    bridge = WsgiBridge(application, threads=1)
    asyncio.run(bridge({**SCOPE, **scope}, receive, send))
    bridge.close()
    return sent


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def body_of(sent: list[dict[str, Any]]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_a_body_in_pieces_arrives_whole() -> None:
    sent = conversation(echo, [part(b"one ", True), part(b"two", True), part(b"")])
    assert sent[0]["status"] == 200
    assert body_of(sent) == b"POST one two"
    assert (b"content-length", b"12") in sent[0]["headers"]


def test_a_large_answer_is_sent_in_pieces() -> None:
    def large(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return (b"x" * 1000 for _ in range(3000))

    sent = conversation(large, [part(b"")])
    assert len(body_of(sent)) == 3_000_000
    assert max(len(m.get("body", b"")) for m in sent) <= 64 * 1024


def test_a_head_has_no_body_and_the_length_that_was_said() -> None:
    def page(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        return [b"hello"]

    sent = conversation(page, [part(b"")], method="HEAD")
    assert body_of(sent) == b""
    assert sent[0]["headers"] == [(b"content-length", b"5")]


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_status_without_a_body_gets_no_length(status: str) -> None:
    def nothing(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response(status, [])
        return []

    assert conversation(nothing, [part(b"")])[0]["headers"] == []


def test_a_client_that_leaves_in_the_middle_starts_nothing() -> None:
    calls = []
    sent = conversation(
        lambda *_: calls.append(1), [part(b"half", True), {"type": "http.disconnect"}]
    )
    assert (calls, sent) == ([], [])


def test_the_answer_is_closed_also_when_making_it_fails() -> None:
    closed = []

    class Broken:
        def __iter__(self) -> Any:
            raise RuntimeError

        def close(self) -> None:
            closed.append(1)

    def broken(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Broken()

    with pytest.raises(RuntimeError):
        conversation(broken, [part(b"")])
    assert closed == [1]


@override_settings(UPLOAD_MAX_BYTES=10)
def test_a_body_over_the_limit_is_counted_but_not_kept() -> None:
    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    messages = [part(b"12345678", True), part(b"12345678", True), part(b"1")]
    with temporary_file() as body:
        assert asyncio.run(read_body(body, receive)) == 17
        assert body.tell() == 8


def test_leaving_is_told_apart_from_an_empty_body() -> None:
    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with temporary_file() as body, pytest.raises(ClientGone):
        asyncio.run(read_body(body, gone))


def test_the_environment_is_as_wsgi_wants_it() -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"999"),
        (b"accept", b"text/csv"),
        (b"accept", b"*/*"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x_forwarded_for", b"9.9.9.9"),
        (b"x-forwarded-for", b"8.8.8.8"),
    ]
    with temporary_file() as body:
        environ = environ_of({**SCOPE, "headers": headers}, body, 3)
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/api/café/x"
    assert environ["QUERY_STRING"] == "q=%20a"
    assert environ["CONTENT_TYPE"] == "application/json"
    assert environ["CONTENT_LENGTH"] == "3", "what came counts, not what was announced"
    assert environ["HTTP_ACCEPT"] == "text/csv,*/*"
    assert environ["HTTP_COOKIE"] == "a=1;b=2"
    assert environ["HTTP_X_FORWARDED_FOR"] == "8.8.8.8", "an underscore must not stand for a hyphen"
    assert environ["REMOTE_ADDR"] == "127.0.0.9"


def test_a_chunked_body_gets_a_length_under_granian() -> None:
    with temporary_file() as raw:
        raw.write(b"chunks")
        raw.seek(0)
        environ = {
            "REQUEST_METHOD": "POST",
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input": raw,
        }
        answer: Any = with_length(echo)(environ, lambda *_: None)
        assert b"".join(answer) == b"POST chunks"
        assert environ["CONTENT_LENGTH"] == "6"
        answer.close()
        assert environ["wsgi.input"].closed
