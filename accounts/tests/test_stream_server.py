"""The stream over a real socket: uvicorn in a thread, and the `websockets` client."""

import json

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from accounts.tests.stream_server import WAIT, frame_of, opened
from config.tests.cast import account_of, client_of, posted


def close_of(socket, within):
    try:
        while True:
            socket.recv(timeout=within)
    except ConnectionClosed as closed:
        return closed.rcvd.code, closed.rcvd.reason


def test_a_posted_transaction_comes_over_the_wire(server, ada):
    client, account = client_of(ada), account_of(ada)
    with opened(server, client) as socket:
        assert frame_of(socket)["kind"] == "ready"
        row = posted(account, "-12.30")
        frame = frame_of(socket)
    assert (frame["kind"], frame["seq"]) == ("transaction.created", row.seq)
    assert frame["data"] == client.get(f"/api/transactions/{row.id}").json()


def test_what_was_missed_comes_after_reconnecting(server, ada):
    client, account = client_of(ada), account_of(ada)
    with opened(server, client) as socket:
        seq = frame_of(socket)["seq"]
    rows = [posted(account, f"-{n}.00") for n in range(1, 6)]
    with opened(server, client) as socket:
        frame_of(socket)
        socket.send(json.dumps({"resume": seq}))
        frames = [frame_of(socket) for _ in rows]
    assert [frame["data"]["id"] for frame in frames] == [str(row.id) for row in rows]


@pytest.mark.parametrize("lose_hints", [False, True])
def test_logout_closes_the_socket_within_two_seconds(server, ada, monkeypatch, lose_hints):
    """W1 and checklist 24: with the hint at once, and without it by the next round."""
    if lose_hints:
        monkeypatch.setattr("accounts.receivers.send_hint", lambda groups, message: None)
    client = client_of(ada)
    with opened(server, client) as socket:
        frame_of(socket)
        assert client.post("/api/auth/logout").status_code == 204
        assert close_of(socket, within=2) == (4401, "session_revoked")


def test_a_ticket_of_a_browser_opens_once(server, ada):
    ticket = client_of(ada).post("/api/auth/ws-ticket").json()["ticket"]
    origin = server.url.replace("ws://", "http://").removesuffix("/ws/stream")
    with connect(f"{server.url}?ticket={ticket}", origin=origin) as socket:
        assert frame_of(socket)["kind"] == "ready"
    with connect(f"{server.url}?ticket={ticket}", origin=origin) as socket:
        assert close_of(socket, within=WAIT) == (4401, "ticket_invalid")


def test_a_foreign_page_gets_no_socket(server, ada):
    """W2 and checklist 69."""
    with connect(server.url, origin="https://evil.example") as socket:
        assert close_of(socket, within=WAIT) == (4403, "origin_not_allowed")


def test_hostile_clients_leave_the_server_alive(server, ada):
    """W4 and checklist 71: too big, binary, not JSON; then an honest one."""
    client = client_of(ada)
    for message, code in (("x" * 70_000, 1009), (b"\x00" * 10, 4400), ("[" * 5000, 4400)):
        with opened(server, client) as socket:
            frame_of(socket)
            socket.send(message)
            assert close_of(socket, within=WAIT)[0] == code
    with opened(server, client) as socket:
        assert frame_of(socket)["kind"] == "ready"
