"""Lists, suggestions and analytics of goals, from outside."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Clock
from config.tests.cast import account_of
from goals.models import Contribution
from goals.selectors import outlook

pytestmark = pytest.mark.django_db
STRATEGIES = ("urgency", "balanced", "proportional", "priority")


def in_days(days):
    return str(timezone.now().date() + timedelta(days=days))


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-06-10T12:00:00Z", tick=False):
        yield


@pytest.fixture
def client(api, alice):
    return api(alice)


def made(client, name, **fields):
    body = {"name": name, "target_amount": "100.00", **fields}
    response = client.post("/api/goals", body)
    assert response.status_code == 201, response.content
    return response.json()


def test_pages_go_by_target_day_and_back(client):
    made(client, "never")
    for name, days in (("late", 400), ("soon", 30), ("same day", 30)):
        made(client, name, target_on=in_days(days))
    first = client.get("/api/goals?limit=3&count=true").json()
    assert [goal["name"] for goal in first["results"]] == ["soon", "same day", "late"]
    assert (first["count"], first["previous"]) == (4, None)
    last = client.get(f"/api/goals?limit=3&cursor={first['next']}").json()
    assert [goal["name"] for goal in last["results"]] == ["never"]
    assert last["next"] is None
    back = client.get(f"/api/goals?limit=3&cursor={last['previous']}").json()
    assert back["results"] == first["results"]
    assert client.get("/api/goals?limit=501").status_code == 400
    assert client.get("/api/goals?page=2").json()["code"] == "unknown_parameter"


def test_contributions_are_a_list_of_pages(client):
    goal = made(client, "Roof")
    path = f"/api/goals/{goal['id']}/contributions"
    for amount in ("1.00", "2.00", "3.00"):
        client.post(path, {"amount": amount})
    page = client.get(f"{path}?limit=2").json()
    rest = client.get(f"{path}?limit=2&cursor={page['next']}").json()
    rows = page["results"] + rest["results"]
    assert [row["amount"] for row in rows] == ["1.00", "2.00", "3.00"]


def test_an_unchanged_goal_is_304_until_its_money_moves(client, alice):
    main, pot = account_of(alice, "Main"), account_of(alice, "Pot")
    goal = made(client, "Roof", account=str(pot.pk))
    path = f"/api/goals/{goal['id']}"
    body = {"amount": "5.00", "from_account": str(main.pk)}
    moved = client.post(f"{path}/contributions", body).json()
    etag = client.get(path)["ETag"]
    assert client.get(path, HTTP_IF_NONE_MATCH=etag).status_code == 304
    client.patch(f"/api/transfers/{moved['transfer']}", {"amount": "4.00"})
    changed = client.get(path, HTTP_IF_NONE_MATCH=etag)
    assert (changed.status_code, changed.json()["saved"]) == (200, "4.00")
    answer = client.patch(path, {"importance": 5}, HTTP_IF_MATCH=changed["ETag"])
    assert answer.status_code == 200


def test_suggestions_show_four_strategies_and_write_nothing(client, alice):
    """C10: the original crashed here, whatever it was asked."""
    made(client, "soon", target_on=in_days(30), importance=1)
    made(client, "dear", target_amount="300.00", importance=3)
    made(client, "other", currency="USD")
    made(client, "asleep", paused=True)
    before = Clock.objects.get(user=alice).seq
    found = client.get("/api/goals/suggestions?available=200").json()
    shares = {
        name: {row["name"]: row["amount"] for row in found[name]["suggestions"]}
        for name in STRATEGIES
    }
    assert shares == {
        "urgency": {"soon": "100.00", "dear": "100.00"},
        "balanced": {"soon": "50.00", "dear": "150.00"},
        "proportional": {"soon": "50.00", "dear": "150.00"},
        "priority": {"dear": "200.00"},
    }
    assert [found[name]["left"] for name in STRATEGIES] == ["0.00"] * 4
    assert len(found["left_out"]) == 1
    assert Clock.objects.get(user=alice).seq == before
    assert not Contribution.objects.exists()


@pytest.mark.parametrize("query", ["available=0", "available=1.005", "available=x", "a=1"])
def test_impossible_suggestions_are_refused(client, query):
    assert client.get(f"/api/goals/suggestions?{query}").status_code == 400


def test_without_a_sum_it_is_what_the_goals_ask_for_this_month(client):
    plans = [
        made(client, "soon", target_on=in_days(30)),
        made(client, "late", target_amount="300.00", target_on=in_days(300)),
    ]
    made(client, "never")
    made(client, "asleep", target_on=in_days(30), paused=True)
    made(client, "abroad", target_on=in_days(30), currency="USD")
    found = client.get("/api/goals/suggestions").json()
    asked = sum(Decimal(goal["required_per_month"]) for goal in plans)
    assert found["available"] == str(asked)


def test_suggestions_without_goals_are_empty(client):
    found = client.get("/api/goals/suggestions?available=1000").json()
    assert found["urgency"] == {"suggestions": [], "total": "0.00", "left": "1000.00"}


def test_analytics_sum_what_there_is(client):
    """C10: importance has five keys, never `undefined`; every goal at risk has its days."""
    roof = made(client, "Roof", target_on=in_days(60), importance=5)
    made(client, "Boat", target_amount="300.00", importance=2)
    made(client, "Yen", currency="JPY", target_amount="5000", importance=2)
    done = made(client, "Done", target_amount="10.00", target_on=in_days(9))
    client.post(f"/api/goals/{done['id']}/contributions", {"amount": "10.00"})
    client.post(f"/api/goals/{roof['id']}/contributions", {"amount": "30.00"})
    found = client.get("/api/goals/analytics").json()
    totals = found["totals"]
    assert (totals["goals"], totals["target_amount"], totals["saved"]) == (4, "410.00", "40.00")
    assert (totals["remaining"], totals["progress_percent"]) == ("370.00", 9)
    assert [row["importance"] for row in found["by_importance"]] == [5, 3, 2]
    [late] = found["at_risk"]
    assert (late["name"], late["days_left"], late["status"]) == ("Roof", 60, "behind")
    assert (late["pace_per_month"], late["short_per_month"]) == ("10.00", "25.51")
    [next_] = found["upcoming_deadlines"]
    assert (next_["name"], next_["next_milestone"]) == ("Roof", 50)
    assert [(w["code"], w["base"]) for w in found["warnings"]] == [("fx_missing", "JPY")]
    assert found["by_status"]["done"] == 1


def test_reports_of_a_stranger_are_empty(client, api, mallory):
    made(client, "Roof")
    thief = api(mallory)
    assert thief.get("/api/goals/analytics").json()["totals"]["goals"] == 0
    assert thief.get("/api/goals").json()["results"] == []
    found = thief.get("/api/goals/suggestions?available=5").json()
    assert (found["balanced"]["suggestions"], found["left_out"]) == ([], [])


def test_the_outlook_names_what_is_late_and_what_is_planned(client, alice):
    roof = made(client, "Roof", target_on=in_days(20))
    made(client, "asleep", target_on=in_days(20), paused=True)
    made(client, "someday")
    seen = outlook(alice.pk, timezone.now().date())
    assert [str(standing.goal.id) for standing in seen.behind] == [roof["id"]]
    assert [(str(key), code, minor) for key, code, minor in seen.planned] == [
        (roof["id"], "EUR", 10_000)
    ]


def test_reports_cost_the_same_for_many_goals(client, django_assert_max_num_queries):
    for number in range(8):
        goal = made(client, f"Goal {number}")
        client.post(f"/api/goals/{goal['id']}/contributions", {"amount": "1.00"})
    for path in (
        "/api/goals/analytics",
        "/api/goals/suggestions?available=5",
        "/api/goals?count=1",
    ):
        with django_assert_max_num_queries(7):
            assert client.get(path).status_code == 200
