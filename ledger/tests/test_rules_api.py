"""/api/rules from outside: made, tried, applied, undone."""

import uuid

import pytest

from accounts.models import AuditEntry, Event, Tombstone
from config.tests.cast import account_of, posted
from ledger.api.rule_shapes import RuleOutput
from ledger.models import Category, ChangeSet, Payee, Rule, Tag, Transaction
from ledger.services.categories import MoveTo, remove_category
from ledger.services.drafts import Change
from ledger.services.editing import edit
from ledger.services.payees import merge_payees
from ledger.services.rules import create_rule
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
FOOD = {"type": "set_category", "category": "Food"}
BODY = {
    "name": "Supermarkets",
    "query": "(payee:rewe* OR text:edeka) type:expense",
    "actions": [FOOD],
}


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def main(alice):
    return account_of(alice)


def made(client, **fields):
    answer = client.post("/api/rules", {**BODY, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def as_before(row):
    """A row without what any change moves."""
    return {name: value for name, value in row.items() if name not in ("seq", "updated_at")}


def everything(client):
    return [as_before(row) for row in client.get("/api/transactions?limit=500").json()["results"]]


def test_a_rule_is_made_read_changed_and_deleted(client, alice):
    answer = client.post("/api/rules", BODY)
    assert answer.status_code == 201
    rule = answer.json()
    assert rule.keys() == RuleOutput().fields.keys()
    food = Category.objects.get()
    assert rule["actions"] == [{"type": "set_category", "category": str(food.id)}]
    assert rule["condition"] == {
        "all": [
            {
                "any": [
                    {"field": "payee", "op": "like", "value": "rewe*"},
                    {"field": "text", "op": "contains", "value": "edeka"},
                ]
            },
            {"field": "type", "op": "is", "value": "expense"},
        ]
    }
    address = answer["Location"]
    assert client.get(address).json() == rule
    assert client.patch(address, {"stop": True, "name": "Food"}).json()["stop"] is True
    replaced = client.put(
        address, {"name": "B", "condition": {"field": "memo", "value": "x"}, "actions": [FOOD]}
    ).json()
    assert (replaced["query"], replaced["stop"], replaced["position"]) == ("memo:x", False, 0)
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["code"] == "rule_not_found"
    assert Tombstone.objects.filter(user=alice, kind="rule").exists()
    assert AuditEntry.objects.filter(action="rule.deleted").exists()


def test_what_an_answer_shows_can_be_sent_back(client):
    parts = [{"percent": 33.34, "category": "Food"}, {"percent": "66.66", "memo": "rest"}]
    rule = made(
        client, actions=[{"type": "split", "parts": parts}, {"type": "notify", "message": "!"}]
    )
    assert [part["percent"] for part in rule["actions"][0]["parts"]] == [33.34, 66.66]
    body = {
        name: rule[name] for name in ("name", "query", "actions", "stop", "enabled", "applies_to")
    }
    again = client.put(f"/api/rules/{rule['id']}", body).json()
    assert again["actions"] == rule["actions"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"name": ""}, 400, "name_required"),
        ({"query": "catgory:food"}, 400, "invalid_query"),
        ({"query": "(a"}, 400, "invalid_query"),
        ({"query": "x" * 1001}, 400, "max_length"),
        ({"query": "a\x00"}, 400, "invalid_text"),
        ({"query": f"account:{uuid.uuid4()}"}, 400, "account_not_found"),
        ({"condition": {"any": []}, "query": ""}, 400, "query_or_condition"),
        ({"colour": "red"}, 400, "unknown_field"),
        ({"actions": []}, 400, "min_length"),
        ({"actions": [{"type": "run"}]}, 400, "invalid_choice"),
        ({"actions": [{"type": "set_category"}]}, 400, "action_field_required"),
        ({"actions": [{"type": "set_category", "category": ""}]}, 400, "blank"),
        ({"actions": [{"type": "set_category", "category": str(uuid.uuid4())}]}, 400, "category_not_found"),
        ({"actions": [{"type": "set_payee", "payee": str(uuid.uuid4())}]}, 400, "payee_not_found"),
        ({"actions": [{"type": "add_tag", "tag": str(uuid.uuid4())}]}, 400, "tag_not_found"),
        ({"actions": [{"type": "mark_transfer_to", "account": str(uuid.uuid4())}]}, 400, "account_not_found"),
        ({"actions": [{"type": "ignore", "overwrite": True}]}, 400, "unknown_field"),
        ({"actions": [{"type": "set_memo", "memo": "x", "tag": "y"}]}, 400, "unknown_field"),
        ({"actions": [{"type": "append_memo", "memo": " "}]}, 400, "action_field_required"),
        ({"actions": [{"type": "set_status", "status": "reconciled"}]}, 400, "invalid_choice"),
        ({"actions": [{"type": "split", "parts": [{"percent": 50}, {"percent": 49.99}]}]}, 400, "percents_must_sum"),
        ({"actions": [{"type": "split", "parts": [{"percent": 100}]}]}, 400, "min_length"),
        ({"actions": [{"type": "split", "parts": [{"percent": 0}, {"percent": 100}]}]}, 400, "min_value"),
        ({"actions": [FOOD] * 21}, 400, "max_length"),
        ({"applies_to": "past"}, 400, "invalid_choice"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_name(client, fields, status, code):
    body = {**BODY, **fields}
    if "condition" in fields:
        body["condition"] = {"field": "memo", "value": "x"}
    answer = client.post("/api/rules", body)
    found = {answer.json()["code"], *(e["code"] for e in answer.json()["errors"])}
    assert (answer.status_code, code in found) == (status, True), answer.content
    assert not Rule.objects.exists()


def test_a_wrong_condition_is_refused(client):
    body = {
        "name": "x",
        "condition": {"field": "payee", "op": ">", "value": "x"},
        "actions": [FOOD],
    }
    answer = client.post("/api/rules", body).json()
    assert (answer["errors"][0]["pointer"], answer["errors"][0]["code"]) == (
        "/condition",
        "invalid_query",
    )


def test_a_refused_query_says_where(client):
    answer = client.post("/api/rules", {**BODY, "query": "rewe colour:red"}).json()
    assert (answer["position"], answer["errors"][0]["pointer"]) == (5, "/query")


def test_a_stranger_gets_nowhere_with_ids_of_alices(api, client, main, mallory):
    rule = made(client)
    posted(main, "-1", payee="REWE", tags=("t",))
    client.post(f"/api/rules/{rule['id']}/apply", {})
    kept = ChangeSet.objects.get()
    stranger = api(mallory)
    for path in (f"rules/{rule['id']}", f"change-sets/{kept.id}"):
        assert stranger.get(f"/api/{path}").status_code == 404
    for call in (
        stranger.put(f"/api/rules/{rule['id']}", BODY),
        stranger.patch(f"/api/rules/{rule['id']}", {"name": "x"}),
        stranger.delete(f"/api/rules/{rule['id']}"),
        stranger.post(f"/api/rules/{rule['id']}/test", {}),
        stranger.post(f"/api/rules/{rule['id']}/apply", {"dry_run": True}),
        stranger.post(f"/api/rules/{rule['id']}/apply", {}),
        stranger.post(f"/api/change-sets/{kept.id}/undo"),
    ):
        assert call.status_code == 404, call.content
    ids = {"category": Category.objects.get().id, "payee": Payee.objects.get().id,
           "tag": Tag.objects.get().id, "account": main.id}  # fmt: skip
    kinds = {
        "category": "set_category",
        "payee": "set_payee",
        "tag": "add_tag",
        "account": "mark_transfer_to",
    }
    for kind, row_id in ids.items():
        action = {"type": kinds[kind], kind: str(row_id)}
        for path, body in (
            ("rules", {**BODY, "actions": [action]}),
            ("rules", {**BODY, "query": f"{kind}:{row_id}"}),
            ("rules/test", {"actions": [action]}),
            ("rules/test", {"query": f"{kind}:{row_id}", "actions": [FOOD]}),
            ("views", {"name": "x", "query": f"{kind}:{row_id}"}),
        ):
            answer = stranger.post(f"/api/{path}", body)
            assert (answer.status_code, answer.json()["code"]) == (400, f"{kind}_not_found"), path
    parts = [{"percent": 50, "category": str(ids["category"])}, {"percent": 50}]
    split = {"actions": [{"type": "split", "parts": parts}]}
    assert stranger.post("/api/rules/test", split).json()["code"] == "category_not_found"
    assert stranger.post("/api/rules", {**BODY, **split}).json()["code"] == "category_not_found"
    assert (
        stranger.post("/api/rules/order", {"rules": [rule["id"]]}).json()["code"]
        == "order_names_every_rule"
    )
    assert stranger.get("/api/rules").json()["results"] == []
    assert stranger.get("/api/change-sets").json()["results"] == []
    assert not Rule.objects.for_user(mallory).exists()
    assert api().get("/api/rules").status_code == 401


def test_the_repeat_and_the_stale_writer(client):
    first = client.post("/api/rules", BODY, HTTP_IDEMPOTENCY_KEY="r")
    again = client.post("/api/rules", BODY, HTTP_IDEMPOTENCY_KEY="r")
    assert again.content == first.content
    address = first["Location"]
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(address, {"name": "B"})
    for call in (
        client.patch(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.put(address, BODY, HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
        client.post(f"{address}/apply", {}, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")


def test_rules_are_put_in_order(client, django_assert_num_queries):
    ids = [made(client, name=name)["id"] for name in "abc"]
    order = [ids[2], ids[0], ids[1]]
    answer = client.post("/api/rules/order", {"rules": order})
    assert [rule["id"] for rule in answer.json()["results"]] == order
    for wrong in (order[:2], [*order, order[0]], [*order[:2], str(uuid.uuid4())]):
        assert client.post("/api/rules/order", {"rules": wrong}).status_code == 409
    with django_assert_num_queries(2):
        page = client.get("/api/rules?limit=2").json()
    assert [rule["id"] for rule in page["results"]] == order[:2]
    rest = client.get(f"/api/rules?limit=2&cursor={page['next']}").json()
    assert [rule["id"] for rule in rest["results"]] == order[2:]
    assert made(client, name="d")["position"] == 3


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


def test_a_rule_fills_what_a_posted_row_does_not_say(client, main, alice):
    made(
        client,
        actions=[FOOD, {"type": "add_tag", "tag": "auto"}, {"type": "notify", "message": "again"}],
    )
    made(client, name="never", query="payee:nobody")
    body = {"account": str(main.id), "amount": "-5", "posted_on": "2026-01-01", "payee": "Rewe 7"}
    row = client.post("/api/transactions", body).json()
    assert (row["category_name"], row["tags"]) == ("Food", ["auto"])
    said = client.post("/api/transactions", {**body, "category": "Party", "tags": ["t"]}).json()
    assert (said["category_name"], said["tags"]) == ("Party", ["t"])
    emptied = client.post("/api/transactions", {**body, "category": None, "tags": []}).json()
    assert (emptied["category_name"], emptied["tags"]) == (None, [])
    rules = {rule.name: rule.hit_count for rule in Rule.objects.all()}
    assert rules == {"Supermarkets": 1, "never": 0}
    notice = Event.objects.get(kind="rule.notice").data
    assert (notice["message"], notice["transactions"]) == ("again", [row["id"]])
    assert verify_user(alice.pk) == []


def test_only_rules_for_rows_typed_in_are_asked(client, main):
    made(client, applies_to="import")
    made(client, enabled=False)
    body = {"account": str(main.id), "amount": "-5", "posted_on": "2026-01-01", "payee": "Rewe"}
    assert client.post("/api/transactions", body).json()["category"] is None


def test_a_posted_row_becomes_a_transfer_by_rule(client, main, alice):
    savings = account_of(alice, "Savings")
    made(
        client,
        query="text:x OR payee:savings",
        actions=[{"type": "mark_transfer_to", "account": str(savings.id)}],
    )
    body = {"account": str(main.id), "amount": "-5", "posted_on": "2026-01-01", "payee": "Savings"}
    row = client.post("/api/transactions", body).json()
    assert row["type"] == "transfer"
    savings.refresh_from_db()
    assert savings.balance_minor == 500
    assert verify_user(alice.pk) == []


def test_a_post_costs_one_statement_for_rules_and_two_where_there_are_some(client, main, alice):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(**more):
        body = {"account": str(main.id), "amount": "-5", "posted_on": "2026-01-01", **more}
        with CaptureQueriesContext(connection) as ran:
            assert client.post("/api/transactions", body).status_code == 201
        return len([q for q in ran.captured_queries if "SAVEPOINT" not in q["sql"]])

    said = {"payee": "A", "category": "B", "tags": ["c"]}
    cost(**said)
    all_said, bare = cost(**said), cost()
    create_rule(user_id=alice.pk, fields={**BODY, "query": "payee:z"})
    assert (cost(**said), cost()) == (all_said, bare + 1)


def test_rules_are_suggested_from_repeated_edits(
    client, alice, main, django_assert_max_num_queries
):
    food = [posted(main, "-1", f"2026-01-0{n}", payee="Rewe") for n in range(1, 5)]
    shop = [posted(main, "-1", statement_text=f"PAYPAL *{n} BOOKS") for n in range(3)]
    few = [posted(main, "-1", payee="Kiosk") for n in range(2)]
    mixed = [posted(main, "-1", payee="Amazon") for n in range(4)]
    for row in food:
        client.patch(f"/api/transactions/{row.id}", {"category": "Food"})
    for row in [*shop, *few]:
        client.patch(f"/api/transactions/{row.id}", {"category": "Books"})
    for n, row in enumerate(mixed):
        client.patch(f"/api/transactions/{row.id}", {"category": "AB"[n % 2]})
    with django_assert_max_num_queries(8):
        found = client.get("/api/rules/suggestions").json()["results"]
    assert [(s["query"], s["evidence"]["rows"]) for s in found] == [
        ('payee:="Rewe"', 4),
        ('text:~"PAYPAL*"', 3),
    ]
    assert found[0]["evidence"]["category_name"] == "Food"
    assert set(found[0]["evidence"]["transactions"]) == {str(row.id) for row in food}
    first = {name: found[0][name] for name in ("name", "query", "actions")}
    rule = client.post("/api/rules", first).json()
    assert [s["query"] for s in client.get("/api/rules/suggestions").json()["results"]] == [
        'text:~"PAYPAL*"'
    ]
    assert client.post(f"/api/rules/{rule['id']}/apply", {}).json()["matched"] == 4


def test_what_rules_changed_is_no_evidence(client, past):
    rule = made(client, query="", actions=[{**FOOD, "overwrite": True}])
    client.post(f"/api/rules/{rule['id']}/apply", {})
    client.delete(f"/api/rules/{rule['id']}")
    assert client.get("/api/rules/suggestions").json() == {"results": []}
