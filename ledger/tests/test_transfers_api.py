"""/api/transfers: two rows that are one movement."""

import csv
import io
import uuid
from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Event, Tombstone
from config.tests.cast import account_of, posted, race
from ledger.api.transfers import TransferOutput
from ledger.models import (
    Account,
    DailyTotal,
    ExchangeRate,
    MonthlyTotal,
    Transaction,
    Transfer,
)
from ledger.services.transfers import TransferDraft, change_transfer, make_transfer
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def main(alice):
    return account_of(alice, "Main")


@pytest.fixture
def savings(alice):
    return account_of(alice, "Savings")


@pytest.fixture
def dollars(alice):
    return account_of(alice, "Dollars", "USD")


def order(source, target, **more):
    return {
        "from_account": str(source.id),
        "to_account": str(target.id),
        "amount": "500.00",
        "posted_on": "2026-01-31",
        **more,
    }


def balances():
    return dict(Account.objects.values_list("name", "balance_minor"))


def test_a_transfer_is_two_rows_and_neither_income_nor_spending(client, alice, main, savings):
    answer = client.post("/api/transfers", order(main, savings, memo="Saving"))
    assert answer.status_code == 201
    row = answer.json()
    assert row.keys() == TransferOutput().fields.keys()
    out, into = row["legs"]
    assert (out["account"], out["amount"]) == (str(main.id), "-500.00")
    assert (into["account"], into["amount"]) == (str(savings.id), "500.00")
    assert out["type"] == into["type"] == "transfer"
    assert out["transfer"] == into["transfer"] == row["id"]
    assert out["memo"] == into["memo"] == row["memo"] == "Saving"
    assert (row["amount"], row["to_amount"]) == ("500.00", "500.00")
    assert (row["rate"], row["fx"]) == ("1", None)
    assert balances() == {"Main": -50_000, "Savings": 50_000}
    assert set(MonthlyTotal.objects.values_list("is_transfer", flat=True)) == {True}
    summary = client.get("/api/transactions/summary?date_from=2026-01-01&date_to=2026-01-31").json()
    assert (summary["income"], summary["expense"]) == ("0.00", "0.00")
    assert client.get(answer["Location"]).json() == row
    assert answer["ETag"] == row["etag"]
    kinds = list(Event.objects.filter(user=alice).values_list("kind", flat=True))
    assert sorted(kinds) == ["transaction.created", "transaction.created", "transfer.created"]
    assert verify_user(alice.pk) == []


def test_both_amounts_across_currencies(client, alice, main, dollars):
    ExchangeRate.objects.create(base="EUR", quote="USD", day="2026-01-30", rate="1.1")
    row = client.post("/api/transfers", order(main, dollars, to_amount="545.00")).json()
    assert (row["currency"], row["to_currency"]) == ("EUR", "USD")
    assert (row["amount"], row["to_amount"], row["rate"]) == ("500.00", "545.00", "1.09")
    assert row["fx"] == {"mid_rate": "1.1", "result": "-5.00", "currency": "USD"}
    assert balances() == {"Main": -50_000, "Dollars": 54_500}
    assert verify_user(alice.pk) == []


@pytest.mark.parametrize(
    ("currency", "rate", "arrived"),
    [("USD", "1.08531", "542.66"), ("JPY", "163.5455", "81773"), ("KWD", "0.33185", "165.925")],
)
def test_or_one_amount_and_a_rate(client, alice, main, currency, rate, arrived):
    other = account_of(alice, "Other", currency)
    row = client.post("/api/transfers", order(main, other, rate=rate)).json()
    assert row["to_amount"] == arrived
    assert row["fx"] is None  # no rate is known: nothing is invented


def test_days_of_departure_and_arrival_may_differ(client, main, savings):
    body = order(main, savings, to_posted_on="2026-02-02")
    row = client.post("/api/transfers", body).json()
    assert [leg["posted_on"] for leg in row["legs"]] == ["2026-01-31", "2026-02-02"]
    assert (row["posted_on"], row["to_posted_on"]) == ("2026-01-31", "2026-02-02")
    address = f"/api/transfers/{row['id']}"
    row = client.patch(address, {"posted_on": "2026-02-01"}).json()
    assert (row["posted_on"], row["to_posted_on"]) == ("2026-02-01", "2026-02-02")
    row = client.patch(address, {"to_posted_on": "2026-02-01"}).json()
    row = client.patch(address, {"posted_on": "2026-02-05"}).json()  # one day: it moves as one
    assert (row["posted_on"], row["to_posted_on"]) == ("2026-02-05", "2026-02-05")


@pytest.mark.parametrize(
    ("change", "status", "code", "pointer"),
    [
        ({"amount": "0"}, 400, "amount_must_be_positive", "/amount"),
        ({"amount": "-5"}, 400, "amount_must_be_positive", "/amount"),
        ({"amount": 5.5}, 400, "money_must_be_a_string", "/amount"),
        ({"amount": "1.234"}, 400, "too_many_decimals", "/amount"),
        ({"to_amount": "499"}, 400, "transfer_amounts_must_match", "/to_amount"),
        ({"rate": "2"}, 400, "transfer_amounts_must_match", "/rate"),
        ({"to_account": "main"}, 400, "accounts_must_differ", "/to_account"),
        ({"to_account": "dollars"}, 400, "to_amount_required", "/to_amount"),
        (
            {"to_account": "dollars", "to_amount": "1", "rate": "1"},
            400,
            "to_amount_or_rate",
            "/rate",
        ),
        ({"to_account": "dollars", "to_amount": "1.234"}, 400, "too_many_decimals", "/to_amount"),
        (
            {"to_account": "dollars", "rate": "0.000001", "amount": "1"},
            400,
            "amount_must_not_be_zero",
            "/rate",
        ),
        (
            {"to_account": "dollars", "rate": "99999999999", "amount": "99999999"},
            400,
            "amount_too_large",
            "/rate",
        ),
        ({"to_account": str(uuid.uuid4())}, 400, "account_not_found", "/to_account"),
        ({"from_account": str(uuid.uuid4())}, 400, "account_not_found", "/from_account"),
        ({"from_account": "closed"}, 409, "account_is_closed", "/from_account"),
        ({"to_account": "closed"}, 409, "account_is_closed", "/to_account"),
        ({"to_account": "mallorys"}, 400, "account_not_found", "/to_account"),
        ({"from_account": "mallorys"}, 400, "account_not_found", "/from_account"),
        ({"posted_on": "1800-01-01"}, 400, "date_out_of_range", "/posted_on"),
        ({"to_posted_on": "1800-01-01"}, 400, "date_out_of_range", "/to_posted_on"),
        ({"status": "reconciled"}, 400, "invalid_choice", "/status"),
        ({"category": "Food"}, 400, "unknown_field", "/category"),
        ({"posted_on": None}, 400, "null", "/posted_on"),
    ],
)
def test_what_is_wrong_is_refused_by_name(
    client, alice, mallory, main, savings, dollars, change, status, code, pointer
):
    named = {
        "main": main,
        "dollars": dollars,
        "closed": account_of(alice, "Closed", closed=True),
        "mallorys": account_of(mallory, "Hers"),
    }
    body = order(main, savings) | {
        name: str(named[value].id) if value in named else value for name, value in change.items()
    }
    answer = client.post("/api/transfers", body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert not Transfer.objects.exists()
    assert not Transaction.objects.exists()


def test_a_change_moves_both_legs(client, alice, main, savings):
    other = account_of(alice, "Other")
    address = client.post("/api/transfers", order(main, savings))["Location"]
    row = client.patch(address, {"amount": "20", "memo": "less", "status": "pending"}).json()
    assert [(leg["amount"], leg["memo"], leg["status"]) for leg in row["legs"]] == [
        ("-20.00", "less", "pending"),
        ("20.00", "less", "pending"),
    ]
    row = client.patch(address, {"to_account": str(other.id)}).json()
    assert balances() == {"Main": -2_000, "Savings": 0, "Other": 2_000}
    assert row["memo"] == "less"
    body = order(savings, main, amount="1")
    row = client.put(address, body).json()
    assert (row["memo"], row["from_account"]) == ("", str(savings.id))
    assert row["posted_on"] == "2026-01-31"
    assert balances() == {"Main": 100, "Savings": -100, "Other": 0}
    assert verify_user(alice.pk) == []


def test_swapping_the_accounts_turns_the_transfer_round(client, alice, main, savings):
    row = client.post("/api/transfers", order(main, savings)).json()
    swap = {"from_account": str(savings.id), "to_account": str(main.id)}
    turned = client.patch(f"/api/transfers/{row['id']}", swap).json()
    assert [leg["id"] for leg in turned["legs"]] == [leg["id"] for leg in row["legs"]]
    assert balances() == {"Main": 50_000, "Savings": -50_000}
    assert verify_user(alice.pk) == []


def test_a_change_across_currencies_says_both_amounts_anew(client, alice, main, savings, dollars):
    address = client.post("/api/transfers", order(main, dollars, to_amount="545"))["Location"]
    answer = client.patch(address, {"amount": "100"})
    assert (answer.status_code, answer.json()["code"]) == (400, "to_amount_required")
    row = client.patch(address, {"amount": "100", "rate": "1.1"}).json()
    assert (row["amount"], row["to_amount"]) == ("100.00", "110.00")
    row = client.patch(address, {"to_amount": "111"}).json()
    assert (row["amount"], row["to_amount"]) == ("100.00", "111.00")
    row = client.patch(address, {"posted_on": "2026-02-01", "amount": "100.00"}).json()
    assert row["to_amount"] == "111.00"
    row = client.patch(address, {"to_account": str(savings.id)}).json()
    assert (row["to_amount"], row["to_currency"]) == ("100.00", "EUR")
    answer = client.patch(address, {"from_account": str(dollars.id)})
    assert answer.json()["code"] == "to_amount_required"
    row = client.patch(address, {"from_account": str(dollars.id), "to_amount": "90"}).json()
    assert (row["amount"], row["currency"], row["to_amount"]) == ("100.00", "USD", "90.00")
    assert balances() == {"Main": 0, "Dollars": -10_000, "Savings": 9_000}
    assert verify_user(alice.pk) == []


def test_one_leg_alone_cannot_be_changed_and_goes_with_the_other(client, alice, main, savings):
    row = client.post("/api/transfers", order(main, savings)).json()
    leg = f"/api/transactions/{row['legs'][0]['id']}"
    answer = client.patch(leg, {"amount": "-1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "change_the_transfer")
    assert client.delete(leg).status_code == 204
    assert client.get(f"/api/transfers/{row['id']}").status_code == 404
    assert balances() == {"Main": 0, "Savings": 0}
    assert Tombstone.objects.filter(user=alice, kind="transfer").count() == 1
    assert verify_user(alice.pk) == []


def test_deleting_takes_both_legs(client, alice, main, savings):
    row = client.post("/api/transfers", order(main, savings)).json()
    assert client.delete(f"/api/transfers/{row['id']}").status_code == 204
    assert not Transaction.objects.exists()
    assert not Transfer.objects.exists()
    assert not DailyTotal.objects.exclude(inflow_minor=0, outflow_minor=0, count=0).exists()
    gone = Tombstone.objects.filter(user=alice)
    assert sorted(gone.values_list("kind", flat=True)) == ["transaction", "transaction", "transfer"]
    assert verify_user(alice.pk) == []


def test_a_reconciled_leg_holds_the_transfer(client, main, savings):
    row = client.post("/api/transfers", order(main, savings)).json()
    address = f"/api/transfers/{row['id']}"
    body = {"statement_balance": "-500", "statement_on": "2026-01-31"}
    assert client.post(f"/api/accounts/{main.id}/reconcile", body).status_code == 201
    for call in (
        client.patch(address, {"amount": "1"}),
        client.patch(address, {"posted_on": "2026-01-30"}),
        client.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (409, "row_is_reconciled")
    assert client.put(address, order(main, savings, memo="note")).status_code == 200
    assert balances() == {"Main": -50_000, "Savings": 50_000}


def test_what_a_leg_changes_changes_the_transfers_version(client, main, savings):
    first = client.post("/api/transfers", order(main, savings))
    address = first["Location"]
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    leg = first.json()["legs"][1]["id"]
    assert client.patch(f"/api/transactions/{leg}", {"memo": "mine"}).status_code == 200
    answer = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (answer.status_code, answer.json()["legs"][1]["memo"]) == (200, "mine")
    for call in (
        client.patch(address, {"memo": "x"}, HTTP_IF_MATCH=first["ETag"]),
        client.put(address, order(main, savings), HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")
    answer = client.patch(address, {"memo": "x"}, HTTP_IF_MATCH=answer["ETag"])
    assert answer.status_code == 200


def test_a_corrected_rate_is_seen_at_once(client, main, dollars):
    answer = client.post("/api/transfers", order(main, dollars, to_amount="545"))
    ExchangeRate.objects.create(base="EUR", quote="USD", day="2026-01-30", rate="1.1")
    again = client.get(answer["Location"], HTTP_IF_NONE_MATCH=answer["ETag"])
    assert (again.status_code, again.json()["fx"]["result"]) == (200, "-5.00")


def test_a_stranger_finds_nothing(api, client, mallory, main, savings):
    address = client.post("/api/transfers", order(main, savings))["Location"]
    stranger = api(mallory)
    hers = account_of(mallory, "Hers")
    for call in (
        stranger.get(address),
        stranger.put(address, order(hers, hers)),
        stranger.patch(address, {"memo": "x"}),
        stranger.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "transfer_not_found")
    assert stranger.get("/api/transfers").json()["results"] == []
    answer = stranger.get(f"/api/transfers?account={main.id}")
    assert (answer.status_code, answer.json()["code"]) == (400, "account_not_found")
    hers_too = account_of(mallory, "Too")
    mine = stranger.post("/api/transfers", order(hers, hers_too))["Location"]
    for field in ("from_account", "to_account"):
        answer = stranger.patch(mine, {field: str(main.id)})
        assert (answer.status_code, answer.json()["code"]) == (400, "account_not_found")
    assert api().get("/api/transfers").status_code == 401
    assert api().post("/api/transfers", order(main, savings)).status_code == 401


def test_the_repeat_with_one_key_moves_the_money_once(client, main, savings):
    first = client.post("/api/transfers", order(main, savings), HTTP_IDEMPOTENCY_KEY="t")
    again = client.post("/api/transfers", order(main, savings), HTTP_IDEMPOTENCY_KEY="t")
    assert (again.status_code, again.content) == (201, first.content)
    assert balances() == {"Main": -50_000, "Savings": 50_000}


def test_the_list_filters_and_costs_four_queries(
    client, alice, main, savings, dollars, django_assert_num_queries
):
    posted(main, "-1")
    client.post("/api/transfers", order(main, savings))
    for day in ("2026-02-01", "2026-02-02"):
        client.post("/api/transfers", order(main, dollars, to_amount="1", posted_on=day))
    with django_assert_num_queries(4):  # session, transfers, legs, rates
        found = client.get("/api/transfers").json()["results"]
    assert [row["posted_on"] for row in found] == ["2026-02-02", "2026-02-01", "2026-01-31"]

    def days(query):
        answer = client.get(f"/api/transfers?{query}").json()
        return [row["posted_on"][5:] for row in answer["results"]]

    assert days(f"account={savings.id}") == ["01-31"]
    assert days(f"account={main.id}&date_from=2026-02-01&date_to=2026-02-01") == ["02-01"]
    page = client.get("/api/transfers?limit=2&count=true").json()
    assert page["count"] == 3
    assert days(f"limit=2&cursor={page['next']}") == ["01-31"]
    answer = client.get("/api/transfers", HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["to_amount"] for row in rows] == ["1.00", "1.00", "500.00"]


def test_an_empty_list_asks_for_no_legs(client, alice, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert client.get("/api/transfers").json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_twenty_transfers_at_once_leave_exact_balances(alice):
    one, two = account_of(alice, "One"), account_of(alice, "Two")

    def move(number):
        source, target = (one, two) if number % 3 else (two, one)
        draft = TransferDraft(
            from_account=source.id,
            to_account=target.id,
            amount=Decimal(number),
            posted_on=date(2026, 1, 1 + number % 5),
        )
        return lambda: make_transfer(user_id=alice.pk, draft=draft)

    results = race([move(number) for number in range(1, 21)])
    assert not [result for result in results if isinstance(result, Exception)]
    moved = sum(n if n % 3 else -n for n in range(1, 21)) * 100
    assert balances() == {"One": -moved, "Two": moved}
    assert Transaction.objects.count() == 40
    assert len({t.seq for t in Transfer.objects.all()}) == 20
    assert verify_user(alice.pk) == []


@pytest.mark.django_db(transaction=True)
def test_of_changes_with_one_if_match_one_wins(alice):
    one, two = account_of(alice, "One"), account_of(alice, "Two")
    draft = TransferDraft(
        from_account=one.id, to_account=two.id, amount=Decimal(1), posted_on=date(2026, 1, 1)
    )
    transfer = make_transfer(user_id=alice.pk, draft=draft)

    def change(amount):
        return lambda: change_transfer(
            user_id=alice.pk,
            transfer_id=transfer.id,
            fields={"amount": Decimal(amount)},
            expected_seq=transfer.seq,
        )

    results = race([change(n) for n in range(2, 6)])
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["Refusal", "Refusal", "Refusal", "Transfer"]
    assert verify_user(alice.pk) == []
