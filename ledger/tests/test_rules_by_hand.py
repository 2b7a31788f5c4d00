"""Rules on rows typed in, and the rules that repeated edits suggest."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Event
from config.tests.cast import account_of, posted
from ledger.models import Rule
from ledger.services.rules import create_rule
from ledger.tests.rule_cast import BODY, FOOD, made
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


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


def test_what_rules_changed_is_no_evidence(client, main):
    for _ in range(3):
        posted(main, "-1", payee="Rewe")
    rule = made(client, query="", actions=[{**FOOD, "overwrite": True}])
    client.post(f"/api/rules/{rule['id']}/apply", {})
    client.delete(f"/api/rules/{rule['id']}")
    assert client.get("/api/rules/suggestions").json() == {"results": []}
