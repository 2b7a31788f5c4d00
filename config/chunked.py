"""Bodies that come in chunks, without a length, made readable for Django, which wants one."""

from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings

Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
IN_MEMORY = 512 * 1024
PIECE = 64 * 1024


def temporary_file() -> IO[bytes]:
    return SpooledTemporaryFile(max_size=IN_MEMORY)


class Answer:
    """An answer that closes the stored body when the server is done with it."""

    def __init__(self, answer: Iterable[bytes], body: IO[bytes]) -> None:
        self.answer, self.body = answer, body

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self) -> None:
        try:
            if hasattr(self.answer, "close"):
                self.answer.close()
        finally:
            self.body.close()


def with_length(application: WsgiApplication) -> WsgiApplication:
    """Read a chunked body up to the limit and announce its size, so that limits apply to it too."""

    def wrapped(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" not in environ:
            return application(environ, start_response)
        body = temporary_file()
        while body.tell() <= settings.UPLOAD_MAX_BYTES:
            piece = environ["wsgi.input"].read(PIECE)
            if not piece:
                break
            body.write(piece)
        environ["CONTENT_LENGTH"] = str(body.tell())
        body.seek(0)
        environ["wsgi.input"] = body
        return Answer(application(environ, start_response), body)

    return wrapped
