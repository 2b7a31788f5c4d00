"""POST /api/transactions/batch: all or none, each on its own, or only tried."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import posted
from ledger.models import Transaction

pytestmark = pytest.mark.django_db
URL = "/api/transactions/batch"


def create(main, amount="-1.00", **fields):
    return {"account": str(main.id), "amount": amount, "posted_on": "2026-01-31", **fields}


def test_creates_updates_and_deletes_go_together(client, main):
    kept, gone = posted(main, "-5"), posted(main, "-7")
    body = {
        "creates": [create(main), create(main, "-2.00")],
        "updates": [{"id": str(kept.id), "amount": "-6"}],
        "deletes": [str(gone.id)],
    }
    answer = client.post(URL, body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["counts"] == {"created": 2, "updated": 1, "deleted": 1, "refused": 0}
    assert answer.json()["updates"][0]["transaction"]["amount"] == "-6.00"
    main.refresh_from_db()
    assert main.balance_minor == -900


def test_one_wrong_operation_stops_the_atomic_batch(client, main):
    body = {"creates": [create(main), create(main, account=str(uuid.uuid4()))]}
    answer = client.post(URL, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/creates/1/account"
    assert not Transaction.objects.exists()


def test_every_wrong_field_is_named_with_its_place(client, main):
    body = {
        "creates": [create(main, 1.5), create(main), create(main, x=1)],
        "updates": [{"memo": "m"}],
    }
    errors = {(e["pointer"], e["code"]) for e in client.post(URL, body).json()["errors"]}
    assert errors == {
        ("/creates/0/amount", "money_must_be_a_string"),
        ("/creates/2/x", "unknown_field"),
        ("/updates/0/id", "required"),
    }


def test_without_atomic_each_operation_stands_alone(client, main):
    row = posted(main, "-5")
    body = {
        "atomic": False,
        "creates": [create(main), create(main, 1.5), create(main, account=str(uuid.uuid4()))],
        "updates": [{"id": str(row.id), "memo": "m", "if_match": row.seq + 7}],
        "deletes": [str(uuid.uuid4())],
    }
    answer = client.post(URL, body).json()
    assert answer["counts"] == {"created": 1, "updated": 0, "deleted": 0, "refused": 4}
    codes = [r["problem"]["errors"][0]["code"] for r in answer["creates"][1:]]
    assert codes == ["money_must_be_a_string", "account_not_found"]
    assert answer["updates"][0]["problem"]["code"] == "stale"
    assert answer["deletes"][0]["problem"]["status"] == 404
    main.refresh_from_db()
    assert main.balance_minor == -600


def test_a_dry_run_shows_everything_and_changes_nothing(client, main):
    row = posted(main, "-5")
    body = {"dry_run": True, "creates": [create(main, payee="New")], "deletes": [str(row.id)]}
    answer = client.post(URL, body).json()
    assert answer["dry_run"] is True
    assert answer["creates"][0]["transaction"]["payee"] == "New"
    assert list(Transaction.objects.values_list("id", flat=True)) == [row.id]
    main.refresh_from_db()
    assert main.balance_minor == -500


def test_a_strangers_rows_are_not_there(api, mallory, main):
    row = posted(main, "-5")
    for body in ({"deletes": [str(row.id)]}, {"updates": [{"id": str(row.id), "memo": "x"}]}):
        assert api(mallory).post(URL, body).status_code == 404
    row.refresh_from_db()
    assert row.memo == ""


def test_more_than_a_thousand_operations_are_refused(client, main):
    answer = client.post(URL, {"deletes": [str(uuid.uuid4())] * 1001})
    assert answer.json()["code"] == "too_many_operations"


def test_the_statements_do_not_grow_with_the_batch(client, main):
    def statements(n):
        with CaptureQueriesContext(connection) as seen:
            body = {"creates": [create(main, payee=f"P{n}{i}") for i in range(n)]}
            assert client.post(URL, body).status_code == 200
        return len(seen)

    assert statements(5) == statements(100)


def test_junk_is_refused(client):
    for body in ([], "x", {"creates": {}}, {"creates": ["x"]}, {"deletes": ["x"]}, {"atomic": "x"}):
        assert client.post(URL, body).status_code == 400, body
