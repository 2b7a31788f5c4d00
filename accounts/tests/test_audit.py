"""The audit trail: it can only grow, and an entry that was forged does not match its MAC."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.transaction import atomic, set_rollback

from accounts.audit import audit, entry_mac, is_genuine
from accounts.context import Origin, origin
from accounts.ids import new_id
from accounts.models import AuditEntry


@pytest.fixture
def entry(alice):
    return audit("user.tested", user_id=alice.pk, target="user", data={"figure": "1.20"})


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(action="user.praised"),
        lambda rows: rows.update(mac="0" * 64),
        lambda rows: rows.delete(),
        lambda rows: rows._raw_delete("default"),
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(entry, change):
    """Checklist 79."""
    with pytest.raises(DatabaseError, match="append-only"), atomic():
        change(AuditEntry.objects.filter(pk=entry.pk))
    assert AuditEntry.objects.get().action == "user.tested"


def test_plain_sql_is_refused_too(entry):
    statements = ["DELETE FROM accounts_auditentry", "UPDATE accounts_auditentry SET ip = NULL"]
    if connection.vendor == "postgresql":
        statements.append("TRUNCATE accounts_auditentry")
        statements.append("TRUNCATE accounts_auditentry CASCADE")
    for statement in statements:
        with pytest.raises(DatabaseError, match="append-only"), atomic():
            connection.cursor().execute(statement)
    assert AuditEntry.objects.count() == 1


def test_saving_a_changed_entry_is_refused(entry):
    entry.action = "user.praised"
    with pytest.raises(DatabaseError, match="append-only"), atomic():
        entry.save()


def test_the_trail_outlives_the_person(entry, alice):
    alice.delete()
    assert AuditEntry.objects.get(pk=entry.pk).user_id is not None


@pytest.mark.parametrize("run", [1, 2])
def test_the_flush_between_tests_empties_the_trail_and_leaves_it_closed(transactional_db, run):
    """Runs twice: the second run finds an empty table whose triggers stand again."""
    assert not AuditEntry.objects.exists()
    audit("user.tested", user_id=new_id())
    with pytest.raises(DatabaseError, match="append-only"):
        AuditEntry.objects.all().delete()


def test_the_mac_survives_the_way_through_the_database(entry):
    stored = AuditEntry.objects.get()
    assert stored.mac == entry_mac(stored) == entry.mac


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("action", "user.praised"),
        ("user_id", None),
        ("actor_id", new_id()),
        ("target", "session"),
        ("target_id", new_id()),
        ("request_id", "forged"),
        ("ip", "192.0.2.1"),
        ("data", {"figure": "9.99"}),
        ("id", new_id()),
        ("version", 1),
        ("data_salt", "00" * 16),
        ("data_salt", "no hex"),
        ("data_commitment", "0" * 64),
        ("data_commitment", ""),
        ("ip_commitment", "0" * 64),
    ],
)
def test_the_mac_and_the_commitments_cover_every_column(entry, name, value):
    assert is_genuine(entry)
    setattr(entry, name, value)
    assert not is_genuine(entry)


def test_the_mac_covers_the_instant_to_the_microsecond(entry):
    entry.at += timedelta(microseconds=1)
    assert entry_mac(entry) != entry.mac


def test_the_mac_needs_the_key(entry, settings):
    settings.AUDIT_KEY = "another key " * 4
    assert entry_mac(entry) != entry.mac


def test_an_entry_says_who_where_and_in_which_request(db):
    actor, owner = new_id(), new_id()
    token = origin.set(Origin("request-1", "192.0.2.9", actor))
    try:
        entry = audit("user.tested", user_id=owner)
    finally:
        origin.reset(token)
    assert (entry.request_id, entry.ip) == ("request-1", "192.0.2.9")
    assert (entry.actor_id, entry.user_id) == (actor, owner)


def test_a_rolled_back_change_leaves_no_entry(alice):
    with atomic():
        audit("user.tested", user_id=alice.pk)
        set_rollback(True)
    assert not AuditEntry.objects.exists()
