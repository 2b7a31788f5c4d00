"""/ws/stream: the owner's events, in order, once, and to nobody else."""

import json

import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from accounts.services.sessions import open_session
from accounts.tests.sockets import figures_of, happen, happen_async, in_loop, stream
from config.tests.cast import PASSWORD, account_of, client_of, posted
from ledger.services.posting import remove

# What is heard here was brought by a hint, unless a test says otherwise.
pytestmark = pytest.mark.usefixtures("no_rounds")


def test_the_first_frame_says_where_the_clock_stands(ada, token):
    seq = happen(ada, 1)

    async def scenario():
        async with stream(token) as client:
            assert client.ready.keys() == {"seq", "kind", "at", "data"}
            assert client.ready["seq"] == seq
            assert await client.is_silent()

    in_loop(scenario)


def test_a_posted_transaction_comes_as_the_api_shows_it(ada, token):
    """State + event == fresh GET."""
    account = account_of(ada)

    async def scenario():
        async with stream(token) as client:
            row = await sync_to_async(posted)(account, "-12.30")
            frame = await client.frame()
            assert (frame["kind"], frame["seq"]) == ("transaction.created", row.seq)
            return row, frame

    row, frame = in_loop(scenario)
    assert frame["data"] == client_of(ada).get(f"/api/transactions/{row.id}").json()
    assert frame["at"].endswith("Z")


def test_a_deleted_transaction_comes_as_its_id(ada, token):
    row = posted(account_of(ada), "-12.30")

    async def scenario():
        async with stream(token) as client:
            await sync_to_async(remove)(ada.pk, [row.id])
            return await client.frame()

    frame = in_loop(scenario)
    assert (frame["kind"], frame["data"]) == ("transaction.deleted", {"id": str(row.id)})


def test_a_row_that_is_gone_when_its_event_is_sent_comes_as_its_id(ada, token):
    row = posted(account_of(ada), "-12.30")
    remove(ada.pk, [row.id])

    async def scenario():
        async with stream(token) as client:
            await client.send_json_to({"resume": 0})
            return await client.frames(2)

    frames = in_loop(scenario)
    assert [f["kind"] for f in frames] == ["transaction.created", "transaction.deleted"]
    assert [f["data"] for f in frames] == [{"id": str(row.id)}] * 2


def test_resume_sends_what_was_missed_in_order_once_and_then_what_is_new(ada, token):
    seen = happen(ada, "seen")
    happen(ada, "a", "b", "c")
    happen(ada, "d")

    async def scenario():
        async with stream(token) as client:
            await client.send_json_to({"resume": seen})
            missed = await client.frames(4)
            await happen_async(ada, "e")
            return [*missed, await client.frame(), await client.is_silent()]

    *frames, silent = in_loop(scenario)
    assert figures_of(frames) == ["a", "b", "c", "d", "e"]
    assert [frame["seq"] for frame in frames] == sorted(frame["seq"] for frame in frames)
    assert silent


def test_resume_reaches_back_over_many_pages(ada, token, monkeypatch):
    monkeypatch.setattr("accounts.feed.PAGE", 7)
    for start in range(0, 50, 5):
        happen(ada, *range(start, start + 5))

    async def scenario():
        async with stream(token) as client:
            await client.send_json_to({"resume": 0})
            return await client.frames(50), await client.is_silent()

    frames, silent = in_loop(scenario)
    assert figures_of(frames) == list(range(50))
    assert silent


def test_what_happens_between_ready_and_resume_comes_after_what_was_missed(ada, token):
    happen(ada, "missed")

    async def scenario():
        async with stream(token) as client:
            await happen_async(ada, "new")
            await client.send_json_to({"resume": 0})
            return await client.frames(2), await client.is_silent()

    frames, silent = in_loop(scenario)
    assert figures_of(frames) == ["missed", "new"]
    assert silent


def test_a_resume_from_the_future_changes_nothing(ada, token):
    async def scenario():
        async with stream(token) as client:
            await client.send_json_to({"resume": 2**62})
            await happen_async(ada, "new")
            return await client.frame()

    assert in_loop(scenario)["data"]["figure"] == "new"


def test_resuming_reads_one_query_a_page(ada, django_assert_num_queries):
    from accounts.feed import Position, frames_after

    happen(ada, *range(50))
    with django_assert_num_queries(1):
        assert len(frames_after(ada.pk, Position(0))) == 50


def test_the_owner_hears_on_every_device_and_a_stranger_on_none(ada, token):
    """Checklist 73: groups are the server's choice; names in messages reach nothing."""
    mallory = User.objects.create_user("mallory@example.org", PASSWORD)
    second, foreign = open_session(ada)[0], open_session(mallory)[0]

    async def scenario():
        async with stream(token) as one, stream(second) as two, stream(foreign) as stranger:
            await happen_async(ada, "mine")
            heard = [await one.frame(), await two.frame()]
            await stranger.send_json_to({"resume": 0})
            return heard, await stranger.is_silent()

    heard, silent = in_loop(scenario)
    assert figures_of(heard) == ["mine", "mine"]
    assert silent


def test_frames_are_json_of_one_shape(ada, token):
    async def scenario():
        async with stream(token) as client:
            await happen_async(ada, "x", kind="budget.threshold")
            return json.loads(await client.receive_from())

    frame = in_loop(scenario)
    assert frame.keys() == {"seq", "id", "kind", "at", "data"}
    assert (frame["kind"], frame["data"]) == ("budget.threshold", {"figure": "x"})
