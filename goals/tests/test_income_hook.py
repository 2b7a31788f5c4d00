"""The hook on income: opt-in, once per row, whoever runs it however often."""

from datetime import date
from uuid import uuid4

import pytest
import time_machine

from config.tests.cast import account_of, client_of, posted, race
from goals.incomes import share_arrived
from goals.models import Contribution, SharedIncome
from goals.tasks import share_incomes
from ledger.models import Category, Transaction
from ledger.services.editing import restore
from ledger.services.posting import remove

pytestmark = pytest.mark.django_db
PATH = "/api/goals/income-hook"
TODAY = "2026-06-10"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(f"{TODAY}T12:00:00Z", tick=False):
        yield


def category_of(user, name="Pay", kind="income"):
    return Category.objects.create(user=user, name=name, name_key=name.casefold(), kind=kind)


def hooked(user, **fields):
    """A client whose owner has a goal that takes a tenth, an account and the hook."""
    client = client_of(user)
    main, pay = account_of(user), category_of(user)
    goal = {"name": "Roof", "target_amount": "1000.00", "allocation_percent": "10"}
    assert client.post("/api/goals", goal).status_code == 201
    body = {"account": str(main.pk), "category": str(pay.pk), **fields}
    assert client.put(PATH, body).status_code == 200
    return client, main, pay


def saved(client):
    return client.get("/api/goals").json()["results"][0]["saved"]


def test_an_income_is_shared_once_and_stays_so(alice):
    client, main, pay = hooked(alice)
    row = posted(main, "3000.00", TODAY, category=pay.id)
    assert (share_incomes(), share_incomes()) == (1, 0)
    assert saved(client) == "300.00"
    remove(alice.pk, [row.id])
    restore(alice.pk, row.id)
    assert share_incomes() == 0
    assert Contribution.objects.get().made_on == date(2026, 6, 10)


def test_only_what_the_hook_means_is_shared(alice):
    client, main, pay = hooked(alice)
    gifts, other = category_of(alice, "Gifts"), account_of(alice, "Other")
    posted(main, "3000.00", "2026-06-09", category=pay.id)
    posted(main, "-3000.00", TODAY, category=pay.id)
    posted(main, "3000.00", TODAY, category=gifts.id)
    posted(main, "3000.00", TODAY, category=pay.id, status="pending")
    posted(other, "3000.00", TODAY, category=pay.id)
    assert share_incomes() == 0
    assert saved(client) == "0.00"
    Transaction.objects.for_user(alice).filter(status="pending").update(status="cleared")
    assert share_incomes() == 1


def test_what_no_goal_takes_is_not_tried_again(alice):
    client, main, pay = hooked(alice)
    goal = client.get("/api/goals").json()["results"][0]
    client.patch(f"/api/goals/{goal['id']}", {"paused": True})
    posted(main, "3000.00", TODAY, category=pay.id)
    assert (share_incomes(), share_incomes()) == (1, 0)
    assert SharedIncome.objects.get().amount_minor == 0


def test_nothing_happens_without_a_hook(alice):
    client, main, pay = hooked(alice)
    assert client.delete(PATH).status_code == 204
    posted(main, "3000.00", TODAY, category=pay.id)
    assert share_incomes() == 0
    assert client.get(PATH).json()["code"] == "income_hook_not_set"
    assert client.delete(PATH).status_code == 404


def test_the_hook_refuses_other_peoples_ids_and_spending(alice, mallory):
    _, main, pay = hooked(alice)
    thief = client_of(mallory)
    own, income = account_of(mallory), category_of(mallory)
    spending = category_of(mallory, "Food", "expense")
    for account, category, code in (
        (main.pk, income.pk, "account_not_found"),
        (own.pk, pay.pk, "category_not_found"),
        (own.pk, uuid4(), "category_not_found"),
        (own.pk, spending.pk, "hook_needs_income"),
    ):
        answer = thief.put(PATH, {"account": str(account), "category": str(category)})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert thief.get(PATH).status_code == 404


def test_the_hook_has_an_etag_and_replaces_itself(alice):
    client, main, pay = hooked(alice)
    etag = client.get(PATH)["ETag"]
    assert client.get(PATH, HTTP_IF_NONE_MATCH=etag).status_code == 304
    body = {"account": str(main.pk), "category": str(pay.pk), "strategy": "balanced"}
    assert client.put(PATH, body, HTTP_IF_MATCH=etag).json()["strategy"] == "balanced"
    assert client.put(PATH, body, HTTP_IF_MATCH=etag).status_code == 412
    kinds = {c["kind"] for c in client.get("/api/changes").json()["results"]}
    assert "income_hook" in kinds


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_share_an_income_once(alice):
    client, main, pay = hooked(alice)
    posted(main, "3000.00", TODAY, category=pay.id)
    assert sorted(race([lambda: share_arrived(alice)] * 6)) == [0] * 5 + [1]
    assert saved(client) == "300.00"
