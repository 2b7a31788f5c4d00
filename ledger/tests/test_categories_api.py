"""/api/categories: the tree, and where rows go when a branch is cut."""

import csv
import io
import uuid
from decimal import Decimal

import pytest

from accounts.models import Tombstone
from config.tests.cast import account_of, posted
from ledger.api.categories import CategoryOutput, one, represent
from ledger.models import Category, MonthlyTotal, Split, Transaction
from ledger.services.categories import MoveTo, make_category, remove_category
from ledger.services.drafts import SplitDraft
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(alice):
    """Food > Eating out > Lunch, and Wages."""
    food = make_category(user_id=alice.pk, name="Food")
    out = make_category(user_id=alice.pk, name="Eating out", parent=food.id)
    lunch = make_category(user_id=alice.pk, name="Lunch", parent=out.id)
    wages = make_category(user_id=alice.pk, name="Wages", kind="income")
    return food, out, lunch, wages


def test_a_category_is_made_and_read(client, alice):
    answer = client.post("/api/categories", {"name": " Food  and drink"})
    assert answer.status_code == 201
    row = answer.json()
    assert (row["name"], row["kind"], row["parent"]) == ("Food and drink", "expense", None)
    assert (row["depth"], row["path"], row["archived"]) == (0, ["Food and drink"], False)
    assert client.get(answer["Location"]).json() == row
    assert answer["ETag"] == row["etag"]


def test_the_output_is_what_the_document_says(alice, tree):
    shown = represent(one(alice.pk, tree[0].id)).keys()
    assert shown | {"children"} == CategoryOutput().fields.keys()


def test_a_child_takes_its_parents_kind_or_is_refused(client, tree):
    food, _, _, wages = tree
    row = client.post("/api/categories", {"name": "Bonus", "parent": str(wages.id)}).json()
    assert (row["kind"], row["path"]) == ("income", ["Wages", "Bonus"])
    body = {"name": "Odd", "kind": "income", "parent": str(food.id)}
    answer = client.post("/api/categories", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "category_kinds_differ")


def test_names_are_one_per_owner_whatever_their_case(client, tree, mallory):
    make_category(user_id=mallory.pk, name="Hobby")
    answer = client.post("/api/categories", {"name": "FOOD"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert client.post("/api/categories", {"name": "Hobby"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"name": ""}, "name_required"),
        ({"name": "ß" * 60}, "name_too_long"),  # folds to 120
        ({"name": "A", "kind": "gift"}, "invalid_choice"),
        ({"name": "A", "parent": "x"}, "invalid"),
        ({"name": "A", "parent": str(uuid.uuid4())}, "category_not_found"),
        ({"name": "A", "depth": 3}, "unknown_field"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, body, code):
    answer = client.post("/api/categories", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_loops_are_refused(client, tree):
    food, out, lunch, _ = tree
    for parent in (food, out, lunch):
        answer = client.patch(f"/api/categories/{food.id}", {"parent": str(parent.id)})
        assert (answer.status_code, answer.json()["code"]) == (409, "category_loop")


def test_five_levels_are_enough_also_when_a_branch_moves(client, alice, tree):
    lunch = tree[2]
    four = make_category(user_id=alice.pk, name="4", parent=lunch.id)
    five = make_category(user_id=alice.pk, name="5", parent=four.id)
    answer = client.post("/api/categories", {"name": "6", "parent": str(five.id)})
    assert (answer.status_code, answer.json()["code"]) == (409, "category_too_deep")
    other = make_category(user_id=alice.pk, name="Other")
    answer = client.patch(f"/api/categories/{tree[0].id}", {"parent": str(other.id)})
    assert answer.json()["code"] == "category_too_deep"
    row = client.get(f"/api/categories/{five.id}").json()
    assert row["path"] == ["Food", "Eating out", "Lunch", "4", "5"]


def test_a_new_kind_goes_down_to_everything_below_and_changes_no_total(client, alice, tree):
    food, out, lunch, _ = tree
    posted(account_of(alice), "-5", category=lunch.id)
    assert client.patch(f"/api/categories/{food.id}", {"kind": "income"}).status_code == 200
    kinds = Category.objects.filter(id__in=[food.id, out.id, lunch.id]).values_list("kind", "seq")
    assert {kind for kind, _ in kinds} == {"income"}
    assert len({seq for _, seq in kinds}) == 1  # the version of a path moves with its names
    answer = client.patch(f"/api/categories/{lunch.id}", {"kind": "expense"})
    assert (answer.status_code, answer.json()["code"]) == (409, "category_kinds_differ")
    assert verify_user(alice.pk) == []


def test_patch_merges_and_put_replaces(client, tree):
    _, out, _, _ = tree
    address = f"/api/categories/{out.id}"
    row = client.patch(address, {"archived": True}).json()
    assert (row["archived"], row["path"]) == (True, ["Food", "Eating out"])
    row = client.put(address, {"name": "Restaurants"}).json()
    assert (row["archived"], row["path"], row["kind"]) == (False, ["Restaurants"], "expense")
    assert client.patch(address, {}).json()["path"] == ["Restaurants"]


def test_the_list_is_flat_with_paths_and_costs_one_query(
    client, tree, bob, django_assert_num_queries
):
    make_category(user_id=bob.pk, name="Bob's")
    with django_assert_num_queries(2):
        found = client.get("/api/categories").json()["results"]
    assert [row["path"] for row in found] == [
        ["Food", "Eating out"],
        ["Food"],
        ["Food", "Eating out", "Lunch"],
        ["Wages"],
    ]
    page = client.get("/api/categories?limit=1&kind=income").json()
    assert [row["name"] for row in page["results"]] == ["Wages"]
    assert page["next"] is None
    page = client.get("/api/categories?limit=3&count=true").json()
    assert page["count"] == 4
    assert client.get(f"/api/categories?limit=3&cursor={page['next']}").json()["results"] == [
        found[3]
    ]


def test_the_tree_is_nested(client, tree, django_assert_num_queries):
    Category.objects.filter(name="Lunch").update(archived=True)
    with django_assert_num_queries(2):
        found = client.get("/api/categories?tree=true").json()["results"]
    assert [row["name"] for row in found] == ["Food", "Wages"]
    assert found[0]["children"][0]["children"][0]["name"] == "Lunch"
    found = client.get("/api/categories?tree=true&archived=false").json()["results"]
    assert found[0]["children"][0]["children"] == []


def test_the_list_as_a_table(client, tree):
    answer = client.get("/api/categories", HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert rows[2]["path"] == "Food; Eating out; Lunch"


# --- removal


@pytest.fixture
def used(alice, tree):
    """Rows, parts and totals in Lunch and Food, on two accounts, one row pending."""
    food, _, lunch, _ = tree
    main, card = account_of(alice), account_of(alice, "Card")
    posted(main, "-5.00", "2026-01-05", category=lunch.id)
    posted(main, "2.00", "2026-01-06", category=lunch.id)
    posted(main, "-7.00", "2026-01-07", category=food.id)
    posted(card, "-1.00", "2026-02-01", category=lunch.id, status="pending")
    parts = (
        SplitDraft(amount=Decimal("-3"), category=lunch.id),
        SplitDraft(amount=Decimal("-4"), category=food.id),
        SplitDraft(amount=Decimal("-2"), category=lunch.id),
    )
    posted(card, "-9.00", "2026-02-01", splits=parts)
    return tree


def sums(category):
    rows = MonthlyTotal.objects.filter(category_id=category).exclude(count=0)
    return sum(r.inflow_minor for r in rows), sum(r.outflow_minor for r in rows)


def test_a_category_in_use_is_not_deleted_without_a_word_where_to(client, used):
    for category in used[:1] + used[2:3]:
        answer = client.delete(f"/api/categories/{category.id}")
        assert (answer.status_code, answer.json()["code"]) == (409, "category_in_use")


def test_rows_parts_and_totals_move_to_another_category(client, alice, used):
    food, _, lunch, _ = used
    before = dict(Transaction.objects.values_list("id", "seq"))
    answer = client.delete(f"/api/categories/{lunch.id}?move_to={food.id}")
    assert answer.status_code == 204
    assert Transaction.objects.filter(category=food).count() == 4
    assert set(Split.objects.values_list("category", flat=True)) == {food.id}
    assert sums(food.id) == (200, 2200)
    assert not MonthlyTotal.objects.filter(category_id=lunch.id).exists()
    moved = {t.id for t in Transaction.objects.all() if t.seq != before[t.id]}
    assert len(moved) == 4  # all but the row that was in Food alone
    assert Tombstone.objects.filter(user=alice, kind="category", row_id=lunch.id).exists()
    assert verify_user(alice.pk) == []


def test_or_to_no_category_at_all(client, alice, used):
    lunch = used[2]
    assert client.delete(f"/api/categories/{lunch.id}?move_to=none").status_code == 204
    assert Transaction.objects.filter(category=None, split_count=0).count() == 3
    assert sums(uuid.UUID(int=0)) == (200, 1100)
    assert verify_user(alice.pk) == []


def test_children_move_up_to_the_parent(client, used):
    food, out, lunch, _ = used
    assert client.delete(f"/api/categories/{out.id}").status_code == 204
    assert client.get(f"/api/categories/{lunch.id}").json()["path"] == ["Food", "Lunch"]
    assert client.delete(f"/api/categories/{food.id}?move_to={lunch.id}").status_code == 204
    assert client.get(f"/api/categories/{lunch.id}").json()["path"] == ["Lunch"]


def test_a_target_must_be_another_own_category_of_the_kind(client, used, mallory):
    _, _, lunch, wages = used
    theirs = make_category(user_id=mallory.pk, name="Theirs")
    address = f"/api/categories/{lunch.id}"
    for target, status, code in (
        (theirs.id, 400, "category_not_found"),
        (lunch.id, 400, "category_not_found"),
        (uuid.uuid4(), 400, "category_not_found"),
        (wages.id, 409, "category_kinds_differ"),
        ("x", 400, "invalid_parameter"),
    ):
        answer = client.delete(f"{address}?move_to={target}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.delete(f"{address}?to=none").json()["code"] == "unknown_parameter"
    assert Category.objects.filter(id=lunch.id).exists()


def test_the_number_of_statements_does_not_depend_on_the_rows(
    alice, tree, django_assert_max_num_queries
):
    food, _, lunch, _ = tree
    account = account_of(alice)
    for day in range(1, 29):
        posted(account, "-1", f"2026-01-{day:02d}", category=lunch.id)
        posted(account, "-1", f"2026-{1 + day % 12:02d}-01", category=food.id)
    with django_assert_max_num_queries(26):  # one look into each table that refers to categories
        remove_category(user_id=alice.pk, category_id=lunch.id, move_to=MoveTo(food.id))
    assert verify_user(alice.pk) == []


def test_a_stranger_finds_nothing_and_cannot_name_it(api, alice, tree, mallory):
    food = tree[0]
    client = api(mallory)
    address = f"/api/categories/{food.id}"
    for call in (
        client.get(address),
        client.put(address, {"name": "Mine"}),
        client.patch(address, {"name": "Mine"}),
        client.delete(address),
        client.delete(f"{address}?move_to=none"),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "category_not_found")
    mine = make_category(user_id=mallory.pk, name="Mine")
    for call in (
        client.post("/api/categories", {"name": "Under", "parent": str(food.id)}),
        client.patch(f"/api/categories/{mine.id}", {"parent": str(food.id)}),
    ):
        assert (call.status_code, call.json()["code"]) == (400, "category_not_found")
    assert [row["name"] for row in client.get("/api/categories").json()["results"]] == ["Mine"]


def test_visitor_repeat_and_stale(api, client, tree):
    assert api().get("/api/categories").status_code == 401
    assert api().delete(f"/api/categories/{tree[0].id}").status_code == 401
    first = client.post("/api/categories", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="c")
    again = client.post("/api/categories", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="c")
    assert (again.status_code, again.content) == (201, first.content)
    address = first["Location"]
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(address, {"name": "B"})
    for call in (
        client.patch(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.put(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")


def test_renaming_a_parent_makes_its_childrens_versions_stale(client, tree):
    food, _, lunch, _ = tree
    tag = client.get(f"/api/categories/{lunch.id}")["ETag"]
    client.patch(f"/api/categories/{food.id}", {"name": "Meals"})
    answer = client.get(f"/api/categories/{lunch.id}", HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer.json()["path"][0]) == (200, "Meals")
