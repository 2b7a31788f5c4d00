"""/api/accounts from outside: happy path, each refusal, the stranger, the visitor, the repeat."""

import csv
import io
import uuid

import pytest

from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of, posted, race
from ledger.api.accounts import AccountOutput, represent
from ledger.models import Account, DailyTotal, ImportBatch, Transaction
from ledger.services.account_book import change_account
from ledger.services.posting import remove
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


def test_an_account_is_opened_with_its_balances(client, alice):
    answer = client.post(
        "/api/accounts",
        {
            "name": "  Gold   card ",
            "type": "credit_card",
            "currency": "usd",
            "opening_balance": "-120.50",
            "credit_limit": "2000",
            "bank_id": "de89 3704 0044",
        },
    )
    assert answer.status_code == 201
    row = answer.json()
    assert row["name"] == "Gold card"
    assert row["currency"] == "USD"
    assert row["opening_balance"] == row["balance"] == row["cleared_balance"] == "-120.50"
    assert row["available"] == "1879.50"
    assert (row["credit_limit"], row["closed"], row["reconciled_on"]) == ("2000.00", False, None)
    assert row["bank_id"] == "DE8937040044"
    assert answer["ETag"] == row["etag"]
    assert client.get(answer["Location"]).json() == row
    assert AuditEntry.objects.filter(action="account.created", user_id=alice.pk).count() == 1
    assert Event.objects.filter(user=alice, kind="account.created").count() == 1
    assert verify_user(alice.pk) == []


def test_the_home_currency_and_checking_are_what_is_meant_without_saying(client):
    row = client.post("/api/accounts", {"name": "Plain"}).json()
    assert (row["type"], row["currency"], row["balance"]) == ("checking", "EUR", "0.00")
    assert row["credit_limit"] is None


def test_the_output_is_what_the_document_says(alice):
    assert represent(account_of(alice)).keys() == AccountOutput().fields.keys()


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "required", "/name"),
        ({"name": " \u200b "}, "name_required", "/name"),
        ({"name": "x" * 101}, "max_length", "/name"),
        ({"name": "A", "type": "piggy"}, "invalid_choice", "/type"),
        ({"name": "A", "currency": "XAU"}, "unknown_currency", "/currency"),
        ({"name": "A", "opening_balance": 1.5}, "money_must_be_a_string", "/opening_balance"),
        ({"name": "A", "opening_balance": "1.234"}, "too_many_decimals", "/opening_balance"),
        ({"name": "A", "opening_balance": "9" * 18}, "amount_too_large", "/opening_balance"),
        ({"name": "A", "credit_limit": "-1"}, "amount_must_not_be_negative", "/credit_limit"),
        ({"name": "A", "balance": "5"}, "unknown_field", "/balance"),
        ({"name": "A\u0000"}, "invalid_text", "/name"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, body, code, pointer):
    answer = client.post("/api/accounts", body)
    assert answer.status_code == 400
    problem = answer.json()
    if pointer == "/name" and code == "invalid_text":
        assert problem["code"] == code
        return
    assert (problem["errors"][0]["code"], problem["errors"][0]["pointer"]) == (code, pointer)
    assert not Account.objects.exists()


def test_two_accounts_of_one_name_are_refused(client, alice, bob):
    account_of(bob, "Main")
    account_of(alice, "Main")
    answer = client.post("/api/accounts", {"name": "MAIN "})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    other = account_of(alice, "Other")
    answer = client.patch(f"/api/accounts/{other.id}", {"name": "Main"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_a_new_opening_balance_moves_every_sum_by_the_difference(client, alice):
    account = account_of(alice)
    posted(account, "-10.00")
    posted(account, "-5.00", status="pending")
    row = client.patch(f"/api/accounts/{account.id}", {"opening_balance": "100"}).json()
    assert (row["opening_balance"], row["balance"]) == ("100.00", "85.00")
    assert (row["cleared_balance"], row["available"]) == ("90.00", "85.00")
    assert verify_user(alice.pk) == []


def test_the_opening_balance_of_a_reconciled_account_is_fixed(client, alice):
    account = account_of(alice, reconciled_on="2026-01-31")
    answer = client.patch(f"/api/accounts/{account.id}", {"opening_balance": "1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "opening_is_reconciled")
    assert client.patch(f"/api/accounts/{account.id}", {"opening_balance": "0"}).status_code == 200


def test_the_currency_is_fixed(client, alice):
    account = account_of(alice)
    answer = client.patch(f"/api/accounts/{account.id}", {"currency": "USD"})
    assert (answer.status_code, answer.json()["code"]) == (409, "currency_is_fixed")
    assert client.patch(f"/api/accounts/{account.id}", {"currency": "EUR"}).status_code == 200


def test_patch_merges_and_put_replaces_all_but_the_opening(client, alice):
    account = account_of(alice, type="savings", opening_minor=500, balance_minor=500)
    Account.objects.filter(id=account.id).update(cleared_minor=500)
    address = f"/api/accounts/{account.id}"
    row = client.patch(address, {"closed": True, "credit_limit": "5"}).json()
    assert (row["type"], row["closed"], row["credit_limit"]) == ("savings", True, "5.00")
    row = client.put(address, {"name": "New"}).json()
    assert (row["name"], row["type"], row["closed"]) == ("New", "checking", False)
    assert (row["credit_limit"], row["opening_balance"]) == (None, "5.00")
    assert client.put(address, {"type": "cash"}).status_code == 400


def test_an_account_without_rows_goes_and_leaves_a_tombstone(client, alice):
    account = account_of(alice)
    row = posted(account, "-1")
    answer = client.delete(f"/api/accounts/{account.id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "account_has_rows")
    remove(alice.pk, [row.id])
    batch = ImportBatch.objects.create(user=alice, account=account, format="csv", content=b"")
    assert client.delete(f"/api/accounts/{account.id}").status_code == 204
    assert client.get(f"/api/accounts/{account.id}").status_code == 404
    gone = set(Tombstone.objects.filter(user=alice).values_list("kind", "row_id"))
    assert {("account", account.id), ("import", batch.id)} <= gone
    assert not DailyTotal.objects.exists()
    assert verify_user(alice.pk) == []


def test_a_row_that_moved_away_from_its_file_stays_when_the_account_goes(client, alice):
    old, new = account_of(alice, "Old"), account_of(alice, "New")
    batch = ImportBatch.objects.create(user=alice, account=old, format="csv", content=b"")
    row = posted(new, "-1", import_batch_id=batch.id)
    assert client.delete(f"/api/accounts/{old.id}").status_code == 204
    assert Transaction.objects.get(id=row.id).import_batch_id is None


def test_a_stranger_finds_nothing(api, alice, mallory):
    account = account_of(alice)
    client = api(mallory)
    address = f"/api/accounts/{account.id}"
    for call in (
        client.get(address),
        client.put(address, {"name": "Mine"}),
        client.patch(address, {"name": "Mine"}),
        client.delete(address),
        client.get(f"{address}/balances"),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "account_not_found")
    assert client.get("/api/accounts").json()["results"] == []
    assert client.get("/api/accounts/summary").json()["total_accounts"] == 0
    assert Account.objects.get().name == "Main"


def test_a_visitor_is_turned_away(api, alice):
    account = account_of(alice)
    for path in ("", f"/{account.id}", f"/{account.id}/balances", "/summary"):
        assert api().get(f"/api/accounts{path}").status_code == 401


def test_an_id_that_is_none_is_404_as_a_problem(client):
    answer = client.get(f"/api/accounts/{uuid.uuid4()}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_repeat_with_one_key_opens_one_account(client):
    first = client.post("/api/accounts", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="k1")
    again = client.post("/api/accounts", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]
    other = client.post("/api/accounts", {"name": "B"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert other.status_code == 422
    assert Account.objects.count() == 1


def test_a_stale_if_match_changes_nothing(client, alice):
    account = account_of(alice)
    address = f"/api/accounts/{account.id}"
    old = client.get(address)["ETag"]
    posted(account, "-1")  # the balance is part of the account, so its version moved
    for call in (
        client.patch(address, {"name": "X"}, HTTP_IF_MATCH=old),
        client.put(address, {"name": "X"}, HTTP_IF_MATCH=old),
        client.delete(address, HTTP_IF_MATCH=old),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")
    fresh = client.get(address)["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=fresh).status_code == 304
    answer = client.patch(address, {"name": "X"}, HTTP_IF_MATCH=fresh)
    assert answer.status_code == 200
    assert answer["ETag"] != fresh


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_with_one_if_match_one_wins(alice):
    account = account_of(alice)

    def rename(name):
        return lambda: change_account(
            user_id=alice.pk, account_id=account.id, fields={"name": name}, expected_seq=0
        )

    results = race([rename("A"), rename("B"), rename("C")])
    assert sorted(type(result).__name__ for result in results) == ["Account", "Refusal", "Refusal"]


def test_the_list_is_by_name_in_pages_and_costs_one_query(
    client, alice, bob, django_assert_num_queries
):
    account_of(bob, "B")
    for name in "ecadb":
        account_of(alice, name, closed=name == "d")
    with django_assert_num_queries(2):  # the session, the page
        first = client.get("/api/accounts?limit=2").json()
    assert [row["name"] for row in first["results"]] == ["a", "b"]
    second = client.get(f"/api/accounts?limit=2&cursor={first['next']}").json()
    assert [row["name"] for row in second["results"]] == ["c", "d"]
    back = client.get(f"/api/accounts?limit=2&cursor={second['previous']}").json()
    assert [row["name"] for row in back["results"]] == ["a", "b"]
    names = [row["name"] for row in client.get("/api/accounts?closed=false").json()["results"]]
    assert names == ["a", "b", "c", "e"]
    assert len(client.get("/api/accounts?closed=true").json()["results"]) == 1
    rows = client.get("/api/accounts?sort=-id&count=true").json()
    assert [row["name"] for row in rows["results"]] == ["b", "d", "a", "c", "e"]
    assert rows["count"] == 5


def test_the_list_refuses_what_it_does_not_know(client):
    assert client.get("/api/accounts?colour=red").json()["code"] == "unknown_parameter"
    assert client.get("/api/accounts?closed=perhaps").status_code == 400
    assert client.get("/api/accounts?cursor=x").json()["code"] == "invalid_cursor"


def test_the_list_as_a_table(client, alice):
    account_of(alice, "=cmd()")
    answer = client.get("/api/accounts", HTTP_ACCEPT="text/csv")
    assert answer["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["name"], row["balance"]) == ("'=cmd()", "0.00")
