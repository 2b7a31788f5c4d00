"""One POST to an address of a stranger's choice: looked up once, checked, and connected to just that.

No redirect is followed, no proxy asked, no cookie kept; time and what is read are bounded.
"""

import socket
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from threading import Timer
from time import monotonic

from accounts.delivery.addresses import Target, is_public, target_of
from accounts.errors import Refusal

CONNECT_SECONDS = 5.0  # for the look-up, and for each address
TOTAL_SECONDS = 10.0
RESPONSE_BYTES_MAX = 2000  # 500 characters, whatever their length
RESPONSE_LENGTH_MAX = 500
AGENT = "household-books-webhooks/1"
_resolver = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt went: a status, or the word for why there is none."""

    status: int | None = None
    error: str = ""
    response: str = ""
    duration_ms: int = 0

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Failed(Exception):
    """The attempt ended before an answer; the argument is the word for it."""


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send, and say how it went. Raises nothing that the other side can cause."""
    started = monotonic()
    connection, status, error, response = None, None, "", ""
    try:
        target = target_of(url)
        connection = _Connection(target, _addresses(target), started + TOTAL_SECONDS)
        with connection as connected:
            status, response = _exchange(connected, target, body, headers)
    except Refusal as refusal:
        error = refusal.code
    except _Failed as failed:
        error = str(failed)
    except TimeoutError:
        error = "timeout"
    except ssl.SSLError:
        error = "tls_failed"
    except (OSError, HTTPException, ValueError):
        error = "no_answer"
    if status is None and connection is not None and connection.is_cut:
        error = "timeout"  # whatever the cut looked like from inside
    return Answer(status, error, response, int((monotonic() - started) * 1000))


def _addresses(target: Target) -> list[str]:
    """What the name stands for now; refuses it whole when any of it lies inside."""
    looked_up = _resolver.submit(look_up, target.host, target.port)
    try:
        found = looked_up.result(timeout=CONNECT_SECONDS)
    except (OSError, UnicodeError):  # a timeout is an OSError too
        looked_up.cancel()
        raise _Failed("name_not_found") from None
    if not found or not all(is_public(ip_address(address)) for address in found):
        raise _Failed("webhook_address_not_public")
    return list(dict.fromkeys(found))


def look_up(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class _Connection:
    """A TLS socket to one of the checked addresses, for the name; cut at the deadline.

    The timeouts of a socket are per operation: who drips a byte a second would never meet them.
    """

    def __init__(self, target: Target, addresses: list[str], deadline: float) -> None:
        self.target, self.addresses, self.deadline = target, addresses, deadline
        self.is_cut = False

    def __enter__(self) -> ssl.SSLSocket:
        plain = self._connect()
        try:
            self.socket = tls_context().wrap_socket(
                plain, server_hostname=self.target.host, do_handshake_on_connect=False
            )
        except BaseException:
            plain.close()
            raise
        left = max(self.deadline - monotonic(), 0.01)
        self.socket.settimeout(left)
        self.timer = Timer(left, self._cut)
        self.timer.daemon = True
        self.timer.start()
        try:
            self.socket.do_handshake()
        except BaseException:
            self.__exit__()
            raise
        return self.socket

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()
        self.socket.close()

    def _cut(self) -> None:
        """End both directions below TLS: a thread that waits in a read returns at once."""
        self.is_cut = True
        try:
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already

    def _connect(self) -> socket.socket:
        for address in self.addresses:
            left = min(CONNECT_SECONDS, self.deadline - monotonic())
            if left <= 0:
                break
            try:
                return socket.create_connection((address, self.target.port), timeout=left)
            except OSError:
                continue
        raise _Failed("not_reachable" if monotonic() < self.deadline else "timeout")


def tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(
    connected: ssl.SSLSocket, target: Target, body: bytes, headers: Mapping[str, str]
) -> tuple[int, str]:
    """Status and how the body begins. The connection is given: http.client opens none of its own."""
    http = HTTPConnection(target.host, target.port)
    http.sock = connected
    http.auto_open = 0
    fixed = {"Host": target.authority, "User-Agent": AGENT, "Content-Type": "application/json",
             "Connection": "close"}  # fmt: skip
    http.request("POST", target.path, body, {**fixed, **headers})
    with http.getresponse() as answer:
        try:
            text = answer.read(RESPONSE_BYTES_MAX).decode(errors="replace")
        except (OSError, HTTPException):
            text = ""  # The status is the answer; its body is only for the log.
    return answer.status, text.replace("\x00", "\ufffd")[:RESPONSE_LENGTH_MAX]
