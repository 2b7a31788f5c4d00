"""/api/rules from outside: made, changed, put in order, and what is refused."""

import uuid

import pytest

from accounts.models import AuditEntry, Tombstone
from config.tests.cast import posted
from ledger.api.rule_shapes import RuleOutput
from ledger.models import Category, ChangeSet, Payee, Rule, Tag
from ledger.tests.rule_cast import BODY, FOOD, made

pytestmark = pytest.mark.django_db


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


def split(*percents):
    return {"type": "split", "parts": [{"percent": percent} for percent in percents]}


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
        ({"actions": [split(50, 49.99)]}, 400, "percents_must_sum"),
        ({"actions": [split(100)]}, 400, "min_length"),
        ({"actions": [split(0, 100)]}, 400, "min_value"),
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
