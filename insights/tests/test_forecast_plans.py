"""Debts and goals in the known future: on their days, once, and not in the modelled rest again."""

from datetime import timedelta
from decimal import Decimal

import pytest

from insights.tests.test_forecast_api import TODAY, ask, every_day, holding, many
from ledger.tests.recurring_cast import rule_of

pytestmark = pytest.mark.django_db


def borrowed(client, main, **terms):
    """10,000 at 5 % over 36 months: 299.71 a month, due on the 20th."""
    body = {
        "name": "Car", "type": "auto", "principal": "10000.00", "apr": "0.05",
        "start_on": "2026-05-20", "term_months": 36, "pay_from": str(main.pk), **terms,
    }  # fmt: skip
    answer = client.post("/api/debts", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def saving(client, account, **fields):
    body = {"name": "House", "target_amount": "3000.00", "account": str(account.pk), **fields}
    answer = client.post("/api/goals", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def moves(body):
    return {d["date"]: d["known"] for d in body["days"] if Decimal(d["known"])}


def test_installments_of_a_loan_are_known(client, alice):
    main = holding(alice, 1_000_000)
    borrowed(client, main)
    body = ask(client, days=70)
    assert moves(body) == {
        "2026-06-20": "-299.71",
        "2026-07-20": "-299.71",
        "2026-08-20": "-299.71",
    }
    assert moves(ask(client, days=70, account=str(main.pk))) == moves(body)
    other = holding(alice, 1, "Other")
    assert moves(ask(client, days=70, account=str(other.pk))) == {}


def test_an_installment_that_a_recurring_payment_pays_is_counted_once(client, alice):
    main = holding(alice, 1_000_000)
    borrowed(client, main)
    rule_of(main, "-300", "2026-06-22", payee="Bank")
    assert moves(ask(client, days=40)) == {"2026-06-22": "-300.00", "2026-07-22": "-300.00"}


def test_a_bill_of_another_size_is_no_installment(client, alice):
    main = holding(alice, 1_000_000)
    borrowed(client, main)
    rule_of(main, "-350", "2026-06-22", payee="Rent")
    assert moves(ask(client, days=10)) == {"2026-06-20": "-299.71", "2026-06-22": "-350.00"}


def test_payments_of_the_past_are_not_modelled_again(client, alice):
    main = holding(alice, 2_000_000)
    many(main, every_day(150), "-10", category="Food")
    debt = borrowed(client, main, start_on="2026-01-20")
    for month in range(2, 6):
        paid = client.post(
            f"/api/debts/{debt['id']}/payments",
            {"amount": "299.71", "posted_on": f"2026-0{month}-20", "account": str(main.pk)},
        )
        assert paid.status_code == 201, paid.content
    body = ask(client, days=30)
    assert sum(Decimal(d["modelled"]) for d in body["days"]) == Decimal("-300")
    assert moves(body) == {"2026-06-20": "-299.71"}


def test_contributions_to_a_goal_leave_only_for_accounts_not_at_hand(client, alice):
    holding(alice, 1_000_000)
    depot = holding(alice, 0, "Depot", type="investment")
    saving(client, depot, target_on="2026-09-15")
    # 3000 in the three periods up to 15 September, the present one counted: due now, it moves tomorrow.
    thousand = {"2026-06-16": "-1000.00", "2026-07-15": "-1000.00", "2026-08-15": "-1000.00"}
    assert moves(ask(client, days=90)) == thousand
    savings = holding(alice, 0, "Savings", type="savings")
    saving(client, savings, name="Holiday", target_on="2026-09-15")
    assert moves(ask(client, days=90)) == thousand
    assert moves(ask(client, days=10, account=str(savings.pk))) == {"2026-06-16": "1000.00"}


def test_nothing_is_planned_for_a_goal_that_is_paused_or_has_no_day(client, alice):
    holding(alice, 1_000_000)
    depot = holding(alice, 0, "Depot", type="investment")
    saving(client, depot)
    saving(client, depot, name="Later", target_on=(TODAY + timedelta(60)).isoformat(), paused=True)
    assert moves(ask(client, days=90)) == {}


def test_plans_of_another_owner_are_not_counted(api, client, alice, mallory):
    borrowed(client, holding(alice, 1_000_000))
    assert moves(ask(api(mallory), days=90)) == {}
