"""`manage.py serve` as a newcomer runs it: one real process, real connections, real signals."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect

from config.tests.cast import PASSWORD
from config.tests.processes import call, environment, first_event, free_port, manage, running, until
from config.tests.sources import ROOT


@dataclass
class House:
    """A database of its own, and how to serve from it."""

    folder: Path
    port: int
    serving: Any = None

    @property
    def variables(self) -> dict[str, str]:
        return {
            "DATA_DIR": str(self.folder / "var"),
            "PORT": str(self.port),
            "BCRYPT_ROUNDS": "4",
            "LOG_LEVEL": "INFO",
        }

    @contextmanager
    def serve(self, *words: str) -> Iterator[Any]:
        command = [sys.executable, "manage.py", "serve", *words]
        with running(command, self.log, **self.variables) as self.serving:
            self.until(lambda: call(self.port, "GET", "/health")[0] == 200)
            yield self.serving

    @property
    def log(self) -> Path:
        return self.folder / "serve.log"

    def until(self, what: Callable[[], Any]) -> Any:
        return until(what, self.log, self.serving)

    def register(self) -> str:
        """The access token of a new person."""
        person = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}
        status, _, answer = call(self.port, "POST", "/api/auth/register", person)
        assert status == 201, answer
        return str(answer["access"])


@pytest.fixture(scope="module")
def new_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty, migrated database, to be copied."""
    house = House(tmp_path_factory.mktemp("new"), free_port())
    migrated = manage("migrate", "-v0", **house.variables)
    assert migrated.returncode == 0, migrated.stderr
    return house.folder


@pytest.fixture
def house(new_books: Path, tmp_path: Path) -> House:
    """Books of this test's own, not served yet."""
    shutil.copytree(new_books, tmp_path, dirs_exist_ok=True)
    return House(tmp_path, free_port())


@pytest.fixture(scope="module")
def served(new_books: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server that the tests share; each registers a person of its own."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(new_books, folder, dirs_exist_ok=True)
    house = House(folder, free_port())
    with house.serve():
        yield house


def test_a_newcomer_registers_and_books(served: House) -> None:
    token = served.register()
    status, headers, account = call(
        served.port, "POST", "/api/accounts",
        {"name": "Main", "type": "checking", "currency": "EUR", "opening_balance": "100.00"},
        token=token,
    )  # fmt: skip
    assert status == 201, account
    assert headers["content-type"] == "application/json"
    row = {"account": account["id"], "amount": "-12.30", "posted_on": "2026-01-15"}
    assert call(served.port, "POST", "/api/transactions", row, token=token)[0] == 201
    _, _, listed = call(served.port, "GET", f"/api/accounts/{account['id']}", token=token)
    assert listed["balance"] == "87.70"


def test_the_stream_comes_as_server_sent_events_too(served: House) -> None:
    token = served.register()
    body = {"name": "Travels", "kind": "expense"}

    def book() -> None:
        assert call(served.port, "POST", "/api/categories", body, token=token)[0] == 201

    frame = first_event(served.port, token, "category.created", book)
    assert frame["data"]["name"] == "Travels"


def test_it_prints_the_addresses(served: House) -> None:
    text = served.log.read_text()
    for path in ("/api/docs", "/admin/", "/health/ready"):
        assert f"http://127.0.0.1:{served.port}{path}" in text


def test_worker_and_beat_live_in_the_process(served: House) -> None:
    def ready() -> bool:
        status, _, answer = call(served.port, "GET", "/health/ready")
        return status == 200 and answer["status"] == "ok"

    assert served.until(ready)


def test_bodies_are_bounded_on_the_wire(served: House) -> None:
    large = b'"' + b"x" * 1_500_000 + b'"'
    status, headers, answer = call(served.port, "POST", "/api/auth/login", large)
    assert (status, answer["code"]) == (413, "body_too_large")
    assert headers["content-type"] == "application/problem+json"
    assert call(served.port, "HEAD", "/api/docs")[2] == b""


async def first(kind: str, port: int, token: str, then: Callable[[], None]) -> dict[str, Any]:
    """The first frame of a kind on a stream; `then` runs once it is open."""
    url = f"ws://127.0.0.1:{port}/ws/stream"
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as stream:
        await asyncio.to_thread(then)
        while True:
            frame: dict[str, Any] = json.loads(await asyncio.wait_for(stream.recv(), 20))
            if frame["kind"] == kind:
                return frame


def test_the_stream_tells_of_a_booking(served: House) -> None:
    token = served.register()
    body = {"name": "Main", "type": "checking", "currency": "EUR"}
    _, _, account = call(served.port, "POST", "/api/accounts", body, token=token)

    def book() -> None:
        row = {"account": account["id"], "amount": "-3.00", "posted_on": "2026-01-15"}
        assert call(served.port, "POST", "/api/transactions", row, token=token)[0] == 201

    frame = asyncio.run(first("transaction.created", served.port, token, book))
    assert frame["data"]["amount"] == "-3.00"
    assert frame["seq"] > 0


@pytest.mark.parametrize("path", ["/ws/stream", "/ws/operations", "/ws/nowhere", "/"])
def test_a_visitor_opens_no_stream(served: House, path: str) -> None:
    async def knock() -> None:
        async with connect(f"ws://127.0.0.1:{served.port}{path}") as stream:
            await asyncio.wait_for(stream.recv(), 20)

    with pytest.raises(Exception, match=r"403|4401"):
        asyncio.run(knock())


def test_a_foreign_page_opens_no_stream(served: House) -> None:
    token = served.register()

    async def knock() -> None:
        headers = {"Authorization": f"Bearer {token}", "Origin": "https://evil.example"}
        async with connect(
            f"ws://127.0.0.1:{served.port}/ws/stream", additional_headers=headers
        ) as stream:
            await asyncio.wait_for(stream.recv(), 20)

    with pytest.raises(Exception, match="403"):
        asyncio.run(knock())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(house: House, number: signal.Signals) -> None:
    async def open_then_stop(token: str, process: Any) -> None:
        url = f"ws://127.0.0.1:{house.port}/ws/stream"
        async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as stream:
            process.send_signal(number)
            await asyncio.wait_for(stream.wait_closed(), 20)

    with house.serve() as process:
        asyncio.run(open_then_stop(house.register(), process))
        code = process.wait(timeout=20)
    text = house.log.read_text()
    assert code in (0, -number), text
    assert "stopped" in text
    assert "Traceback" not in text


def test_a_database_that_is_behind_is_not_served(tmp_path: Path) -> None:
    done = manage("serve", DATA_DIR=str(tmp_path), PORT=str(free_port()))
    assert done.returncode == 1
    assert "manage.py migrate" in done.stderr


def test_a_port_in_use_is_said_plainly(served: House) -> None:
    done = manage("serve", **served.variables)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


def post_until_killed(house: House, token: str, account: str, done: list[int]) -> None:
    for number in range(100_000):
        row = {"account": account, "amount": "-1.00", "posted_on": "2026-01-15",
               "memo": str(number)}  # fmt: skip
        try:
            status, _, _ = call(house.port, "POST", "/api/transactions", row, token=token)
        except (OSError, HTTPException):
            return  # killed
        assert status == 201
        done.append(number)


def test_killed_while_posting_the_books_still_balance(house: House) -> None:
    done: list[int] = []
    with house.serve() as process:
        token = house.register()
        body = {"name": "Main", "type": "checking", "currency": "EUR"}
        _, _, account = call(house.port, "POST", "/api/accounts", body, token=token)
        args = (house, token, account["id"], done)
        threads = [threading.Thread(target=post_until_killed, args=args) for _ in range(4)]
        for thread in threads:
            thread.start()
        house.until(lambda: len(done) >= 40)
        os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join()
        process.wait()
    checked = manage("verify_ledger", **house.variables)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with house.serve():
        _, _, after = call(house.port, "GET", f"/api/accounts/{account['id']}", token=token)
    booked = -float(after["balance"])
    # What was answered is booked; of each of the four threads one request more may have been.
    assert len(done) <= booked <= len(done) + 4


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_lines_of_the_readme_work(served: House, tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text().partition("## The same by curl")[2]
    lines = section.partition("```sh\n")[2].partition("```")[0]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=tmp_path,
        env=environment(BOOKS=f"http://127.0.0.1:{served.port}"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert '"balance":"1596.80"' in done.stdout
    assert '"income":"1500.00"' in done.stdout
    assert "problem" not in done.stdout


def test_the_first_start_prepares_everything(tmp_path: Path) -> None:
    house = House(tmp_path, free_port())
    with house.serve("--prepare"):
        pass
    assert "password" in house.log.read_text().lower()
    with house.serve("--prepare"):
        pass
    assert "password" not in house.log.read_text().lower(), "it is told once"
