"""Goals from outside: money in and out, caps, other people's ids."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Event
from config.tests.cast import account_of, posted

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel("2026-06-10T12:00:00Z", tick=False):
        yield


@pytest.fixture
def client(api, alice):
    return api(alice)


def made(client, **fields):
    body = {"name": "Roof", "target_amount": "100.00", **fields}
    response = client.post("/api/goals", body)
    assert response.status_code == 201, response.content
    return response.json()


def put_in(client, goal, amount, **fields):
    return client.post(f"/api/goals/{goal['id']}/contributions", {"amount": amount, **fields})


def read(client, goal):
    return client.get(f"/api/goals/{goal['id']}").json()


def test_contribution_is_a_transfer_and_never_income(client, alice):
    """M8: the original counted what was put aside as new income, and kept no history of it."""
    main, pot = account_of(alice, "Main", balance_minor=50_000), account_of(alice, "Pot")
    goal = made(client, account=str(pot.pk))
    moved = put_in(client, goal, "40.00", from_account=str(main.pk)).json()
    assert client.get("/api/transactions/summary").json()["income"] == "0.00"
    pot.refresh_from_db()
    assert pot.balance_minor == 4_000
    assert read(client, goal)["saved"] == "40.00"
    changed = client.patch(f"/api/transfers/{moved['transfer']}", {"amount": "30.00"})
    assert changed.status_code == 200
    assert read(client, goal)["saved"] == "30.00"
    assert client.delete(f"/api/transfers/{moved['transfer']}").status_code == 204
    assert read(client, goal)["saved"] == "0.00"


def test_cap_returns_the_rest_and_milestones_are_told_once(client, alice):
    main = account_of(alice, balance_minor=50_000)
    goal = made(client)
    moved = put_in(client, goal, "500.00", from_account=str(main.pk)).json()
    assert (moved["amount"], moved["returned"]) == ("100.00", "400.00")
    assert put_in(client, goal, "1.00").json()["code"] == "goal_is_met"
    event = Event.objects.for_user(alice).get(kind="goal.progress")
    assert event.data["milestones"] == [25, 50, 75, 100]
    assert read(client, goal)["status"] == "done"


def test_withdrawal_goes_back(client, alice):
    main, pot = account_of(alice, "Main", balance_minor=50_000), account_of(alice, "Pot")
    goal = made(client, account=str(pot.pk))
    put_in(client, goal, "40.00", from_account=str(main.pk))
    path = f"/api/goals/{goal['id']}/withdrawals"
    assert client.post(path, {"amount": "40.01"}).json()["code"] == "goal_has_less"
    body = {"amount": "15.00", "to_account": str(main.pk)}
    assert client.post(path, body).json()["amount"] == "-15.00"
    assert read(client, goal)["saved"] == "25.00"
    rows = client.get(f"/api/goals/{goal['id']}/contributions").json()["results"]
    assert [row["amount"] for row in rows] == ["40.00", "-15.00"]


def test_earmarks_beyond_the_balance_are_under_backed(client, alice):
    main = account_of(alice, balance_minor=6_000)
    first, second = made(client), made(client, name="Boat")
    for goal in (first, second):
        put_in(client, goal, "50.00", from_account=str(main.pk))
    assert read(client, first)["under_backed"] == read(client, second)["under_backed"] == "20.00"
    posted(main, "40.00")
    assert read(client, second)["under_backed"] == "0.00"


def test_auto_allocation_previews_and_books(client, alice):
    main = account_of(alice, balance_minor=500_000)
    goal = made(client, allocation_percent="10")
    body = {"amount": "500.00", "from_account": str(main.pk), "dry_run": True}
    preview = client.post("/api/goals/auto-allocate", body).json()
    assert preview["allocations"][0]["amount"] == "50.00"
    assert read(client, goal)["saved"] == "0.00"
    booked = client.post("/api/goals/auto-allocate", {**body, "dry_run": False}).json()
    assert booked["left"] == "450.00"
    assert read(client, goal)["saved"] == "50.00"
    more = {"name": "Boat", "target_amount": "1", "allocation_percent": "90.01"}
    assert client.post("/api/goals", more).json()["code"] == "percents_exceed_100"


def test_plan_sums_to_what_remains(client):
    day = timezone.now().date() + timedelta(days=200)
    goal = made(client, target_on=str(day))
    first = client.get(f"/api/goals/{goal['id']}/plan")
    dues = first.json()["results"]
    assert sum(int(due["amount"].replace(".", "")) for due in dues) == 10_000
    again = client.get(f"/api/goals/{goal['id']}/plan", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304


@pytest.mark.parametrize(("code", "shown"), [("JPY", "1200"), ("KWD", "1200.000")])
def test_currencies_keep_their_decimals(client, code, shown):
    goal = made(client, currency=code, target_amount="1200")
    assert goal["remaining"] == shown


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"target_amount": "0"}, "amount_must_be_positive"),
        ({"importance": 99}, "max_value"),
        ({"target_on": "2020-01-01"}, "target_is_past"),
        ({"account": str(uuid4())}, "account_not_found"),
    ],
)
def test_refusals_name_the_field(client, fields, code):
    answer = client.post("/api/goals", {"name": "Roof", "target_amount": "100.00", **fields})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code


def test_other_peoples_goals_and_accounts_are_not_there(client, alice, api, mallory):
    goal, main = made(client), account_of(alice)
    thief = api(mallory)
    for path in ("", "/plan", "/contributions"):
        assert thief.get(f"/api/goals/{goal['id']}{path}").status_code == 404
    assert thief.patch(f"/api/goals/{goal['id']}", {"name": "x"}).status_code == 404
    assert thief.delete(f"/api/goals/{goal['id']}").status_code == 404
    own = made(thief)
    answer = put_in(thief, own, "1.00", from_account=str(main.pk))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "account_not_found"


def test_stale_change_and_repeated_post(client):
    goal = made(client)
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    path = f"/api/goals/{goal['id']}"
    for _ in range(2):
        client.post(f"{path}/contributions", {"amount": "5.00"}, **key)
    assert read(client, goal)["saved"] == "5.00"
    stale = client.patch(path, {"name": "y"}, HTTP_IF_MATCH=goal["etag"])
    assert stale.status_code == 412


def test_a_lack_is_shared_to_the_cent(client, alice):
    main = account_of(alice, balance_minor=1_000)
    goals = [made(client, name=f"Goal {n}", target_amount="7.00") for n in range(3)]
    for goal in goals:
        put_in(client, goal, "7.00", from_account=str(main.pk))
    assert sorted(read(client, goal)["under_backed"] for goal in goals) == ["3.66", "3.67", "3.67"]


def test_a_goal_follows_the_balance_of_its_account(client, alice):
    main, pot = account_of(alice, "Main"), account_of(alice, "Pot", balance_minor=2_000)
    goal = made(client, account=str(pot.pk), follows="balance")
    assert goal["saved"] == "20.00"
    posted(pot, "9.00", day=str(timezone.now().date()))
    assert (read(client, goal)["saved"], read(client, goal)["pace_per_month"]) == ("29.00", "3.00")
    # What another goal has put aside there is not this one's.
    put_in(client, made(client, name="Boat"), "4.00", from_account=str(pot.pk))
    assert read(client, goal)["saved"] == "25.00"
    moved = client.post(
        f"/api/goals/{goal['id']}/contribute", {"amount": "90.00", "from_account": str(main.pk)}
    ).json()
    assert (moved["amount"], moved["returned"], moved["saved"]) == ("75.00", "15.00", "100.00")
    assert read(client, goal)["status"] == "done"
    back = {"amount": "1.00", "to_account": str(main.pk)}
    assert client.post(f"/api/goals/{goal['id']}/withdrawals", back).json()["saved"] == "99.00"
    answer = put_in(client, goal, "1.00")
    assert (answer.status_code, answer.json()["code"]) == (400, "goal_follows_balance")
    again = client.patch(f"/api/goals/{goal['id']}", {"follows": "contributions"})
    assert again.json()["saved"] == "74.00"


def test_one_goal_follows_an_account(client, alice):
    pot = account_of(alice)
    body = {"name": "Roof", "target_amount": "1", "follows": "balance"}
    assert client.post("/api/goals", body).json()["errors"][0]["code"] == "following_needs_account"
    made(client, account=str(pot.pk), follows="balance")
    answer = client.post("/api/goals", {**body, "name": "Boat", "account": str(pot.pk)})
    assert (answer.status_code, answer.json()["code"]) == (409, "account_is_followed")


def test_the_day_has_two_names_and_is_sent_once(client):
    goal = made(client)
    path = f"/api/goals/{goal['id']}/contribute"
    for name in ("on", "posted_on"):
        assert client.post(path, {"amount": "1", name: "2026-02-28"}).status_code == 201
    rows = client.get(f"/api/goals/{goal['id']}/contributions").json()["results"]
    assert {row["posted_on"] for row in rows} == {"2026-02-28"}
    both = client.post(path, {"amount": "1", "on": "2026-02-28", "posted_on": "2026-02-28"})
    assert both.json()["errors"][0]["code"] == "one_day_only"


def test_list_takes_the_same_statements_for_many_goals(client, django_assert_max_num_queries):
    for number in range(12):
        put_in(client, made(client, name=f"Goal {number}"), "1.00")
    with django_assert_max_num_queries(6):
        assert len(client.get("/api/goals").json()["results"]) == 12
