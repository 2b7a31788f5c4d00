"""/api/imports through HTTP: upload, preview, commit, undo, and who may not."""

import json
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import IdempotencyRecord
from config.tests.cast import account_of
from ledger.models import ImportBatch, Transaction
from ledger.tests.bank_files import MARCH, ofx, table


def sent(client, data=MARCH, name="march.csv", **fields):
    extra = {k: fields.pop(k) for k in list(fields) if k.startswith("HTTP_")}
    file = SimpleUploadedFile(name, data)
    return client.post("/api/imports", {"file": file, **fields}, format="multipart", **extra)


def test_upload_commit_undo(api, alice, main):
    client = api(alice)
    answer = sent(client, account=str(main.id))
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/imports/{answer.json()['id']}"
    body = answer.json()
    assert (body["status"], body["format"], body["filename"]) == ("preview", "csv", "march.csv")
    assert body["account"] == str(main.id)
    assert body["counts"]["new"] == 4
    assert {"new", "duplicate", "updated", "matched", "invalid", "skipped_deleted"} <= body[
        "counts"
    ].keys()
    assert body["preview"][0] | {"line": 2} == body["preview"][0]
    assert body["mapping"]["columns"]["payee"] == "Payee"
    assert not Transaction.objects.exists()
    url = f"/api/imports/{body['id']}"

    done = client.post(f"{url}/commit", {})
    assert (done.status_code, done.json()["status"]) == (200, "committed")
    assert client.get(f"/api/accounts/{main.id}").json()["balance"] == "2093.60"
    again = client.post(f"{url}/commit", {})
    assert (again.status_code, again.json()["code"]) == (409, "import_not_in_preview")

    undone = client.post(f"{url}/undo", {})
    assert (undone.status_code, undone.json()["status"]) == (200, "undone")
    assert not Transaction.objects.exists()
    assert client.post(f"{url}/undo", {}).json()["code"] == "import_not_committed"
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


def test_the_account_may_be_given_by_name_and_a_ready_format_and_mapping(api, alice, main):
    mapping = json.dumps({"columns": {"payee": "Memo"}, "confidence": 0.5})
    answer = sent(api(alice), account="MAIN", format="csv", mapping=mapping)
    assert answer.status_code == 201
    assert answer.json()["preview"][0]["payee"] == "Salary"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 400, "account_required"),
        ({"account": str(uuid4())}, 400, "account_not_found"),
        ({"account": "Nowhere"}, 400, "account_not_found"),
        ({"account": "Main", "mapping": "{"}, 400, "malformed_json"),
        ({"account": "Main", "mapping": "[]"}, 400, "invalid"),
        (
            {"account": "Main", "mapping": '{"columns": {"payee": "Nope"}}'},
            400,
            "mapping_does_not_fit",
        ),
        ({"account": "Main", "mapping": '{"columns": {"colour": "A"}}'}, 400, "bad_mapping"),
        ({"account": "Main", "format": "docx"}, 400, "unknown_format"),
        ({"account": "Main", "colour": "red"}, 400, "unknown_field"),
        ({"account": ["Main", "Main"]}, 400, "field_twice"),
    ],
)
def test_what_is_wrong_is_refused_by_name(api, alice, main, fields, status, code):
    answer = sent(api(alice), **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "unknown_format"), (b"%PDF-1.7 ...", "unknown_format"), (b"\x00\x01\x02", None),
     (b"hello world", None), (b"<?xml version='1.0'?><a/>", "unknown_format")],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_problem_with_the_readers_sentence(
    api, alice, main, data, code
):
    answer = sent(api(alice), data, "statement", account="Main")
    assert answer.status_code == 400
    problem = answer.json()
    assert len(problem["detail"]) > 10
    assert problem["errors"][0]["pointer"] == "/file"
    assert code in (None, problem["code"])


def test_the_line_of_what_cannot_be_read_is_told(api, alice, main):
    data = table("never,Cafe,-3.20,", "whenever,Cafe,-3.20,")
    mapping = json.dumps(
        {"columns": {"posted_on": "Date", "amount": "Amount"}, "date_format": "%Y-%m-%d"}
    )
    answer = sent(api(alice), data, account="Main", mapping=mapping)
    assert (answer.status_code, answer.json()["line"]) == (400, 2)


def test_no_file_at_all_is_refused(api, alice):
    answer = api(alice).post("/api/imports", {"account": "Main"}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "file_required")
    answer = api(alice).post("/api/imports", {"file": "text"}, format="multipart")
    assert answer.json()["code"] == "file_required"
    assert api(alice).post("/api/imports", {}, format="json").status_code == 415


def test_a_file_too_large_is_413(api, alice, main, settings):
    settings.UPLOAD_MAX_BYTES = 500
    answer = sent(api(alice), b"x" * 1000, account="Main")
    assert answer.status_code == 413
    assert not ImportBatch.objects.exists()


def test_a_visitor_is_turned_away_and_a_stranger_finds_nothing(api, alice, mallory, main):
    assert sent(api(), account="Main").status_code == 401
    url = f"/api/imports/{sent(api(alice), account='Main').json()['id']}"
    assert sent(api(mallory), account=str(main.id)).json()["code"] == "account_not_found"
    stranger = api(mallory)
    calls = [
        lambda c: c.get(url),
        lambda c: c.get(f"{url}/rows"),
        lambda c: c.patch(url, {}),
        lambda c: c.delete(url),
        lambda c: c.post(f"{url}/commit", {}),
        lambda c: c.post(f"{url}/undo", {}),
    ]
    for call in calls:
        assert call(stranger).status_code == 404
        assert call(api()).status_code == 401
    assert stranger.get("/api/imports").json()["results"] == []
    theirs = account_of(mallory, "Hers")
    answer = api(alice).patch(url, {"account": str(theirs.id)})
    assert (answer.status_code, answer.json()["code"]) == (400, "account_not_found")


def test_one_idempotency_key_makes_one_import(api, alice, main):
    client, key = api(alice), "upload-1"
    one = sent(client, account="Main", HTTP_IDEMPOTENCY_KEY=key)
    two = sent(client, account="Main", HTTP_IDEMPOTENCY_KEY=key)
    assert (one.status_code, two.status_code, two["Idempotent-Replayed"]) == (201, 201, "true")
    assert one.json()["id"] == two.json()["id"]
    assert ImportBatch.objects.count() == IdempotencyRecord.objects.count() == 1
    other = sent(client, table("2026-03-03,x,-1.00,"), account="Main", HTTP_IDEMPOTENCY_KEY=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    url = f"/api/imports/{one.json()['id']}/commit"
    first = client.post(url, {}, HTTP_IDEMPOTENCY_KEY="commit-1")
    again = client.post(url, {}, HTTP_IDEMPOTENCY_KEY="commit-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content


def test_an_item_has_an_etag_and_a_stale_change_is_refused(api, alice, main):
    client = api(alice)
    made = sent(client, account="Main")
    url, etag = f"/api/imports/{made.json()['id']}", made["ETag"]
    assert client.get(url, HTTP_IF_NONE_MATCH=etag).status_code == 304
    patched = client.patch(url, {"mapping": {"columns": {"payee": "Memo"}}}, HTTP_IF_MATCH=etag)
    assert patched.status_code == 200
    assert patched.json()["preview"][0]["payee"] == "Salary"
    assert client.post(f"{url}/commit", {}, HTTP_IF_MATCH=etag).status_code == 412
    assert client.delete(url, HTTP_IF_MATCH=etag).status_code == 412
    assert client.post(f"{url}/commit", {}, HTTP_IF_MATCH=patched["ETag"]).status_code == 200
    assert client.patch(url, {}).json()["code"] == "import_not_in_preview"


def test_commit_takes_lines_to_skip_and_nothing_unknown(api, alice, main):
    client = api(alice)
    url = f"/api/imports/{sent(client, account='Main').json()['id']}"
    assert client.post(f"{url}/commit", {"skip": [1]}).json()["code"] == "unknown_field"
    answer = client.post(f"{url}/commit", {"skip_lines": [4000]})
    assert (answer.status_code, answer.json()["code"]) == (400, "import_line_not_found")
    done = client.post(f"{url}/commit", {"skip_lines": [2, 3]}).json()
    assert (done["counts"]["new"], done["counts"]["skipped"]) == (2, 2)
    assert client.post(f"{url}/undo", {"x": 1}).json()["code"] == "unknown_field"


def test_the_list_is_a_keyset_without_rows_and_costs_two_queries(
    api, alice, main, django_assert_num_queries
):
    client = api(alice)
    ids = [sent(client, account="Main").json()["id"] for _ in range(3)]
    with django_assert_num_queries(2):
        page = client.get("/api/imports?limit=2").json()
    assert [row["id"] for row in page["results"]] == ids[:0:-1]
    assert page["results"][0]["counts"]["new"] == 4
    assert "preview" not in page["results"][0]
    rest = client.get(f"/api/imports?limit=2&cursor={page['next']}").json()
    assert [row["id"] for row in rest["results"]] == ids[:1]
    assert client.get("/api/imports?status=committed").json()["results"] == []
    assert client.get("/api/imports?count=true").json()["count"] == 3
    assert client.get("/api/imports?colour=red").json()["code"] == "unknown_parameter"
    csv = client.get("/api/imports", HTTP_ACCEPT="text/csv")
    assert csv.content.startswith(b"id,status,format")


def test_all_rows_can_be_paged_and_picked_by_decision(api, alice, main):
    client = api(alice)
    lines = [f"2026-03-{1 + n % 28:02},Shop {n},-{n + 1}.00," for n in range(130)]
    made = sent(client, table(*lines, "never,Bad,-1.00,"), account="Main").json()
    assert len(made["preview"]) == 100
    url = f"/api/imports/{made['id']}/rows"
    first = client.get(f"{url}?limit=90&count=true").json()
    assert (len(first["results"]), first["count"], first["previous"]) == (90, 131, None)
    second = client.get(f"{url}?limit=90&cursor={first['next']}").json()
    assert (len(second["results"]), second["next"]) == (41, None)
    assert (
        client.get(f"{url}?limit=90&cursor={second['previous']}").json()["results"]
        == first["results"]
    )
    bad = client.get(f"{url}?decision=invalid").json()["results"]
    assert [(row["line"], row["code"]) for row in bad] == [(132, "unreadable_date")]
    assert client.get(f"{url}?cursor=nonsense").json()["code"] == "invalid_cursor"
    client.post(f"/api/imports/{made['id']}/commit", {})
    assert len(client.get(f"{url}?decision=new&limit=500").json()["results"]) == 130


def test_a_deleted_row_is_named_so_that_one_call_restores_it(api, alice, main):
    client = api(alice)
    data = ofx(("20260303", "-3.20", "f1", "Cafe"))
    url = f"/api/imports/{sent(client, data, account='Main').json()['id']}"
    client.post(f"{url}/commit", {})
    client.delete(f"/api/transactions/{Transaction.objects.get().id}")
    again = sent(client, data, account="Main").json()
    assert again["counts"]["skipped_deleted"] == 1
    row = again["preview"][0]
    assert client.post(f"/api/transactions/{row['transaction']}/restore", {}).status_code in (
        200,
        201,
    )
    assert sent(client, data, account="Main").json()["counts"]["duplicate"] == 1


def test_a_hostile_name_of_a_file_is_made_harmless(api, alice, main):
    answer = sent(api(alice), name="..\\..\\etc\\<b>\u202epass.csv", account="Main")
    assert answer.status_code == 201
    assert "/" not in answer.json()["filename"]
    assert "\u202e" not in answer.json()["filename"]
