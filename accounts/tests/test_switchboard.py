"""One line for all sockets of a process: who hears what, and what an idle socket costs."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import OperationalError
from redis.exceptions import ConnectionError as RedisDown

from accounts import consumers, socket_watch, stream_reader, switchboard
from accounts.feed import frames_of
from accounts.hints import GROUP, send_passing
from accounts.models import User
from accounts.services.sessions import open_session, revoke_all
from accounts.tests.sockets import figures_of, happen, happen_async, in_loop, stream
from config.tests.cast import PASSWORD


@pytest.fixture
def tokens(transactional_db):
    users = [User.objects.create_user(f"{name}@example.org", PASSWORD) for name in "abc"]
    return [open_session(user)[0] for user in users]


def counting(monkeypatch, layer, name):
    calls = []
    stock = getattr(layer, name)

    async def counted(*args):
        calls.append(args)
        return await stock(*args)

    monkeypatch.setattr(layer, name, counted)
    return calls


def test_all_sockets_share_one_subscription_and_leave_nothing(ada, tokens, monkeypatch, no_rounds):
    async def scenario():
        joins = counting(monkeypatch, get_channel_layer(), "group_add")
        async with AsyncExitStack() as stack:
            for token in tokens:
                await stack.enter_async_context(stream(token))
            lines = len(switchboard.switchboard().lines)
        return len(joins), lines, switchboard.switchboard().lines

    joins, lines, left = in_loop(scenario)
    assert (joins, lines, left) == (1, 6, {}), "a line per owner and one per session"


def test_an_idle_socket_is_one_task_and_no_channel(tokens, monkeypatch, no_rounds):
    monkeypatch.setattr(consumers, "RESUME_SECONDS", 0.01)

    async def scenario():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(stream(tokens[0]))
            channels = counting(monkeypatch, get_channel_layer(), "new_channel")
            before = len(asyncio.all_tasks())
            for token in tokens[1:]:
                await stack.enter_async_context(stream(token))
            await asyncio.sleep(0.2)  # the first look is over
            return len(asyncio.all_tasks()) - before, channels

    assert in_loop(scenario) == (2, [])


def test_an_event_is_one_question_to_the_table(ada, token, monkeypatch, no_rounds):
    monkeypatch.setattr(consumers, "RESUME_SECONDS", 0)
    sizes = []

    def counted(asked):
        sizes.append(len(asked))
        return frames_of(asked)

    async def scenario():
        async with stream(token) as client:
            assert await client.is_silent()
            monkeypatch.setattr(stream_reader, "frames_of", counted)
            await happen_async(ada, 1)
            frame = await client.frame()
            assert await client.is_silent()
            return frame

    assert in_loop(scenario)["data"] == {"figure": 1}
    assert sizes == [1]


def test_hints_are_heard_again_when_the_layer_is_back(ada, token, monkeypatch, no_rounds):
    monkeypatch.setattr(switchboard, "REJOIN_SECONDS", 0.05)

    async def scenario():
        layer = get_channel_layer()
        stock, tries = layer.group_add, []

        async def flaky(*args):
            tries.append(args)
            if len(tries) < 3:
                raise RedisDown("gone")
            await stock(*args)

        monkeypatch.setattr(layer, "group_add", flaky)
        async with stream(token) as client:
            while len(tries) < 3:
                await asyncio.sleep(0.01)
            await happen_async(ada, "hinted")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "hinted"


def test_a_hint_that_is_not_understood_stops_no_other(ada, token, no_rounds):
    async def scenario():
        async with stream(token) as client:
            board = switchboard.switchboard()
            board.deliver({"type": "passing", "to": [ada.pk.bytes]})
            board.deliver({"type": "unheard of", "to": [ada.pk.bytes, bytes(16)]})
            for broken in (
                {"type": "wake"},
                {"type": "wake", "to": [b"short"]},
                {"to": [ada.pk.bytes]},
            ):
                await get_channel_layer().group_send(GROUP, broken)
            await happen_async(ada, "on")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "on"


def test_what_passes_is_told_to_its_owner_alone(ada, token, tokens, no_rounds):
    async def scenario():
        async with stream(token) as client, stream(tokens[0]) as stranger:
            await sync_to_async(send_passing)(ada.pk, "import.progress", {"done": 1})
            return await client.frame(), await stranger.is_silent()

    frame, silent = in_loop(scenario)
    assert (frame["kind"], frame["data"], silent) == ("import.progress", {"done": 1}, True)


def test_a_round_is_made_in_parts_and_misses_nobody(tokens, monkeypatch, without_hints):
    monkeypatch.setattr(socket_watch, "ROUND_SECONDS", 0.2)
    monkeypatch.setattr(socket_watch, "AT_ONCE", 1)
    users = list(User.objects.all())

    async def scenario():
        async with AsyncExitStack() as stack:
            clients = [await stack.enter_async_context(stream(token)) for token in tokens]
            for user in users:
                await sync_to_async(revoke_all)(user.pk, reason="test")
            return [await client.closed() for client in clients]

    assert in_loop(scenario) == [(4401, "session_revoked")] * 3


def test_the_longest_waiting_are_looked_at_first(monkeypatch):
    class Socket:
        guest = object()

    now = [0.0]
    monkeypatch.setattr(socket_watch, "monotonic", lambda: now[0])
    monkeypatch.setattr(socket_watch, "AT_ONCE", 2)
    watch = socket_watch.Watch()
    sockets = [Socket() for _ in range(4)]
    watch.sockets = dict.fromkeys(sockets, 0.0)
    pause = socket_watch.ROUND_SECONDS / watch.parts()
    seen = []
    for _ in range(4):
        now[0] += pause
        seen.append([sockets.index(socket) for socket, _ in watch.longest_waiting(pause)])
    assert seen == [[0, 1], [2, 3], [0, 1], [2, 3]]
    now[0] += 10  # the loop stood still: none waits for another part
    assert len(watch.longest_waiting(pause)) == 4


def test_a_database_that_is_away_when_a_client_resumes_hides_no_gap(ada, token, monkeypatch):
    from accounts.models import Clock

    seq = happen(ada, 1)
    Clock.objects.filter(user_id=ada.pk).update(horizon=seq)
    failures, stock = [OperationalError("away")], consumers.horizon_of

    def flaky(user_id):
        if failures:
            raise failures.pop()
        return stock(user_id)

    monkeypatch.setattr(consumers, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(consumers, "horizon_of", flaky)

    async def scenario():
        async with stream(token) as client:
            await client.send_json_to({"resume": 0})
            return await client.frames(2)

    resync, event = in_loop(scenario)
    assert (resync["kind"], resync["data"]) == ("resync", {"oldest": seq})
    assert figures_of([event]) == [1]
