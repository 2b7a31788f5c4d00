"""The feed speaks of budgets that will not last and of goals that come too late."""

import pytest
import time_machine

from config.tests.cast import account_of, posted
from ledger.models import Category

FEED = "/api/analytics/insights"


@pytest.fixture(autouse=True)
def tenth_of_june():
    with time_machine.travel("2026-06-10T12:00:00Z", tick=False):
        yield


def told(client, kind):
    return client.get(FEED, {"kind": kind}).json()["results"]


def test_a_budget_that_will_not_last_is_told_and_can_be_put_aside(api, alice):
    client, main = api(alice), account_of(alice)
    Category.objects.create(user=alice, name="Food", name_key="food")
    client.post(
        "/api/budgets", {"categories": ["Food"], "amount": "300", "starts_on": "2026-06-01"}
    )
    posted(main, "-50.00", "2026-06-05", category="Food")
    assert told(client, "budget_at_risk") == []
    posted(main, "-100.00", "2026-06-06", category="Food")
    [found] = told(client, "budget_at_risk")
    assert (found["severity"], found["evidence"]["projected"]) == ("info", "450.00")
    assert client.post(f"{FEED}/{found['id']}/dismiss").status_code in (200, 204)
    assert told(client, "budget_at_risk") == []
    posted(main, "-200.00", "2026-06-07", category="Food")
    [over] = told(client, "budget_at_risk")
    assert (over["severity"], over["evidence"]["spent"]) == ("warning", "350.00")


def test_a_goal_that_nobody_feeds_is_told_to_its_owner_alone(api, alice, mallory):
    client = api(alice)
    goal = {"name": "Roof", "target_amount": "6000", "target_on": "2026-12-31"}
    assert client.post("/api/goals", goal).status_code == 201
    [found] = told(client, "goal_behind")
    assert found["title"].startswith("Roof")
    assert told(api(mallory), "goal_behind") == []
