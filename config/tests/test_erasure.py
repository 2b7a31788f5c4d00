"""Erasing a person: nothing of theirs is left anywhere, and nothing of anybody else goes. Checklist 86."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.erasure_plan import tables
from accounts.models import Clock, User
from accounts.services import erasure_run
from accounts.services.erasing import ask_for_erasure
from accounts.tasks import erase_people
from config.tests.cast import client_of
from config.tests.household import household
from config.tests.rows import dump, rows_everywhere
from ledger.models import Payee
from ledger.services.review import review
from security_monitor.models import VerdictRecord
from security_monitor.services.sealing import seal_all, sign_root
from security_monitor.services.verifying import verify

CANARY = "Xanthippe"
# The trail and the admin's own log keep the id, which leads to nobody.
KEEP_IDS = ("accounts_auditentry ", "django_admin_log ")


@pytest.fixture
def storage(settings, tmp_path):
    """A folder of the test's own; the folder's path."""
    default = {**settings.STORAGES["default"]}
    default["OPTIONS"] = {**default["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return tmp_path


@pytest.fixture
def full(db, storage, staff):
    """Somebody with a row in every table, words to look for in each, and files."""
    user = User.objects.create_user(f"{CANARY}@example.org", "a long walk", name=CANARY)
    ids = household(user)
    client = client_of(user)
    receipt = SimpleUploadedFile(f"{CANARY}.pdf", b"%PDF-1.4 of " + CANARY.encode())
    path = f"/api/transactions/{ids['transactions']}/attachments"
    assert client.post(path, {"file": receipt}, format="multipart").status_code == 201
    client.patch(f"/api/transactions/{ids['transactions']}", {"payee": CANARY, "memo": CANARY})
    for reviewer in (staff.pk, user.pk):
        review(
            user.pk, UUID(ids["transactions"]), verdict="fraud", note=CANARY, reviewer_id=reviewer
        )
    client.post("/api/auth/login", {"email": user.email, "password": "wrong"}, REMOTE_ADDR="203.0.113.77",
                HTTP_USER_AGENT=f"{CANARY}/1.0")  # fmt: skip
    rows_everywhere(user, CANARY)
    for row in (user, Payee.objects.filter(user=user).first()):
        kind = ContentType.objects.get_for_model(row)
        LogEntry.objects.create(user=staff, content_type=kind, object_id=str(row.pk),
                                object_repr=str(user), action_flag=CHANGE)  # fmt: skip
    seal_all()
    sign_root()
    return user


def over(user):
    """The time to take it back is over."""
    ask_for_erasure(user.pk)
    User.objects.filter(pk=user.pk).update(erase_at=timezone.now() - timedelta(seconds=1))


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def left_of(user):
    """Lines of the dump that still say something of the person."""
    ids = (str(user.pk), user.pk.hex)
    words = (CANARY.lower(), "203.0.113.77")
    return [
        line[:300]
        for line in dump().lower().splitlines()
        if any(word in line for word in words)
        or (any(i in line for i in ids) and not line.startswith(KEEP_IDS))
    ]


def assert_gone(user, folder):
    assert left_of(user) == []
    assert not files_in(folder)
    seal_all()
    assert verify().problems == []


def test_there_is_a_row_in_every_table_that_leads_to_a_person(full):
    """A new table is erased without a word; one with columns that these rows cannot guess fails here."""
    empty = [table.model.__name__ for table in tables() if not table.is_there(full.pk)]
    assert empty == []
    assert CANARY.lower() in dump().lower()


def test_nothing_is_left_and_the_trail_still_proves_itself(full, storage):
    over(full)
    assert files_in(storage)
    assert erase_people() == 1
    assert_gone(full, storage)
    assert erase_people() == 0


def test_nobody_elses_row_is_touched(full, mallory, storage):
    household(mallory)
    rows_everywhere(mallory, "Mallory says")
    log_in = {"email": mallory.email, "password": "wrong"}
    client_of().post("/api/auth/login", log_in, REMOTE_ADDR="198.51.100.7")

    def of_mallory():
        lines = dump().splitlines()
        return {x for x in lines if mallory.pk.hex in x or str(mallory.pk) in x or "Mallory" in x}

    before = of_mallory()
    assert len(before) > 70
    over(full)
    assert erase_people() == 1
    assert of_mallory() == before


def test_verdicts_stay_without_their_owner(full, staff):
    before = VerdictRecord.objects.for_user(full).count()
    over(full)
    erase_people()
    kept = VerdictRecord.objects.filter(user=None)
    assert kept.count() == before
    assert {verdict.by_id for verdict in kept if not verdict.is_owner} >= {staff.pk}
    for verdict in kept:
        assert (verdict.note, verdict.row) == ("", {})
        assert not any(reason.keys() - {"code", "contribution"} for reason in verdict.reasons)


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.mark.parametrize("after", [0, 1, 9, 30, 80])
def test_a_killed_run_is_taken_up_by_the_next(full, storage, monkeypatch, after):
    """The trail is in order at the point of the kill too: the licence to forget comes first."""
    over(full)
    steps = iter(range(10_000))
    stock = erasure_run._erase_some

    def dying(table, user_id):
        if next(steps) == after:
            raise Killed
        return stock(table, user_id)

    monkeypatch.setattr(erasure_run, "_erase_some", dying)
    monkeypatch.setattr(erasure_run, "CHUNK", 3)
    with pytest.raises(Killed):
        erase_people()
    assert verify().problems == []
    assert not Clock.objects.filter(user=full).exists()
    monkeypatch.setattr(erasure_run, "_erase_some", stock)
    assert erase_people() == 1
    assert_gone(full, storage)


def test_a_file_that_cannot_be_removed_keeps_the_person(full, storage, monkeypatch, bob):
    """Nobody is called erased while a file lies there; the others do not wait for it."""
    over(full)
    over(bob)

    def refuse(name):
        raise PermissionError(name)

    monkeypatch.setattr(default_storage, "delete", refuse)
    assert erase_people() == 1
    assert list(User.objects.filter(pk__in=[full.pk, bob.pk])) == [full]
    monkeypatch.undo()
    assert erase_people() == 1
    assert_gone(full, storage)


def test_what_a_request_wrote_meanwhile_is_found_by_the_next_run(full, storage):
    over(full)
    assert erase_people() == 1
    from accounts.audit import audit

    audit("login.failed", user_id=full.pk, data={"device": CANARY})
    assert CANARY in dump()
    erase_people()
    assert CANARY not in dump()
    seal_all()
    assert verify().problems == []


def test_an_erased_member_of_staff_leaves_no_address_in_the_trail_of_others(full, staff, storage):
    from accounts.audit import audit
    from accounts.context import Origin, origin

    token = origin.set(Origin("r", "192.0.2.200", staff.pk))
    entry = audit("case.noted", user_id=full.pk, data={"note": "an id"})
    origin.reset(token)
    over(staff)
    assert erase_people() == 1
    entry.refresh_from_db()
    assert (entry.ip, entry.data) == (None, {"note": "an id"})
    seal_all()
    assert verify().problems == []
