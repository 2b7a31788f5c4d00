"""Budgets from outside: what they say after any change of the ledger, and what they refuse."""

import json
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgeting.models import Budget, BudgetAlert
from budgeting.services.watch import check
from config.tests.cast import account_of, client_of, posted, race
from ledger.models import Category
from ledger.services.own_rates import add_rate

NOW = "2026-06-10T12:00:00Z"


@pytest.fixture(autouse=True)
def tenth_of_june():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def main(alice):
    return account_of(alice)


@pytest.fixture
def food(alice):
    return category(alice, "Food")


def category(user, name, **fields):
    return Category.objects.create(user=user, name=name, name_key=name.lower(), **fields)


def opened(client, *categories, **fields):
    body = {"categories": [str(getattr(c, "id", c)) for c in categories], "amount": "100",
            "starts_on": "2026-01-01", **fields}  # fmt: skip
    answer = client.post("/api/budgets", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def line(client, budget, period=None):
    answer = client.get("/api/budgets/overview" + (f"?period={period}" if period else "")).json()
    return next(row for row in answer["budgets"] if row["id"] == budget["id"])


def pay(client, account, amount, category="Food", day="2026-06-05", **fields):
    row = {"account": str(account.id), "amount": amount, "posted_on": day,
           "category_name": category, **fields}  # fmt: skip
    return client.post("/api/transactions", row)


def test_a_budget_is_opened_read_changed_and_deleted(client, food):
    budget = opened(client, food, rollover={"mode": "surplus", "cap": "25.00"})
    assert budget["name"] == "Food"
    assert budget["categories"] == [str(food.id)]
    assert budget["rollover"] == {"mode": "surplus", "cap": "25.00"}
    assert (budget["amount"], budget["thresholds"]) == ("100.00", [80, 100])
    url = f"/api/budgets/{budget['id']}"
    assert client.get(url).json() == budget
    changed = client.patch(url, {"name": "Eating", "limit": "block"}, HTTP_IF_MATCH=budget["etag"])
    assert (changed.json()["name"], changed.json()["limit"]) == ("Eating", "block")
    assert client.patch(url, {"name": "x"}, HTTP_IF_MATCH=budget["etag"]).status_code == 412
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


def test_spending_is_read_from_the_ledger(client, main, food):
    """M3: nothing is counted twice, an edit or a delete changes the figure by its amount."""
    budget = opened(client, food, amount="500")
    row = pay(client, main, "-100.00").json()
    assert line(client, budget)["spent"] == "100.00"
    client.patch(f"/api/transactions/{row['id']}", {"amount": "-50.00"})
    assert line(client, budget)["spent"] == "50.00"
    pay(client, main, "20.00")
    assert line(client, budget)["spent"] == "30.00"
    client.delete(f"/api/transactions/{row['id']}")
    assert (line(client, budget)["spent"], line(client, budget)["left"]) == ("-20.00", "520.00")


def test_an_edit_three_months_back_flows_through(client, main, food):
    budget = opened(client, food, rollover={"mode": "both"})
    row = pay(client, main, "-60", day="2026-03-05").json()
    assert line(client, budget)["carried"] == "440.00"
    client.patch(f"/api/transactions/{row['id']}", {"amount": "-160"})
    assert line(client, budget)["carried"] == "340.00"
    history = client.get(f"/api/budgets/{budget['id']}/history?periods=4").json()["results"]
    assert [row["left"] for row in history] == ["140.00", "240.00", "340.00", "440.00"]


def test_a_change_of_amount_leaves_history_alone(client, food):
    budget = opened(client, food, rollover={"mode": "surplus"})
    url = f"/api/budgets/{budget['id']}"
    client.patch(url, {"amount": "300", "effective_on": "2026-05-20"})
    history = client.get(f"{url}/history?periods=3").json()["results"]
    assert [row["assigned"] for row in history] == ["100.00", "300.00", "300.00"]
    client.patch(url, {"rollover": {"mode": "none"}})
    assert line(client, budget)["carried"] == "700.00"
    assert line(client, budget, "2026-07")["carried"] == "0.00"
    assert [t["from_on"] for t in client.get(url).json()["terms"]] == [
        "2026-01-01", "2026-05-01", "2026-06-01"
    ]  # fmt: skip


def test_put_replaces_but_keeps_the_days(client, food):
    budget = opened(client, food, start_day=25, thresholds=[50])
    url = f"/api/budgets/{budget['id']}"
    body = {"name": "Meals", "categories": ["food"], "amount": "80"}
    replaced = client.put(url, body).json()
    assert (replaced["amount"], replaced["start_day"], replaced["thresholds"]) == (
        "80.00", 25, [80, 100]
    )  # fmt: skip
    assert client.put(url, {**body, "period": "weekly"}).json()["code"] == "start_day_needs_months"
    weekly = client.put(url, {**body, "period": "weekly", "start_day": 1}).json()
    assert (weekly["period"], line(client, weekly)["start"]) == ("weekly", "2026-06-04")


def test_a_group_covers_what_has_no_budget_of_its_own(client, alice, main, food):
    bread = category(alice, "Bread", parent=food)
    wine = category(alice, "Wine", parent=food)
    group, own = opened(client, food), opened(client, wine, amount="30")
    for name, amount in (("Food", "-1"), ("Bread", "-2"), ("Wine", "-4")):
        pay(client, main, amount, name)
    assert line(client, group)["spent"] == "3.00"
    assert line(client, own)["spent"] == "4.00"
    assert bread.parent_id == food.id
    totals = client.get("/api/budgets/overview").json()["totals"]
    assert (totals["spent"], totals["assigned"], totals["left"]) == ("7.00", "130.00", "123.00")


def test_splits_and_transfers(client, alice, main, food):
    budget = opened(client, food)
    parts = [{"amount": "-7.00", "category": "Food"}, {"amount": "-3.00", "category": "Fun"}]
    row = {"account": str(main.id), "amount": "-10", "posted_on": "2026-06-05", "splits": parts}
    assert client.post("/api/transactions", row).status_code == 201
    savings = account_of(alice, "Savings")
    client.post("/api/transfers", {"from_account": str(main.id), "to_account": str(savings.id),
                                   "amount": "50", "posted_on": "2026-06-05"})  # fmt: skip
    assert line(client, budget)["spent"] == "7.00"
    weekly = opened(client, food, period="weekly", starts_on="2026-06-01")
    assert line(client, weekly, "2026-06-05")["spent"] == "7.00"


def test_another_currency_counts_at_the_days_rate_and_a_missing_rate_is_named(client, alice, food):
    """C10, C11: never 1."""
    trip = account_of(alice, "Trip", "USD")
    budget = opened(client, food)
    posted(trip, "-10.00", "2026-06-05", category="Food")
    answer = client.get("/api/budgets/overview").json()
    assert line(client, budget)["spent"] == "0.00"
    assert [w["code"] for w in answer["warnings"]] == ["fx_missing"]
    add_rate(user_id=alice.pk, base="USD", quote="EUR", day=date(2026, 6, 4), rate=Decimal("0.9"))
    assert line(client, budget)["spent"] == "9.00"
    weekly = opened(client, food, period="weekly", starts_on="2026-06-01")
    assert line(client, weekly, "2026-06-05")["spent"] == "9.00"


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "1200"), ("KWD", "1.250")])
def test_other_decimals(api, alice, currency, amount):
    alice.currency = currency
    alice.save()
    client = client_of(alice)
    category(alice, "Food")
    account = account_of(alice, currency=currency)
    budget = opened(client, "Food", amount=amount)
    pay(client, account, f"-{amount}")
    assert line(client, budget)["spent"] == amount
    assert line(client, budget)["percent"] == 100.0


def test_a_period_by_day_month_or_kind(client, main, food):
    budget = opened(client, food, start_day=25)
    pay(client, main, "-5", day="2026-05-25")
    assert line(client, budget, "2026-06-24")["spent"] == "5.00"
    assert line(client, budget, "2026-05")["spent"] == "0.00"
    answer = client.get("/api/budgets/overview?period=monthly").json()
    assert answer["period"] == {"start": "2026-05-25", "end": "2026-06-24"}
    assert client.get("/api/budgets/overview?period=weekly").json()["budgets"] == []
    for wrong in ("2026-13", "soon", "2026-1-1", "9999-01"):
        answer = client.get(f"/api/budgets/overview?period={wrong}")
        assert answer.json()["code"] == "invalid_period"


def test_today_is_the_owners(api, alice, main, food):
    """T1: the last evening of May in New York is June in UTC."""
    alice.timezone = "America/New_York"
    alice.save()
    client = client_of(alice)
    opened(client, food)
    with time_machine.travel("2026-06-01T02:00:00Z", tick=False):
        answer = client_of(alice).get("/api/budgets/overview").json()
    assert answer["period"]["start"] == "2026-05-01"


def test_a_payment_says_what_it_means_to_its_budget(client, main, food):
    opened(client, food)
    told = pay(client, main, "-60").json()["budget"]
    assert (told["spent"], told["left"], told["percent"]) == ("60.00", "40.00", 60.0)
    assert pay(client, main, "-1", "Fun").json()["budget"] is None


def test_a_hard_limit_refuses_and_leaves_nothing_behind(client, main, food):
    budget = opened(client, food, limit="block")
    assert pay(client, main, "-80").status_code == 201
    refused = pay(client, main, "-21")
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_limit")
    assert refused.json()["budget"]["overspend"] == "1.00"
    assert line(client, budget)["spent"] == "80.00"
    assert client.get(f"/api/accounts/{main.id}").json()["balance"] == "-80.00"
    row = pay(client, main, "-20").json()
    assert client.patch(f"/api/transactions/{row['id']}", {"amount": "-21"}).status_code == 409
    assert client.patch(f"/api/transactions/{row['id']}", {"amount": "-19"}).status_code == 200
    assert pay(client, main, "5").status_code == 201, "a refund is always welcome"


def test_an_overspent_budget_still_takes_less(client, main, food):
    """An edit that lowers a row is not refused because the budget is over."""
    row = pay(client, main, "-300").json()
    opened(client, food, limit="block")
    assert client.patch(f"/api/transactions/{row['id']}", {"amount": "-250"}).status_code == 200
    assert client.patch(f"/api/transactions/{row['id']}", {"memo": "x"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_hard_limit_holds_under_twenty_payments_at_once(alice, main, food):
    """M5: the original let 900 of a limit of 500 through."""
    budget = opened(client_of(alice), food, amount="500", limit="block")
    clients = [client_of(alice) for _ in range(20)]
    answers = race([lambda c=c: pay(c, main, "-100").status_code for c in clients])
    assert sorted(answers) == [201] * 5 + [409] * 15
    assert line(clients[0], budget)["spent"] == "500.00"


def test_check_limit_asks_without_booking(client, alice, main, food):
    budget = opened(client, food, limit="block")
    pay(client, main, "-80")
    ask = {"category": "food", "amount": "30.00"}
    answer = client.post("/api/budgets/check-limit", ask).json()
    assert answer["allowed"] is False
    assert (answer["budget"], answer["about"]["name"]) == (budget["id"], "Food")
    assert (answer["mode"], answer["left_before"], answer["left_after"], answer["overspend"]) == (
        "block", "20.00", "-10.00", "10.00"
    )  # fmt: skip
    assert client.post("/api/budgets/check-limit", {**ask, "amount": "20"}).json()["allowed"]
    category(alice, "Bread", parent=food)
    below = client.post("/api/budgets/check-limit", {**ask, "category": "Bread"}).json()
    assert below["allowed"] is False
    other = client.post("/api/budgets/check-limit", {**ask, "posted_on": "2026-07-01"}).json()
    assert other["allowed"] is True
    category(alice, "Fun")
    free = client.post("/api/budgets/check-limit", {**ask, "category": "Fun"}).json()
    assert (free["allowed"], free["budget"]) == (True, None)
    assert client.post("/api/budgets/check-limit", {**ask, "category": "?"}).status_code == 400


def thresholds_told(user):
    from accounts.models import Event

    rows = Event.objects.for_user(user).filter(kind="budget.threshold").order_by("id")
    return [row.data["threshold"] for row in rows]


def test_thresholds_are_told_once_per_period(client, alice, main, food):
    opened(client, food, thresholds=[50, 100])
    row = pay(client, main, "-60").json()
    pay(client, main, "-1")
    client.delete(f"/api/transactions/{row['id']}")
    pay(client, main, "-60")
    assert thresholds_told(alice) == [50]
    pay(client, main, "-90")
    pay(client, main, "-60", day="2026-05-05")
    assert thresholds_told(alice) == [50, 100, 50]


def test_what_no_payment_crossed_is_found_later(client, alice, main, food):
    posted(main, "-90.00", "2026-06-05", category="Food")
    opened(client, food)
    assert (check(alice.pk), check(alice.pk)) == (1, 0)
    assert thresholds_told(alice) == [80]
    assert BudgetAlert.objects.for_user(alice).count() == 1


def test_money_moves_between_budgets_and_leaves_a_trail(client, alice, food):
    one, two = opened(client, food), opened(client, category(alice, "Fun"))
    body = {"from_budget": one["id"], "to_budget": two["id"], "amount": "30.00", "memo": "party"}
    move = client.post("/api/budgets/moves", body)
    assert move.status_code == 201
    assert (line(client, one)["assigned"], line(client, two)["assigned"]) == ("70.00", "130.00")
    assert line(client, two, "2026-07")["assigned"] == "100.00"
    assert client.get("/api/budgets/moves").json()["results"] == [move.json()]
    assert client.post("/api/budgets/moves", {**body, "amount": "71"}).json()["left"] == "70.00"
    client.delete(f"/api/budgets/{one['id']}")
    assert line(client, two)["assigned"] == "130.00"


def test_explain_shows_the_chain_and_adds_up(client, main, food):
    budget = opened(client, food, rollover={"mode": "both"}, starts_on="2026-04-15")
    pay(client, main, "-150", day="2026-05-05")
    told = client.get(f"/api/budgets/{budget['id']}/explain").json()
    assert [(x["carried"], x["spent"], x["carries"]) for x in told["chain"]] == [
        ("0.00", "0.00", "100.00"), ("100.00", "150.00", "50.00"), ("50.00", "0.00", "150.00")
    ]  # fmt: skip
    assert told["source"] == "monthly totals"


def test_envelopes_know_what_has_no_job_yet(client, alice, main, food):
    category(alice, "Salary", kind="income")
    opened(client, food, rollover={"mode": "surplus"}, starts_on="2026-05-01")
    pay(client, main, "1000", "Salary", day="2026-05-01")
    pay(client, main, "-130", day="2026-05-05")
    may = client.get("/api/budgets/envelope?period=2026-05").json()
    june = client.get("/api/budgets/envelope?period=2026-06").json()
    assert (may["income"], may["budgeted"], may["to_budget"]) == ("1000.00", "100.00", "900.00")
    assert (june["last_month_overspent"], june["to_budget"]) == ("-30.00", "770.00")


def test_recommendations_show_their_evidence(client, alice, main):
    category(alice, "Rent")
    for month in range(1, 6):
        for day in ("05", "20"):
            posted(main, "-500.00", f"2026-0{month}-{day}", category="Rent")
    [found] = client.get("/api/budgets/recommendations").json()["results"]
    assert (found["amount"], found["median"], found["months"]) == ("1000.00", "1000.00", 5)
    assert found["evidence"] == ["1000.00"] * 5


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 100.5}, "money_must_be_a_string"), ({"amount": "-1"}, "min_value"), ({"amount": "1.234"}, "too_many_decimals"),
        ({"categories": []}, "categories_required"), ({"categories": ["nobody"]}, "category_not_found"),
        ({"categories": ["Salary"]}, "category_is_income"), ({"period": "daily"}, "invalid_choice"),
        ({"period": "weekly", "start_day": 5}, "start_day_needs_months"), ({"start_day": 32}, "max_value"),
        ({"rollover": {"mode": "full"}}, "invalid_choice"), ({"rollover": {"mode": "both", "cap": "-1"}}, "min_value"),
        ({"thresholds": [0]}, "min_value"), ({"spent": "5"}, "unknown_field"), ({"starts_on": "1700-01-01"}, "date_out_of_range"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name(client, alice, food, change, code):
    category(alice, "Salary", kind="income")
    body = {"categories": [str(food.id)], "amount": "100", **change}
    answer = client.post("/api/budgets", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.content
    assert not Budget.objects.exists()


def test_one_active_budget_per_category_and_kind_of_period(client, food):
    """M14"""
    first = opened(client, food)
    again = client.post("/api/budgets", {"categories": ["Food"], "amount": "1"})
    assert (again.status_code, again.json()["code"]) == (409, "category_has_a_budget")
    opened(client, food, period="yearly")
    client.patch(f"/api/budgets/{first['id']}", {"active": False})
    second = opened(client, food)
    back = client.patch(f"/api/budgets/{first['id']}", {"active": True})
    assert back.json()["code"] == "category_has_a_budget"
    assert client.delete(f"/api/categories/{food.id}").status_code == 409
    assert second["active"]


def test_a_stranger_reaches_nothing(api, client, alice, mallory, food):
    budget = opened(client, food)
    stranger = api(mallory)
    own = category(mallory, "Mine")
    theirs = opened(stranger, own)
    url = f"/api/budgets/{budget['id']}"
    for path in ("", "/history", "/explain"):
        assert stranger.get(url + path).status_code == 404
    assert stranger.patch(url, {"name": "x"}).status_code == 404
    assert stranger.delete(url).status_code == 404
    taken = stranger.post("/api/budgets", {"categories": [str(food.id)], "amount": "1"})
    assert taken.json()["code"] == "category_not_found"
    for source, target in ((budget, theirs), (theirs, budget)):
        body = {"from_budget": source["id"], "to_budget": target["id"], "amount": "1"}
        assert stranger.post("/api/budgets/moves", body).status_code == 400
    asked = {"category": str(food.id), "amount": "1"}
    assert stranger.post("/api/budgets/check-limit", asked).status_code == 400
    assert [b["id"] for b in stranger.get("/api/budgets/overview").json()["budgets"]] == [
        theirs["id"]
    ]


def test_the_overview_costs_six_statements_whatever_the_history(
    client, alice, main, django_assert_num_queries
):
    for n in range(8):
        opened(client, category(alice, f"C{n}"), rollover={"mode": "both"}, starts_on="2016-06-01")
        posted(main, "-1.00", f"{2017 + n}-06-05", category=f"C{n}")
    with django_assert_num_queries(7):  # with the session's own
        answer = client.get("/api/budgets/overview")
    assert json.loads(answer.content)["budgets"][0]["carried"] == "11999.00"
    with django_assert_num_queries(1):
        assert (
            client.get("/api/budgets/overview", HTTP_IF_NONE_MATCH=answer["ETag"]).status_code
            == 304
        )


def test_a_batch_asks_once_per_period_whatever_its_days(client, main, food):
    opened(client, food, amount="500")

    def batch(days):
        rows = [{"account": str(main.id), "amount": "-1", "posted_on": f"2026-06-{day:02}",
                 "category": str(food.id)} for day in days]  # fmt: skip
        with CaptureQueriesContext(connection) as ran:
            answer = client.post("/api/transactions/batch", {"creates": rows})
        assert answer.status_code == 200, answer.content
        return len(ran)

    batch([1])
    assert batch(range(2, 12)) == batch(range(12, 28))
