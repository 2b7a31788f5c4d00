"""/api/stream, over a real connection: the frames of the WebSocket, for who has none."""

import http.client
import json
import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import event_source
from accounts.models import Session, User
from accounts.services.forgetting import forget_expired
from accounts.services.sessions import open_session
from accounts.sockets import SOCKETS_PER_USER_MAX
from accounts.tests.sockets import happen
from accounts.tests.stream_server import WAIT, frame_of, opened
from config.tests.cast import PASSWORD, account_of, client_of, posted


class Reader:
    """What a browser's EventSource does: blocks of lines, the last id kept."""

    def __init__(self, response):
        self.response, self.last_id = response, ""

    def block(self):
        """The fields of the next block; a comment is a block with the one field `comment`."""
        fields = {}
        while line := self.response.readline():
            text = line.decode().rstrip("\n")
            if not text:
                break
            name, _, value = text.partition(":")
            fields[name or "comment"] = value.removeprefix(" ")
        self.last_id = fields.get("id", self.last_id)
        return fields

    def frames(self, count):
        found = []
        while len(found) < count:
            fields = self.block()
            assert fields, "the server closed"
            if "data" in fields and "event" not in fields:
                found.append(json.loads(fields["data"]))
        return found

    def event(self, name):
        while fields := self.block():
            if fields.get("event") == name:
                return json.loads(fields["data"])
        raise AssertionError(f"closed without {name}")

    def is_over(self):
        return self.response.read() == b""


def asked(server, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    return connection, connection.getresponse()


def answer_of(server, path="/api/stream", method="GET", **headers):
    """(status, headers, body) of an answer that ends."""
    connection, response = asked(server, path, method, **headers)
    body = response.read()
    connection.close()
    return response.status, response.headers, json.loads(body) if body else None


@contextmanager
def source(server, token="", path="/api/stream", **headers):
    if token:
        headers["Authorization"] = f"Bearer {token}"
    connection, response = asked(server, path, **headers)
    assert (response.status, response.headers["Content-Type"]) == (
        200, "text/event-stream; charset=utf-8",
    )  # fmt: skip
    reader = Reader(response)
    reader.ready = reader.event("ready")
    try:
        yield reader
    finally:
        response.close()
        connection.close()


def test_it_says_what_the_socket_says(server, ada):
    client, account = client_of(ada), account_of(ada)
    with source(server, client.access) as events, opened(server, client) as socket:
        assert frame_of(socket)["kind"] == "ready"
        rows = [posted(account, "-12.30"), posted(account, "-1")]
        frames = events.frames(2)
        assert frames == [frame_of(socket), frame_of(socket)]
    assert [frame["seq"] for frame in frames] == [row.seq for row in rows]


def test_a_client_that_was_cut_off_within_a_commit_goes_on_with_its_next_event(server, ada, token):
    with source(server, token) as events:
        happen(ada, 1, 2, 3)
        assert [f["data"]["figure"] for f in events.frames(1)] == [1]
        last = events.last_id
    happen(ada, 4)
    with source(server, token, Last_Event_ID=last) as events:
        frames = events.frames(3)
    assert [f["data"]["figure"] for f in frames] == [2, 3, 4]


def test_a_client_that_saw_nothing_yet_comes_back_to_where_it_began(server, ada, token):
    with source(server, token) as events:
        last = events.last_id
    happen(ada, 1)
    with source(server, token, Last_Event_ID=last) as events:
        assert events.frames(1)[0]["data"] == {"figure": 1}


def test_since_gives_what_came_after_it(server, ada, token):
    first = happen(ada, 1)
    happen(ada, 2)
    with source(server, token, f"/api/stream?since={first}") as events:
        assert events.frames(1)[0]["data"] == {"figure": 2}
    with source(server, token, "/api/stream/?since=0") as events:
        assert [f["data"]["figure"] for f in events.frames(2)] == [1, 2]


def test_what_is_not_kept_any_more_is_announced(server, ada, token):
    happen(ada, 1)
    with time_machine.travel(timezone.now() + timedelta(days=100), tick=False):
        forget_expired()
    Session.objects.update(revoked_at=None)
    token = open_session(ada)[0]
    with source(server, token, "/api/stream?since=0") as events:
        assert events.event("resync")["data"] == {"oldest": 1}


@pytest.mark.parametrize("lose_hints", [False, True])
def test_logout_ends_it_within_two_seconds_and_says_why(server, ada, monkeypatch, lose_hints):
    if lose_hints:
        monkeypatch.setattr("accounts.receivers.send_hint", lambda groups, message: None)
    client = client_of(ada)
    with source(server, client.access) as events:
        events.response.fp.raw._sock.settimeout(2)
        client.post("/api/auth/logout")
        assert events.event("end") == {"code": 4401, "reason": "session_revoked"}
        assert events.is_over()
    assert answer_of(server, Authorization=f"Bearer {client.access}")[0] == 401


def test_a_ticket_opens_it_once(server, ada):
    ticket = client_of(ada).post("/api/auth/ws-ticket").json()["ticket"]
    with source(server, path=f"/api/stream?ticket={ticket}") as events:
        happen(ada, 1)
        assert events.frames(1)[0]["data"] == {"figure": 1}
    status, headers, problem = answer_of(server, f"/api/stream?ticket={ticket}")
    assert (status, problem["code"]) == (401, "ticket_invalid")
    assert headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/api/stream", {}, 401, "not_authenticated"),
        ("/api/stream", {"Authorization": "Bearer x"}, 401, "token_invalid"),
        ("/api/stream?ticket=x", {}, 401, "ticket_invalid"),
        ("/api/stream?token=x", {}, 400, "unknown_parameter"),
        ("/api/stream?since=1&since=2", {}, 400, "repeated_parameter"),
        ("/api/stream?since=-1", {}, 400, "invalid_parameter"),
        ("/api/stream?since=9223372036854775808", {}, 400, "invalid_parameter"),
        ("/api/stream", {"Last-Event-ID": "1-x"}, 400, "invalid_parameter"),
        ("/api/stream", {"Last-Event-ID": "²"}, 400, "invalid_parameter"),
        ("/api/stream", {"Origin": "https://evil.example"}, 403, "origin_not_allowed"),
    ],
)
def test_who_may_not_is_told_by_the_status(server, path, headers, status, code):
    headers = {name: value.encode("utf-8") for name, value in headers.items()}
    answer = answer_of(server, path, **headers)
    assert (answer[0], answer[2]["code"]) == (status, code)


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"])
def test_it_is_only_read(server, method):
    status, headers, _ = answer_of(server, method=method)
    assert (status, headers["Allow"]) == (405, "GET, OPTIONS")


def test_a_page_that_is_allowed_here_may_read_it(server, ada, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.org"]
    allowed = {"Origin": "https://app.example.org"}
    status, headers, _ = answer_of(server, method="OPTIONS", **allowed)
    assert status == 204
    assert headers["Access-Control-Allow-Headers"] == "authorization, last-event-id"
    with source(server, client_of(ada).access, **allowed) as events:
        headers = events.response.headers
    assert headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    _, headers, _ = answer_of(server, method="OPTIONS", Origin="https://evil.example")
    assert headers["Access-Control-Allow-Origin"] is None


def test_it_shares_the_limits_of_sockets(server, ada, token, settings):
    other = open_session(User.objects.create_user("bob@example.org", PASSWORD))[0]
    client = client_of(ada)
    with ExitStack() as stack:
        for _ in range(SOCKETS_PER_USER_MAX // 2):
            stack.enter_context(source(server, token))
            frame_of(stack.enter_context(opened(server, client)))
        status, headers, problem = answer_of(server, Authorization=f"Bearer {token}")
        assert (status, problem["code"]) == (429, "too_many_streams")
        assert headers["Retry-After"]
        stack.enter_context(source(server, other))
        settings.STREAMS_PER_ADDRESS_MAX = SOCKETS_PER_USER_MAX + 1
        assert answer_of(server, Authorization=f"Bearer {other}")[0] == 429


def test_a_silent_stream_gives_signs_of_life(server, ada, token, monkeypatch):
    monkeypatch.setattr(event_source, "HEARTBEAT_SECONDS", 0.05)
    with source(server, token) as events:
        assert "comment" in events.block()
        assert "comment" in events.block()


def test_no_thread_waits_with_a_client(server, ada, token):
    with source(server, token):
        happen(ada, 1)
        before = threading.active_count()
        with ExitStack() as stack:
            for _ in range(SOCKETS_PER_USER_MAX - 1):
                stack.enter_context(source(server, token))
            assert threading.active_count() <= before + 1
