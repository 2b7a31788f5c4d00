"""/api/payees: names, earlier names, and making several payees one."""

import csv
import io
import uuid

import pytest

from accounts.models import AuditEntry, Tombstone
from config.tests.cast import account_of, posted
from ledger.api.payees import PayeeOutput
from ledger.models import Payee, PayeeAlias, Transaction
from ledger.services.payees import make_payee, merge_payees, rename_payee
from ledger.verification import verify_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def payees(alice):
    return [make_payee(user_id=alice.pk, name=name) for name in ("REWE", "Rewe Markt 12", "Aral")]


def aliases():
    return dict(PayeeAlias.objects.values_list("name_key", "payee__name"))


def test_a_payee_is_made_and_read(client):
    answer = client.post("/api/payees", {"name": " Corner   Bakery"})
    assert answer.status_code == 201
    row = answer.json()
    assert row.keys() == PayeeOutput().fields.keys()
    assert (row["name"], row["aliases"]) == ("Corner Bakery", [])
    assert client.get(answer["Location"]).json() == row
    assert answer["ETag"] == row["etag"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "required"),
        ({"name": "  "}, 400, "name_required"),
        ({"name": "ß" * 150}, 400, "name_too_long"),
        ({"name": "rewe"}, 409, "name_taken"),
        ({"name": "A", "iban": "DE"}, 400, "unknown_field"),
    ],
)
def test_what_is_wrong_is_refused_by_name(client, payees, body, status, code):
    answer = client.post("/api/payees", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_renamed_payee_is_still_found_by_its_old_name(client, alice, payees):
    row = client.patch(f"/api/payees/{payees[0].id}", {"name": "Supermarket"}).json()
    assert (row["name"], row["aliases"]) == ("Supermarket", ["rewe"])
    posted(account_of(alice), "-1", payee="Rewe")
    assert Transaction.objects.get().payee_id == payees[0].id
    row = client.put(f"/api/payees/{payees[0].id}", {"name": "Rewe"}).json()
    assert (row["name"], row["aliases"]) == ("Rewe", ["supermarket"])
    assert client.patch(f"/api/payees/{payees[0].id}", {}).json() == row
    answer = client.patch(f"/api/payees/{payees[0].id}", {"name": "aral"})
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_another_spelling_of_the_same_name_makes_no_alias(client, payees):
    row = client.patch(f"/api/payees/{payees[0].id}", {"name": "Rewe"}).json()
    assert (row["name"], row["aliases"]) == ("Rewe", [])


def test_a_new_payee_takes_its_name_back_from_an_alias(client, alice, payees):
    rename_payee(user_id=alice.pk, payee_id=payees[0].id, name="Supermarket")
    address = f"/api/payees/{payees[0].id}"
    tag = client.get(address)["ETag"]
    assert client.post("/api/payees", {"name": "REWE"}).status_code == 201
    assert aliases() == {}
    answer = client.get(address, HTTP_IF_NONE_MATCH=tag)  # it lost a name, so its version moved
    assert (answer.status_code, answer.json()["aliases"]) == (200, [])


@pytest.mark.parametrize("how", ["into", "payees"])
def test_merging_moves_rows_and_names(client, alice, payees, how):
    rewe, branch, aral = payees
    account = account_of(alice)
    rename_payee(user_id=alice.pk, payee_id=branch.id, name="Rewe 13")
    rows = [posted(account, "-1", payee=p.id).id for p in (rewe, branch, branch, aral)]
    before = dict(Transaction.objects.values_list("id", "seq"))
    if how == "into":
        answer = client.post(f"/api/payees/{branch.id}/merge", {"into": str(rewe.id)})
    else:
        answer = client.post(f"/api/payees/{rewe.id}/merge", {"payees": [str(branch.id)] * 2})
    assert answer.status_code == 200
    row = answer.json()
    assert (row["id"], row["aliases"]) == (str(rewe.id), ["rewe 13", "rewe markt 12"])
    now = {t.id: (t.payee_id, t.seq) for t in Transaction.objects.all()}
    assert [now[i][0] for i in rows] == [rewe.id, rewe.id, rewe.id, aral.id]
    assert [now[i][1] != before[i] for i in rows] == [False, True, True, False]
    assert client.get(f"/api/payees/{branch.id}").status_code == 404
    assert Tombstone.objects.get(user=alice, kind="payee").row_id == branch.id
    assert AuditEntry.objects.get(action="payee.merged").data["moved"] == 2
    assert posted(account, "-1", payee="REWE MARKT 12").payee_id == rewe.id
    assert verify_user(alice.pk) == []


def test_merging_many_costs_as_many_statements_as_merging_one(alice, django_assert_max_num_queries):
    into, *gone = [make_payee(user_id=alice.pk, name=f"P{n}") for n in range(20)]
    account = account_of(alice)
    for payee in gone:
        posted(account, "-1", payee=payee.id)
    with django_assert_max_num_queries(19):
        merge_payees(
            user_id=alice.pk,
            into_id=into.id,
            gone_ids=[payee.id for payee in gone],
            named_id=into.id,
        )
    assert Payee.objects.count() == 1
    assert len(aliases()) == 19


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "merge_one_way"),
        ({"into": str(uuid.uuid4()), "payees": [str(uuid.uuid4())]}, 400, "merge_one_way"),
        ({"into": str(uuid.uuid4())}, 400, "payee_not_found"),
        ({"payees": [str(uuid.uuid4())]}, 400, "payee_not_found"),
        ({"payees": []}, 400, "min_length"),
        ({"into": "x"}, 400, "invalid"),
        ({"into": None}, 400, "null"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused(client, payees, body, status, code):
    answer = client.post(f"/api/payees/{payees[0].id}/merge", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Payee.objects.count() == 3


def test_a_payee_is_not_merged_into_itself(client, payees):
    for body in ({"into": str(payees[0].id)}, {"payees": [str(p.id) for p in payees]}):
        answer = client.post(f"/api/payees/{payees[0].id}/merge", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "payees_must_differ")


def test_only_an_unused_payee_is_deleted(client, alice, payees):
    posted(account_of(alice), "-1", payee=payees[0].id)
    answer = client.delete(f"/api/payees/{payees[0].id}")
    assert (answer.status_code, answer.json()["code"]) == (409, "payee_in_use")
    rename_payee(user_id=alice.pk, payee_id=payees[1].id, name="Other")
    assert client.delete(f"/api/payees/{payees[1].id}").status_code == 204
    assert aliases() == {}
    assert Tombstone.objects.get(user=alice, kind="payee").row_id == payees[1].id


def test_the_list_filters_by_words_within_and_at_the_start(
    client, alice, payees, bob, django_assert_num_queries
):
    make_payee(user_id=bob.pk, name="Rewe of Bob")
    rename_payee(user_id=alice.pk, payee_id=payees[2].id, name="Fuel 100%")
    with django_assert_num_queries(3):  # session, payees, aliases
        found = client.get("/api/payees").json()["results"]
    assert [row["name"] for row in found] == ["Fuel 100%", "REWE", "Rewe Markt 12"]
    assert found[0]["aliases"] == ["aral"]

    def names(query):
        return [row["name"] for row in client.get(f"/api/payees?{query}").json()["results"]]

    assert names("q=MARKT") == ["Rewe Markt 12"]
    assert names("prefix=rew") == ["REWE", "Rewe Markt 12"]
    assert names("q=%25") == ["Fuel 100%"]  # a sign, not a pattern
    assert names("q=_") == []
    page = client.get("/api/payees?limit=2").json()
    assert names(f"limit=2&cursor={page['next']}") == ["Rewe Markt 12"]


def test_the_list_as_a_table(client, payees):
    answer = client.get("/api/payees", HTTP_ACCEPT="text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["name"] for row in rows] == ["Aral", "REWE", "Rewe Markt 12"]


def test_a_stranger_finds_nothing_and_cannot_name_it(api, alice, payees, mallory):
    client = api(mallory)
    mine = make_payee(user_id=mallory.pk, name="Mine")
    theirs = payees[0]
    address = f"/api/payees/{theirs.id}"
    for call in (
        client.get(address),
        client.put(address, {"name": "X"}),
        client.patch(address, {"name": "X"}),
        client.delete(address),
        client.post(f"{address}/merge", {"into": str(mine.id)}),
        client.post(f"{address}/merge", {"payees": [str(mine.id)]}),
    ):
        assert (call.status_code, call.json()["code"]) == (404, "payee_not_found")
    for body in ({"into": str(theirs.id)}, {"payees": [str(theirs.id)]}):
        call = client.post(f"/api/payees/{mine.id}/merge", body)
        assert (call.status_code, call.json()["code"]) == (400, "payee_not_found")
    assert [row["name"] for row in client.get("/api/payees").json()["results"]] == ["Mine"]
    assert Payee.objects.for_user(alice).count() == 3


def test_visitor_repeat_and_stale(api, client, payees):
    assert api().get("/api/payees").status_code == 401
    assert api().post(f"/api/payees/{payees[0].id}/merge", {}).status_code == 401
    body = {"into": str(payees[0].id)}
    address = f"/api/payees/{payees[1].id}/merge"
    first = client.post(address, body, HTTP_IDEMPOTENCY_KEY="m")
    again = client.post(address, body, HTTP_IDEMPOTENCY_KEY="m")
    assert (again.status_code, again.content) == (200, first.content)
    address = f"/api/payees/{payees[0].id}"
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    client.patch(address, {"name": "B"})
    for call in (
        client.patch(address, {"name": "C"}, HTTP_IF_MATCH=first["ETag"]),
        client.delete(address, HTTP_IF_MATCH=first["ETag"]),
        client.post(f"{address}/merge", {"into": str(payees[2].id)}, HTTP_IF_MATCH=first["ETag"]),
    ):
        assert (call.status_code, call.json()["code"]) == (412, "stale")
