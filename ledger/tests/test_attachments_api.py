"""/api/transactions/{id}/attachments and /api/attachments/{id}: files on rows."""

import hashlib
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from accounts.errors import Refusal
from accounts.models import AuditEntry, Event, Tombstone, User
from config.tests.cast import account_of, posted, race
from ledger.api.attachments import AttachmentOutput
from ledger.file_types import TYPES
from ledger.models import Attachment, DeletedTransaction, Transaction
from ledger.selectors.attachments import attachments_of, bytes_of
from ledger.services import attachment_sweep, attachments
from ledger.services.attachment_sweep import KEPT_DAYS, Swept, sweep_attachments
from ledger.services.attachments import PER_TRANSACTION_MAX, attach
from ledger.services.editing import restore
from ledger.services.posting import remove
from ledger.tasks import sweep_attachments as sweep_task
from ledger.tests.test_file_types import GIF, JPEG, PDF, SAMPLES, TEXT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings, tmp_path):
    """A folder of the test's own; the folder's path."""
    place = tmp_path / "attachments"
    default = {**settings.STORAGES["default"]}
    default["OPTIONS"] = {**default["OPTIONS"], "location": str(place)}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return place


@pytest.fixture
def row(alice):
    return posted(account_of(alice), "-5.00")


def files(place: Path):
    return sorted(path for path in place.rglob("*") if path.is_file()) if place.exists() else []


def upload(client, row, data=PDF, name="bill.pdf", **headers):
    file = SimpleUploadedFile(name, data)
    return client.post(
        f"/api/transactions/{row.id}/attachments", {"file": file}, format="multipart", **headers
    )


def code(answer):
    return answer.status_code, answer.json()["code"]


def content(answer):
    """The bytes; the test client closes the answer, and its file, after the last."""
    return b"".join(answer.streaming_content)


def test_a_file_comes_back_as_it_went(client, row, storage):
    answer = upload(client, row)
    assert answer.status_code == 201
    meta = answer.json()
    assert meta.keys() == AttachmentOutput().fields.keys()
    assert (meta["filename"], meta["content_type"], meta["size"]) == (
        "bill.pdf", "application/pdf", len(PDF)
    )  # fmt: skip
    assert meta["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert client.get(answer["Location"]).json() == meta
    assert client.get(answer["Location"])["ETag"] == answer["ETag"]
    assert content(client.get(meta["content"])) == PDF
    page = client.get(f"/api/transactions/{row.id}/attachments").json()
    assert page["results"] == [meta]


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_type_is_served_to_be_saved_and_never_shown(client, row, kind):
    ending = next(k.endings[0] for k in TYPES if k.content_type == kind)
    meta = upload(client, row, SAMPLES[kind], f"x.{ending}").json()
    answer = client.get(meta["content"], HTTP_ACCEPT="image/png,*/*")
    expected = kind + ("; charset=utf-8" if kind == "text/plain" else "")
    assert answer["Content-Type"] == expected
    assert answer["Content-Disposition"] == f'attachment; filename="x.{ending}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Length"] == str(len(SAMPLES[kind]))
    assert content(answer) == SAMPLES[kind]


def test_a_name_of_any_script_is_one_header(client, row):
    meta = upload(client, row, PDF, "発票 é.pdf").json()
    answer = client.get(meta["content"])
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E7%99%BA")
    content(answer)


def test_content_is_not_sent_twice(client, row):
    meta = upload(client, row).json()
    first = client.get(meta["content"])
    content(first)
    again = client.get(meta["content"], HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_only_the_accept_header_of_a_picture_is_fine_too(client, row):
    meta = upload(client, row).json()
    answer = client.get(meta["content"], HTTP_ACCEPT="application/pdf")
    assert answer.status_code == 200
    content(answer)


def test_the_stored_name_has_nothing_of_the_users(client, row, storage):
    upload(client, row, PDF, "../../../tmp/evil.pdf")
    (path,) = files(storage)
    assert path.read_bytes() == PDF
    assert len(path.name) == 32
    assert set(path.name) <= set("0123456789abcdef")
    assert path.parent.parent == storage
    assert path.stat().st_mode & 0o777 == 0o600
    assert Attachment.objects.get().filename == "evil.pdf"


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "a.txt", (400, "file_is_empty")),
        (b"<html><script>alert(1)</script>", "a.html", (415, "file_type_not_taken")),
        (b"<svg onload=alert(1)>", "a.png", (415, "file_type_not_taken")),
        (b"MZ\x90\x00\x03", "a.pdf", (415, "file_type_not_taken")),
        (PDF, "a.pdf.exe", (400, "extension_disagrees")),
        (PDF, "a.html", (400, "extension_disagrees")),
        (JPEG, "a.png", (400, "extension_disagrees")),
        # Polyglots: a picture that is a script too is a picture, or nothing.
        (GIF + b"=1;alert(1)//", "a.js", (400, "extension_disagrees")),
        (b"<!--" + PDF, "a.pdf", (415, "file_type_not_taken")),
    ],
)
def test_what_is_refused_leaves_no_file(client, row, storage, data, name, refusal):
    answer = upload(client, row, data, name)
    assert code(answer) == refusal
    assert answer.json()["errors"][0]["pointer"] == "/file"
    assert files(storage) == []
    assert not Attachment.objects.exists()


def test_a_polyglot_is_served_as_what_it_was_taken_for(client, row):
    data = GIF + b"=1;/*<script>alert(1)</script>*/"
    answer = client.get(upload(client, row, data, "x.gif").json()["content"])
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/gif", "nosniff")
    assert answer["Content-Disposition"].startswith("attachment")
    assert content(answer) == data


def test_a_file_that_is_too_large(client, row, settings, storage):
    settings.ATTACHMENT_MAX_BYTES = len(PDF)
    assert upload(client, row).status_code == 201
    answer = upload(client, row, PDF + b"\n")
    assert code(answer) == (413, "file_too_large")
    assert len(files(storage)) == 1


def test_a_row_has_a_bounded_number(client, row, alice):
    for number in range(PER_TRANSACTION_MAX):
        attach(user_id=alice.pk, transaction_id=row.id, data=TEXT, filename=f"{number}.txt")
    assert code(upload(client, row)) == (409, "too_many_attachments")


def test_an_owner_has_a_bounded_space(client, row, alice, bob, settings, storage):
    settings.ATTACHMENT_QUOTA_BYTES = 2 * len(PDF)
    theirs = posted(account_of(bob), "-1.00")
    attach(user_id=bob.pk, transaction_id=theirs.id, data=PDF)
    first = upload(client, row).json()
    assert upload(client, row).status_code == 201
    answer = upload(client, row, TEXT, "a.txt")
    assert code(answer) == (409, "attachment_quota_reached")
    assert (answer.json()["quota_bytes"], answer.json()["used_bytes"]) == (2 * len(PDF),) * 2
    assert client.delete(f"/api/attachments/{first['id']}").status_code == 204
    assert upload(client, row, TEXT, "a.txt").status_code == 201


@pytest.mark.parametrize(
    ("form", "refusal"),
    [
        ({}, (400, "file_required")),
        ({"file": "text"}, (400, "file_required")),
        ({"other": "x"}, (400, "file_required")),
    ],
)
def test_a_form_without_a_file(client, row, form, refusal):
    url = f"/api/transactions/{row.id}/attachments"
    assert code(client.post(url, form, format="multipart")) == refusal


def test_a_form_with_more_than_a_file(client, row):
    url = f"/api/transactions/{row.id}/attachments"
    two = {"file": [SimpleUploadedFile("a.txt", TEXT), SimpleUploadedFile("b.txt", TEXT)]}
    assert code(client.post(url, two, format="multipart")) == (400, "field_twice")
    more = {"file": SimpleUploadedFile("a.txt", TEXT), "content_type": "text/html"}
    assert code(client.post(url, more, format="multipart")) == (400, "unknown_field")
    assert client.post(url, {"file": "x"}, format="json").status_code == 415


def test_taking_a_file_off(client, row, storage, django_capture_on_commit_callbacks):
    answer = upload(client, row)
    url = answer["Location"]
    assert client.delete(url, HTTP_IF_MATCH='"0"').status_code == 412
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(url, HTTP_IF_MATCH=answer["ETag"]).status_code == 204
    assert files(storage) == []
    assert [client.get(path).status_code for path in (url, f"{url}/content")] == [404, 404]
    assert client.delete(url).status_code == 404
    assert Tombstone.objects.filter(kind="attachment").count() == 1


def test_the_trail_and_the_stream_tell_of_it(client, row, alice):
    meta = upload(client, row).json()
    client.delete(f"/api/attachments/{meta['id']}")
    kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))
    assert [kind for kind in kinds if kind.startswith("attachment")] == [
        "attachment.created", "attachment.deleted"
    ]  # fmt: skip
    assert kinds.count("transaction.updated") == 2  # it says how many files it has
    entry = AuditEntry.objects.get(action="attachment.created")
    assert entry.data["sha256"] == meta["sha256"]
    assert "bill" not in str(entry.data)  # ids and figures, no words of the owner's


def test_a_stranger_gets_404(client, api, mallory, row):
    meta = upload(client, row).json()
    stranger = api(mallory)
    rows = f"/api/transactions/{row.id}/attachments"
    for path in (rows, f"/api/attachments/{meta['id']}", meta["content"]):
        assert stranger.get(path).status_code == 404
    assert code(upload(stranger, row)) == (404, "transaction_not_found")
    assert code(stranger.delete(f"/api/attachments/{meta['id']}")) == (404, "attachment_not_found")
    assert Attachment.objects.count() == 1


def test_a_visitor_gets_401(client, api, row):
    meta = upload(client, row).json()
    for path in (f"/api/transactions/{row.id}/attachments", meta["content"]):
        assert api().get(path).status_code == 401
    assert upload(api(), row).status_code == 401


def test_lists_take_three_queries(client, row, alice, django_assert_num_queries):
    for _ in range(5):
        attach(user_id=alice.pk, transaction_id=row.id, data=TEXT)
    url = f"/api/transactions/{row.id}/attachments"
    with django_assert_num_queries(3):  # session, transaction, files
        page = client.get(f"{url}?limit=2").json()
    assert len(page["results"]) == 2
    rest = client.get(f"{url}?limit=9&cursor={page['next']}").json()["results"]
    assert len(rest) == 3


def test_a_repeat_with_its_key_stores_one_file(client, row, storage):
    first, second = (upload(client, row, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2))
    assert first.json() == second.json()
    assert second["Idempotent-Replayed"] == "true"
    assert len(files(storage)) == 1
    assert code(upload(client, row, TEXT, "a.txt", HTTP_IDEMPOTENCY_KEY="once"))[0] == 422


def test_a_deleted_row_takes_its_files_along_and_restore_brings_them_back(client, row, alice):
    meta = upload(client, row).json()
    remove(alice.pk, [row.id])
    url = f"/api/attachments/{meta['id']}"
    assert client.get(url).status_code == 404
    assert client.delete(url).status_code == 404
    assert client.get(f"/api/transactions/{row.id}/attachments").status_code == 404
    assert bytes_of(alice.pk) == len(PDF)  # it still lies there
    assert sweep_attachments() == Swept(0, 0)
    restore(alice.pk, row.id)
    assert client.get(url).json() == meta
    assert content(client.get(meta["content"])) == PDF
    assert list(attachments_of(alice.pk)) == [Attachment.objects.get()]


def test_the_sweep_takes_what_cannot_come_back(
    client, row, alice, storage, django_capture_on_commit_callbacks
):
    upload(client, row)
    kept = posted(account_of(alice, "Other"), "-1.00")
    upload(client, kept)
    remove(alice.pk, [row.id])
    long_ago = timezone.now() - timedelta(days=KEPT_DAYS, minutes=1)
    DeletedTransaction.objects.update(deleted_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep_attachments() == Swept(1, 0)
    assert [a.transaction_id for a in Attachment.objects.all()] == [kept.id]
    assert len(files(storage)) == 1
    assert sweep_attachments() == Swept(0, 0)
    restore(alice.pk, row.id)  # the row still comes back; its files are gone
    assert client.get(f"/api/transactions/{row.id}/attachments").json()["results"] == []


def test_rows_that_an_undo_took_are_not_kept(client, row, alice):
    upload(client, row)
    remove(alice.pk, [row.id], keep=False)
    assert sweep_attachments().rows == 1


def test_the_sweep_finds_stray_files_and_spares_young_ones(client, row, storage, monkeypatch):
    upload(client, row)
    default_storage.save("ab/" + "ab" * 16, ContentFile(b"stray"))
    assert sweep_attachments() == Swept(0, 0)
    monkeypatch.setattr(attachment_sweep, "ON_ITS_WAY", timedelta(0))
    out = StringIO()
    call_command("sweep_attachments", stdout=out)
    assert "0 attachments and 1 stray files" in out.getvalue()
    assert len(files(storage)) == 1
    sweep_task()


def test_an_owner_who_leaves_takes_the_rows_and_the_sweep_the_files(
    client, row, alice, storage, monkeypatch
):
    upload(client, row)
    monkeypatch.setattr(attachment_sweep, "ON_ITS_WAY", timedelta(0))
    Transaction.objects.all().delete()
    User.objects.filter(id=alice.pk).delete()
    assert not Attachment.objects.exists()
    assert sweep_attachments() == Swept(0, 1)
    assert files(storage) == []


def test_without_a_folder_there_is_nothing_to_sweep(storage):
    assert sweep_attachments() == Swept(0, 0)


def test_a_file_that_the_storage_lost_is_said_to_be_gone(client, row, storage):
    meta = upload(client, row).json()
    files(storage)[0].unlink()
    assert code(client.get(meta["content"])) == (410, "attachment_lost")
    assert client.delete(f"/api/attachments/{meta['id']}").status_code == 204


def test_a_store_that_fails_leaves_no_file(row, alice, storage, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("no")

    monkeypatch.setattr(attachments, "_store", broken)
    with pytest.raises(RuntimeError):
        attach(user_id=alice.pk, transaction_id=row.id, data=TEXT)
    assert files(storage) == []


@pytest.mark.django_db(transaction=True)
def test_a_race_for_the_last_place_has_one_winner(alice, storage):
    row = posted(account_of(alice), "-5.00")
    for _ in range(PER_TRANSACTION_MAX - 1):
        attach(user_id=alice.pk, transaction_id=row.id, data=TEXT)

    def one_more():
        return attach(user_id=alice.pk, transaction_id=row.id, data=TEXT)

    ends = race([one_more] * 4)
    assert sum(isinstance(end, Attachment) for end in ends) == 1
    refused = [end for end in ends if not isinstance(end, Attachment)]
    assert all(isinstance(end, Refusal) and end.code == "too_many_attachments" for end in refused)
    assert len(files(storage)) == Attachment.objects.count() == PER_TRANSACTION_MAX


def test_a_row_says_how_many_files_it_has(client, alice, row):
    def told():
        return client.get(f"/api/transactions/{row.id}").json()["attachments"]

    assert told() == 0
    etag = client.get(f"/api/transactions/{row.id}")["ETag"]
    first, second = upload(client, row), upload(client, row, data=TEXT, name="note.txt")
    assert told() == 2
    stale = client.patch(f"/api/transactions/{row.id}", {"memo": "x"}, headers={"If-Match": etag})
    assert code(stale) == (412, "stale")
    found = client.get("/api/transactions?q=has:attachments").json()["results"]
    assert [one["id"] for one in found] == [str(row.id)]
    assert client.delete(first["Location"]).status_code == 204
    assert told() == 1
    assert client.delete(second["Location"]).status_code == 204
    seqs = [client.get(f"/api/transactions/{row.id}").json()["seq"], row.seq]
    assert seqs[0] > seqs[1]  # clients that keep a mirror hear of it


@pytest.mark.django_db(transaction=True)
def test_twenty_files_at_once_are_counted(client, alice, storage):
    row = posted(account_of(alice), "-5.00")
    race([lambda: attach(user_id=alice.pk, transaction_id=row.id, data=TEXT)] * PER_TRANSACTION_MAX)
    assert len(files(storage)) == PER_TRANSACTION_MAX
    told = client.get(f"/api/transactions/{row.id}").json()["attachments"]
    assert told == Attachment.objects.for_user(alice).count() == PER_TRANSACTION_MAX


def test_a_restored_row_has_its_files_again(client, alice, row):
    upload(client, row)
    remove(alice.pk, [row.id])
    restore(alice.pk, row.id)
    assert client.get(f"/api/transactions/{row.id}").json()["attachments"] == 1
