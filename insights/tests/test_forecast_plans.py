"""Debts and goals in the known future: on their days, once, and not in the modelled rest again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from insights.scenarios import Loan
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


def test_a_loan_a_raise_and_a_skipped_rent_at_once(client, alice):
    main = holding(alice, 1_000_000)
    salary = rule_of(main, "2000", "2026-06-25", payee="Work")
    rent = rule_of(main, "-900", "2026-06-20", payee="Landlord")
    body = ask(
        client, days=45, skip=str(rent.id), one_off="-5", loan="10000", loan_apr="0.05",
        loan_months=36, loan_on="2026-06-20", salary=str(salary.id), salary_percent="10",
        salary_on="2026-07-01",
    )  # fmt: skip
    assert moves(body) == {
        "2026-06-16": "-5.00", "2026-06-20": "10000.00", "2026-06-25": "2000.00",
        "2026-07-20": "-299.71", "2026-07-25": "2200.00",
    }  # fmt: skip
    less = ask(client, days=45, salary=str(salary.id), salary_amount="1500")
    assert moves(less)["2026-06-25"] == "1500.00"


def test_a_loan_of_the_31st_is_paid_on_the_last_days_and_to_the_last_cent():
    items = Loan(date(2027, 1, 31), 100, Decimal(0), 3).items(date(2028, 1, 1))
    assert [(item.on.isoformat(), item.minor) for item in items] == [
        ("2027-01-31", 100), ("2027-02-28", -33), ("2027-03-31", -33), ("2027-04-30", -34),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("loan=5", "required"), ("loan_months=5", "required"), ("salary_percent=5", "required"),
        ("loan=-5&loan_apr=0.1&loan_months=5", "loan_is_positive"),
        ("loan=5&loan_apr=2&loan_months=5", "max_value"),
        ("loan=5&loan_apr=0&loan_months=5&loan_on=2026-06-15", "one_off_ahead"),
        ("salary={rule}", "percent_or_amount"),
        ("salary={rule}&salary_percent=1&salary_amount=1", "percent_or_amount"),
        ("salary={rule}&salary_percent=-101", "min_value"),
        ("salary={rule}&salary_amount=-1", "salary_is_income"),
        ("salary={bill}&salary_percent=1", "salary_is_income"),
    ],
)  # fmt: skip
def test_impossible_suppositions_are_refused(client, api, alice, mallory, query, code):
    main = holding(alice)
    ids = {
        "rule": rule_of(main, "20", "2026-06-25").id,
        "bill": rule_of(main, "-20", "2026-06-25").id,
    }
    answer = client.get(f"/api/analytics/forecast?{query.format(**ids)}")
    body = answer.json()
    assert answer.status_code == 400
    assert code in {body["code"], *(e["code"] for e in body.get("errors", []))}
    theirs = api(mallory).get(f"/api/analytics/forecast?salary={ids['rule']}&salary_percent=1")
    assert theirs.json()["code"] == "recurring_transaction_not_found"
