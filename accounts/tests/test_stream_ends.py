"""/ws/stream: it never outlives its session or token, and outlives the loss of anything else."""

import pytest
from asgiref.sync import sync_to_async
from redis.exceptions import ConnectionError as RedisDown

from accounts import socket_watch
from accounts.models import Event, User
from accounts.services.people import change_access
from accounts.services.sessions import end_session, open_session, revoke_all
from accounts.tests.sockets import happen_async, in_loop, stream

# What is heard here was brought by a hint, unless a test says otherwise.
pytestmark = pytest.mark.usefixtures("no_rounds")
ROUND_SECONDS = socket_watch.ROUND_SECONDS  # before a test changes it


END = {
    "revoke": lambda user: revoke_all(user.pk, reason="test"),
    "deactivate": lambda user: change_access(user_id=user.pk, is_active=False),
    "role": lambda user: change_access(user_id=user.pk, is_staff=True),
}


@pytest.mark.parametrize("how", END)
def test_ending_a_session_closes_its_sockets(ada, token, how):
    """W1 and checklist 24: Channels fixes the user at connect; here the hint closes at once."""

    async def scenario():
        async with stream(token) as client:
            await sync_to_async(END[how])(ada)
            return await client.closed()

    assert in_loop(scenario) == (4401, "session_revoked")


def test_ending_a_session_closes_its_sockets_without_any_hint(
    ada, token, without_hints, short_rounds
):
    """W1, W3, W5: the layer may lose the message; the watch sees the row."""

    async def scenario():
        async with stream(token) as client:
            await sync_to_async(revoke_all)(ada.pk, reason="test")
            return await client.closed()

    assert in_loop(scenario) == (4401, "session_revoked")


def test_a_user_made_inactive_by_whatever_hand_is_seen(ada, token, without_hints, short_rounds):
    """W3: is_active is asked again and again, not once at connect."""

    async def scenario():
        async with stream(token) as client:
            await sync_to_async(User.objects.filter(pk=ada.pk).update)(is_active=False)
            return await client.closed()

    assert in_loop(scenario) == (4401, "session_revoked")


def test_a_lost_hint_costs_less_than_two_seconds():
    assert ROUND_SECONDS <= 1.5


def test_other_sessions_of_the_user_stay_open(ada, token):
    _, _, other = open_session(ada)

    async def scenario():
        async with stream(token) as client:
            await sync_to_async(end_session)(ada.pk, other.pk, reason="test")
            await happen_async(ada, "still here")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "still here"


def test_the_socket_closes_when_its_token_expires(ada, token, short_rounds):
    """Checklist 72."""
    import time

    import jwt
    from django.conf import settings

    claims = jwt.decode(token, options={"verify_signature": False})
    short = jwt.encode(claims | {"exp": int(time.time()) + 2}, settings.JWT_SIGNING_KEY)

    async def scenario():
        async with stream(short) as client:
            return await client.closed()

    assert in_loop(scenario) == (4408, "token_expired")


def test_an_event_whose_hint_was_lost_comes_all_the_same(ada, token, without_hints, short_rounds):
    """W5: the table is the truth."""

    async def scenario():
        async with stream(token) as client:
            await happen_async(ada, "quiet")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "quiet"


def test_a_layer_that_is_down_breaks_neither_commit_nor_stream(
    ada, token, short_rounds, monkeypatch
):
    """W5 and checklist 82: Redis gone is a line in the log."""
    from channels.layers import get_channel_layer

    async def down(*args, **kwargs):
        raise RedisDown("gone")

    async def scenario():
        layer = get_channel_layer()
        for name in ("group_send", "group_add", "group_discard"):
            monkeypatch.setattr(layer, name, down)
        async with stream(token) as client:
            await happen_async(ada, "booked")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "booked"
    assert Event.objects.count() == 1


def test_a_database_that_is_away_for_a_moment_ends_no_stream(ada, token, monkeypatch):
    from django.db import OperationalError

    from accounts import consumers, stream_reader

    failures = [OperationalError("away")]
    stock = stream_reader.frames_of

    def flaky(asked):
        if failures:
            raise failures.pop()
        return stock(asked)

    monkeypatch.setattr(consumers, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(stream_reader, "frames_of", flaky)

    async def scenario():
        async with stream(token) as client:
            await happen_async(ada, "after")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "after"


def test_nothing_stays_behind_when_a_client_leaves(ada, token):
    async def scenario():
        async with stream(token):
            watch = socket_watch.watch()
            assert watch.count(ada.pk) == 1
        assert watch.count(ada.pk) == 0
        assert watch.task is None

    in_loop(scenario)
