"""HTTP from uvicorn to Django's WSGI handler, on a fixed pool of threads.

Django's own ASGI handler costs several times more per request (docs/performance.md). The event loop
only moves bytes here: it reads the whole request first, a thread makes the whole answer, the loop
sends it. A slow client therefore never holds a thread.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from django.conf import settings

from config.chunked import PIECE, Environ, WsgiApplication, temporary_file

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
# A refused body is still read this far: a client cut off while sending never sees the answer.
READ_AND_DROPPED_MAX = 256 * 1024 * 1024
BODILESS = {204, 304}
UNNAMED = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class ClientGone(Exception):
    """The client closed before its request was complete: there is nobody to answer."""


@dataclass(slots=True)
class Answer:
    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: IO[bytes] = field(default_factory=temporary_file)

    def pieces(self) -> Iterator[bytes]:
        self.body.seek(0)
        while piece := self.body.read(PIECE):
            yield piece


class WsgiBridge:
    def __init__(self, application: WsgiApplication, threads: int) -> None:
        self.application = application
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with temporary_file() as body:
            try:
                size = await read_body(body, receive)
            except ClientGone:
                return
            body.seek(0)
            environ = environ_of(scope, body, size)
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.pool, self.answer, environ)
        with answer.body:
            await send_answer(answer, send, is_head=scope["method"] == "HEAD")

    def answer(self, environ: Environ) -> Answer:
        """The whole answer of the WSGI application, made on this thread."""
        answer = Answer()

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Any:
            answer.status = int(status[:3])
            answer.headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ]
            return answer.body.write

        try:
            result = self.application(environ, start_response)
            try:
                if environ["REQUEST_METHOD"] != "HEAD":
                    answer.body.writelines(result)
            finally:
                if hasattr(result, "close"):
                    result.close()
        except BaseException:
            answer.body.close()
            raise
        return answer

    def close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)


async def read_body(body: IO[bytes], receive: Receive) -> int:
    """Store the body up to the upload limit; return its full size, by which Django refuses more."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece = message.get("body", b"")
        size += len(piece)
        if size <= settings.UPLOAD_MAX_BYTES:
            body.write(piece)
        if not message.get("more_body") or size > READ_AND_DROPPED_MAX:
            return size


async def send_answer(answer: Answer, send: Send, *, is_head: bool) -> None:
    names = {name for name, _ in answer.headers}
    if b"content-length" not in names and answer.status not in BODILESS and not is_head:
        answer.headers.append((b"content-length", str(answer.body.tell()).encode()))
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    await send(start)
    for piece in answer.pieces():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def environ_of(scope: Scope, body: IO[bytes], size: int) -> Environ:
    """The WSGI environment (PEP 3333): text is bytes read as latin-1, the path is unquoted."""
    host, port = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"].partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/" + scope["http_version"],
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue  # X_Real_IP would become the same variable as X-Real-IP: a way to forge it
        key = UNNAMED.get(name) or "HTTP_" + name.upper().replace("-", "_")
        known = environ.get(key)
        separator = ";" if name == "cookie" else ","
        environ[key] = value if known is None else known + separator + value
    environ["CONTENT_LENGTH"] = str(size)
    return environ
