"""Nothing is lost and nothing told twice, whoever is killed when: real processes on PostgreSQL.

KILLS=200 pytest config/tests/test_outbox_kills.py takes longer and is the figure of docs/live.md.
"""

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import psycopg
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from config.tests.processes import SECRETS, free_port, manage, running, until
from config.tests.test_production_processes import (  # noqa: F401
    DATABASE,
    REDIS_URL,
    database,
)

KILLS = int(os.environ.get("KILLS", "20"))
SERVER_EVERY = 20  # kills of a writer or teller for each kill of the stream process
MAKE = """
import json
from accounts.models import User
from accounts.services.sessions import open_session
from django.utils import timezone
tokens = {}
for n in range(3):
    user = User.objects.create_user(f"owner{n}@example.org", None, email_verified_at=timezone.now())
    tokens[str(user.pk)] = [open_session(user)[0] for _ in range(2)]
print(json.dumps(tokens))
"""


class Listener(threading.Thread):
    """A client that comes back whenever it is cut off, to where it was."""

    def __init__(self, port, user_id, token):
        super().__init__(daemon=True)
        self.port, self.user_id, self.token = port, user_id, token
        self.heard = []  # (seq, event id)
        self.cuts = 0
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.is_set():
            try:
                self.listen()
            except (OSError, WebSocketException, http.client.HTTPException):
                self.cuts += 1
                time.sleep(0.1)

    def note(self, text):
        frame = json.loads(text)
        if "id" in frame:
            self.heard.append((frame["seq"], frame["id"]))


class SocketListener(Listener):
    def listen(self):
        header = {"Authorization": f"Bearer {self.token}"}
        url = f"ws://127.0.0.1:{self.port}/ws/stream"
        with connect(url, additional_headers=header, open_timeout=10) as socket:
            socket.recv(timeout=10)
            seq, event_id = self.heard[-1] if self.heard else (0, None)
            resume = {"resume": seq} | ({"id": event_id} if event_id else {})
            socket.send(json.dumps(resume))
            while not self.is_over.is_set():
                try:
                    text = socket.recv(timeout=0.5)
                except TimeoutError:
                    continue
                self.note(text)


class EventSourceListener(Listener):
    last_id = "0"

    def listen(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Last-Event-ID": self.last_id}
        try:
            connection.request("GET", "/api/stream", headers=headers)
            response = connection.getresponse()
            while line := response.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    place = value
                elif name == "data":
                    before = len(self.heard)
                    self.note(value)
                    if len(self.heard) > before:
                        self.last_id = place
                if self.is_over.is_set():
                    break
            else:
                raise ConnectionError("cut off")
            response.close()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(database, tmp_path_factory):  # noqa: F811 (a fixture)
    """(environment, folder, URL) of a database of its own, migrated."""
    with psycopg.connect(DATABASE, autocommit=True) as connection:
        # Our processes are killed, never the database: its disk has no say in this.
        name = urlsplit(database).path.removeprefix("/")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    folder = tmp_path_factory.mktemp("kills")
    variables = {
        "DATABASE_URL": database, "REDIS_URL": REDIS_URL, "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOW_INSECURE_HTTP": "true", "SSL_REDIRECT": "false", "SECURE_COOKIES": "false",
        "HSTS_SECONDS": "0", "BCRYPT_ROUNDS": "10", "LOG_LEVEL": "ERROR", **SECRETS,
    }  # fmt: skip
    migrated = manage("migrate", "-v0", seconds=600, **variables)
    assert migrated.returncode == 0, migrated.stderr
    return variables, folder, database


def test_every_client_hears_each_event_once_and_in_order(site):
    variables, folder, url = site
    made = manage("shell", "-v0", "-c", MAKE, **variables)
    assert made.returncode == 0, made.stderr
    tokens = json.loads(made.stdout.splitlines()[-1])
    port, log, server_kills = free_port(), folder / "children.log", 0
    listeners = [
        kind(port, user_id, token)
        for user_id, pair in tokens.items()
        for kind, token in zip((SocketListener, EventSourceListener), pair, strict=True)
    ]
    children = [sys.executable, "-m", "config.tests.killed_children", str(KILLS)]
    stream = ["uvicorn", "config.asgi:application", "--port", str(port), "--ws",
              "websockets-sansio", "--no-proxy-headers", "--timeout-graceful-shutdown", "1"]  # fmt: skip
    with running(children, log, **variables) as working:
        for listener in listeners:
            listener.start()
        while working.poll() is None or server_kills < max(1, KILLS // SERVER_EVERY):
            with running(stream, folder / "stream.log", **variables) as server:
                before = heard_by(listeners)
                until(
                    lambda before=before: (
                        heard_by(listeners) > before or working.poll() is not None
                    ),
                    folder / "stream.log",
                    server,
                )
                time.sleep(random.uniform(0, 1))
                server.send_signal(signal.SIGKILL)
                server.wait()
                server_kills += 1
        assert working.wait() == 0, log.read_text()
    events, told, mailed = what_is_stored(url)
    with running(stream, folder / "stream.log", **variables) as server:
        complete = lambda: all(li.heard[-1:] == events[li.user_id][-1:] for li in listeners)  # noqa: E731
        until(complete, folder / "stream.log", server)
        time.sleep(1)  # something that comes twice would come now
        for listener in listeners:
            listener.is_over.set()
    for listener in listeners:
        assert listener.heard == events[listener.user_id]
    assert min(len(found) for found in events.values()) > KILLS // 3, "they were killed too soon"
    notices = sum(kind == "rule.notice" for found in told.values() for kind, _ in found)
    for user_id, wanted in notices_of(url).items():
        assert Counter(key for kind, key in told[user_id] if kind == "rule.notice") == Counter(
            wanted
        )
    assert mailed == Counter(dict.fromkeys(mailed, 1))
    assert len(mailed) == notices
    sys.stdout.write(  # with -s
        f"{KILLS} children and {server_kills} stream processes killed,"
        f" {sum(map(len, events.values()))} events, {sum(li.cuts for li in listeners)} attempts to come back\n"
    )


def heard_by(listeners):
    return sum(len(listener.heard) for listener in listeners)


def what_is_stored(url):
    """Events by owner in order; (kind, key) of notifications by owner; notifications in letters."""
    events, told, mailed = {}, {}, Counter()
    with psycopg.connect(url) as connection:
        sql = "SELECT user_id, seq, id FROM accounts_event ORDER BY seq, id"
        for user_id, seq, event_id in connection.execute(sql):
            events.setdefault(str(user_id), []).append((seq, str(event_id)))
        for user_id, kind, key in connection.execute(
            "SELECT user_id, kind, key FROM accounts_notification"
        ):
            told.setdefault(str(user_id), []).append((kind, key))
        for (data,) in connection.execute(
            "SELECT data FROM accounts_letter WHERE purpose = 'news'"
        ):
            mailed.update(data["notifications"])
    return events, told, mailed


def notices_of(url):
    found = {}
    with psycopg.connect(url) as connection:
        sql = "SELECT user_id, id FROM accounts_event WHERE kind = 'rule.notice'"
        for user_id, event_id in connection.execute(sql):
            found.setdefault(str(user_id), []).append(str(event_id))
    return found
