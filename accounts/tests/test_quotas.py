"""Quotas per scope: one's own count, 429 with its headers, and stricter while Redis is away."""

import pytest
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import ResponseError

from accounts.api import quotas
from config.tests.cast import PASSWORD, race

TAGS = "/api/tags"


@pytest.fixture(autouse=True)
def counts(monkeypatch):
    monkeypatch.setattr(quotas, "own", quotas.OwnCounts())
    # One window for the whole test, whenever it runs.
    monkeypatch.setattr("django_ratelimit.core._get_window", lambda value, period: 4_000_000_000)


def quota(settings, **rates):
    settings.QUOTAS = settings.QUOTAS | rates


def write(client, name):
    return client.post(TAGS, {"name": name})


def test_each_owner_has_a_quota_of_writes(api, alice, bob, settings):
    """Trap L3: JSON callers share no count. Checklist 54."""
    quota(settings, write="3/m")
    client = api(alice)
    first = write(client, "a")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("3", "2")
    assert [write(client, name).status_code for name in "bcd"] == [201, 201, 429]
    assert write(api(alice), "e").status_code == 429, "another session of hers is she"
    assert write(api(bob), "a").status_code == 201
    assert client.get(TAGS).status_code == 200, "reading is free"


def test_the_refusal_is_429_with_its_headers(api, alice, settings):
    quota(settings, write="1/m")
    client = api(alice)
    write(client, "a")
    refused = write(client, "b")
    assert refused.json()["code"] == "quota_used_up"
    assert refused["Content-Type"] == "application/problem+json"
    assert int(refused["Retry-After"]) > 0
    assert refused["RateLimit-Remaining"] == "0"


def test_tables_for_spreadsheets_count_as_reports(api, alice, settings):
    quota(settings, report="1/m")
    client = api(alice)
    assert client.get(TAGS, HTTP_ACCEPT="text/csv").status_code == 200
    assert client.get(TAGS, HTTP_ACCEPT="text/csv").status_code == 429
    assert client.get(TAGS).status_code == 200


def test_visitors_are_counted_by_network_and_not_by_what_they_claim(api, db, settings):
    """Checklist 8 for registering: an IPv6 /64 is one visitor, X-Forwarded-For says nothing."""
    quota(settings, visit="2/m")

    def register(i, **headers):
        body = {"email": f"p{i}@example.org", "password": PASSWORD}
        return api().post("/api/auth/register", body, **headers).status_code

    assert [register(i, REMOTE_ADDR=f"2001:db8::{i}") for i in (1, 2, 3)] == [201, 201, 429]
    assert register(4, REMOTE_ADDR="2001:db8::4", HTTP_X_FORWARDED_FOR="203.0.113.1") == 429
    assert register(5, REMOTE_ADDR="203.0.113.5") == 201


@pytest.mark.parametrize("failure", [RedisAway, ResponseError, ConnectionResetError, TimeoutError])
def test_without_redis_the_quota_is_stricter_not_open_and_nothing_breaks(
    api, alice, settings, monkeypatch, failure
):
    """Checklist 82, trap L3."""
    quota(settings, write="8/m")
    asked = []

    def away(*args, **kwargs):
        asked.append(1)
        raise failure("away")

    monkeypatch.setattr(quotas, "get_usage", away)
    monkeypatch.setattr(quotas.time, "time", lambda: 1_800_000_000.0)
    statuses = [write(api(alice), name).status_code for name in "abcd"]
    assert statuses == [201, 201, 429, 429], "a quarter of eight"
    assert len(asked) == 1, "the server that does not answer is left alone for a while"


def test_a_count_that_was_lost_is_no_open_door(api, alice, settings, monkeypatch):
    quota(settings, write="4/m")
    lost = {"count": 0, "limit": 0, "should_limit": True, "time_left": -1}
    monkeypatch.setattr(quotas, "get_usage", lambda *args, **kwargs: lost)
    monkeypatch.setattr(quotas.time, "time", lambda: 1_800_000_000.0)
    assert [write(api(alice), name).status_code for name in "ab"] == [201, 429]


def test_a_quota_is_exact_under_concurrency(api, transactional_db, settings):
    """Trap L1."""
    from config.tests.cast import person

    quota(settings, write="5/m")
    alice = person("alice@example.org")
    clients = [api(alice) for _ in range(16)]
    calls = [lambda c=c, i=i: write(c, f"tag {i}").status_code for i, c in enumerate(clients)]
    assert sorted(race(calls)) == [201] * 5 + [429] * 11
