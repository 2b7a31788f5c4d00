"""The staff's view of people: to look, to end, to lock out; never to read or choose a secret."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Event, IdempotencyRecord, Session, Tombstone, User
from accounts.services.tickets import issue_ticket
from config.tests.cast import person

READ_ONLY = (Session, AuditEntry, Event, Tombstone, IdempotencyRecord)


def console(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root(db):
    return person("root@example.org", is_staff=True, is_superuser=True)


def viewer(*permissions):
    user = person("viewer@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def changelist(model):
    return reverse(f"admin:accounts_{model._meta.model_name}_changelist")


def page_of(row):
    return reverse(f"admin:accounts_{row._meta.model_name}_change", args=[row.pk])


def act(client, model, action, *rows):
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(changelist(model), data, follow=True)


@pytest.fixture
def rows(api, alice):
    """One row of every model, made the usual way."""
    client = api(alice)
    client.patch("/api/auth/profile", {"name": "Alice"})
    issue_ticket(client.session_row.pk)
    Tombstone.objects.create(user=alice, seq=1, kind="transaction", row_id=alice.pk)
    IdempotencyRecord.objects.create(
        user=alice, key="k", fingerprint="f", status=201, content_type="", body=b"canary-answer"
    )
    return client


@pytest.mark.parametrize("model", [User, *READ_ONLY])
def test_every_page_opens_for_a_superuser_and_shows_no_secret(root, rows, model):
    """Checklist 19 and 32, A1: no hash, no token, no kept answer, no ticket on any page."""
    client = console(root)
    listed = client.get(changelist(model))
    assert listed.status_code == 200
    shown = client.get(page_of(model.objects.first()))
    assert shown.status_code == 200
    text = listed.content.decode() + shown.content.decode()
    session = Session.objects.get(pk=rows.session_row.pk)
    assert session.refresh_hash not in text
    assert "bcrypt" not in text
    assert "canary-answer" not in text
    assert not re.search(r"eyJ[\w-]{10,}\.", text)  # a token of ours; "eyJ" alone is chance


@pytest.mark.parametrize("model", READ_ONLY)
def test_rows_can_be_looked_at_only(root, rows, model):
    client, row = console(root), model.objects.first()
    add = reverse(f"admin:accounts_{model._meta.model_name}_add")
    delete = reverse(f"admin:accounts_{model._meta.model_name}_delete", args=[row.pk])
    assert client.get(add).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.post(page_of(row), {"kind": "forged"}).status_code == 403
    assert "delete_selected" not in client.get(changelist(model)).content.decode()
    act(client, model, "delete_selected", row)
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [User, *READ_ONLY])
def test_staff_without_permission_see_nothing(staff, rows, model):
    """Checklist 41."""
    assert console(staff).get(changelist(model)).status_code == 403


def test_a_user_who_is_not_staff_is_sent_away(alice):
    assert console(alice).get(changelist(User)).status_code == 302


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (User, "password__startswith"),
        (User, "password"),
        (User, "email__startswith"),
        (User, "created_at__regex"),
        (User, "is_active__exact__in__startswith"),
        (Session, "refresh_hash__startswith"),
        (Session, "user__password__startswith"),
        (Session, "user__email"),
        (AuditEntry, "mac__startswith"),
        (AuditEntry, "user_id__startswith"),
        (IdempotencyRecord, "body__contains"),
    ],
)
def test_the_address_bar_reaches_no_other_column(root, rows, model, lookup):
    """A1: stock ModelAdmin lets a viewer guess a secret letter by letter."""
    assert console(root).get(changelist(model), {lookup: "a"}).status_code == 400


@pytest.mark.parametrize(
    ("model", "lookup", "value"),
    [
        (User, "is_active__exact", "1"),
        (User, "created_at__gte", "2020-01-01 00:00:00+00:00"),
        (Session, "revoked_at__isnull", "True"),
        (AuditEntry, "action", "user.profile_changed"),
        (AuditEntry, "user_id", "01a20c03-18a6-707b-b1c6-a630fe43ccb0"),
    ],
)
def test_filters_that_are_offered_work(root, rows, model, lookup, value):
    assert console(root).get(changelist(model), {lookup: value}).status_code == 200


def test_nobody_here_sets_a_password_or_makes_a_person(root, alice):
    """Checklist 19: no flow that gives a user a password that staff know."""
    client, before = console(root), alice.password
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    for path in ("password/", "../password/"):
        assert client.get(page_of(alice).replace("change/", path)).status_code in (302, 404)
    client.post(page_of(alice), {"is_active": "on", "password": "chosen", "email": "x@example.org"})
    alice.refresh_from_db()
    assert (alice.password, alice.email) == (before, "alice@example.org")


def test_ending_all_sessions_acts_at_once(root, api, alice):
    """Checklist 31."""
    client = api(alice)
    act(console(root), User, "end_all_sessions", alice)
    assert client.get("/api/auth/profile").status_code == 401
    entry = AuditEntry.objects.get(action="session.all_ended")
    assert entry.user_id == alice.pk
    assert entry.data["reason"] == "ended_by_staff"


def test_one_session_can_be_ended(root, api, alice):
    ended, other = api(alice), api(alice)
    act(console(root), Session, "revoke", ended.session_row)
    act(console(root), Session, "revoke", ended.session_row)
    assert ended.get("/api/auth/profile").status_code == 401
    assert other.get("/api/auth/profile").status_code == 200


def test_deactivating_locks_out_at_once_and_activating_lets_in_again(root, api, alice):
    client = api(alice)
    act(console(root), User, "deactivate", alice)
    assert client.get("/api/auth/profile").status_code == 401
    alice.refresh_from_db()
    assert not alice.is_active
    act(console(root), User, "activate", alice)
    assert client.get("/api/auth/profile").status_code == 401  # that session is gone for good
    assert api(User.objects.get(pk=alice.pk)).get("/api/auth/profile").status_code == 200


def test_nobody_locks_himself_out(root):
    act(console(root), User, "deactivate", root)
    assert User.objects.get(pk=root.pk).is_active


def test_a_change_of_role_in_the_form_ends_the_sessions(root, api, alice):
    """Checklist 24: R3's staleness does not come back by the admin's door."""
    client = api(alice)
    console(root).post(page_of(alice), {"is_active": "on", "is_staff": "on"})
    alice.refresh_from_db()
    assert alice.is_staff
    assert client.get("/api/auth/profile").status_code == 401
    entry = AuditEntry.objects.get(action="user.access_changed")
    assert entry.data == {"is_staff": True}


def test_staff_who_may_change_users_cannot_give_themselves_rank(db, alice):
    clerk = viewer("view_user", "change_user")
    console(clerk).post(page_of(clerk), {"is_active": "on", "is_staff": "on", "is_superuser": "on"})
    clerk.refresh_from_db()
    assert not clerk.is_superuser


def test_a_viewer_may_look_but_not_act(api, alice):
    client = api(alice)
    looker = console(viewer("view_user", "view_session"))
    assert looker.get(changelist(User)).status_code == 200
    act(looker, User, "deactivate", alice)
    act(looker, User, "end_all_sessions", alice)
    act(looker, Session, "revoke", client.session_row)
    assert client.get("/api/auth/profile").status_code == 200


def test_stream_tickets_have_no_page(root, db):
    assert console(root).get("/admin/accounts/streamticket/").status_code == 404


def test_text_of_users_is_escaped(root, alice):
    """Checklist 59, A2."""
    User.objects.filter(pk=alice.pk).update(name="<script>alert(1)</script>")
    client = console(root)
    for url in (changelist(User), page_of(alice)):
        assert "<script>alert(1)" not in client.get(url).content.decode()
