"""GET /api/auth/export: everything one owns in one archive, after a fresh proof, and nobody else's."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.mirror import kinds
from accounts.models import AuditEntry, Session
from config.tests.cast import account_of, client_of, posted
from config.tests.household import household

URL = "/api/auth/export"


def archive(client):
    answer = client.get(URL)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Disposition"] == 'attachment; filename="books.zip"'
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_it_holds_every_kind_as_the_api_shows_it(alice, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    ids = household(alice)
    client = client_of(alice)
    receipt = SimpleUploadedFile("receipt.pdf", b"%PDF-1.4 a receipt")
    path = f"/api/transactions/{ids['transactions']}/attachments"
    made = client.post(path, {"file": receipt}, format="multipart")
    assert made.status_code == 201, made.content
    files = archive(client)
    for name in kinds():
        rows = json.loads(files.read(f"{name}s.json"))
        assert len(rows) == json.loads(files.read("counts.json"))[name], name
    rows = {row["id"]: row for row in json.loads(files.read("transactions.json"))}
    assert (
        rows[ids["transactions"]] == client.get(f"/api/transactions/{ids['transactions']}").json()
    )
    assert files.read(f"attachments/{made.json()['id']}") == b"%PDF-1.4 a receipt"
    assert json.loads(files.read("profile.json"))["email"] == "alice@example.org"
    assert AuditEntry.objects.filter(action="user.exported", user_id=alice.pk).exists()


def test_it_comes_in_chunks(alice, monkeypatch):
    main = account_of(alice)
    for n in range(7):
        posted(main, f"-{n + 1}.00")
    monkeypatch.setattr("accounts.services.exporting.CHUNK", 3)
    rows = json.loads(archive(client_of(alice)).read("transactions.json"))
    assert sorted(row["amount"] for row in rows) == [f"-{n + 1}.00" for n in range(7)]


def test_nothing_of_anybody_else_is_in_it(alice, mallory):
    household(alice)
    files = archive(client_of(mallory))
    assert not any(json.loads(files.read("counts.json")).values())


def test_it_asks_for_a_fresh_proof(alice):
    client = client_of(alice)
    Session.objects.for_user(alice).update(authenticated_at=timezone.now() - timedelta(hours=1))
    refused = client.get(URL)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")


@pytest.mark.django_db
def test_a_visitor_gets_nothing():
    assert client_of().get(URL).status_code == 401
