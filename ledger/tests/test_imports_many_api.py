"""POST /api/imports/many: several files, each an import of its own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.errors import Refusal
from config.tests.cast import account_of
from ledger.api import imports_many
from ledger.api.imports_many import FILES_MAX, ManyOutput, ManyResult
from ledger.errors import Reason
from ledger.models import ImportBatch, Transaction
from ledger.tests.bank_files import MARCH, ofx

pytestmark = pytest.mark.django_db
URL = "/api/imports/many"
APRIL = ofx(("20260403", "-4.00", "f2", "Cafe"))


@pytest.fixture
def account(alice):
    return account_of(alice)


def upload(client, *files, **fields):
    form = [SimpleUploadedFile(name, data) for name, data in files]
    headers = {k: fields.pop(k) for k in list(fields) if k.startswith("HTTP_")}
    return client.post(URL, {"file": form, **fields}, format="multipart", **headers)


def test_each_file_is_previewed_on_its_own(client, account):
    answer = upload(client, ("march.csv", MARCH), ("april.ofx", APRIL), account="Main")
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == ManyOutput().fields.keys()
    assert (body["read"], body["refused"]) == (2, 0)
    first, second = body["results"]
    assert first.keys() == ManyResult().fields.keys()
    assert [row["filename"] for row in body["results"]] == ["march.csv", "april.ofx"]
    assert [row["import"]["format"] for row in body["results"]] == ["csv", "ofx"]
    assert first["import"]["counts"]["new"] == 4
    assert not Transaction.objects.exists()
    for row in body["results"]:
        stored = client.get(f"/api/imports/{row['import']['id']}").json()
        assert stored == row["import"]
        assert client.post(f"/api/imports/{row['import']['id']}/commit", {}).status_code == 200
    assert Transaction.objects.count() == 5
    assert second["problem"] is None


def test_a_broken_file_stops_none_and_says_what_a_single_upload_would(client, account):
    files = ("a.csv", MARCH), ("b.csv", b"\x00nonsense"), ("c.ofx", b""), ("d.ofx", APRIL)
    body = upload(client, *files, account="Main").json()
    assert [row["status"] for row in body["results"]] == [201, 400, 400, 201]
    assert (body["read"], body["refused"]) == (2, 2)
    broken = body["results"][1]
    assert broken["import"] is None
    single = client.post(
        "/api/imports",
        {"file": SimpleUploadedFile("b.csv", b"\x00nonsense"), "account": "Main"},
        format="multipart",
    ).json()
    same = {"type", "title", "status", "detail", "code", "errors"}
    assert {k: broken["problem"][k] for k in same} == {k: single[k] for k in same}
    assert ImportBatch.objects.count() == 2


def test_a_file_too_large_is_refused_alone(client, account, monkeypatch):
    def check(size):
        if size > len(APRIL):
            raise Refusal(Reason.FILE_TOO_LARGE, status=413, pointer="/file")

    monkeypatch.setattr(imports_many, "check_size", check)
    big = APRIL + b"\n" * 10
    body = upload(client, ("big.ofx", big), ("a.ofx", APRIL), account="Main").json()
    assert [row["status"] for row in body["results"]] == [413, 201]
    assert body["results"][0]["problem"]["code"] == "file_too_large"


def test_at_most_twenty(client, account):
    files = [(f"{n}.csv", MARCH) for n in range(FILES_MAX + 1)]
    answer = upload(client, *files, account="Main")
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_files")
    assert not ImportBatch.objects.exists()
    body = upload(client, *files[:FILES_MAX], account="Main").json()
    assert body["read"] == FILES_MAX


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "file_required"),
        ({"file": "text"}, "file_required"),
        ({"other": "x"}, "unknown_field"),
        ({"account": ["Main", "Main"]}, "field_twice"),
        ({"account": "Nowhere"}, "account_not_found"),
    ],
)
def test_a_form_that_is_wrong_is_refused_whole(client, account, form, code):
    with_file = {} if code == "file_required" else {"file": SimpleUploadedFile("a.csv", MARCH)}
    answer = client.post(URL, {**form, **with_file}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not ImportBatch.objects.exists()


def test_a_strangers_account_is_refused(api, mallory, account):
    answer = upload(api(mallory), ("a.csv", MARCH), account=str(account.id))
    assert (answer.status_code, answer.json()["code"]) == (400, "account_not_found")


def test_a_visitor_gets_401(api, account):
    assert upload(api(), ("a.csv", MARCH)).status_code == 401


def test_a_repeat_with_its_key_uploads_once(client, account):
    files = ("a.csv", MARCH), ("b.csv", b"\x00nonsense")
    first, second = (
        upload(client, *files, account="Main", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2)
    )
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert ImportBatch.objects.count() == 1
