"""The proxy in front of production, as small as it gets: `/ws/` to one port, the rest to another."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


def pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy(web: int, stream: int) -> Iterator[int]:
    """The port of the proxy, while the block lasts.

    A connection goes where its first line says: browsers open one of its own for a WebSocket.
    """

    class Connection(BaseRequestHandler):
        def handle(self) -> None:
            first = self.request.recv(64, socket.MSG_PEEK)
            port = stream if first.startswith(b"GET /ws/") else web
            with socket.create_connection(("127.0.0.1", port)) as server:
                back = threading.Thread(target=pipe, args=(server, self.request))
                back.start()
                pipe(self.request, server)
                back.join()

    with ThreadingTCPServer(("127.0.0.1", 0), Connection) as listener:
        listener.daemon_threads = True
        listener.block_on_close = False
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        try:
            yield int(listener.server_address[1])
        finally:
            listener.shutdown()
            thread.join()
