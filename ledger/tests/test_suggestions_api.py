"""Suggested categories over HTTP: one row, rows of a statement, all rows without a category."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from config.tests.cast import account_of, client_of, person, posted, race
from ledger.api.suggestions import AcceptOutput, CategorySuggestion
from ledger.learning_features import Example
from ledger.models import Account, Category, SuggestedCategory, Transaction
from ledger.selectors.suggestions import suggester_for
from ledger.services.categories import change_category
from ledger.services.categorising import accept_suggestions, categorise_new
from ledger.services.change_sets import undo
from ledger.services.drafts import Change
from ledger.services.editing import edit
from ledger.services.posting import remove
from ledger.services.preferences import change_preferences
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db
SUGGEST = "/api/transactions/suggest"
OPEN = "/api/transactions/uncategorised/suggestions"
ACCEPT = "/api/transactions/uncategorised/accept"


def taught(user, rows=8):
    """A short history: groceries, fuel, rent, each by the owner's hand."""
    main = account_of(user)
    for i in range(rows):
        day = f"2026-01-{i + 1:02}"
        posted(main, f"-{20 + i}.50", day, payee="REWE", category="Groceries")
        posted(main, f"-{50 + i}.10", day, payee="Shell", category="Fuel")
    posted(main, "-900", "2026-01-01", payee="Landlord", category="Rent")
    return main


@pytest.fixture
def main(alice):
    return taught(alice)


@pytest.fixture
def client(api, alice, main):
    return api(alice)


def suggested(client, **row):
    answer = client.post(SUGGEST, {"rows": [{"amount": "-23.80", **row}]})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"][0]


def test_a_line_of_a_statement_gets_its_category_and_payee(client):
    found = suggested(client, statement_text="REWE SAGT DANKE. 12345//KOELN/DE")
    assert found.keys() == CategorySuggestion().fields.keys()
    assert (found["category_name"], found["payee"]) == ("Groceries", "REWE")
    assert found["reason"] == "All 8 of your rows of REWE are Groceries"
    assert 0.7 < found["confidence"] < 1
    assert Category.objects.get(id=found["category"]).name == "Groceries"


def test_the_owners_name_for_a_line_is_suggested(client, main):
    posted(main, "-7", payee="Corner shop", statement_text="ZB 4711 MUELLER GMBH", category="Food")
    assert suggested(client, statement_text="ZB 9922 MUELLER GMBH")["payee"] == "Corner shop"


def test_answers_come_in_the_order_of_the_rows(client, main):
    rows = [
        {"payee": "Shell", "amount": "-50", "account": str(main.id)},
        {"payee": "REWE", "amount": "-20"},
    ]
    names = [r["category_name"] for r in client.post(SUGGEST, {"rows": rows}).json()["results"]]
    assert names == ["Fuel", "Groceries"]


def test_who_has_no_history_gets_no_guess(api, bob):
    account_of(bob)
    found = suggested(api(bob), payee="REWE")
    assert (found["category"], found["confidence"]) == (None, 0.0)


def test_one_correction_changes_the_suggestion(client, main, alice):
    row = Transaction.objects.filter(payee__name="REWE").latest("posted_on")
    client.patch(f"/api/transactions/{row.id}", {"category_name": "Household"})
    assert suggested(client, payee="REWE")["category_name"] == "Groceries"  # all by hand: 7 to 1
    Transaction.objects.filter(payee__name="REWE").exclude(id=row.id).update(
        import_batch=batch(alice)
    )
    edit(alice.pk, [Change(id=row.id, fields={"memo": "seen"})])
    found = suggested(client, payee="REWE")
    assert found["category_name"] == "Household"
    assert found["reason"] == "You chose Household for REWE once yourself"


def batch(user):
    from ledger.models import ImportBatch

    return ImportBatch.objects.create(user=user, format="csv", sha256="0" * 64, content=b"")


def test_deleted_rows_and_archived_categories_teach_nothing(client, alice):
    rows = Transaction.objects.filter(payee__name="Shell")
    fuel = Category.objects.get(name="Fuel")
    change_category(user_id=alice.pk, category_id=fuel.id, fields={"archived": True})
    assert suggested(client, payee="Shell")["category_name"] != "Fuel"
    change_category(user_id=alice.pk, category_id=fuel.id, fields={"archived": False})
    remove(alice.pk, list(rows.values_list("id", flat=True)))
    assert "Shell" not in suggested(client, payee="Shell")["reason"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"rows": []}, "min_length"),
        ({"rows": [{"payee": "REWE"}]}, "required"),
        ({"rows": [{"amount": 1.5}]}, "money_must_be_a_string"),
        ({"rows": [{"amount": "1.234"}]}, "too_many_decimals"),
        ({"rows": [{"amount": "1", "account": str(uuid.uuid4())}]}, "account_not_found"),
        ({"rows": [{"amount": "1", "shop": "REWE"}]}, "unknown_field"),
        ({"rows": [{"amount": "1"}] * 501}, "max_length"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, body, code):
    answer = client.post(SUGGEST, body)
    problem = answer.json()
    assert answer.status_code == 400
    assert code in {problem["code"], *(e["code"] for e in problem["errors"])}


def test_foreign_accounts_and_rows_are_not_there(client, api, bob, mallory):
    theirs = account_of(bob)
    row = posted(theirs, "-5", payee="REWE")
    answer = client.post(SUGGEST, {"rows": [{"amount": "1", "account": str(theirs.id)}]})
    assert answer.json()["code"] == "account_not_found"
    assert client.get(f"/api/transactions/{row.id}/suggestions").status_code == 404
    assert api(mallory).get(f"/api/transactions/{row.id}/suggestions").status_code == 404
    assert suggested(api(mallory), payee="REWE")["category"] is None


@pytest.mark.parametrize("path", [SUGGEST, ACCEPT])
def test_a_visitor_is_turned_away(api, path):
    assert api().post(path, {}).status_code == 401
    assert api().get(OPEN).status_code == 401


def test_one_transaction_has_ranked_suggestions(client, main):
    row = posted(main, "-31", payee="Shell")
    found = client.get(f"/api/transactions/{row.id}/suggestions").json()["results"]
    assert found[0]["category_name"] == "Fuel"
    assert len(found) == 3
    sure = [s["confidence"] for s in found]
    assert sure == sorted(sure, reverse=True)
    assert sum(sure) <= 1.001


def test_rows_without_a_category_are_listed_by_pages(client, main):
    rows = [posted(main, "-20", f"2026-02-{n:02}", payee="REWE") for n in (1, 2, 3)]
    posted(main, "-20", "2026-02-04", payee="REWE", category="Groceries")
    page = client.get(OPEN, {"limit": 2}).json()
    assert [r["id"] for r in page["results"]] == [str(rows[2].id), str(rows[1].id)]
    assert page["results"][0]["suggestion"]["category_name"] == "Groceries"
    page = client.get(OPEN, {"limit": 2, "cursor": page["next"]}).json()
    assert [r["id"] for r in page["results"]] == [str(rows[0].id)]
    assert page["next"] is None


def test_accepting_books_what_is_sure_enough_and_nothing_else(client, main, alice):
    sure = [posted(main, "-20", f"2026-02-{n:02}", payee="REWE") for n in (1, 2)]
    unsure = posted(main, "-77", "2026-02-03", payee="Nobody Ever Heard Of")
    tried = client.post(ACCEPT, {"threshold": 0.8, "dry_run": True}).json()
    assert tried.keys() == AcceptOutput().fields.keys()
    assert (tried["examined"], tried["accepted"], tried["change_set"]) == (3, 2, None)
    assert not Transaction.objects.filter(
        id__in=[r.id for r in sure], category__isnull=False
    ).exists()
    done = client.post(ACCEPT, {"threshold": "0.8"}).json()
    assert (done["accepted"], done["next"]) == (2, None)
    assert [(c["category_name"], c["count"]) for c in done["categories"]] == [("Groceries", 2)]
    for row in sure:
        row.refresh_from_db()
        assert row.category.name == "Groceries"
    unsure.refresh_from_db()
    assert unsure.category_id is None
    assert verify_user(alice.pk) == []
    entry = AuditEntry.objects.filter(action="transaction.updated").latest("at")
    assert (entry.data["source"], entry.data["count"]) == ("suggestion", 2)
    assert client.post(ACCEPT, {"threshold": 0.8}).json()["accepted"] == 0
    assert undo(user_id=alice.pk, change_set_id=uuid.UUID(done["change_set"])).reverted == 2
    assert client.post(ACCEPT, {"threshold": 0.8}).json()["accepted"] == 2
    assert verify_user(alice.pk) == []


def test_accepted_rows_are_not_lessons_of_the_owner(client, main, alice):
    row = posted(main, "-20", "2026-02-01", payee="REWE")
    accept_suggestions(alice.pk, threshold=Decimal("0.5"))
    assert SuggestedCategory.objects.for_user(alice).get().transaction_id == row.id
    with suggester_for(alice.pk) as suggester:
        known = suggester.learner.known_of(Example("REWE", "", -100, main.id, date(2026, 2, 1)))
    groceries = Category.objects.get(name="Groceries").id
    assert (known.rows[groceries], known.by_hand[groceries]) == (9, 8)
    edit(alice.pk, [Change(id=row.id, fields={"category": "Household"})])
    with suggester_for(alice.pk) as suggester:
        known = suggester.learner.known_of(Example("REWE", "", -100, main.id, date(2026, 2, 1)))
    assert sum(known.by_hand.values()) == 9


def test_accepting_goes_on_behind_its_cursor(client, main, monkeypatch):
    monkeypatch.setattr("ledger.services.categorising.EXAMINED_MAX", 2)
    for n in (1, 2, 3):
        posted(main, "-20", f"2026-02-{n:02}", payee="REWE")
    first = client.post(ACCEPT, {"threshold": 0.8}).json()
    assert (first["examined"], first["accepted"]) == (2, 2)
    second = client.post(ACCEPT, {"threshold": 0.8, "cursor": first["next"]}).json()
    assert (second["examined"], second["next"]) == (1, None)
    assert client.post(ACCEPT, {"threshold": 0.8, "cursor": "x"}).json()["code"] == "invalid_cursor"


@pytest.mark.parametrize("threshold", [1.5, -0.1, "x", True, None, 0.12345])
def test_a_threshold_is_a_share(client, threshold):
    assert client.post(ACCEPT, {"threshold": threshold}).status_code == 400


def test_the_threshold_may_come_from_the_preferences(client, main):
    assert client.post(ACCEPT, {}).json()["code"] == "threshold_required"
    client.patch("/api/ledger-preferences", {"auto_categorise_above": 0.8})
    posted(main, "-20", payee="REWE")
    assert client.post(ACCEPT, {}).json()["accepted"] == 1


def test_rows_about_to_be_imported_act_only_above_the_threshold(alice, main):
    rows = [
        Example("", "REWE SAGT DANKE 77", -2000, main.id, date(2026, 2, 1)),
        Example("Nobody", "", -700, main.id, date(2026, 2, 1)),
    ]
    assert categorise_new(alice.pk, rows) == [None, None]
    change_preferences(user_id=alice.pk, fields={"auto_categorise_above": Decimal("0.8")})
    first, second = categorise_new(alice.pk, rows)
    assert (first.category_name, first.payee, second) == ("Groceries", "REWE", None)


def test_preferences_have_an_etag_and_refuse_stale_changes(client):
    url = "/api/ledger-preferences"
    answer = client.get(url)
    assert answer.json() == {"auto_categorise_above": None, "etag": '"0"'}
    assert client.get(url, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 304
    set_to = client.patch(url, {"auto_categorise_above": 0.95}, HTTP_IF_MATCH='"0"')
    assert (set_to.status_code, set_to.json()["auto_categorise_above"]) == (200, 0.95)
    assert client.patch(url, {"auto_categorise_above": 1}, HTTP_IF_MATCH='"0"').status_code == 412
    assert client.patch(url, {}).json() == set_to.json()
    assert (
        client.patch(url, {"auto_categorise_above": None}).json()["auto_categorise_above"] is None
    )
    assert client.patch(url, {"auto_categorise_above": 2}).status_code == 400
    assert client.patch(url, {"other": 1}).json()["code"] == "unknown_field"


def test_preferences_are_ones_own(client, api, mallory):
    client.patch("/api/ledger-preferences", {"auto_categorise_above": 0.95})
    theirs = api(mallory).get("/api/ledger-preferences").json()
    assert theirs["auto_categorise_above"] is None
    assert api().get("/api/ledger-preferences").status_code == 401


def test_it_costs_the_same_with_more_history(client, main, alice):
    row = posted(main, "-20", payee="REWE")
    url = f"/api/transactions/{row.id}/suggestions"
    before = statements(lambda: client.get(url))
    for n in range(5):
        posted(main, "-20", f"2026-03-{n + 1:02}", payee=f"Shop {n}", category=f"Kind {n}")
    assert statements(lambda: client.get(url)) == before == 4  # session, row, categories, history
    assert statements(lambda: client.get(OPEN)) == 4
    assert statements(lambda: client.post(SUGGEST, {"rows": [{"amount": "1"}] * 500})) == 3


def statements(call):
    with CaptureQueriesContext(connection) as queries:
        assert call().status_code == 200
    return len(queries)


@pytest.mark.django_db(transaction=True)
def test_what_was_learned_is_kept_until_the_clock_moves():
    user = person("carol@example.org")
    main = taught(user, rows=3)
    client = client_of(user)
    rows = {"rows": [{"amount": "-20", "payee": "REWE"}]}
    assert statements(lambda: client.post(SUGGEST, rows)) == 3
    assert statements(lambda: client.post(SUGGEST, rows)) == 1
    posted(main, "-3", payee="REWE", category="Sweets")
    assert statements(lambda: client.post(SUGGEST, rows)) == 3
    with suggester_for(user.pk) as suggester:
        known = suggester.learner.known_of(Example("REWE", "", -100, main.id, date(2026, 1, 1)))
    assert sorted(known.rows.values()) == [1, 3]


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_at_once_book_each_row_once():
    user = person("carol@example.org")
    main = taught(user)
    for n in range(6):
        posted(main, "-20", f"2026-02-{n + 1:02}", payee="REWE")
    accept = lambda: accept_suggestions(user.pk, threshold=Decimal("0.8"))  # noqa: E731
    done = race([accept, accept])
    assert sorted(d.count for d in done) == [0, 6]
    assert SuggestedCategory.objects.count() == 6
    assert verify_user(user.pk) == []
    assert Account.objects.get(id=main.id).balance_minor != 0
