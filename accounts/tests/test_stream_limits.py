"""/ws/stream: what a client may not send, and how much; the others never notice."""

import pytest

from accounts import sockets
from accounts.models import User
from accounts.services.sessions import open_session
from accounts.tests.sockets import happen_async, in_loop, socket, stream
from config.tests.cast import PASSWORD

# What is heard here was brought by a hint, unless a test says otherwise.
pytestmark = pytest.mark.usefixtures("no_rounds")


@pytest.mark.parametrize(
    "message",
    [
        {"subscribe": "user.1"},
        {"group": "user.*"},
        {"resume": 0, "user": "x"},
        {"type": "wake"},
        {},
    ],
)
def test_a_client_cannot_ask_for_anything_else(token, message):
    """Checklist 71 and 73."""

    async def scenario():
        async with stream(token) as client:
            await client.send_json_to(message)
            return await client.closed()

    assert in_loop(scenario) == (4400, "unknown_message")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not json", 4400),
        ("[]", 4400),
        ("5", 4400),
        ("[" * 5000, 4400),
        ('{"resume": NaN}', 4400),
        ('{"resume": 1e400}', 4400),
        ('{"resume": 1.5}', 4400),
        ('{"resume": true}', 4400),
        ('{"resume": "1"}', 4400),
        ('{"resume": -1}', 4400),
        ('{"resume": 9223372036854775808}', 4400),
        ('{"resume": 1, "resume": 2}', 4400),
        ('{"resume": null}', 4400),
        ('"\\ud800"', 4400),
        ('"' + "x" * 64 * 1024 + '"', 1009),
        ('"' + "€" * 22 * 1024 + '"', 1009),
        (b"\x00\x01", 4400),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_message_closes_this_socket_and_no_other(ada, token, text, code):
    """W4 and checklist 71: size, binary, deep and broken JSON."""
    other = open_session(ada)[0]

    async def scenario():
        async with stream(token) as client, stream(other) as bystander:
            await client.send_to(text)
            closed = await client.closed()
            await happen_async(ada, "on")
            return closed, await bystander.frame()

    closed, frame = in_loop(scenario)
    assert closed[0] == code
    assert frame["data"]["figure"] == "on"


def test_too_many_messages_close(token):
    """W4 and checklist 71."""

    async def scenario():
        async with stream(token) as client:
            for _ in range(sockets.MESSAGES_MAX + 1):
                await client.send_json_to({"resume": 0})
            return await client.closed()

    assert in_loop(scenario) == (4400, "too_many_messages")


def test_a_client_that_does_not_read_is_let_go(ada, token, monkeypatch):
    """Checklist 71: one slow reader holds no memory and no other stream up."""
    import asyncio

    from accounts.consumers import UserStream

    monkeypatch.setattr(sockets, "SEND_SECONDS", 0.05)
    stock = UserStream.send

    async def send(self, *args, text_data="", **kwargs):
        if "tested" in text_data:
            await asyncio.sleep(60)
        await stock(self, *args, text_data=text_data, **kwargs)

    monkeypatch.setattr(UserStream, "send", send)

    async def scenario():
        async with stream(token) as client:
            await happen_async(ada, 1)
            return await client.closed()

    assert in_loop(scenario) == (4410, "too_slow")


def test_ten_sockets_per_user_and_no_more(ada, token):
    """W4 and checklist 72."""
    from contextlib import AsyncExitStack

    bob = User.objects.create_user("bob@example.org", PASSWORD)
    other = open_session(bob)[0]

    async def scenario():
        async with AsyncExitStack() as stack:
            for _ in range(sockets.SOCKETS_PER_USER_MAX):
                last = await stack.enter_async_context(stream(token))
            async with socket(token=token) as one_more:
                closed = await one_more.closed()
            await stack.enter_async_context(stream(other))
            await last.disconnect()
            await stack.enter_async_context(stream(token))
            return closed

    assert in_loop(scenario) == (4429, "too_many_streams")
