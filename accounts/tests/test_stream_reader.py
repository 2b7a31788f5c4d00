"""One query for all who ask at once, and one owner's trouble is nobody else's."""

import asyncio

import pytest

from accounts import feed, stream_reader
from accounts.feed import Position, frames_after, frames_of
from accounts.models import User
from accounts.tests.sockets import happen, in_loop
from config.tests.cast import PASSWORD


@pytest.fixture
def three(transactional_db):
    users = [User.objects.create_user(f"{name}@example.org", PASSWORD) for name in "abc"]
    for number, user in enumerate(users):
        for _ in range(2):
            happen(user, *range(number + 1))
    return users


def test_many_get_what_each_would_get_alone(three):
    first = frames_after(three[2].pk, Position(0))[1].position
    asked = [(user.pk, Position(seq)) for user in three for seq in (0, 1, 2)]
    asked.append((three[2].pk, first))  # within a commit
    alone = [frames_after(user_id, position) for user_id, position in asked]
    assert frames_of(asked) == alone
    assert [len(frames) for frames in alone] == [2, 1, 0, 4, 2, 0, 6, 3, 0, 4]
    assert frames_of([]) == []


def test_those_who_ask_while_a_query_runs_share_the_next(three, monkeypatch):
    sizes = []

    def counted(asked):
        sizes.append(len(asked))
        return frames_of(asked)

    monkeypatch.setattr(stream_reader, "frames_of", counted)
    start = Position(0)

    async def scenario():
        reader = stream_reader.reader()
        asks = [reader.next_frames(user.pk, start) for user in three for _ in range(2)]
        found = await asyncio.gather(*asks)
        return [len(frames) for frames in found], await reader.next_frames(three[0].pk, start)

    lengths, again = in_loop(scenario)
    assert lengths == [2, 2, 4, 4, 6, 6]
    assert len(again) == 2
    assert sizes == [3, 1], "two devices of one owner are one question"


def test_one_owner_who_cannot_be_shown_stops_nobody_else(three, monkeypatch):
    stock = feed._rendered

    def broken(user_id, events):
        if user_id == three[1].pk:
            raise KeyError("a bug")
        return stock(user_id, events)

    monkeypatch.setattr(feed, "_rendered", broken)

    async def scenario():
        reader = stream_reader.reader()
        asks = [reader.next_frames(user.pk, Position(0)) for user in three]
        return await asyncio.gather(*asks, return_exceptions=True)

    one, two, three_ = in_loop(scenario)
    assert (len(one), len(three_)) == (2, 6)
    assert isinstance(two, KeyError)
