"""Races against a server of its own process, over real connections, released by a barrier."""

import re
import socket
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest

from accounts.tests.letterbox import CODE
from config.tests.processes import call
from config.tests.test_serve import House, new_books, served  # noqa: F401 (fixtures)

THREADS = 20
PASSWORD = "a phrase for one test only"


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """The answers, in order; all calls wait at a barrier. Nothing here touches a database."""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def one(position: int) -> None:
        barrier.wait()
        answers[position] = calls[position]()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def registered(port: int, email: str) -> Any:
    status, _, said = call(
        port, "POST", "/api/auth/register", {"email": email, "password": PASSWORD}
    )
    assert status == 201, said
    return said


def test_of_a_burst_of_wrong_passwords_few_are_looked_at(served: House) -> None:  # noqa: F811
    """Checklist 7: and the right one, sent when the limit is reached, is refused as well."""
    registered(served.port, "burst@example.org")

    def attempt(password: str) -> int:
        body = {"email": "burst@example.org", "password": password}
        return call(served.port, "POST", "/api/auth/login", body)[0]

    counts = Counter(at_once([lambda n=n: attempt(f"wrong number {n}") for n in range(30)]))
    assert counts.keys() == {401, 429}
    assert counts[401] <= 10
    assert attempt(PASSWORD) == 429


def test_of_twenty_refreshes_one_wins(served: House) -> None:  # noqa: F811
    """Checklist 21."""
    raw = registered(served.port, "refresh@example.org")["refresh"]
    answers = at_once(
        [lambda: call(served.port, "POST", "/api/auth/refresh", {"refresh": raw})] * THREADS
    )
    assert Counter(status for status, _, _ in answers) == {200: 1, 401: THREADS - 1}


def test_of_twenty_posts_with_one_key_one_row_comes(served: House) -> None:  # noqa: F811
    """Checklist 47."""
    token = registered(served.port, "key@example.org")["access"]
    body, key = {"name": "Only once"}, {"Idempotency-Key": "one"}
    answers = at_once(
        [lambda: call(served.port, "POST", "/api/tags", body, token=token, headers=key)] * THREADS
    )
    assert {status for status, _, _ in answers} <= {201, 409}
    assert len({said["id"] for status, _, said in answers if status == 201}) == 1
    assert len(call(served.port, "GET", "/api/tags", token=token)[2]["results"]) == 1


def race_for_a_code(port: int) -> None:
    """Logins of one person who know the password, and finish with one code of the app at once."""
    email = f"{uuid4().hex}@example.org"
    token = registered(port, email)["access"]
    app = pyotp.TOTP(call(port, "POST", "/api/auth/mfa/totp", {}, token=token)[2]["secret"])
    earlier = {"code": app.at(datetime.now() - timedelta(seconds=30))}
    assert call(port, "POST", "/api/auth/mfa/totp/confirm", earlier, token=token)[0] == 200
    login = {"email": email, "password": PASSWORD}
    halves = [call(port, "POST", "/api/auth/login", login)[2]["mfa_token"] for _ in range(THREADS)]
    code = app.now()

    def finish(half: str) -> int:
        body = {"mfa_token": half, "code": code}
        return call(port, "POST", "/api/auth/login/mfa", body)[0]

    counts = Counter(at_once([lambda half=half: finish(half) for half in halves]))
    assert counts[200] == 1
    assert counts.keys() <= {200, 401, 429}


def race_for_a_letter(port: int, letters: Callable[[], str], until: Callable[..., Any]) -> None:
    """The code of one letter, used at once with a password of each one's own: one is the password."""
    email = f"{uuid4().hex}@example.org"
    registered(port, email)
    assert call(port, "POST", "/api/auth/request-password-reset", {"email": email})[0] == 202
    # Another letter asks to confirm the address, and may be written before or after this one.
    code = re.compile(
        rf"^To: {email}$(?:(?!^To: ).)*?{CODE.pattern}\s+\(POST \S+/reset-password",
        re.MULTILINE | re.DOTALL,
    )
    [token] = until(lambda: code.findall(letters()))

    def use(number: int) -> int:
        body = {"token": token, "new_password": f"parallel phrase {number}"}
        return call(port, "POST", "/api/auth/reset-password", body)[0]

    statuses = at_once([lambda n=n: use(n) for n in range(THREADS)])
    assert Counter(statuses) == {204: 1, 400: THREADS - 1}
    login = {"email": email, "password": f"parallel phrase {statuses.index(204)}"}
    assert call(port, "POST", "/api/auth/login", login)[0] == 200


def test_of_twenty_uses_of_one_code_one_logs_in(served: House) -> None:  # noqa: F811
    """Checklist 14; on PostgreSQL in test_production_processes."""
    race_for_a_code(served.port)


def test_of_twenty_uses_of_one_letter_one_sets_the_password(served: House) -> None:  # noqa: F811
    """Checklist 12; on PostgreSQL in test_production_processes."""
    race_for_a_letter(served.port, served.log.read_text, served.until)


def test_after_a_logout_not_one_request_passes(served: House) -> None:  # noqa: F811
    """Checklist 23: by count, not by clock. What was sent after the answer came is refused."""
    token = registered(served.port, "gone@example.org")["access"]
    over = threading.Event()
    passed_after: list[int] = []

    def read() -> int:
        tries = 0
        while tries < 500:
            was_over = over.is_set()
            status = call(served.port, "GET", "/api/tags", token=token)[0]
            tries += 1
            if was_over:
                passed_after.append(status)
                if len(passed_after) >= 40:
                    break
        return tries

    def leave() -> int:
        status = call(served.port, "POST", "/api/auth/logout", token=token)[0]
        over.set()
        return status

    answers = at_once([read, read, read, leave])
    assert answers[-1] == 204
    assert len(passed_after) >= 40
    assert set(passed_after) == {401}


SMUGGLED = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
    ],
)
def test_line_74_two_lengths_are_no_request(served: House, headers: str) -> None:  # noqa: F811
    raw = (
        f"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n0\r\n\r\n{SMUGGLED}"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as wire:
        wire.sendall(raw.encode())
        wire.shutdown(socket.SHUT_WR)
        said = b""
        while piece := wire.recv(65536):
            said += piece
    assert said.startswith(b"HTTP/1.1 400")
    assert said.count(b"HTTP/1.1 ") == 1
