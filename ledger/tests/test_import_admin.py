"""Imports in the staff console: on a user's behalf, by the services, with the staff as actor."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEntry
from config.tests.cast import person
from ledger.models import ImportBatch, Transaction
from ledger.services import imports
from ledger.tests.bank_files import MARCH, ofx, table

LIST = "/admin/ledger/importbatch/"


@pytest.fixture
def client():
    """A browser's: the admin knows no tokens."""
    return Client()


@pytest.fixture
def admin(client, db):
    user = person("chief@example.org", is_staff=True, is_superuser=True)
    client.force_login(user)
    client.user = user
    return client


def sent(client, data=MARCH, name="march.csv", **fields):
    given = {"owner": "alice@example.org", "account": "Main", "format": "", "mapping": "", **fields}
    return client.post(f"{LIST}upload/", {**given, "file": SimpleUploadedFile(name, data)})


def test_upload_preview_commit_undo_with_the_staff_member_in_the_trail(admin, alice, main):
    answer = sent(admin)
    batch = ImportBatch.objects.get()
    page = f"{LIST}{batch.id}/change/"
    assert (answer.status_code, answer["Location"]) == (302, page)
    text = admin.get(page).content.decode()
    assert "Book this file" in text
    assert "Cafe Roma" in text
    assert not Transaction.objects.exists()

    admin.post(f"{LIST}{batch.id}/commit/", {"seq": batch.seq})
    assert Transaction.objects.for_user(alice).count() == 4
    assert "Undo the whole import" in admin.get(page).content.decode()
    admin.post(f"{LIST}{batch.id}/undo/", {})
    assert not Transaction.objects.exists()
    entries = AuditEntry.objects.filter(action__startswith="import.")
    assert {entry.actor_id for entry in entries} == {admin.user.pk}
    assert {entry.user_id for entry in entries} == {alice.pk}

    assert admin.post(f"{LIST}{batch.id}/discard/", {})["Location"] == LIST
    assert not ImportBatch.objects.exists()


def test_what_the_service_refuses_is_said_on_the_page(admin, alice, main):
    assert "Say into which account" in sent(admin, account="").content.decode()
    assert "no account with this id" in sent(admin, account="Other").content.decode()
    assert "no user with this e-mail" in sent(admin, owner="nobody@example.org").content.decode()
    assert "PDF" in sent(admin, b"%PDF-1.4").content.decode()
    assert "JSON object" in sent(admin, mapping="[1]").content.decode()
    assert not ImportBatch.objects.exists()
    sent(admin)
    batch = ImportBatch.objects.get()
    answer = admin.post(f"{LIST}{batch.id}/undo/", {}, follow=True)
    assert "Only a committed import" in answer.content.decode()
    answer = admin.post(f"{LIST}{batch.id}/commit/", {"seq": batch.seq + 5}, follow=True)
    assert "Somebody changed this" in answer.content.decode()


def test_the_list_shows_counts_and_reads_no_file(admin, alice, main, django_assert_max_num_queries):
    for _ in range(3):
        imports.upload(alice.pk, data=MARCH, filename="march.csv", account_id=main.id)
    with django_assert_max_num_queries(8):
        text = admin.get(LIST).content.decode()
    assert "march.csv" in text
    assert "Import a bank file" in text


def test_words_of_a_file_are_escaped(admin, alice, main):
    evil = "<script>alert(1)</script>"
    data = table(f"2026-03-03,{evil},-3.20,{evil}", f"never,{evil},-1.00,{evil}")
    batch = imports.upload(alice.pk, data=data, filename=f"{evil}.csv", account_id=main.id)
    for page in (LIST, f"{LIST}{batch.id}/change/"):
        assert evil not in admin.get(page).content.decode()


def test_an_ofx_of_an_unknown_account_shows_it_and_its_balance(admin, alice):
    sent(admin, ofx(("20260303", "-3.20", "f1", "Cafe"), closing=("20260331", "-3.20")), account="")
    text = admin.get(f"{LIST}{ImportBatch.objects.get().id}/change/").content.decode()
    assert "will be created" in text
    assert "Statement balances" in text


def test_users_visitors_and_staff_without_permission_are_kept_out(client, alice, staff, main):
    batch = imports.upload(alice.pk, data=MARCH, account_id=main.id)
    urls = [LIST, f"{LIST}upload/", f"{LIST}{batch.id}/change/"]
    for user in (None, alice):
        if user:
            client.force_login(user)
        for url in urls:
            assert client.get(url).status_code == 302
    client.force_login(staff)
    for url in urls:
        assert client.get(url).status_code == 403
    assert client.post(f"{LIST}{batch.id}/commit/", {}).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_importbatch"))
    assert "Book this file" not in client.get(urls[2]).content.decode()
    assert client.post(f"{LIST}{batch.id}/commit/", {}).status_code == 403
    assert not Transaction.objects.exists()


def test_only_a_post_changes_anything(admin, alice, main):
    batch = imports.upload(alice.pk, data=MARCH, account_id=main.id)
    for verb in ("commit", "undo", "discard"):
        assert admin.get(f"{LIST}{batch.id}/{verb}/").status_code == 405
    assert admin.get(f"{LIST}{batch.id}/delete/").status_code == 403
    assert admin.get(f"{LIST}add/").status_code == 403
