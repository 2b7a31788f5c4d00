"""/api/views from outside, and the transaction list that shows one."""

import pytest

from accounts.models import Tombstone
from config.tests.cast import account_of, posted
from ledger.api.rule_shapes import ViewOutput
from ledger.models import SavedView
from ledger.services.rules import create_view

pytestmark = pytest.mark.django_db
LARGE = {"name": "Large", "query": "(type:expense OR memo:x) amount:>=10", "sort": "amount"}


@pytest.fixture
def rows(alice):
    main = account_of(alice)
    return {
        name: str(posted(main, amount, day, memo=memo).id)
        for name, amount, day, memo in (
            ("small", "-1", "2026-01-01", ""),
            ("ten", "-10", "2026-01-03", ""),
            ("hundred", "-100", "2026-01-02", "x"),
            ("income", "50", "2026-01-04", ""),
        )
    }


def names(client, rows, **query):
    answer = client.get("/api/transactions", query)
    assert answer.status_code == 200, answer.content
    by_id = {row_id: name for name, row_id in rows.items()}
    return [by_id[row["id"]] for row in answer.json()["results"]]


def test_a_view_is_saved_read_changed_and_deleted(client, alice):
    answer = client.post("/api/views", LARGE)
    assert answer.status_code == 201
    view = answer.json()
    assert view.keys() == ViewOutput().fields.keys()
    address = answer["Location"]
    assert client.get(address).json() == view
    tree = {"not": {"field": "tag", "value": "work"}}
    assert client.patch(address, {"condition": tree}).json()["query"] == "-tag:work"
    replaced = client.put(address, {"name": "All"}).json()
    assert (replaced["query"], replaced["sort"]) == ("", "-posted_on")
    assert client.delete(address).status_code == 204
    assert client.get(address).json()["code"] == "view_not_found"
    assert Tombstone.objects.filter(user=alice, kind="view").exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "required"),
        ({"name": " "}, 400, "name_required"),
        ({"name": "LARGE"}, 409, "name_taken"),
        ({"name": "x", "query": "(a"}, 400, "invalid_query"),
        ({"name": "x", "sort": "payee"}, 400, "invalid_choice"),
        ({"name": "x", "filters": {}}, 400, "unknown_field"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, alice, body, status, code):
    create_view(user_id=alice.pk, fields=LARGE)
    answer = client.post("/api/views", body)
    found = {answer.json()["code"], *(e["code"] for e in answer.json()["errors"])}
    assert (answer.status_code, code in found) == (status, True), answer.content


def test_a_list_shows_a_view_in_its_order_and_narrows_it(client, alice, rows):
    view = str(create_view(user_id=alice.pk, fields=LARGE).id)
    assert names(client, rows, view=view) == ["hundred", "ten"]
    assert names(client, rows, view=view, sort="-posted_on") == ["ten", "hundred"]
    assert names(client, rows, view=view, q="memo:x") == ["hundred"]
    assert names(client, rows, view=view, date_from="2026-01-03") == ["ten"]
    first = client.get("/api/transactions", {"view": view, "limit": 1}).json()
    assert names(client, rows, view=view, limit=1, cursor=first["next"]) == ["ten"]
    counted = client.get("/api/transactions", {"view": view, "count": "true"}).json()
    assert counted["count"] == 2


def test_a_view_costs_one_statement_more(client, alice, rows, django_assert_num_queries):
    view = create_view(user_id=alice.pk, fields={"name": "v", "query": "type:expense memo:x"})
    with django_assert_num_queries(3):
        client.get("/api/transactions", {"view": str(view.id)})


def test_the_list_is_by_name_and_costs_one_query(client, alice, bob, django_assert_num_queries):
    create_view(user_id=bob.pk, fields={"name": "bob's", "query": ""})
    for name in ("b", "A"):
        create_view(user_id=alice.pk, fields={"name": name, "query": ""})
    with django_assert_num_queries(2):
        found = client.get("/api/views?limit=1").json()
    rest = client.get(f"/api/views?cursor={found['next']}").json()
    assert [view["name"] for view in found["results"] + rest["results"]] == ["A", "b"]


def test_a_stranger_and_a_visitor_find_nothing(api, alice, mallory):
    view = create_view(user_id=alice.pk, fields=LARGE)
    client, address = api(mallory), f"/api/views/{view.id}"
    for call in (
        client.get(address),
        client.put(address, LARGE),
        client.patch(address, {"name": "x"}),
        client.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "view_not_found")
    listed = client.get("/api/transactions", {"view": str(view.id)})
    assert (listed.status_code, listed.json()["code"]) == (400, "view_not_found")
    assert api().get("/api/views").status_code == 401
    assert SavedView.objects.count() == 1


def test_the_stale_writer_is_told(client):
    first = client.post("/api/views", LARGE)
    address = first["Location"]
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(address, {"name": "B"})
    for call in (
        client.patch(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")
