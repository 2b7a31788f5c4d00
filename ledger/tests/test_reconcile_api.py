"""/api/accounts/{id}/reconcile: the books against a statement."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from accounts.models import Event, Tombstone
from config.tests.cast import account_of, posted, race
from ledger.models import Account, Reconciliation, Transaction
from ledger.services.reconciling import reconcile
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2026-03-18T12:00:00Z", tick=False):
        yield


@pytest.fixture
def account(alice):
    account = account_of(alice, opening_minor=1_000, balance_minor=1_000, cleared_minor=1_000)
    posted(account, "100.00", "2026-01-10")
    posted(account, "-30.00", "2026-01-31")
    posted(account, "-5.00", "2026-01-20", status="pending")
    posted(account, "-2.00", "2026-02-01")
    return account


def statement(balance="80.00", day="2026-01-31", **more):
    return {"statement_balance": balance, "statement_on": day, **more}


def statuses():
    return list(Transaction.objects.order_by("id").values_list("status", flat=True))


def test_a_statement_that_agrees_locks_the_cleared_rows_up_to_its_day(client, alice, account):
    answer = client.post(f"/api/accounts/{account.id}/reconcile", statement())
    assert answer.status_code == 201
    said = answer.json()
    assert (said["count"], said["adjustment"], said["statement_balance"]) == (2, None, "80.00")
    assert statuses() == ["reconciled", "reconciled", "pending", "cleared"]
    row = client.get(f"/api/accounts/{account.id}").json()
    assert (row["reconciled_on"], row["balance"]) == ("2026-01-31", "73.00")
    locked = Transaction.objects.filter(status="reconciled")
    assert {t.reconciliation_id for t in locked} == {Reconciliation.objects.get().id}
    assert {t.seq for t in locked} == {int(row["etag"].strip('"'))}
    assert Event.objects.filter(user=alice, kind="transactions.changed").count() == 1
    assert verify_user(alice.pk) == []


def test_a_reconciled_row_is_locked_until_the_reconciliation_is_undone(client, alice, account):
    client.post(f"/api/accounts/{account.id}/reconcile", statement())
    row = Transaction.objects.filter(status="reconciled").first()
    address = f"/api/transactions/{row.id}"
    for call in (
        client.patch(address, {"amount": "1"}),
        client.patch(address, {"status": "cleared"}),
        client.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (409, "row_is_reconciled")
    assert client.patch(address, {"memo": "still mine"}).status_code == 200
    assert client.delete(f"/api/accounts/{account.id}/reconcile").status_code == 204
    assert statuses() == ["cleared", "cleared", "pending", "cleared"]
    assert Account.objects.get().reconciled_on is None
    assert not Reconciliation.objects.exists()
    assert Tombstone.objects.filter(user=alice, kind="reconciliation").count() == 1
    assert client.delete(address).status_code == 204
    assert verify_user(alice.pk) == []


def test_a_difference_is_refused_with_its_figures(client, account):
    answer = client.post(f"/api/accounts/{account.id}/reconcile", statement("90"))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "statement_does_not_match"
    assert (problem["difference"], problem["cleared_balance"]) == ("10.00", "80.00")
    assert not Reconciliation.objects.exists()
    assert "reconciled" not in statuses()


def test_an_adjustment_makes_the_difference_good_by_one_row(client, alice, account):
    body = statement("77.50", create_adjustment=True)
    said = client.post(f"/api/accounts/{account.id}/reconcile", body).json()
    assert said["count"] == 3
    row = client.get(f"/api/transactions/{said['adjustment']}").json()
    assert (row["payee"], row["amount"]) == ("Balance adjustment", "-2.50")
    assert (row["posted_on"], row["status"]) == ("2026-01-31", "reconciled")
    assert client.get(f"/api/accounts/{account.id}").json()["balance"] == "70.50"
    assert verify_user(alice.pk) == []


def test_no_adjustment_is_posted_where_nothing_differs(client, account):
    body = statement(create_adjustment=True)
    said = client.post(f"/api/accounts/{account.id}/reconcile", body).json()
    assert said["adjustment"] is None
    assert Transaction.objects.count() == 4


def test_statements_follow_one_another_and_are_undone_in_reverse(client, alice, account):
    address = f"/api/accounts/{account.id}/reconcile"
    client.post(address, statement())
    assert client.post(address, statement("78.00", "2026-02-28")).json()["count"] == 1
    listed = client.get(f"/api/accounts/{account.id}/reconciliations").json()["results"]
    assert [row["statement_on"] for row in listed] == ["2026-02-28", "2026-01-31"]
    answer = client.post(address, statement("80.00", "2026-02-01"))
    assert (answer.status_code, answer.json()["code"]) == (409, "statement_too_old")
    assert client.delete(address).status_code == 204
    assert Account.objects.get().reconciled_on.isoformat() == "2026-01-31"
    assert statuses() == ["reconciled", "reconciled", "pending", "cleared"]
    assert client.delete(address).status_code == 204
    answer = client.delete(address)
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_undo")
    assert verify_user(alice.pk) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (statement(day="2026-03-20"), "statement_in_future"),
        (statement("1.234"), "too_many_decimals"),
        (statement(80.0), "money_must_be_a_string"),
        ({"statement_on": "2026-01-31"}, "required"),
        (statement(day="1800-01-01"), "date_out_of_range"),
        (statement(account="x"), "unknown_field"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, account, body, code):
    answer = client.post(f"/api/accounts/{account.id}/reconcile", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_closed_account_is_reconciled_but_takes_no_adjustment(client, account):
    Account.objects.update(closed=True)
    address = f"/api/accounts/{account.id}/reconcile"
    answer = client.post(address, statement("1", create_adjustment=True))
    assert (answer.status_code, answer.json()["code"]) == (409, "account_is_closed")
    assert client.post(address, statement()).status_code == 201


def test_a_stranger_and_a_visitor_reconcile_nothing(api, account, mallory):
    address = f"/api/accounts/{account.id}"
    stranger = api(mallory)
    for call in (
        stranger.post(f"{address}/reconcile", statement()),
        stranger.delete(f"{address}/reconcile"),
        stranger.get(f"{address}/reconciliations"),
    ):
        assert call.status_code == 404
    assert api().post(f"{address}/reconcile", statement()).status_code == 401
    assert "reconciled" not in statuses()


def test_the_repeat_and_the_stale_reader(client, account):
    address = f"/api/accounts/{account.id}/reconcile"
    stale = client.get(f"/api/accounts/{account.id}")["ETag"]
    first = client.post(address, statement(), HTTP_IDEMPOTENCY_KEY="r1")
    again = client.post(address, statement(), HTTP_IDEMPOTENCY_KEY="r1")
    assert again.content == first.content
    assert Reconciliation.objects.count() == 1
    assert client.delete(address, HTTP_IF_MATCH=stale).status_code == 412
    assert client.post(address, statement(), HTTP_IF_MATCH=stale).status_code == 412


def test_the_list_costs_one_query_beside_session_and_account(
    client, account, django_assert_num_queries
):
    client.post(f"/api/accounts/{account.id}/reconcile", statement())
    with django_assert_num_queries(3):
        client.get(f"/api/accounts/{account.id}/reconciliations")


def test_the_number_of_statements_does_not_depend_on_the_rows(alice, django_assert_max_num_queries):
    account = account_of(alice)
    for _ in range(30):
        posted(account, "1.00", "2026-01-10")
    with django_assert_max_num_queries(11):
        reconcile(
            user_id=alice.pk,
            account_id=account.id,
            statement_balance=Decimal(30),
            statement_on=date(2026, 1, 31),
        )
    assert set(statuses()) == {"reconciled"}


@pytest.mark.django_db(transaction=True)
def test_rows_that_race_with_a_reconciliation_are_either_on_it_or_not(alice):
    account = account_of(alice)
    posted(account, "10.00", "2026-01-10")

    def post_one():
        return posted(account, "1.00", "2026-01-11")

    def agree():
        return reconcile(
            user_id=alice.pk,
            account_id=account.id,
            statement_balance=Decimal(10),
            statement_on=date(2026, 1, 31),
            create_adjustment=True,
        )

    results = race([post_one, agree, post_one, post_one])
    assert not [result for result in results if isinstance(result, Exception)]
    locked = Transaction.objects.filter(status="reconciled")
    assert sum(t.amount_minor for t in locked) == 1_000
    assert verify_user(alice.pk) == []
