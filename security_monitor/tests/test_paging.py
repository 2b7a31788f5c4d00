"""Lists read page by page, far faster than the person's own busy minutes (AS15), and who only reads much."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ids import new_id
from config.tests.cast import account_of, posted
from security_monitor.behaviour.paging import learned, limit_of
from security_monitor.models import SecurityEvent
from security_monitor.services import paging, sightings


@pytest.fixture(autouse=True)
def counts(monkeypatch):
    monkeypatch.setattr(sightings, "own", sightings.OwnSightings())
    sightings.own.store.clear()
    paging.turned_here.clear()


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1_800_000_000.0

    monkeypatch.setattr("time.time", lambda: Clock.now)
    monkeypatch.setattr(
        sightings.own, "away_until", float("inf")
    )  # the store that knows this clock
    return Clock


def turn(user_id, pages):
    for _ in range(pages):
        paging.page_turned(user_id)


def events():
    return list(SecurityEvent.objects.filter(kind="books.scraped"))


@pytest.mark.parametrize(
    ("usual", "limit"),
    [
        ([], 100),
        ([20] * 50, 100),
        ([60] * 20, 300),
        ([30] * 95 + [90] * 5, 150),  # five busier minutes of a hundred are above the percentile
        ([30] * 94 + [90] * 6, 450),
        ([40], 200),
    ],
)
def test_the_limit_is_five_times_the_95th_percentile_of_busy_minutes(usual, limit):
    assert limit_of(usual, 5.0) == limit


def test_quiet_minutes_are_not_learned_and_scraping_as_the_limit_alone():
    assert learned([30], 19, 5.0) == [30]
    assert learned([30], 20, 5.0) == [30, 20]
    assert learned([30], 5000, 5.0) == [30, 150]
    assert len(learned([30] * 100, 25, 5.0)) == 100


def test_as15_more_than_a_hundred_pages_in_a_minute_are_an_event_once_an_hour(alice, clock):
    turn(alice.pk, 100)
    assert events() == [], "the boundary"
    turn(alice.pk, 19)
    assert events() == [], "counted by twenties"
    turn(alice.pk, 1)
    [event] = events()
    assert (event.user_id, event.risk_score) == (alice.pk, 30)
    assert event.data == {"pages": 120, "limit": 100}
    turn(alice.pk, 500)
    assert len(events()) == 1


def test_as15_who_reads_all_day_long_is_no_scraper(alice, bob, clock):
    for _ in range(60):
        turn(alice.pk, 90)
        turn(bob.pk, 15)
        clock.now += 60
    assert events() == []


def test_as15_a_client_that_always_reads_so_much_is_odd_once(alice, clock):
    for _ in range(3):
        turn(alice.pk, 200)
        clock.now += 86_400
    assert len(events()) == 1
    turn(alice.pk, 1020)
    assert len(events()) == 2, "and what is far more than that is odd again"


def test_as15_processes_count_together(alice, clock):
    for _ in range(3):  # each has a memory of its own
        paging.turned_here.clear()
        turn(alice.pk, 40)
    assert len(events()) == 1


def test_as15_counts_next_pages_without_a_statement_and_nothing_else(
    api, alice, settings, django_assert_num_queries
):
    account = account_of(alice)
    for _ in range(3):
        posted(account, "-1.00")
    client = api(alice)

    def page(cursor=None):
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        return client.get("/api/transactions", query).json()["next"]

    cursor, factor, settings.SCRAPING_FACTOR = page(), settings.SCRAPING_FACTOR, 0
    with CaptureQueriesContext(connection) as uncounted:
        page(cursor)
    settings.SCRAPING_FACTOR = factor
    with django_assert_num_queries(len(uncounted)):
        page(cursor)
    client.get("/api/transactions", {"cursor": "nonsense"})
    api().get("/api/transactions", {"cursor": cursor})
    client.get(f"/api/accounts/{account.id}")
    assert {who: pages for who, (_, pages) in paging.turned_here.items()} == {alice.pk: 1}


def test_as15_can_be_switched_off_and_the_memory_is_bounded(alice, settings, monkeypatch, clock):
    monkeypatch.setattr(paging, "PEOPLE_MAX", 5)
    for _ in range(20):
        paging.page_turned(new_id())
    assert len(paging.turned_here) <= 5
    settings.SCRAPING_FACTOR = 0
    turn(alice.pk, 500)
    assert events() == []
