"""Attachments and rejected pairs in the staff console: to look at, never to open or change."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from config.tests.cast import account_of, person, posted
from ledger.models import Attachment, RejectedTransfer
from ledger.services.attachments import attach
from ledger.services.posting import remove
from ledger.services.transfer_links import reject_pair
from ledger.tests.test_file_types import PDF

MODELS = (Attachment, RejectedTransfer)


@pytest.fixture
def console(db):
    viewer = person("viewer@example.org", is_staff=True)
    names = [f"view_{model._meta.model_name}" for model in MODELS]
    viewer.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = Client()
    client.force_login(viewer)
    return client


@pytest.fixture
def books(alice, settings, tmp_path):
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    out, into = posted(account_of(alice, "A"), "-5"), posted(account_of(alice, "B"), "5")
    attach(user_id=alice.pk, transaction_id=out.id, data=PDF, filename="bill.pdf")
    reject_pair(user_id=alice.pk, out_id=out.id, in_id=into.id)
    return out


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_are_read_only(console, books, model):
    name = f"admin:ledger_{model._meta.model_name}"
    row = model.objects.get()
    assert console.get(reverse(f"{name}_changelist")).status_code == 200
    found = console.get(reverse(f"{name}_changelist"), {"q": "alice@example.org"})
    assert len(found.context["cl"].result_list) == 1
    page = console.get(reverse(f"{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert console.post(reverse(f"{name}_delete", args=[row.pk]), {}).status_code == 403
    assert console.get(reverse(f"{name}_add")).status_code == 403


def test_an_attachment_of_a_deleted_row_is_shown(console, books, alice):
    remove(alice.pk, [books.id])
    row = Attachment.objects.get()
    listed = console.get(reverse("admin:ledger_attachment_changelist")).content.decode()
    assert "bill.pdf" in listed
    page = console.get(reverse("admin:ledger_attachment_change", args=[row.pk])).content.decode()
    assert str(books.id) in page
    assert "<img" not in page
