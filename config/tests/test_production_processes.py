"""The processes of production, as README.md starts them, on this machine's PostgreSQL and Redis.

They run when both answer at TEST_DATABASE_URL and TEST_REDIS_URL; with CI=true they must.
"""

import asyncio
import http.client
import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
import redis
from websockets.asyncio.client import connect

from config.tests.browser import Person, chromium, visiting
from config.tests.cast import PASSWORD
from config.tests.processes import SECRETS, call, first_event, free_port, manage, running, until
from config.tests.proxy import proxy
from config.tests.test_races_server import race_for_a_code, race_for_a_letter

DATABASE = os.environ.get("TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS = urlsplit(os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9"))
# Not the databases that the other tests empty while these processes run.
REDIS_URL = REDIS._replace(path=f"/{int(REDIS.path.strip('/') or 0) + 3}").geturl()


@dataclass
class Site:
    folder: Path
    variables: dict[str, str]
    web: int = field(default_factory=free_port)
    stream: int = field(default_factory=free_port)
    processes: dict[str, Any] = field(default_factory=dict)

    def commands(self) -> dict[str, list[str]]:
        web = ["--port", str(self.web), "--blocking-threads", "4", "--backpressure", "32"]
        stream = ["--port", str(self.stream), "--ws", "websockets-sansio", "--no-proxy-headers",
                  "--timeout-graceful-shutdown", "3"]  # fmt: skip
        return {
            "web": ["granian", "--interface", "wsgi", *web, "config.wsgi:application"],
            "stream": ["uvicorn", "config.asgi:application", *stream],
            "worker": ["celery", "-A", "config", "worker", "--concurrency", "1"],
            "beat": ["celery", "-A", "config", "beat"],
        }

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def until(self, name: str, what: Any) -> Any:
        return until(what, self.log(name), self.processes[name])

    def call(self, *args: Any, **kwargs: Any) -> Any:
        return call(self.web, *args, **kwargs)

    def register(self) -> str:
        person = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}
        status, _, answer = self.call("POST", "/api/auth/register", person)
        assert status == 201, answer
        return str(answer["access"])


def absent() -> str:
    """Why the processes cannot run here; empty when they can."""
    try:
        psycopg.connect(DATABASE, connect_timeout=3).close()
        with redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3) as client:
            client.ping()
    except (psycopg.OperationalError, redis.RedisError) as error:
        return f"PostgreSQL and Redis do not both answer: {error}"
    return ""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """The URL of a new PostgreSQL database, dropped afterwards."""
    reason = absent()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    name = f"books_{uuid4().hex[:12]}"
    with psycopg.connect(DATABASE, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    with redis.Redis.from_url(REDIS_URL) as client:
        client.flushdb()
    yield urlsplit(DATABASE)._replace(path=f"/{name}").geturl()
    with psycopg.connect(DATABASE, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """All four processes, up and answering."""
    variables = {
        "DATABASE_URL": database,
        "REDIS_URL": REDIS_URL,
        "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOW_INSECURE_HTTP": "true",
        "SSL_REDIRECT": "false",
        "SECURE_COOKIES": "false",
        "HSTS_SECONDS": "0",
        "BCRYPT_ROUNDS": "10",
        **SECRETS,
    }
    migrated = manage("migrate", "-v0", **variables)
    assert migrated.returncode == 0, migrated.stderr
    site = Site(tmp_path_factory.mktemp("site"), variables)
    with ExitStack() as stack:
        for name, words in site.commands().items():
            process = running(words, site.log(name), **variables)
            site.processes[name] = stack.enter_context(process)
        site.until("web", lambda: site.call("GET", "/health")[0] == 200)
        site.until("stream", lambda: call(site.stream, "GET", "/health")[0] == 200)
        yield site


def test_the_page_is_live_behind_a_proxy_and_goes_on_without_streams(site: Site) -> None:
    ada = Person.register(site.web)
    with chromium() as browser, proxy(site.web, site.stream) as port:
        with visiting(browser, f"http://127.0.0.1:{port}") as visit:
            page = visit.enter(ada)
            row = ada.book("-3.00", "Elsewhere")
            page.wait_for_selector(f"[data-row='{row['id']}']")
        with visiting(browser, f"http://127.0.0.1:{site.web}") as visit:
            page = visit.sign_in(ada)
            page.wait_for_selector("#live[data-state=polling]")
            row = ada.book("-4.00", "Elsewhere")
            page.wait_for_selector(f"[data-row='{row['id']}']")
            visit.complaints = [text for text in visit.complaints if "/ws/stream" not in text]


def test_one_code_and_one_letter_serve_once_however_many_come_at_once(site: Site) -> None:
    """Checklist 12 and 14, on PostgreSQL and with several threads of a server of its own."""
    race_for_a_code(site.web)
    race_for_a_letter(
        site.web, site.log("worker").read_text, lambda what: site.until("worker", what)
    )


def test_it_becomes_ready_with_every_part(site: Site) -> None:
    def ready() -> Any:
        status, _, answer = site.call("GET", "/health/ready")
        return answer if status == 200 and answer["status"] == "ok" else None

    parts = site.until("worker", ready)["parts"]
    assert all(part["status"] == "ok" for part in parts.values())
    pulse = manage("pulse", "worker", "beat", **site.variables)
    assert pulse.returncode == 0, pulse.stderr


def test_people_book_and_the_stream_tells_them(site: Site) -> None:
    token = site.register()
    body = {"name": "Main", "type": "checking", "currency": "EUR"}
    status, _, account = site.call("POST", "/api/accounts", body, token=token)
    assert status == 201, account

    async def listen() -> Any:
        url = f"ws://127.0.0.1:{site.stream}/ws/stream"
        headers = {"Authorization": f"Bearer {token}"}
        async with connect(url, additional_headers=headers) as stream:
            row = {"account": account["id"], "amount": "-3.00", "posted_on": "2026-01-15"}
            await asyncio.to_thread(site.call, "POST", "/api/transactions", row, token=token)
            while True:
                frame = json.loads(await asyncio.wait_for(stream.recv(), 20))
                if frame["kind"] == "transaction.created":
                    return frame

    assert asyncio.run(listen())["data"]["amount"] == "-3.00"


def test_the_stream_comes_as_server_sent_events_too(site: Site) -> None:
    token = site.register()
    body = {"name": "Travels", "kind": "expense"}

    def book() -> None:
        assert site.call("POST", "/api/categories", body, token=token)[0] == 201

    frame = first_event(site.stream, token, "category.created", book)
    assert frame["data"]["name"] == "Travels"


def test_the_stream_process_answers_no_other_http(site: Site) -> None:
    status, headers, answer = call(site.stream, "GET", "/api/schema")
    assert (status, answer["code"]) == (404, "not_found")
    assert headers["content-type"] == "application/problem+json"


def test_a_chunked_body_is_read_and_bounded(site: Site) -> None:
    def send(body: list[bytes]) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", site.web, timeout=30)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/api/auth/login", iter(body), headers, encode_chunked=True)
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    status, answer = send([b'{"email": "nobody@example.org",', b' "password": "wrong horse"}'])
    assert (status, answer["code"]) == (401, "invalid_credentials")
    status, answer = send([b"[", *[b"1," * 10_000] * 60, b"1]"])
    assert (status, answer["code"]) == (413, "body_too_large")


def test_log_lines_are_json_with_the_request_id(site: Site) -> None:
    site.call("GET", "/api/nowhere", headers={"X-Request-ID": "trace-me-0123"})

    def line() -> Any:
        lines = site.log("web").read_text().splitlines()
        return next((text for text in lines if "trace-me-0123" in text), None)

    found = json.loads(site.until("web", line))
    assert found["request_id"] == "trace-me-0123"
    assert found["status"] == 404


def test_metrics_are_read_on_this_machine(site: Site) -> None:
    status, _, text = site.call("GET", "/metrics")
    assert status == 200
    assert b"books_requests_total" in text


# Last, for it ends them.
def test_every_process_ends_cleanly_on_sigterm(site: Site) -> None:
    for process in site.processes.values():
        process.send_signal(signal.SIGTERM)
    codes = {name: process.wait(timeout=30) for name, process in site.processes.items()}
    # uvicorn raises the signal again when it is done, as a shell expects of it.
    assert codes == {"web": 0, "worker": 0, "beat": 0, "stream": codes["stream"]}
    assert codes["stream"] in (0, -signal.SIGTERM)
    for name in site.processes:
        assert "Traceback" not in site.log(name).read_text()
