"""Goals under attack: twenty at once, other people's ids in every field, odd currencies, half-done work."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest

from accounts.models import Tombstone
from config.tests.cast import account_of, client_of, race
from goals.models import Contribution, Goal
from ledger.models import Account, Transfer
from ledger.verification import verify_all

pytestmark = pytest.mark.django_db
THREADS = 20


@pytest.fixture
def client(api, alice):
    return api(alice)


def made(client, name="Roof", **fields):
    body = {"name": name, "target_amount": "100.00", **fields}
    response = client.post("/api/goals", body)
    assert response.status_code == 201, response.content
    return response.json()


@pytest.mark.django_db(transaction=True)
def test_twenty_contributions_at_once_fill_a_goal_and_no_more(alice):
    """M8: the original over-funded and lost updates."""
    main, pot = account_of(alice, "Main", balance_minor=0), account_of(alice, "Pot")
    client = client_of(alice)
    goal = made(client, account=str(pot.pk))
    body = {"amount": "30.00", "from_account": str(main.pk)}
    path = f"/api/goals/{goal['id']}/contributions"
    clients = [client_of(alice) for _ in range(THREADS)]
    answers = race([lambda c=c: c.post(path, body) for c in clients])
    assert Counter(a.status_code for a in answers) == {201: 4, 409: 16}
    moved = [a.json() for a in answers if a.status_code == 201]
    assert sorted(m["amount"] for m in moved) == ["10.00", "30.00", "30.00", "30.00"]
    assert Counter(m["returned"] for m in moved) == {"0.00": 3, "20.00": 1}
    assert client.get(f"/api/goals/{goal['id']}").json()["saved"] == "100.00"
    balances = dict(Account.objects.for_user(alice).values_list("name", "balance_minor"))
    assert balances == {"Main": -10_000, "Pot": 10_000}
    assert Transfer.objects.for_user(alice).count() == 4
    assert verify_all() == []


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_twenty_times_is_one_contribution(alice):
    client = client_of(alice)
    goal = made(client)
    path = f"/api/goals/{goal['id']}/contribute"
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    clients = [client_of(alice) for _ in range(THREADS)]
    answers = race([lambda c=c: c.post(path, {"amount": "5.00"}, **key) for c in clients])
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert Contribution.objects.for_user(alice).count() == 1


@pytest.mark.django_db(transaction=True)
def test_incomes_shared_out_at_once_respect_every_cap(alice):
    client = client_of(alice)
    for name, percent in (("Roof", "50"), ("Boat", "25")):
        made(client, name, allocation_percent=percent)
    body = {"amount": "100.00"}
    clients = [client_of(alice) for _ in range(6)]
    answers = race([lambda c=c: c.post("/api/goals/auto-allocate", body) for c in clients])
    assert {answer.status_code for answer in answers} <= {200, 409}
    saved = [goal["saved"] for goal in client.get("/api/goals").json()["results"]]
    assert saved == ["100.00", "100.00"]


@pytest.mark.parametrize("foreign", ["alice's", "nobody's"])
def test_every_field_refuses_an_account_that_is_not_yours(client, alice, api, mallory, foreign):
    pot = account_of(alice, "Pot", balance_minor=5_000)
    other = str(pot.pk) if foreign == "alice's" else str(uuid4())
    thief = api(mallory)
    own = account_of(mallory, "Own")
    goal = made(thief, account=str(own.pk))
    path = f"/api/goals/{goal['id']}"
    assert thief.post(f"{path}/contribute", {"amount": "9.00"}).status_code == 201
    tries = {
        "/account": [
            thief.post("/api/goals", {"name": "x", "target_amount": "1", "account": other}),
            thief.patch(path, {"account": other}),
            thief.patch(path, {"account": other, "follows": "balance"}),
            thief.put(path, {"name": "x", "target_amount": "1", "account": other}),
        ],
        "/from_account": [
            thief.post(f"{path}/contributions", {"amount": "1", "from_account": other}),
            thief.post(f"{path}/contribute", {"amount": "1", "from_account": other}),
            thief.post("/api/goals/auto-allocate", {"amount": "1", "from_account": other}),
            thief.post(
                "/api/goals/auto-allocate",
                {"amount": "1", "from_account": other, "dry_run": True},
            ),
        ],
        "/to_account": [
            thief.post(f"{path}/withdrawals", {"amount": "1", "to_account": other}),
        ],
    }
    for pointer, answers in tries.items():
        for answer in answers:
            [error] = answer.json()["errors"]
            assert (answer.status_code, error["code"], error["pointer"]) == (
                400,
                "account_not_found",
                pointer,
            )
    pot.refresh_from_db()
    assert pot.balance_minor == 5_000


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_path_of_another_s_goal_is_404(client, api, mallory, method):
    goal = made(client)
    thief = api(mallory)
    paths = {
        "get": ("", "/plan", "/contributions"),
        "post": ("/contributions", "/contribute", "/withdrawals"),
    }[method]
    for path in paths:
        body = {} if method == "get" else {"amount": "1"}
        answer = getattr(thief, method)(f"/api/goals/{goal['id']}{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "goal_not_found")


@pytest.mark.parametrize(
    ("code", "amount", "shown", "too_fine"),
    [("JPY", "1200", "1200", "1.5"), ("KWD", "1.250", "1.250", "1.2505")],
)
def test_odd_currencies_move_exactly(client, alice, code, amount, shown, too_fine):
    main = account_of(alice, "Main", code)
    pot = account_of(alice, "Pot", code)
    goal = made(client, target_amount="5000", account=str(pot.pk), target_on=str(leap_day()))
    assert goal["currency"] == code
    path = f"/api/goals/{goal['id']}"
    body = {"amount": amount, "from_account": str(main.pk)}
    assert client.post(f"{path}/contribute", body).json()["amount"] == shown
    assert client.get(path).json()["saved"] == shown
    refused = client.post(f"{path}/contribute", {**body, "amount": too_fine})
    assert refused.json()["errors"][0]["code"] == "too_many_decimals"
    dues = client.get(f"{path}/plan").json()["results"]
    assert dues[-1]["due_on"] < str(leap_day())
    assert len({len(due["amount"].partition(".")[2]) for due in dues}) == 1
    euros = account_of(alice, "Euros")
    wrong = client.post(f"{path}/contribute", {"amount": "1", "from_account": str(euros.pk)})
    assert wrong.json()["errors"][0]["code"] == "goal_currency_differs"


def leap_day():
    """The next 29 February but one, so that it always lies ahead."""
    year = date.today().year + 2
    while year % 4:
        year += 1
    return date(year, 2, 29)


def test_an_income_is_shared_out_wholly_or_not_at_all(client, alice):
    main = account_of(alice, "Main", balance_minor=50_000)
    closed = account_of(alice, "Closed", closed=True)
    made(client, "Open")
    made(client, "Shut", account=str(closed.pk))
    body = {"amount": "200.00", "from_account": str(main.pk), "strategy": "balanced"}
    answer = client.post("/api/goals/auto-allocate", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "account_is_closed")
    assert not Contribution.objects.exists()
    assert [goal["saved"] for goal in client.get("/api/goals").json()["results"]] == ["0.00"] * 2


def test_a_deleted_goal_leaves_tombstones_and_keeps_the_transfer(client, alice):
    main, pot = account_of(alice, "Main"), account_of(alice, "Pot")
    goal = made(client, account=str(pot.pk))
    body = {"amount": "5.00", "from_account": str(main.pk)}
    client.post(f"/api/goals/{goal['id']}/contribute", body)
    feed = client.get("/api/changes").json()["results"]
    kinds = {change["kind"]: change["data"] for change in feed}
    assert kinds["goal"]["name"] == "Roof"
    assert kinds["contribution"]["goal"] == goal["id"]
    assert client.delete(f"/api/goals/{goal['id']}").status_code == 204
    gone = set(Tombstone.objects.for_user(alice).values_list("kind", flat=True))
    assert {"goal", "contribution"} <= gone
    assert (Goal.objects.count(), Transfer.objects.count()) == (0, 1)
