"""/api/tags from outside."""

import csv
import io

import pytest

from accounts.models import Tombstone
from config.tests.cast import account_of, posted
from ledger.api.tags import TagOutput
from ledger.models import Tag, Transaction
from ledger.services.tags import make_tag, remove_tag
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


def test_a_tag_is_made_read_and_renamed(client):
    answer = client.post("/api/tags", {"name": " Holiday  2026"})
    assert answer.status_code == 201
    row = answer.json()
    assert row.keys() == TagOutput().fields.keys()
    assert row["name"] == "Holiday 2026"
    address = answer["Location"]
    assert client.get(address).json() == row
    assert client.patch(address, {"name": "Trip"}).json()["name"] == "Trip"
    assert client.put(address, {"name": "TRIP"}).json()["name"] == "TRIP"
    assert client.patch(address, {}).json()["name"] == "TRIP"
    assert client.put(address, {}).json()["code"] == "required"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "required"),
        ({"name": ""}, 400, "name_required"),
        ({"name": "x" * 61}, 400, "max_length"),
        ({"name": "ﬃ" * 40}, 400, "name_too_long"),
        ({"name": "TRIP"}, 409, "name_taken"),
        ({"name": "A", "colour": "red"}, 400, "unknown_field"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, alice, body, status, code):
    make_tag(user_id=alice.pk, name="Trip")
    answer = client.post("/api/tags", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_deleted_tag_leaves_every_row(client, alice):
    account = account_of(alice)
    both = posted(account, "-1", tags=("trip", "food"))
    one = posted(account, "-2", tags=("trip",))
    none = posted(account, "-3")
    trip = Tag.objects.get(name="trip")
    assert client.delete(f"/api/tags/{trip.id}").status_code == 204
    rows = {t.id: t for t in Transaction.objects.all()}
    assert [rows[t.id].tag_count for t in (both, one, none)] == [1, 0, 0]
    assert [rows[t.id].seq != t.seq for t in (both, one, none)] == [True, True, False]
    assert client.get(f"/api/transactions/{both.id}").json()["tags"] == ["food"]
    assert Tombstone.objects.get(user=alice, kind="tag").row_id == trip.id
    assert verify_user(alice.pk) == []


def test_deleting_costs_the_same_whatever_the_rows(alice, django_assert_max_num_queries):
    account = account_of(alice)
    for _ in range(20):
        posted(account, "-1", tags=("trip",))
    with django_assert_max_num_queries(13):
        remove_tag(user_id=alice.pk, tag_id=Tag.objects.get().id)


def test_the_list_is_by_name_and_costs_one_query(client, alice, bob, django_assert_num_queries):
    make_tag(user_id=bob.pk, name="bob's")
    for name in ("b", "A", "ab"):
        make_tag(user_id=alice.pk, name=name)
    with django_assert_num_queries(2):
        found = client.get("/api/tags?limit=2").json()
    assert [row["name"] for row in found["results"]] == ["A", "ab"]
    rest = client.get(f"/api/tags?cursor={found['next']}").json()
    assert [row["name"] for row in rest["results"]] == ["b"]
    assert len(client.get("/api/tags?q=B").json()["results"]) == 2
    answer = client.get("/api/tags", HTTP_ACCEPT="text/csv")
    assert len(list(csv.DictReader(io.StringIO(answer.content.decode())))) == 3


def test_a_stranger_and_a_visitor_find_nothing(api, alice, mallory):
    tag = make_tag(user_id=alice.pk, name="trip")
    client = api(mallory)
    address = f"/api/tags/{tag.id}"
    for call in (
        client.get(address),
        client.put(address, {"name": "X"}),
        client.patch(address, {"name": "X"}),
        client.delete(address),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "tag_not_found")
    assert client.get("/api/tags").json()["results"] == []
    assert api().get("/api/tags").status_code == 401
    assert api().delete(address).status_code == 401


def test_the_repeat_and_the_stale_reader(client):
    first = client.post("/api/tags", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="t")
    again = client.post("/api/tags", {"name": "A"}, HTTP_IDEMPOTENCY_KEY="t")
    assert again.content == first.content
    address = first["Location"]
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(address, {"name": "B"})
    for call in (
        client.patch(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.put(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")
