"""Who may open /ws/stream: a bearer token in the header or a ticket, and no foreign page."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import sockets
from accounts.models import StreamTicket
from accounts.services.sessions import open_session, revoke_all
from accounts.services.tickets import TICKET_SECONDS, issue_ticket
from accounts.sockets import guest_of
from accounts.tests.sockets import in_loop, socket
from config.tests.cast import client_of, race

URL = "/api/auth/ws-ticket"


@pytest.fixture
def ticket(ada):
    return client_of(ada).post(URL).json()["ticket"]


def first(**how):
    """What a new socket gets: its first frame's kind, or the code and reason of its close."""

    async def scenario():
        async with socket(**how) as client:
            message = await client.receive_output(timeout=5)
            if message["type"] == "websocket.close":
                return message["code"], message["reason"]
            return "ready" if '"ready"' in message["text"] else message

    return in_loop(scenario)


def test_a_bearer_token_in_the_header_opens(ada):
    assert first(token=open_session(ada)[0]) == "ready"


def test_a_ticket_opens_once(ada, ticket):
    """W3 and checklist 70: single use, not a token, not stored as it is."""
    assert "." not in ticket
    assert ticket not in str(list(StreamTicket.objects.values()))
    assert first(ticket=ticket) == "ready"
    assert first(ticket=ticket) == (4401, "ticket_invalid")


def test_a_ticket_is_good_for_thirty_seconds(api, ada, ticket):
    assert api(ada).post(URL).json()["expires_in"] == TICKET_SECONDS == 30
    StreamTicket.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))
    assert first(ticket=ticket) == (4401, "ticket_invalid")


def test_a_ticket_dies_with_its_session(ada, ticket):
    """Checklist 70: bound to user and session."""
    revoke_all(ada.pk, reason="test")
    assert first(ticket=ticket) == (4401, "session_revoked")


def test_of_parallel_uses_of_a_ticket_one_succeeds(ada):
    from accounts.services.tickets import redeem_ticket

    raw = issue_ticket(open_session(ada)[2].pk)
    results = race([lambda: redeem_ticket(raw)] * 10)
    assert sum(not isinstance(result, Exception) for result in results) == 1


def test_a_socket_by_ticket_lives_no_longer_than_a_token_would(ada, settings, monkeypatch):
    from accounts import socket_watch

    monkeypatch.setattr(socket_watch, "ROUND_SECONDS", 0.05)
    settings.ACCESS_TOKEN_MINUTES = 1 / 60
    raw = issue_ticket(open_session(ada)[2].pk)

    async def scenario():
        async with socket(ticket=raw) as client:
            return await client.closed()

    assert in_loop(scenario) == (4408, "token_expired")


def test_every_other_credential_is_turned_away(ada, ticket):
    """W3 and checklist 26: never a token in the URL, never one token for another."""
    access, refresh, _ = open_session(ada)
    assert first() == (4401, "not_authenticated")
    assert first(token=refresh) == (4401, "token_invalid")
    assert first(token=ticket) == (4401, "token_invalid")
    assert first(token="x" * 5000) == (4401, "not_authenticated")
    assert first(ticket=access) == (4401, "ticket_invalid")
    assert first(ticket="x") == (4401, "ticket_invalid")
    for url in (
        f"?token={access}",
        f"?access_token={access}",
        f"?ticket={ticket}&ticket=x",
        "?ticket=",
    ):
        assert first(url="/ws/stream" + url) == (4401, "not_authenticated")
    crowded = "/ws/stream?" + "&".join(f"p{n}=1" for n in range(11))
    assert first(url=crowded) == (4401, "unknown_parameter")


def test_a_dead_session_opens_nothing(ada):
    access, _, _ = open_session(ada)
    revoke_all(ada.pk, reason="test")
    assert first(token=access) == (4401, "session_revoked")


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "http://app.example",
        "https://app.example.evil.io",
        "https://evilapp.example",
        "https://app.example:8443",
        "https://app.example/",
        "HTTPS://app.example@evil.example",
        "http://testserver.evil.io",
        "http://testserver:81",
        "file://",
        "",
        "ws://testserver",
    ],
)
def test_a_foreign_page_is_turned_away_before_its_ticket_is_used(ada, settings, ticket, origin):
    """W2 and checklist 69: scheme, host and port, exactly; `null` is foreign."""
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    if origin:
        assert first(ticket=ticket, origin=origin, host="testserver") == (
            4403,
            "origin_not_allowed",
        )
    assert StreamTicket.objects.count() == 1


@pytest.mark.parametrize(
    "origin", ["https://app.example", "http://testserver", "https://testserver", None]
)
def test_listed_pages_our_own_and_programs_may_come(ada, settings, ticket, origin):
    """W2: native clients send no Origin."""
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example"]
    assert first(ticket=ticket, origin=origin, host="testserver") == "ready"


def test_behind_tls_a_plain_page_of_the_same_host_is_foreign(ada, settings, ticket):
    settings.SECURE_SSL_REDIRECT = True
    outcome = first(ticket=ticket, origin="http://testserver", host="testserver")
    assert outcome == (4403, "origin_not_allowed")


def test_a_host_that_is_not_ours_makes_no_page_our_own(ada, ticket):
    """DNS rebinding: the attacker's name may lead to our address."""
    outcome = first(ticket=ticket, origin="http://evil.example", host="evil.example")
    assert outcome == (4403, "origin_not_allowed")


def test_a_visitor_gets_no_ticket(api, db):
    assert api().post(URL).status_code == 401


def test_what_a_client_does_once_connected_is_news(ada, monkeypatch):
    """The clock is read before the handshake is answered, so that nothing falls between."""
    seen = []

    def slowly(scope):
        guest = guest_of(scope)
        time.sleep(0.2)
        seen.append(guest.seq)
        return guest

    monkeypatch.setattr(sockets, "guest_of", slowly)
    token = open_session(ada)[0]

    async def scenario():
        async with socket(token=token):
            return list(seen)

    assert len(in_loop(scenario)) == 1
