"""/api/transactions from outside: happy path, each refusal, the stranger, the visitor, the repeat."""

import uuid

import pytest

from config.tests.cast import account_of, posted
from ledger.models import Account, Category, Tag, Transaction

pytestmark = pytest.mark.django_db


def order(account, fields=None, /, **more):
    return {"account": str(account.id), "amount": "-12.30", "posted_on": "2026-01-31"} | (
        fields or more
    )


def test_a_posted_transaction_comes_back_whole_and_moves_the_balance(client, main):
    answer = client.post("/api/transactions", order(main, payee="Aral", category_name="Fuel"))
    assert answer.status_code == 201
    row = answer.json()
    assert row["amount"] == "-12.30"
    assert row["type"] == "expense"
    assert (row["payee"], row["category_name"], row["account_name"]) == ("Aral", "Fuel", "Main")
    assert row["risk"]["reasons"] == []
    assert answer["Location"] == f"/api/transactions/{row['id']}"
    assert row["created_at"].endswith("Z"), "an instant, not a time of some day somewhere"
    assert row.pop("budget") is None
    assert client.get(answer["Location"]).json() == row
    main.refresh_from_db()
    assert (main.balance_minor, main.cleared_minor) == (-1230, -1230)


@pytest.mark.parametrize(
    ("fields", "amount", "kind"),
    [
        ({"amount": "12.30", "type": "expense"}, "-12.30", "expense"),
        ({"amount": "12.30", "type": "income"}, "12.30", "income"),
        ({"amount": 12}, "12.00", "income"),
        ({"amount": "3", "category_name": "Groceries"}, "3.00", "refund"),
    ],
)
def test_sign_and_type_follow_the_contract(client, main, alice, fields, amount, kind):
    Category.objects.create(user=alice, name="Groceries", name_key="groceries", kind="expense")
    row = client.post("/api/transactions", order(main, fields)).json()
    assert (row["amount"], row["type"]) == (amount, kind)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": 12.3}, "money_must_be_a_string"),
        ({"amount": "12.345"}, "too_many_decimals"),
        ({"amount": "1e5"}, "invalid_amount"),
        ({"amount": "NaN"}, "invalid_amount"),
        ({"amount": "0"}, "amount_must_not_be_zero"),
        ({"amount": "-0.00"}, "amount_must_not_be_zero"),
        ({"amount": "-5", "type": "expense"}, "amount_must_be_positive"),
        ({"amount": "9" * 30}, "amount_too_large"),
        ({"amount": True}, "invalid_amount"),
        ({"amount": None}, "null"),
        ({"posted_on": "31.01.2026"}, "invalid"),
        ({"posted_on": "2026-02-29"}, "invalid"),
        ({"posted_on": "1850-01-01"}, "date_out_of_range"),
        ({"posted_on": "2999-01-01"}, "date_out_of_range"),
        ({"status": "done"}, "invalid_choice"),
        ({"balance": "1"}, "unknown_field"),
        ({"user": "x"}, "unknown_field"),
        ({"risk_score": 0}, "unknown_field"),
        ({"account": str(uuid.uuid4())}, "account_not_found"),
        ({"category": str(uuid.uuid4())}, "category_not_found"),
        ({"payee": str(uuid.uuid4())}, "payee_not_found"),
        ({"tags": [str(uuid.uuid4())]}, "tag_not_found"),
        ({"splits": [{"amount": "-1"}, {"amount": "-2"}]}, "splits_must_sum"),
        ({"memo": "a\x00b"}, "invalid_text"),
        ({"memo": "x" * 501}, "max_length"),
        ({"category_name": "   "}, "name_required"),
    ],
)
def test_bad_input_is_refused_by_name_and_leaves_nothing(client, main, fields, code):
    answer = client.post("/api/transactions", order(main, fields))
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert code in {body["code"], *(error["code"] for error in body["errors"])}
    assert not Transaction.objects.exists()
    main.refresh_from_db()
    assert main.balance_minor == 0


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("JPY", "1200", "1200"), ("KWD", "1.250", "1.250"), ("KWD", "1", "1.000")],
)
def test_each_currency_has_its_own_decimals(client, alice, currency, amount, shown):
    account = account_of(alice, "Abroad", currency)
    row = client.post("/api/transactions", order(account, amount=amount)).json()
    assert (row["amount"], row["currency"]) == (shown, currency)


def test_yen_have_no_decimals(client, alice):
    answer = client.post(
        "/api/transactions", order(account_of(alice, "Tokyo", "JPY"), amount="1.5")
    )
    assert answer.json()["code"] == "too_many_decimals"


def test_splits_hold_their_categories_and_survive_a_put_that_does_not_send_them(client, main):
    splits = [
        {"amount": "-10.00", "category": "Food"},
        {"amount": "-2.30", "category": "Household", "memo": "soap"},
    ]
    row = client.post("/api/transactions", order(main, splits=splits, tags=["weekly"])).json()
    assert [(s["amount"], s["category_name"]) for s in row["splits"]] == [
        ("-10.00", "Food"),
        ("-2.30", "Household"),
    ]
    again = client.put(f"/api/transactions/{row['id']}", order(main, memo="market"))
    assert again.status_code == 200, again.content
    assert again.json()["splits"] == row["splits"]
    assert again.json()["tags"] == ["weekly"]
    assert again.json()["memo"] == "market"


def test_an_edit_moves_every_sum(client, main, alice):
    other = account_of(alice, "Other")
    row = client.post("/api/transactions", order(main)).json()
    answer = client.patch(
        f"/api/transactions/{row['id']}", {"amount": "-20", "account": str(other.id)}
    )
    assert answer.status_code == 200, answer.content
    main.refresh_from_db()
    other.refresh_from_db()
    assert (main.balance_minor, other.balance_minor) == (0, -2000)


def test_a_stale_if_match_is_412_and_changes_nothing(client, main):
    answer = client.post("/api/transactions", order(main))
    url, etag = answer["Location"], answer["ETag"]
    assert client.patch(url, {"memo": "one"}, headers={"If-Match": etag}).status_code == 200
    for method in ("patch", "put", "delete"):
        body = order(main, memo="two")
        again = getattr(client, method)(url, body, headers={"If-Match": etag})
        assert again.status_code == 412, method
        assert again.json()["code"] == "stale"
    assert client.get(url).json()["memo"] == "one"


def test_an_unchanged_row_is_304(client, main):
    answer = client.post("/api/transactions", order(main))
    again = client.get(answer["Location"], headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_renamed_payee_ends_the_304_but_not_the_if_match(client, main):
    from ledger.models import Payee

    answer = client.post("/api/transactions", order(main, payee="Aral"))
    url, etag = answer["Location"], answer["ETag"]
    Payee.objects.update(name="Aral AG")
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.json()["payee"]) == (200, "Aral AG")
    assert client.patch(url, {"memo": "m"}, headers={"If-Match": etag}).status_code == 200


def test_a_deleted_row_leaves_the_sums_and_can_be_restored(client, main):
    url = client.post("/api/transactions", order(main, payee="Aral", tags=["car"]))["Location"]
    before = client.get(url).json()
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404
    assert client.delete(url).status_code == 404
    main.refresh_from_db()
    assert main.balance_minor == 0
    after = client.post(f"{url}/restore").json()
    changing = {"seq", "updated_at"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert client.post(f"{url}/restore").status_code == 404


def test_a_stranger_gets_404_and_changes_nothing(api, mallory, main):
    row = posted(main, "-5.00")
    client = api(mallory)
    url = f"/api/transactions/{row.id}"
    body = {"account": str(main.id), "amount": "1", "posted_on": "2026-01-01"}
    assert client.get(url).status_code == 404
    assert client.put(url, body).status_code == 404
    assert client.patch(url, {"memo": "mine"}).status_code == 404
    assert client.delete(url).status_code == 404
    assert client.post(f"{url}/restore").status_code == 404
    assert client.patch(f"{url}/review", {"verdict": "fraud"}).status_code == 404
    row.refresh_from_db()
    assert (row.memo, row.verdict) == ("", "")


def test_a_strangers_ids_are_refused_in_every_field(api, alice, mallory, main):
    theirs = posted(main, "-5.00", payee="Aral", category="Fuel", tags=("car",))
    own = account_of(mallory, "Own")
    client = api(mallory)
    tag_id = Tag.objects.get().id
    mine = client.post("/api/transactions", order(own)).json()
    foreign = [
        {"account": str(main.id)},
        {"category": str(theirs.category_id)},
        {"payee": str(theirs.payee_id)},
        {"tags": [str(tag_id)]},
        {"splits": [{"amount": "-12.30", "category": str(theirs.category_id)}]},
    ]
    for fields in foreign:
        assert client.post("/api/transactions", order(own) | fields).status_code == 400, fields
        assert client.patch(f"/api/transactions/{mine['id']}", fields).status_code == 400, fields
        batch = {"creates": [order(own) | fields]}
        assert client.post("/api/transactions/batch", batch).status_code == 400, fields
    filters = {
        "account": main.id, "category": theirs.category_id, "payee": theirs.payee_id, "tag": tag_id,
    }  # fmt: skip
    for name, value in filters.items():
        assert client.get(f"/api/transactions?{name}={value}").status_code == 400, name


def test_a_visitor_is_turned_away(api):
    for method, url in (
        ("get", "/api/transactions"),
        ("post", "/api/transactions"),
        ("get", f"/api/transactions/{uuid.uuid4()}"),
        ("post", "/api/transactions/batch"),
    ):
        answer = getattr(api(), method)(url)
        assert answer.status_code == 401
        assert answer.json()["code"] == "not_authenticated"


def test_the_same_key_books_once(client, main):
    key = {"Idempotency-Key": "k-1"}
    first = client.post("/api/transactions", order(main), headers=key)
    again = client.post("/api/transactions", order(main), headers=key)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    other = client.post("/api/transactions", order(main, memo="x"), headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert Transaction.objects.count() == 1


def test_a_closed_account_takes_nothing(client, main):
    Account.objects.update(closed=True)
    answer = client.post("/api/transactions", order(main))
    assert (answer.status_code, answer.json()["code"]) == (409, "account_is_closed")


def test_a_repeated_external_id_is_409(client, main):
    assert client.post("/api/transactions", order(main, external_id="F1")).status_code == 201
    answer = client.post("/api/transactions", order(main, external_id="F1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
    main.refresh_from_db()
    assert main.balance_minor == -1230


def test_a_reconciled_row_keeps_its_money_but_takes_a_category(client, main):
    url = client.post("/api/transactions", order(main, status="reconciled"))["Location"]
    for change in ({"amount": "-1"}, {"posted_on": "2026-02-01"}):
        answer = client.patch(url, change)
        assert (answer.status_code, answer.json()["code"]) == (409, "row_is_reconciled")
    assert client.delete(url).status_code == 409
    assert client.patch(url, {"category_name": "Fuel"}).status_code == 200


def test_a_review_keeps_the_evidence(client, main, alice):
    row = posted(main, "-500")
    reasons = [{"code": "TX01", "contribution": 70, "message": "m", "evidence": {}}]
    Transaction.objects.update(flagged=True, risk_score=70, risk_level="high", risk_reasons=reasons)
    assert len(client.get("/api/transactions/flagged").json()["results"]) == 1
    answer = client.patch(
        f"/api/transactions/{row.id}/review", {"verdict": "legitimate", "note": "mine"}
    )
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["risk"]["score"] == 70
    assert body["risk"]["reasons"] == reasons
    assert body["review"]["verdict"] == "legitimate"
    assert body["review"]["by"] == str(alice.id)
    assert client.get("/api/transactions/flagged").json()["results"] == []
    assert client.patch(f"/api/transactions/{row.id}/review", {"verdict": "ok"}).status_code == 400


def test_pending_rows_stay_out_of_the_cleared_balance(client, main):
    client.post("/api/transactions", order(main, status="pending"))
    main.refresh_from_db()
    assert (main.balance_minor, main.cleared_minor, main.available_minor) == (-1230, 0, -1230)
