"""Rules on the past: tried, applied as one change set, undone."""

import uuid

import pytest

from config.tests.cast import account_of, posted
from ledger.models import Category, Payee, Transaction
from ledger.services.categories import MoveTo, remove_category
from ledger.services.drafts import Change
from ledger.services.editing import edit
from ledger.services.payees import merge_payees
from ledger.tests.rule_cast import BODY, FOOD, made
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


def as_before(row):
    """A row without what any change moves."""
    return {name: value for name, value in row.items() if name not in ("seq", "updated_at")}


def everything(client):
    return [as_before(row) for row in client.get("/api/transactions?limit=500").json()["results"]]


@pytest.fixture
def past(main, alice):
    """Rows for the supermarket rule: two plain ones, one with the owner's word, others."""
    other = account_of(alice, "Savings")
    rows = {
        "plain": posted(main, "-10", "2026-01-02", payee="REWE 12", memo="x", tags=("a", "b")),
        "text": posted(main, "-20", "2026-02-02", statement_text="EDEKA SAGT DANKE"),
        "said": posted(main, "-30", "2026-03-02", payee="Rewe", category="Party"),
        "refund": posted(main, "5", "2026-03-03", payee="Rewe"),
        "saved": posted(other, "20", "2026-02-04"),
    }
    return {name: str(row.id) for name, row in rows.items()}


def test_a_draft_is_tried_page_by_page_and_changes_nothing(client, past, django_assert_num_queries):
    before = everything(client)
    body = {
        "query": BODY["query"],
        "actions": [FOOD, {"type": "set_payee", "payee": "Rewe"}],
        "limit": 2,
    }
    with django_assert_num_queries(3):  # who calls, the page, every name on it
        page = client.post("/api/rules/test", body).json()
    rest = client.post("/api/rules/test", {**body, "cursor": page["next"]}).json()
    rows = page["results"] + rest["results"]
    assert [row["transaction"] for row in rows] == [past["said"], past["text"], past["plain"]]
    food = {"field": "category", "before": None, "after": "Food"}
    named = {"field": "payee", "before": None, "after": "Rewe"}
    assert [row["changes"] for row in rows] == [[], [food, named], [food]]
    assert rest["next"] is None
    in_february = {"date_from": "2026-02-01", "date_to": "2026-02-28"}
    assert len(client.post("/api/rules/test", {**body, **in_february}).json()["results"]) == 1
    assert everything(client) == before
    assert not Category.objects.filter(name="Food").exists()


def test_what_a_dry_run_says_is_what_is_done_and_an_undo_leaves_no_trace(client, alice, past):
    before = everything(client)
    parts = [{"percent": 70, "category": "Food"}, {"percent": 30, "memo": "rest"}]
    actions = [
        {"type": "split", "parts": parts, "overwrite": True},
        {"type": "set_payee", "payee": "Market", "overwrite": True},
        {"type": "add_tag", "tag": "c"},
        {"type": "remove_tag", "tag": "a"},
        {"type": "append_memo", "memo": "#food"},
        {"type": "set_status", "status": "pending"},
    ]
    rule = made(client, actions=actions)
    address = f"/api/rules/{rule['id']}"
    tried = client.post(f"{address}/test", {}).json()["results"]
    foreseen = client.post(f"{address}/apply", {"dry_run": True}).json()
    assert everything(client) == before
    assert (foreseen["matched"], foreseen["changed"], foreseen["change_set"]) == (3, 3, None)
    assert foreseen["rows"] == tried[::-1]
    done = client.post(f"{address}/apply", {}).json()
    assert {**done, "dry_run": True, "change_set": None} == foreseen
    row = client.get(f"/api/transactions/{past['said']}").json()
    assert [s["amount"] for s in row["splits"]] == ["-21.00", "-9.00"]
    assert (row["payee"], row["tags"], row["memo"], row["status"]) == (
        "Market",
        ["c"],
        "#food",
        "pending",
    )
    assert verify_user(alice.pk) == []
    again = client.post(f"{address}/apply", {}).json()
    # The payee is another now: only the row of that text is still met, and has it all already.
    assert (again["matched"], again["changed"], again["change_set"]) == (1, 0, None)
    assert client.get(address).json()["hit_count"] == 4

    change_set = f"/api/change-sets/{done['change_set']}"
    listed = client.get("/api/change-sets").json()["results"]
    assert [(c["kind"], c["title"], c["count"]) for c in listed] == [("rule", "Supermarkets", 3)]
    undone = client.post(f"{change_set}/undo").json()
    assert (undone["reverted"], undone["left"]) == (3, [])
    assert everything(client) == before
    assert verify_user(alice.pk) == []
    assert client.get(change_set).json()["undone_at"]
    answer = client.post(f"{change_set}/undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "change_set_undone")


def test_splits_come_back_with_their_ids(client, main):
    row = client.post(
        "/api/transactions",
        {"account": str(main.id), "amount": "-5", "posted_on": "2026-01-01", "payee": "Rewe",
         "splits": [{"amount": "-2", "category": "A"}, {"amount": "-3", "memo": "m"}]},
    ).json()  # fmt: skip
    del row["budget"]
    rule = made(client, actions=[{**FOOD, "overwrite": True}])
    done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    change = done["rows"][0]["changes"][0]
    assert (change["field"], change["after"]) == ("category", "Food")
    client.post(f"/api/change-sets/{done['change_set']}/undo")
    assert as_before(client.get(f"/api/transactions/{row['id']}").json()) == as_before(row)


def test_rows_that_were_changed_since_stay_and_are_named(client, alice, past):
    rule = made(client)
    done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    assert done["changed"] == 2
    edit(alice.pk, [Change(id=uuid.UUID(past["plain"]), fields={"memo": "mine"})])
    assert client.delete(f"/api/transactions/{past['text']}").status_code == 204
    undone = client.post(f"/api/change-sets/{done['change_set']}/undo").json()
    assert (undone["reverted"], undone["left_count"]) == (0, 2)
    whys = {left["transaction"]: left["why"] for left in undone["left"]}
    assert whys == {past["plain"]: "changed_later", past["text"]: "gone"}
    row = client.get(f"/api/transactions/{past['plain']}").json()
    assert (row["category_name"], row["memo"]) == ("Food", "mine")


def test_what_is_gone_since_is_let_go_by_rules_and_undo(client, alice, main):
    row = posted(main, "-1", payee="Rewe", category="Old")
    rule = made(
        client, actions=[{**FOOD, "overwrite": True}, {"type": "set_payee", "payee": "Market"}]
    )
    done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    old, food = (Category.objects.get(name=name) for name in ("Old", "Food"))
    remove_category(user_id=alice.pk, category_id=old.id)
    undone = client.post(f"/api/change-sets/{done['change_set']}/undo").json()
    assert undone["reverted"] == 1
    assert client.get(f"/api/transactions/{row.id}").json()["category_name"] is None
    remove_category(user_id=alice.pk, category_id=food.id, move_to=MoveTo(None))
    market, rewe = (Payee.objects.get(name=name) for name in ("Market", "Rewe"))
    merge_payees(user_id=alice.pk, into_id=rewe.id, gone_ids=[market.id], named_id=rewe.id)
    assert client.post(f"/api/rules/{rule['id']}/apply", {}).json()["changed"] == 0


def test_a_rule_makes_transfers_of_the_past_and_an_undo_takes_them_apart(client, alice, past):
    before = everything(client)
    savings = str(Transaction.objects.get(id=past["saved"]).account_id)
    rule = made(
        client, actions=[{"type": "mark_transfer_to", "account": savings, "overwrite": True}]
    )
    done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    assert done["changed"] == 3
    rows = {row["id"]: row for row in client.get("/api/transactions").json()["results"]}
    # The row that was there is the other side of one; two were booked.
    assert rows[past["text"]]["transfer"] == rows[past["saved"]]["transfer"] is not None
    assert len(rows) == len(before) + 2
    assert {row["type"] for row in rows.values()} == {"transfer", "income"}
    assert verify_user(alice.pk) == []
    undone = client.post(f"/api/change-sets/{done['change_set']}/undo").json()
    assert (undone["reverted"], undone["left"]) == (6, [])
    assert everything(client) == before
    assert verify_user(alice.pk) == []
    assert client.get("/api/transfers").json()["results"] == []


def test_a_transfer_comes_apart_whole_or_not_at_all(client, alice, past):
    savings = str(Transaction.objects.get(id=past["saved"]).account_id)
    rule = made(client, actions=[{"type": "mark_transfer_to", "account": savings}])
    done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    edit(alice.pk, [Change(id=uuid.UUID(past["saved"]), fields={"memo": "mine"})])
    undone = client.post(f"/api/change-sets/{done['change_set']}/undo").json()
    assert {left["transaction"] for left in undone["left"]} == {past["saved"], past["text"]}
    assert verify_user(alice.pk) == []


def test_applying_costs_the_same_whatever_the_rows(
    client, alice, main, django_assert_max_num_queries
):
    for n in range(40):
        posted(main, "-1", payee=f"Rewe {n}", tags=("a",))
    rule = made(client, actions=[FOOD, {"type": "add_tag", "tag": "b"}])
    with django_assert_max_num_queries(32):
        done = client.post(f"/api/rules/{rule['id']}/apply", {}).json()
    assert done["changed"] == 40
    with django_assert_max_num_queries(28):
        client.post(f"/api/change-sets/{done['change_set']}/undo")
    assert verify_user(alice.pk) == []
