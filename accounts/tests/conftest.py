"""Who the tests of sockets are about, committed, so that the server's threads see them."""

import pytest
from channels.layers import channel_layers

from accounts import socket_watch
from accounts.models import User
from accounts.services.sessions import open_session
from accounts.tests.stream_server import WAIT, Server
from config.tests.cast import PASSWORD


@pytest.fixture
def ada(transactional_db):
    return User.objects.create_user("ada@example.org", PASSWORD)


@pytest.fixture
def token(ada):
    return open_session(ada)[0]


@pytest.fixture
def without_hints(monkeypatch):
    monkeypatch.setattr("accounts.receivers.send_hint", lambda groups, message: None)


@pytest.fixture
def no_rounds(monkeypatch):
    """So that what is heard here was brought by a hint, unless the test says otherwise."""
    monkeypatch.setattr(socket_watch, "ROUND_SECONDS", 600)


@pytest.fixture
def short_rounds(monkeypatch, no_rounds):
    monkeypatch.setattr(socket_watch, "ROUND_SECONDS", 0.05)


@pytest.fixture
def server(transactional_db):
    channel_layers.backends.clear()
    server = Server()
    server.thread.start()
    assert server.ready.wait(WAIT)
    yield server
    server.should_exit = True
    server.thread.join(WAIT)
    assert not server.thread.is_alive()
