"""What the original got wrong in budgets, debts and recurring payments, each tried again here.

The names are those of its list of defects. M3, M5, M8, M14, C5, C10 and T1 stand beside the parts.
"""

import pytest
import time_machine

from config.tests.cast import account_of, client_of
from ledger.models import Category

CARD = {"type": "credit_card", "principal": "50000.00", "start_on": "2026-01-15"}


@pytest.fixture(autouse=True)
def last_of_june():
    with time_machine.travel("2026-06-30T12:00:00Z", tick=False):
        yield


@pytest.fixture
def client(alice):
    return client_of(alice)


@pytest.fixture
def main(alice):
    return account_of(alice, opening_minor=10_000_000, balance_minor=10_000_000)


def pay(client, account, amount, day):
    row = {"account": str(account.pk), "amount": amount, "posted_on": day, "category_name": "Food"}
    return client.post("/api/transactions", row)


def test_m6_the_last_day_counts_and_the_day_of_the_payment_decides(client, alice, main):
    """The window lost the last day, and a backdated payment was held against the current month."""
    Category.objects.create(user=alice, name="Food", name_key="food")
    budget = {"categories": ["Food"], "amount": "100", "limit": "block", "starts_on": "2026-05-01"}
    assert client.post("/api/budgets", budget).status_code == 201
    assert pay(client, main, "-90", "2026-06-30").status_code == 201
    assert pay(client, main, "-90", "2026-05-31").status_code == 201
    for day, amount in (("2026-06-30", "11"), ("2026-05-31", "11")):
        ask = {"category": "Food", "amount": amount, "posted_on": day}
        told = client.post("/api/budgets/check-limit", ask).json()
        assert (told["allowed"], told["overspend"]) == (False, "1.00")
        assert pay(client, main, f"-{amount}", day).status_code == 409, "both say the same"


def test_m7_an_overpayment_is_refused_with_what_is_owed_and_a_paid_debt_takes_nothing(client, main):
    """What was too much was swallowed, and debts that were paid could be paid again."""
    loan = {"name": "Loan", "type": "loan", "principal": "100.00", "apr": "0", "term_months": 2,
            "start_on": "2026-06-01"}  # fmt: skip
    debt = client.post("/api/debts", loan).json()

    def paying(amount):
        body = {"amount": amount, "posted_on": "2026-06-30", "account": str(main.pk)}
        return client.post(f"/api/debts/{debt['id']}/payments", body)

    refused = paying("100.01")
    assert (refused.status_code, refused.json()["payoff_amount"]) == (409, "100.00")
    assert paying("100.00").status_code == 201
    assert paying("1.00").status_code == 409
    rows = client.get(f"/api/accounts/{main.pk}").json()
    assert rows["balance"] == "99900.00"


def test_m11_a_due_payment_is_booked_once_however_often_it_is_asked_for(client, main):
    """It never ran; where it had, a crash would have booked twice."""
    rule = {"account": str(main.pk), "amount": "-10", "payee": "Gym", "auto_approve": True,
            "schedule": {"frequency": "monthly", "anchor_on": "2026-04-30"}}  # fmt: skip
    assert client.post("/api/recurring-transactions", rule).status_code == 201
    for _ in range(3):
        assert client.post("/api/recurring-transactions/process-due", {}).status_code == 200
    days = [row["posted_on"] for row in client.get("/api/transactions").json()["results"]]
    assert sorted(days) == ["2026-04-30", "2026-05-30", "2026-06-30"]


def test_m12_a_simulation_books_nothing(client, main):
    rule = {"account": str(main.pk), "amount": "-10", "payee": "Gym", "auto_approve": True,
            "schedule": {"frequency": "monthly", "anchor_on": "2026-04-30"}}  # fmt: skip
    client.post("/api/recurring-transactions", rule)
    before = client.get("/api/transactions").json()["results"]
    assert client.post("/api/recurring-transactions/simulate-process", {}).status_code == 200
    assert client.get("/api/transactions").json()["results"] == before


def test_m13_rollover_never_eats_into_the_amount(client, alice, main):
    """A reset was to add the rest to the limit, for everybody, and lose what the limit had been."""
    Category.objects.create(user=alice, name="Food", name_key="food")
    budget = {"categories": ["Food"], "amount": "100", "starts_on": "2026-01-01",
              "rollover": {"mode": "surplus"}}  # fmt: skip
    made = client.post("/api/budgets", budget).json()
    history = client.get(f"/api/budgets/{made['id']}/history?periods=6").json()["results"]
    assert {row["assigned"] for row in history} == {"100.00"}
    assert [row["available"] for row in history][-1] == "600.00"
    assert client.get(f"/api/budgets/{made['id']}").json()["amount"] == "100.00"


@pytest.mark.parametrize(
    "path", ["/api/debts", "/api/debts/summary", "/api/debts/strategies?monthly=500"]
)
def test_p1_a_debt_that_grows_is_answered_and_freezes_nothing(client, path):
    """50,000 at 24 % with 500 a month looped for ever, for everybody on the server."""
    debt = {**CARD, "name": "Card", "apr": "0.24", "minimum_payment": "500.00"}
    assert client.post("/api/debts", debt).status_code == 201
    answer = client.get(path)
    assert answer.status_code == 200
    assert '"never_pays_off":true' in answer.content.decode() or path.endswith("summary")
