"""Suggested categories on the rows of bank files: shown in the preview, put on above the threshold."""

import uuid
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tests.cast import account_of, posted
from ledger.models import Category, SuggestedCategory, Transaction
from ledger.services import imports
from ledger.services.categories import change_category
from ledger.services.preferences import change_preferences
from ledger.services.rules import create_rule
from ledger.suggesting import Suggestion
from ledger.tests.bank_files import table
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
APRIL = table(
    "2026-04-02,REWE,-31.20,",
    "2026-04-03,REWE,-18.70,",
    "2026-04-04,Quux Unheard,-7.77,",
    "2026-04-05,REWE,-9.00,,Household",
    header="Date,Payee,Amount,Memo,Category",
)


@pytest.fixture
def main(alice):
    main = account_of(alice)
    for i in range(12):
        posted(main, f"-{20 + i}.50", f"2026-01-{i + 1:02}", payee="REWE", category="Groceries")
        posted(main, f"-{50 + i}.10", f"2026-01-{i + 1:02}", payee="Shell", category="Fuel")
    return main


def automatic(user, threshold="0.6"):
    change_preferences(user_id=user.pk, fields={"auto_categorise_above": Decimal(threshold)})


def uploaded(user, main, data=APRIL):
    return imports.upload(user.pk, data=data, account_id=main.id)


def booked(batch):
    rows = Transaction.objects.filter(import_batch=batch).order_by("posted_on")
    return [row.category.name if row.category else None for row in rows.select_related("category")]


def test_the_preview_shows_the_category_how_sure_and_why(alice, main):
    first, _, unheard, said = uploaded(alice, main).report["preview"]
    found = first["suggestion"]
    assert (found["category_name"], found["applied"]) == ("Groceries", False)
    assert 0.5 < found["confidence"] <= 1
    assert "REWE" in found["reason"]
    assert (first["category"], said["suggestion"]) == ("", None)
    assert unheard["suggestion"] is None or unheard["suggestion"]["confidence"] < 0.6


def test_without_a_threshold_a_commit_puts_no_category_on(alice, main):
    batch = imports.commit(alice.pk, uploaded(alice, main).id)
    assert booked(batch) == [None, None, None, "Household"]
    assert batch.report["categorised"] == 0
    assert not SuggestedCategory.objects.exists()


def test_above_the_threshold_a_commit_puts_it_on_and_remembers_whose_word_it_is(alice, main):
    automatic(alice)
    batch = uploaded(alice, main)
    assert [bool(r["suggestion"] and r["suggestion"]["applied"]) for r in batch.report["preview"]] == [
        True, True, False, False,
    ]  # fmt: skip
    batch = imports.commit(alice.pk, batch.id)
    assert booked(batch) == ["Groceries", "Groceries", None, "Household"]
    assert batch.report["categorised"] == 2
    marked = set(SuggestedCategory.objects.values_list("transaction_id", flat=True))
    assert marked == set(
        Transaction.objects.filter(import_batch=batch, category__name="Groceries").values_list(
            "id", flat=True
        )
    )
    assert not verify_user(alice.pk)
    imports.undo(alice.pk, batch.id)
    assert not verify_user(alice.pk)


def test_a_threshold_that_nothing_reaches_changes_nothing(alice, main):
    automatic(alice, "1")
    batch = imports.commit(alice.pk, uploaded(alice, main).id)
    assert booked(batch)[2] is None
    assert SuggestedCategory.objects.count() == batch.report["categorised"]


def test_a_rule_stands_before_a_suggestion(alice, main):
    automatic(alice)
    action = {"type": "set_category", "category": "Eating"}
    create_rule(user_id=alice.pk, fields={"name": "r", "query": "payee:rewe", "actions": [action]})
    batch = imports.commit(alice.pk, uploaded(alice, main).id)
    assert booked(batch) == ["Eating", "Eating", None, "Eating"]
    assert batch.report["categorised"] == 0


def test_a_category_that_was_archived_meanwhile_is_left_alone(alice, main, monkeypatch):
    automatic(alice)
    batch = uploaded(alice, main)
    groceries = Category.objects.get(name="Groceries")
    stale = Suggestion(groceries.id, "Groceries", 0.99, "was so")
    gone = Suggestion(uuid.uuid4(), "Gone", 0.99, "was so")
    monkeypatch.setattr(imports, "_suggested", lambda *_: {0: stale, 1: gone, 99: stale})
    change_category(user_id=alice.pk, category_id=groceries.id, fields={"archived": True})
    assert booked(imports.commit(alice.pk, batch.id)) == [None, None, None, "Household"]


def test_another_persons_history_says_nothing(alice, bob, main):
    automatic(bob, "0")
    batch = uploaded(bob, account_of(bob), table("2026-04-02,REWE,-31.20,"))
    assert batch.report["preview"][0]["suggestion"] is None
    assert booked(imports.commit(bob.pk, batch.id)) == [None]


def test_the_number_of_statements_does_not_depend_on_the_rows(alice, main):
    automatic(alice)

    def statements(start, count):
        lines = [f"2026-05-02,REWE,-{start + i}.21," for i in range(count)]
        batch = uploaded(alice, main, table(*lines))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert imports.commit(alice.pk, batch.id).report["categorised"] == count
        return len(seen)

    statements(10, 2)  # The first learns the history.
    assert statements(20, 3) == statements(30, 19)


def test_the_pages_of_rows_show_it_too(api, alice, main):
    client = api(alice)
    form = {"file": SimpleUploadedFile("april.csv", APRIL), "account": str(main.id)}
    batch = client.post("/api/imports", form, format="multipart").json()
    assert batch["categorised"] == 0
    answer = client.get(f"/api/imports/{batch['id']}/rows", {"limit": 1, "count": "true"}).json()
    assert answer["count"] == 4
    assert answer["results"][0]["suggestion"]["category_name"] == "Groceries"
    assert answer["next"]
    client.post(f"/api/imports/{batch['id']}/commit", {})
    rows = client.get(f"/api/imports/{batch['id']}/rows", {"decision": "new"}).json()["results"]
    assert [row["suggestion"] for row in rows] == [None] * 4
