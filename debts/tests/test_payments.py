"""Payments: split into interest and principal, refused when too large, booked once."""

import pytest

from config.tests.cast import account_of, client_of, race
from debts.models import Accrual, DebtPayment
from ledger.models import Account, Transaction

pytestmark = pytest.mark.django_db


def test_a_payment_is_interest_and_principal(client, take, pay, main):
    debt = take()
    response = pay(debt, "299.71", "2026-02-15")
    assert response.status_code == 201, response.content
    paid = response.json()
    assert (paid["interest"], paid["principal"], paid["amount"]) == ("41.67", "258.04", "299.71")
    assert paid["balance"] == "9741.96"
    rows = client.get("/api/transactions", {"account": str(main.pk)}).json()["results"]
    by_type = {row["type"]: row for row in rows}
    assert by_type["expense"]["amount"] == "-41.67"
    assert by_type["expense"]["category_name"] == "Interest paid"
    assert by_type["transfer"]["amount"] == "-258.04"
    total = client.get(
        "/api/transactions/summary", {"date_from": "2026-02-01", "date_to": "2026-02-28"}
    ).json()
    assert (total["income"], total["expense"]) == ("0.00", "41.67")


def test_a_year_of_payments_is_the_schedule(client, take, pay):
    debt = take()
    planned = client.get(f"/api/debts/{debt['id']}/schedule").json()["payments"]
    for row in planned[:12]:
        paid = pay(debt, row["payment"], row["due_on"]).json()
        assert (paid["interest"], paid["principal"]) == (row["interest"], row["principal"])
        assert paid["balance"] == row["balance"]


def test_a_second_payment_in_a_period_is_all_principal(take, pay):
    debt = take()
    pay(debt, "299.71", "2026-02-01")
    second = pay(debt, "100.00", "2026-02-10").json()
    assert (second["interest"], second["principal"]) == ("0.00", "100.00")


def test_a_payment_below_the_interest_leaves_interest_due(client, take, pay):
    debt = take()
    first = pay(debt, "20.00", "2026-02-15").json()
    assert (first["interest"], first["principal"]) == ("20.00", "0.00")
    assert client.get(f"/api/debts/{debt['id']}").json()["accrued_interest"] == "21.67"
    second = pay(debt, "50.00", "2026-02-15").json()
    assert (second["interest"], second["principal"]) == ("21.67", "28.33")


@pytest.mark.parametrize(
    ("day_count", "interest"), [("30/360", "50.00"), ("act/365", "50.96"), ("act/360", "51.67")]
)
def test_a_month_by_day_count(take, pay, day_count, interest):
    debt = take(apr="0.06", day_count=day_count)
    assert pay(debt, "299.71", "2026-02-15").json()["interest"] == interest


def test_by_days_interest_stops_at_the_payment(take, pay):
    debt = take(apr="0.06", day_count="act/365")
    assert pay(debt, "299.71", "2026-01-25").json()["interest"] == "16.44"
    rest = pay(debt, "299.71", "2026-02-15").json()["interest"]
    assert rest == "33.54"  # 9716.73 over the other 21 days


def test_more_than_is_owed_is_refused_and_can_be_capped(client, take, pay, main):
    debt = take(principal="100.00", term_months=12)
    refused = pay(debt, "500.00", "2026-02-15")
    assert refused.status_code == 409
    assert refused.json()["code"] == "overpayment"
    assert refused.json()["payoff_amount"] == "100.42"
    assert Transaction.objects.count() == 0
    assert Accrual.objects.count() == 0, "a refusal charges nothing"
    paid = pay(debt, "500.00", "2026-02-15", cap=True).json()
    assert (paid["amount"], paid["principal"], paid["balance"]) == ("100.42", "100.00", "0.00")
    again = pay(debt, "1.00", "2026-02-16")
    assert (again.status_code, again.json()["code"]) == (409, "debt_is_paid_off")
    assert client.get(f"/api/debts/{debt['id']}").json()["status"] == "paid_off"


def test_a_deleted_row_takes_its_part_out_of_the_payment(client, take, pay):
    debt = take()
    paid = pay(debt, "299.71", "2026-02-15").json()
    assert client.delete(f"/api/transactions/{paid['interest_transaction']}").status_code == 204
    row = client.get(f"/api/debts/{debt['id']}").json()
    assert row["accrued_interest"] == "41.67"
    assert client.delete(f"/api/transfers/{paid['transfer']}").status_code == 204
    assert client.get(f"/api/debts/{debt['id']}/payments").json()["results"] == []
    assert client.get(f"/api/debts/{debt['id']}").json()["balance"] == "10000.00"


def test_a_payment_is_taken_back_whole(client, take, pay, main):
    debt = take()
    paid = pay(debt, "299.71", "2026-02-15").json()
    path = f"/api/debts/{debt['id']}/payments/{paid['id']}"
    assert client.get(path).json()["interest"] == "41.67"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert Transaction.objects.count() == 0
    main.refresh_from_db()
    assert main.balance_minor == 5_000_000
    assert client.get(f"/api/debts/{debt['id']}").json()["balance"] == "10000.00"


def test_a_card_is_paid_by_a_transfer_alone(take, pay):
    debt = take(type="credit_card", principal="1000.00", term_months=None)
    paid = pay(debt, "100.00", "2026-02-15").json()
    assert (paid["interest"], paid["principal"]) == ("0.00", "100.00")


def test_interest_by_the_bank_is_not_charged_again(take, pay):
    debt = take(interest="by_bank")
    paid = pay(debt, "299.71", "2026-02-15").json()
    assert (paid["interest"], paid["principal"]) == ("0.00", "299.71")


def test_a_fee_is_an_expense_too(take, pay):
    debt = take(fee="2.50")
    paid = pay(debt, "299.71", "2026-02-15").json()
    assert (paid["interest"], paid["fee"], paid["principal"]) == ("41.67", "2.50", "255.54")


@pytest.mark.parametrize(
    ("currency", "principal", "amount", "interest"),
    [("JPY", "1000000", "84012", "4167"), ("KWD", "1000.000", "30.000", "4.167")],
)
def test_other_decimals(client, alice, take, currency, principal, amount, interest):
    purse = account_of(alice, "Purse", currency)
    debt = take(currency=currency, principal=principal)
    body = {"amount": amount, "posted_on": "2026-02-15", "account": str(purse.pk)}
    paid = client.post(f"/api/debts/{debt['id']}/payments", body).json()
    assert paid["interest"] == interest


def test_who_pays_when_it_is_not_said(client, alice, main, take):
    debt = take()
    path = f"/api/debts/{debt['id']}/payments"
    body = {"amount": "10.00", "posted_on": "2026-02-15"}
    only = client.post(path, body)
    assert only.json()["account"] == str(main.pk)
    other = account_of(alice, "Other")
    refused = client.post(path, body)
    assert refused.json()["code"] == "paying_account_required"
    client.patch(f"/api/debts/{debt['id']}", {"pay_from": str(other.pk)})
    assert client.post(path, body).json()["account"] == str(other.pk)


def test_what_a_payment_refuses(client, alice, mallory, take, pay, main):
    debt = take()
    foreign = account_of(mallory, "Hers")
    francs = account_of(alice, "Francs", "CHF")
    closed = account_of(alice, "Closed", closed=True)
    cases = [
        ({"account": str(foreign.pk)}, 400, "account_not_found"),
        ({"account": str(francs.pk)}, 400, "payment_currency_differs"),
        ({"account": str(closed.pk)}, 409, "account_is_closed"),
        ({"account": debt["account"]}, 400, "accounts_must_differ"),
        ({"amount": "1.001"}, 400, "too_many_decimals"),
        ({"amount": "0"}, 400, "amount_must_be_positive"),
        ({"amount": 1.5}, 400, "money_must_be_a_string"),
        ({"posted_on": "1850-01-01"}, 400, "date_out_of_range"),
        ({"amonut": "1"}, 400, "unknown_field"),
    ]
    for change, status, code in cases:
        body = {"amount": "10.00", "posted_on": "2026-02-15", "account": str(main.pk), **change}
        response = client.post(f"/api/debts/{debt['id']}/payments", body)
        assert (response.status_code, response.json()["code"]) == (status, code), change
    assert DebtPayment.objects.count() == 0


def test_a_stranger_finds_nothing(mallory, take, pay):
    debt = take()
    paid = pay(debt, "299.71", "2026-02-15").json()
    client, base = client_of(mallory), f"/api/debts/{debt['id']}"
    hers = account_of(mallory, "Hers")
    body = {"amount": "1.00", "account": str(hers.pk)}
    assert client.post(f"{base}/payments", body).status_code == 404
    for path in ("", "/payments", "/schedule", "/rates", "/accruals", "/cycle", "/account-number",
                 f"/payments/{paid['id']}"):  # fmt: skip
        assert client.get(base + path).status_code == 404, path
    assert client.delete(f"{base}/payments/{paid['id']}").status_code == 404
    assert client.delete(base).status_code == 404
    assert client.patch(base, {"name": "Mine"}).status_code == 404
    assert client.post(f"{base}/rates", {"apr": "0", "from_on": "2030-01-01"}).status_code == 404
    assert client.get("/api/debts").json()["results"] == []


def test_the_same_key_pays_once(client, take, main):
    debt = take()
    body = {"amount": "299.71", "posted_on": "2026-02-15", "account": str(main.pk)}
    path = f"/api/debts/{debt['id']}/payments"
    answers = [client.post(path, body, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert DebtPayment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_eight_payments_at_once_charge_the_period_once(alice, take, main):
    debt = take(principal="1000.00", term_months=12)
    clients = [client_of(alice) for _ in range(8)]
    body = {"amount": "200.00", "posted_on": "2026-02-15", "account": str(main.pk)}
    answers = race(
        [lambda c=c: c.post(f"/api/debts/{debt['id']}/payments", body).status_code for c in clients]
    )
    # 1004.17 is owed: five payments fit, the others are refused whole.
    assert sorted(answers) == [201] * 5 + [409] * 3
    assert Accrual.objects.count() == 1
    account = Account.objects.get(pk=debt["account"])
    assert account.balance_minor == -417
