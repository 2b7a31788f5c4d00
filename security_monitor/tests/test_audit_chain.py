"""Whoever tampers with the audit trail is found: altered, deleted, inserted, reordered, truncated."""

import json
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.transaction import atomic
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.audit import audit, entry_mac
from accounts.ids import new_id
from accounts.models import AuditEntry
from config.tests.cast import race, triggers_off_and_on
from security_monitor.chain.links import GENESIS, Tree, link
from security_monitor.chain.signatures import is_signed, public_key, sign
from security_monitor.models import AuditHead, AuditRoot, AuditSeal, SecurityEvent
from security_monitor.services.anchors import anchor_of
from security_monitor.services.sealing import digest_of, seal, seal_all, sign_root
from security_monitor.services.verifying import verify
from security_monitor.tasks import seal_audit, sign_audit_root, verify_audit

URL = "/api/security/audit/verify"


def entries(count):
    for number in range(count):
        audit("rule.tested", user_id=None, data={"number": number})


@pytest.fixture
def chain(db):
    """Twelve sealed entries: a signed root over eight of them, and four since."""
    entries(8)
    assert seal_all() == 8
    sign_root()
    entries(4)
    assert seal_all() == 4


@pytest.fixture
def intruder(chain):
    """Somebody with the database in their hands: the triggers do not stop them."""
    with connection.cursor() as cursor:
        for statement in triggers_off_and_on(connection)[0]:
            cursor.execute(statement)


def kinds(report):
    return {problem.kind for problem in report.problems}


def entry_at(seq):
    return AuditEntry.objects.filter(id=AuditSeal.objects.get(seq=seq).entry_id)


def rebuilt_from(seq, digests):
    """The chain from a place on, computed anew by somebody who knows how but has no key."""
    before = AuditSeal.objects.filter(seq=seq - 1).first()
    previous = before.hash if before else GENESIS
    AuditSeal.objects.filter(seq__gte=seq).delete()
    for place, (entry_id, digest) in enumerate(digests, seq):
        previous = link(previous, place, digest)
        AuditSeal.objects.create(seq=place, entry_id=entry_id, digest=digest, hash=previous)
    AuditHead.objects.update(seq=seq + len(digests) - 1, hash=previous)


def test_an_untouched_trail_is_intact(chain):
    report = verify()
    assert (report.ok, report.sealed, report.unsealed) == (True, 12, 0)
    assert AuditSeal.objects.order_by("-seq").first().hash == AuditHead.objects.get().hash
    assert seal() == 0
    entries(1)
    assert (verify().ok, verify().unsealed) == (True, 1)


def test_an_empty_trail_is_intact(db):
    assert (verify().ok, sign_root(), seal()) == (True, None, 0)


def alter(place):
    entry_at(place).update(action="rule.praised")


def alter_unmacked(place):
    entry_at(place).update(mac="0" * 64)


def delete(place):
    entry_at(place).delete()


def delete_with_link(place):
    delete(place)
    AuditSeal.objects.filter(seq=place).delete()


def delete_and_rebuild(place):
    delete(place)
    rest = AuditSeal.objects.filter(seq__gt=place).order_by("seq")
    rebuilt_from(place, list(rest.values_list("entry_id", "digest")))


def insert(place):
    """A forged entry with a new id, to be sealed with the others."""
    AuditEntry.objects.create(action="rule.forged", mac="0" * 64)
    seal_all()


def insert_unsealed(place):
    AuditEntry.objects.create(action="rule.forged", mac="0" * 64)


def insert_backdated(place):
    """With the right MAC, as somebody could who once held the key, and an id of long ago."""
    old = (new_id().int >> 80) - int(timedelta(days=1).total_seconds() * 1000)
    copy = entry_at(place).get()
    copy.id = UUID(int=old << 80)
    copy.mac = entry_mac(copy)
    copy.save(force_insert=True)


def insert_between(place):
    """A forged entry with its digest, and everything after it linked anew."""
    forged = AuditEntry.objects.create(action="rule.forged", mac="0" * 64)
    rest = AuditSeal.objects.filter(seq__gte=place).order_by("seq")
    rows = [(forged.id, digest_of(forged)), *rest.values_list("entry_id", "digest")]
    rebuilt_from(place, rows)


def reorder(place):
    """Two links change places."""
    one, two = AuditSeal.objects.get(seq=place), AuditSeal.objects.get(seq=place + 1)
    first, second = (one.entry_id, one.digest), (two.entry_id, two.digest)
    AuditSeal.objects.filter(seq=two.seq).update(entry_id=new_id())
    AuditSeal.objects.filter(seq=one.seq).update(entry_id=second[0], digest=second[1])
    AuditSeal.objects.filter(seq=two.seq).update(entry_id=first[0], digest=first[1])


def reorder_and_rebuild(place):
    rows = list(
        AuditSeal.objects.filter(seq__gte=place).order_by("seq").values_list("entry_id", "digest")
    )
    rows[0], rows[1] = rows[1], rows[0]
    rebuilt_from(place, rows)


def truncate(place):
    AuditSeal.objects.filter(seq__gte=place).delete()


def truncate_with_head(place):
    truncate(place)
    last = AuditSeal.objects.order_by("-seq").first()
    AuditHead.objects.update(seq=last.seq, hash=last.hash)


TAMPERING = [
    (alter, 3, "altered"),
    (alter, 12, "altered"),
    (alter_unmacked, 5, "altered"),
    (delete, 1, "deleted"),
    (delete, 12, "deleted"),
    (delete_with_link, 4, "deleted"),
    (delete_and_rebuild, 4, "altered"),
    (delete_and_rebuild, 10, "altered"),
    (insert, 0, "inserted"),
    (insert_unsealed, 0, "inserted"),
    (insert_backdated, 2, "inserted"),
    (insert_between, 5, "inserted"),
    (insert_between, 11, "inserted"),
    (reorder, 2, "reordered"),
    (reorder, 11, "reordered"),
    (reorder_and_rebuild, 2, "altered"),
    (truncate, 12, "truncated"),
    (truncate, 5, "truncated"),
    (truncate_with_head, 5, "truncated"),
    (truncate_with_head, 11, "altered"),
]


@pytest.mark.parametrize(
    ("tamper", "place", "kind"), TAMPERING, ids=[f"{t.__name__}-{p}" for t, p, _ in TAMPERING]
)
def test_tampering_is_found(intruder, tamper, place, kind):
    """Checklist 80."""
    tamper(place)
    report = verify()
    assert kind in kinds(report)
    assert not report.ok


def test_an_altered_entry_is_named(intruder):
    alter(7)
    [problem] = verify().problems
    assert (problem.seq, problem.entry_id) == (7, entry_at(7).get().id)


def test_a_tail_cut_off_with_all_its_signatures_is_found_by_an_anchor(chain, tmp_path):
    before = AuditHead.objects.get()
    entries(3)
    seal_all()
    anchor = anchor_of(sign_root())
    with connection.cursor() as cursor:
        for statement in triggers_off_and_on(connection)[0]:
            cursor.execute(statement)
    for seal_row in AuditSeal.objects.filter(seq__gt=12):
        AuditEntry.objects.filter(id=seal_row.entry_id).delete()
    truncate(13)
    AuditRoot.objects.filter(last_seq__gt=8).delete()
    before.save()
    assert verify().ok  # nothing inside tells
    assert kinds(verify(anchor)) == {"truncated"}
    kept = tmp_path / "root.json"
    kept.write_text(json.dumps(anchor))
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_audit", anchor=kept, stderr=StringIO())


def test_an_anchor_that_we_did_not_sign_proves_nothing(chain):
    anchor = anchor_of(AuditRoot.objects.get())
    assert verify(anchor).ok
    for change in (
        {"hash": GENESIS},
        {"signature": "00"},
        {"last_seq": None},
        {"signature": "no hex"},
    ):
        assert kinds(verify({**anchor, **change})) == {"altered"}
    assert kinds(verify({})) == {"altered"}


def test_signatures_are_checked_and_gaps_between_roots(intruder):
    entries(2)
    seal_all()
    sign_root()
    AuditRoot.objects.filter(last_seq=8).delete()
    assert kinds(verify()) == {"deleted", "altered"}
    AuditRoot.objects.all().delete()
    assert verify().ok  # only a root kept outside tells
    AuditHead.objects.update(signature="00" * 64)
    assert kinds(verify()) == {"altered"}


def test_the_database_refuses_to_change_the_chain(chain):
    for rows in (AuditSeal.objects.filter(seq=1), AuditRoot.objects.all()):
        for change in (lambda r=rows: r.update(hash=GENESIS), rows.delete):
            with pytest.raises(DatabaseError, match="append-only"), atomic():
                change()


def test_an_entry_that_was_committed_late_is_sealed(chain):
    late = AuditEntry(action="rule.late", at=timezone.now())
    late.id = UUID(int=AuditHead.objects.get().newest_entry_id.int - 1)
    late.mac = entry_mac(late)
    late.save(force_insert=True)
    assert seal() == 1
    assert verify().ok


@pytest.mark.django_db(transaction=True)
def test_many_sealers_make_one_chain(transactional_db):
    entries(40)
    outcomes = race([lambda: seal(10)] * 6)
    assert sum(outcomes) == 40
    assert (verify().ok, verify().sealed) == (True, 40)


def test_the_tasks_do_it_by_themselves(db):
    entries(3)
    assert seal_audit() == 3
    sign_audit_root()
    assert verify_audit() == 0
    assert not SecurityEvent.objects.exists()
    AuditEntry.objects.create(action="rule.forged", mac="0" * 64)
    assert verify_audit() == 1
    event = SecurityEvent.objects.get(kind="audit.tampered")
    assert (event.severity, event.user_id, event.data["kinds"]) == ("critical", None, ["inserted"])


def test_the_command_seals_signs_and_says_so(db):
    entries(3)
    out, err = StringIO(), StringIO()
    call_command("verify_audit", seal=True, root=True, stdout=out, stderr=err)
    assert "intact: 3 sealed, 0 waiting" in err.getvalue()
    anchor = json.loads(out.getvalue())
    statement = {name: anchor[name] for name in ("first_seq", "last_seq", "hash", "merkle_root")}
    assert is_signed(anchor["public_key"], statement, anchor["signature"])


@pytest.mark.parametrize("text", ["no json", "[]", None])
def test_a_file_that_is_no_root_is_refused(db, tmp_path, text):
    path = tmp_path / "root.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError, match="holds no root"):
        call_command("verify_audit", anchor=path)


def test_staff_verify_and_nobody_else(api, alice, staff, intruder):
    assert api().get(URL).status_code == 401
    assert api(alice).get(URL).status_code == 403
    answer = api(staff).get(URL).json()
    assert (answer["ok"], answer["sealed"], answer["problems"]) == (True, 12, [])
    assert answer["root"]["last_seq"] == 8
    delete(3)
    answer = api(staff).get(URL).json()
    assert (answer["ok"], answer["found"], answer["problems"][0]["kind"]) == (False, 1, "deleted")


# --- the mathematics


def reference_root(digests):
    """RFC 9162, 2.1.1, as it is written there."""
    if not digests:
        return sha256(b"").digest()
    if len(digests) == 1:
        return sha256(b"\x00" + bytes.fromhex(digests[0])).digest()
    half = 1 << ((len(digests) - 1).bit_length() - 1)
    return sha256(
        b"\x01" + reference_root(digests[:half]) + reference_root(digests[half:])
    ).digest()


@given(st.integers(0, 70))
@settings(max_examples=30, deadline=None)
def test_the_tree_is_that_of_the_rfc(count):
    digests = [sha256(str(n).encode()).hexdigest() for n in range(count)]
    tree = Tree()
    for digest in digests:
        tree.add(digest)
    assert tree.root() == reference_root(digests).hex()


def test_a_link_depends_on_all_three():
    one, two = sha256(b"1").hexdigest(), sha256(b"2").hexdigest()
    made = {link(GENESIS, 1, one), link(one, 1, one), link(GENESIS, 2, one), link(GENESIS, 1, two)}
    assert len(made) == 4


def test_another_key_signs_otherwise():
    said = {"seq": 1, "hash": GENESIS}
    signature = sign("a secret", said)
    assert is_signed(public_key("a secret"), said, signature)
    assert not is_signed(public_key("another"), said, signature)
    assert not is_signed(public_key("a secret"), {**said, "seq": 2}, signature)
