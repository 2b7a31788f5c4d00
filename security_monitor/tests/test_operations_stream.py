"""/ws/operations: staff hear of flagged payments and security events of everybody, others nothing."""

from datetime import timedelta
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from accounts import socket_watch
from accounts.ids import first_id_at, new_id
from accounts.models import User
from accounts.services.people import change_access
from accounts.services.sessions import open_session
from accounts.tests.sockets import in_loop, socket
from config.tests.cast import PASSWORD, account_of, client_of
from security_monitor.models import Case, SecurityEvent
from security_monitor.services import operations_feed
from security_monitor.services.operations_feed import OperationsFeed, seq_of

URL = "/ws/operations"


@pytest.fixture
def ada(transactional_db):
    return User.objects.create_user("ada@example.org", PASSWORD)


@pytest.fixture
def staff(transactional_db):
    return User.objects.create_user("staff@example.org", PASSWORD, is_staff=True)


@pytest.fixture(autouse=True)
def short_rounds(monkeypatch):
    monkeypatch.setattr(socket_watch, "ROUND_SECONDS", 0.05)


def event_of(user, kind="login.failed", at=None):
    row_id = UUID(int=first_id_at(at).int | new_id().int % 2**80) if at else new_id()
    return SecurityEvent.objects.create(id=row_id, user=user, kind=kind, severity="info")


def flag_one(user):
    """A payment of theirs to a payee that they put on the deny list; its id."""
    client, account = client_of(user), account_of(user, "Main", balance_minor=100_00)
    payee = client.post("/api/payees", {"name": "Crook"}).json()["id"]
    client.post("/api/security/lists", {"kind": "deny", "payee": payee})
    row = {"account": str(account.pk), "amount": "-9.00", "posted_on": "2026-01-15",
           "payee": "Crook"}  # fmt: skip
    return client.post("/api/transactions", row).json()["id"]


async def frame_of(client, kind):
    while (frame := await client.frame())["kind"] != kind:
        pass
    return frame


def test_staff_hear_of_a_flagged_payment_of_somebody_else(ada, staff):
    async def scenario():
        async with socket(token=open_token, url=URL) as client:
            ready = await client.frame()
            row_id = await sync_to_async(flag_one)(ada)
            return ready, row_id, await frame_of(client, "transaction.flagged")

    open_token = open_session(staff)[0]
    ready, row_id, told = in_loop(scenario)
    assert ready["kind"] == "ready"
    assert told.keys() == {"seq", "id", "kind", "at", "data"}
    assert told["data"]["user"] == str(ada.pk)
    assert told["data"]["transaction"] == row_id
    assert told["data"]["reasons"]
    assert told["seq"] >= ready["seq"]


def test_staff_hear_of_security_events_of_all_and_of_addresses_that_nobody_has(ada, staff):
    async def scenario():
        async with socket(token=open_token, url=URL) as client:
            await client.frame()
            await sync_to_async(event_of)(ada)
            await sync_to_async(event_of)(None)
            return [await frame_of(client, "security.event") for _ in range(2)]

    open_token = open_session(staff)[0]
    told = in_loop(scenario)
    assert [frame["data"]["user"] for frame in told] == [str(ada.pk), None]
    assert {frame["data"]["kind"] for frame in told} == {"login.failed"}


def test_whoever_is_not_staff_is_turned_away(ada):
    async def scenario():
        async with socket(token=open_session_token, url=URL) as client:
            return await client.closed()

    open_session_token = open_session(ada)[0]
    assert in_loop(scenario) == (4403, "staff_only")


def test_a_visitor_is_turned_away(transactional_db):
    async def scenario():
        async with socket(url=URL) as client:
            return await client.closed()

    assert in_loop(scenario) == (4401, "not_authenticated")


def test_who_stops_being_staff_is_closed_out(staff):
    async def scenario():
        async with socket(token=open_token, url=URL) as client:
            await client.frame()
            await sync_to_async(change_access)(user_id=staff.pk, is_staff=False)
            return await client.closed()

    open_token = open_session(staff)[0]
    assert in_loop(scenario) == (4401, "session_revoked")


def test_a_resume_gives_what_was_missed_in_order(ada, staff):
    long_ago = timezone.now() - timedelta(days=2)
    missed = [event_of(ada, at=long_ago + timedelta(minutes=n)) for n in (5, 6, 7)]
    before = event_of(ada, at=long_ago)

    async def scenario():
        async with socket(token=open_token, url=URL) as client:
            await client.frame()
            await client.send_json_to({"resume": seq_of(missed[0].id)})
            return [await client.frame() for _ in missed]

    open_token = open_session(staff)[0]
    told = in_loop(scenario)
    assert [frame["id"] for frame in told] == [str(event.id) for event in missed]
    assert str(before.id) not in {frame["id"] for frame in told}


@pytest.mark.django_db
class TestFeed:
    def test_a_row_that_was_committed_late_is_told_though_younger_ones_were(self, monkeypatch):
        feed = OperationsFeed.from_now()
        young = event_of(None)
        assert [row.id for row in feed.next_rows()] == [young.id]
        late = event_of(None, at=timezone.now() - timedelta(seconds=30))
        assert [row.id for row in feed.next_rows()] == [late.id]
        assert feed.next_rows() == []

    def test_what_stands_there_already_is_no_news(self):
        event_of(None)
        assert OperationsFeed.from_now().next_rows() == []

    def test_many_come_page_by_page_each_once_and_little_is_remembered(self, monkeypatch):
        monkeypatch.setattr(operations_feed, "PAGE", 3)
        long_ago = timezone.now() - timedelta(days=1)
        made = [event_of(None, at=long_ago + timedelta(seconds=n)) for n in range(10)]
        feed, told = OperationsFeed.since(0), []
        while rows := feed.next_rows():
            assert len(rows) <= 3
            assert not feed.told
            told += [row.id for row in rows]
        assert told == [event.id for event in made]

    def test_a_look_at_nothing_is_two_queries(self, django_assert_num_queries):
        feed = OperationsFeed.from_now()
        with django_assert_num_queries(2):
            feed.next_rows()

    def test_the_case_of_a_login_is_told_by_its_event_alone(self, django_user_model):
        user = django_user_model.objects.create_user("ada@example.org", PASSWORD)
        now = timezone.now()
        feed = OperationsFeed.from_now()
        Case.objects.create(user=user, kind="login", score=68, level="high", evidence={},
                            due_at=now)  # fmt: skip
        assert feed.next_rows() == []
