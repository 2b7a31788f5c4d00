"""Rules on the rows of bank files: the preview says what the commit does."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import Refusal
from accounts.models import Event
from config.tests.cast import account_of, posted
from ledger.models import Rule, Transaction, Transfer
from ledger.services import imports
from ledger.services.import_wishes import Wishes
from ledger.services.rules import create_rule
from ledger.tests.bank_files import MARCH, table
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
COFFEE = [
    {"type": "set_payee", "payee": "Roma"},
    {"type": "set_category", "category": "Coffee"},
    {"type": "add_tag", "tag": "daily"},
    {"type": "append_memo", "memo": "#treat"},
]


@pytest.fixture
def account(alice):
    return account_of(alice)


def rule(user, query, *actions, name="r", **more):
    fields = {"name": name, "query": query, "actions": list(actions), **more}
    return create_rule(user_id=user.pk, fields=fields)


def uploaded(user, data, account, **options):
    return imports.upload(user.pk, data=data, account_id=account.id, **options)


def brought(user, data, account, **options):
    return imports.commit(user.pk, uploaded(user, data, account, **options).id)


def counts(batch):
    return {kind: n for kind, n in batch.report["counts"].items() if n}


def test_the_preview_shows_what_rules_change_and_the_commit_does_it(alice, account):
    rule(alice, "payee:cafe* amount:<5", *COFFEE, name="coffee")
    rule(alice, "category:coffee", {"type": "set_status", "status": "pending"}, name="later")
    batch = uploaded(alice, MARCH, account)
    previewed = batch.report["preview"]
    assert [row["rules"] for row in previewed] == [[], ["coffee", "later"], ["coffee", "later"], []]
    coffee = previewed[1]
    assert (coffee["payee"], coffee["category"], coffee["tags"]) == ("Roma", "Coffee", ["daily"])
    assert (coffee["memo"], coffee["status"]) == ("Coffee #treat", "pending")
    assert not Rule.objects.exclude(hit_count=0).exists()
    batch = imports.commit(alice.pk, batch.id)
    rows = Transaction.objects.filter(payee__name="Roma", category__name="Coffee")
    assert [(row.tag_count, row.memo, row.status) for row in rows] == [
        (1, "Coffee #treat", "pending")
    ] * 2
    hits = dict(Rule.objects.values_list("name", "hit_count"))
    assert hits == {"coffee": 2, "later": 2}
    assert Rule.objects.exclude(last_hit_at=None).count() == 2
    assert verify_user(alice.pk) == []


def test_no_rule_makes_a_known_row_new(alice, account):
    brought(alice, MARCH, account)
    rule(alice, "payee:cafe*", *COFFEE)
    again = brought(alice, MARCH, account)
    assert counts(again) == {"duplicate": 4}
    assert not Transaction.objects.filter(category__name="Coffee").exists()
    assert Rule.objects.get().hit_count == 0
    Rule.objects.all().delete()
    batch = imports.undo(alice.pk, imports.ImportBatch.objects.order_by("id").first().id)
    assert batch.status == "undone"


def test_rows_that_rules_renamed_are_known_again(alice, account):
    rule(alice, "payee:cafe*", *COFFEE)
    brought(alice, MARCH, account)
    assert counts(brought(alice, MARCH, account)) == {"duplicate": 4}
    Rule.objects.all().delete()
    assert counts(brought(alice, MARCH, account)) == {"duplicate": 4}


def test_a_row_typed_in_under_the_rules_name_is_matched_first(alice, account):
    posted(account, "-3.20", "2026-03-03", payee="Bakery")
    roma = posted(account, "-3.20", "2026-03-01", payee="Roma")
    rule(alice, "payee:cafe*", *COFFEE)
    data = table("2026-03-03,Cafe Roma,-3.20,x")
    batch = uploaded(alice, data, account)
    (row,) = batch.report["preview"]
    assert (row["decision"], row["transaction"], row["rules"]) == ("matched", str(roma.id), [])


def test_an_ignored_row_is_skipped_by_rule_and_stays_so(alice, account):
    rule(
        alice,
        "payee:rent*",
        {"type": "ignore"},
        {"type": "notify", "message": "skipped"},
        name="no rent",
    )
    batch = uploaded(alice, MARCH, account)
    row = batch.report["preview"][3]
    assert (row["decision"], row["by"], row["rules"]) == ("skipped", "rule", ["no rent"])
    batch = imports.commit(alice.pk, batch.id)
    assert counts(batch) == {"new": 3, "skipped": 1}
    assert Transaction.objects.count() == 3
    assert Rule.objects.get().hit_count == 1
    assert Event.objects.get(kind="rule.notice").data["count"] == 1
    assert counts(brought(alice, MARCH, account)) == {"duplicate": 3, "skipped": 1}
    Rule.objects.all().delete()
    assert counts(brought(alice, MARCH, account)) == {"duplicate": 3, "new": 1}


def test_lines_that_the_owner_leaves_out_count_no_hit(alice, account):
    rule(alice, "payee:cafe*", *COFFEE)
    batch = uploaded(alice, MARCH, account)
    imports.commit(alice.pk, batch.id, wishes=Wishes((3,)))
    assert Rule.objects.get().hit_count == 1


def test_a_row_is_split_by_percent(alice, account):
    parts = [
        {"percent": "33.34", "category": "A"},
        {"percent": "66.66", "category": "B", "memo": "m"},
    ]
    rule(alice, "payee:rent*", {"type": "split", "parts": parts})
    batch = uploaded(alice, MARCH, account)
    assert batch.report["preview"][3]["splits"] == 2
    imports.commit(alice.pk, batch.id)
    rent = Transaction.objects.get(amount_minor=-90000)
    found = rent.splits.values_list("amount_minor", "category__name", "memo")
    assert list(found) == [(-30006, "A", ""), (-59994, "B", "m")]


def test_a_rule_makes_a_transfer_and_the_other_sides_file_finds_its_leg(alice, account):
    savings = account_of(alice, "Savings")
    rule(alice, "payee:rent*", {"type": "mark_transfer_to", "account": savings.id})
    batch = uploaded(alice, MARCH, account)
    assert batch.report["preview"][3]["transfer"]
    batch = imports.commit(alice.pk, batch.id)
    savings.refresh_from_db()
    assert (savings.balance_minor, Transfer.objects.count()) == (90000, 1)
    assert verify_user(alice.pk) == []
    other = table("2026-03-10,From main,900.00,x")
    assert counts(uploaded(alice, other, savings)) == {"matched": 1}
    imports.undo(alice.pk, batch.id)
    savings.refresh_from_db()
    assert (savings.balance_minor, Transaction.objects.count()) == (0, 0)
    assert verify_user(alice.pk) == []


def test_a_transfer_finds_the_row_that_is_there_already(alice, account):
    savings = account_of(alice, "Savings")
    there = posted(savings, "900", "2026-03-11")
    rule(alice, "payee:rent*", {"type": "mark_transfer_to", "account": savings.id})
    batch = brought(alice, MARCH, account)
    there.refresh_from_db()
    assert there.transfer_id == Transaction.objects.get(amount_minor=-90000).transfer_id is not None
    with pytest.raises(Refusal, match="import_has_transfers"):
        imports.undo(alice.pk, batch.id)
    assert verify_user(alice.pk) == []


def test_rules_know_the_file_and_the_account(alice, account):
    rule(alice, "import:march account:main type:income", {"type": "set_memo", "memo": "pay"})
    batch = uploaded(alice, MARCH, account, filename="March.csv")
    assert [bool(row["rules"]) for row in batch.report["preview"]] == [True, False, False, False]
    assert not any(row["rules"] for row in uploaded(alice, MARCH, account).report["preview"])


def test_rules_for_rows_typed_in_and_those_switched_off_are_not_asked(alice, account):
    rule(alice, "", *COFFEE, applies_to="manual")
    rule(alice, "", *COFFEE, enabled=False)
    assert not any(row["rules"] for row in uploaded(alice, MARCH, account).report["preview"])


def test_no_rule_of_another_owner_is_asked(alice, bob, account):
    rule(bob, "", *COFFEE)
    assert not any(row["rules"] for row in uploaded(alice, MARCH, account).report["preview"])


def committed_cost(alice, account, data):
    batch = uploaded(alice, data, account)
    with CaptureQueriesContext(connection) as ran:
        imports.commit(alice.pk, batch.id)
    return Counter("SAVEPOINT" not in query["sql"] for query in ran.captured_queries)[True]


def test_rules_cost_the_same_whatever_the_rows(alice, account):
    for n in range(5):
        rule(alice, f"payee:cafe* amount:>{n}", *COFFEE, name=f"coffee {n}")

    def file(rows, month):
        return table(
            *(f"2026-{month:02}-{n % 28 + 1:02},Cafe {n},-{n + 6}.00,x" for n in range(rows))
        )

    committed_cost(alice, account, file(3, 1))
    assert committed_cost(alice, account, file(3, 2)) == committed_cost(alice, account, file(90, 3))
