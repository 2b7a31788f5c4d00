"""/api/debts: taking up, reading, changing, removing."""

import pytest

from config.tests.cast import account_of, posted
from debts.api.shapes import DebtOutput
from debts.models import Debt
from debts.tests.conftest import LOAN
from ledger.models import Account

pytestmark = pytest.mark.django_db


def test_a_debt_opens_its_own_account(client, take, alice):
    debt = take(lender="First Bank")
    account = Account.objects.get(pk=debt["account"])
    assert (account.type, account.balance_minor, account.name) == ("loan", -1_000_000, "Car loan")
    assert debt["balance"] == "10000.00"
    assert debt["apr"] == "0.05"
    assert debt["minimum_payment"] == "299.71"
    assert debt.keys() == set(DebtOutput().fields)
    assert client.get("/api/debts").json()["results"][0]["id"] == debt["id"]


def test_a_taken_name_gets_a_number(take, alice):
    account_of(alice, "car LOAN")
    assert Account.objects.get(pk=take()["account"]).name == "Car loan (2)"


def test_a_liability_account_is_the_debts_own(client, alice, take):
    account = account_of(alice, "Loan 12", type="loan")
    debt = take(account=str(account.pk), balance="8000.00")
    assert (debt["account"], debt["balance"]) == (str(account.pk), "8000.00")
    again = client.post("/api/debts", {**LOAN, "account": str(account.pk)})
    assert (again.status_code, again.json()["code"]) == (409, "account_has_debt")
    refused = client.delete(f"/api/accounts/{account.pk}")
    assert (refused.status_code, refused.json()["code"]) == (409, "account_in_use")


def test_an_account_with_rows_says_what_is_owed(client, alice, take):
    account = account_of(alice, "Loan 12", type="loan")
    posted(account, "-700.00")
    refused = client.post("/api/debts", {**LOAN, "account": str(account.pk), "balance": "8000"})
    assert refused.json()["code"] == "balance_is_the_accounts"
    assert take(account=str(account.pk))["balance"] == "700.00"


def test_an_account_that_pays_is_no_liability(take, main):
    debt = take(account=str(main.pk))
    assert debt["pay_from"] == str(main.pk)
    assert debt["account"] != str(main.pk)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"apr": "4.99"}, 400, "invalid"),
        ({"apr": 0.05}, 400, "money_must_be_a_string"),
        ({"apr": "-0.01"}, 400, "invalid"),
        ({"principal": "0"}, 400, "amount_must_be_positive"),
        ({"principal": "1.001"}, 400, "too_many_decimals"),
        ({"balance": "-1"}, 400, "amount_must_not_be_negative"),
        ({"type": "mafia"}, 400, "invalid_choice"),
        ({"start_on": "15.01.2026"}, 400, "invalid"),
        ({"term_months": None}, 400, "minimum_required"),
        ({"minimum_payment": "1", "minimum_rule": {"percent": "1"}}, 400, "minimum_one_way"),
        ({"name": " "}, 400, "name_required"),
        ({"acount": "x"}, 400, "unknown_field"),
    ],
)
def test_what_a_debt_refuses(client, change, status, code):
    response = client.post("/api/debts", {**LOAN, **change})
    assert (response.status_code, response.json()["code"]) == (status, code), response.content
    assert not Debt.objects.exists()
    assert not Account.objects.exists()


def test_foreign_accounts_do_not_exist(client, mallory, take):
    hers = account_of(mallory, "Hers", type="loan")
    for word in ("account", "pay_from"):
        refused = client.post("/api/debts", {**LOAN, word: str(hers.pk)})
        assert (refused.status_code, refused.json()["code"]) == (400, "account_not_found")
    debt = take()
    for word in ("account", "pay_from"):
        refused = client.patch(f"/api/debts/{debt['id']}", {word: str(hers.pk)})
        assert (refused.status_code, refused.json()["code"]) == (400, "account_not_found")


def test_patch_merges_and_put_replaces(client, take):
    debt = take(lender="First Bank", notes="blue folder")
    path = f"/api/debts/{debt['id']}"
    row = client.patch(path, {"name": "Old car"}).json()
    assert (row["name"], row["lender"]) == ("Old car", "First Bank")
    row = client.put(path, {**LOAN, "name": "Older car"}).json()
    assert (row["name"], row["lender"], row["balance"]) == ("Older car", "", "10000.00")


def test_a_stale_change_is_refused(client, take):
    debt = take()
    path = f"/api/debts/{debt['id']}"
    client.patch(path, {"notes": "x"})
    stale = client.patch(path, {"notes": "y"}, HTTP_IF_MATCH=debt["etag"])
    assert stale.status_code == 412


def test_a_304_ends_when_the_books_move(client, take, pay):
    debt = take()
    path = f"/api/debts/{debt['id']}"
    tag = client.get(path)["ETag"]
    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 304
    posted(Account.objects.get(pk=debt["account"]), "-5.00")
    assert client.get(path, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_the_balance_moves_only_without_rows(client, take, pay):
    debt = take()
    path = f"/api/debts/{debt['id']}"
    assert client.patch(path, {"balance": "9000.00"}).json()["balance"] == "9000.00"
    pay(debt, "299.71", "2026-02-15")
    refused = client.patch(path, {"balance": "1.00"})
    assert (refused.status_code, refused.json()["code"]) == (409, "balance_is_the_accounts")


def test_the_number_is_stored_encrypted(client, take, settings):
    debt = take(account_number="DE89370400440532013000")
    row = Debt.objects.get()
    assert "3704" not in row.number_encrypted
    assert debt["account_number"] == "••••3000"
    path = f"/api/debts/{debt['id']}/account-number"
    assert client.get(path).json() == {"account_number": "DE89370400440532013000"}
    settings.ENCRYPTION_KEYS = ["a new key", settings.SECRET_KEY]
    assert client.get(path).status_code == 200
    settings.ENCRYPTION_KEYS = ["a new key"]
    assert client.get(path).json()["code"] == "number_unreadable"


def test_removing_keeps_the_books(client, take, pay):
    debt = take()
    pay(debt, "299.71", "2026-02-15")
    assert client.delete(f"/api/debts/{debt['id']}").status_code == 204
    assert Account.objects.filter(pk=debt["account"]).exists()
    untouched = take(name="Mistake")
    client.delete(f"/api/debts/{untouched['id']}")
    assert not Account.objects.filter(pk=untouched["account"]).exists()


def test_a_list_costs_the_same_for_many(client, take, pay, django_assert_max_num_queries):
    debt = take()
    pay(debt, "299.71", "2026-02-15")
    for number in range(4):
        take(name=f"Loan {number}")
    with django_assert_max_num_queries(8):
        rows = client.get("/api/debts").json()["results"]
    assert len(rows) == 5
