"""Security history that is old loses what is personal, and the chain still proves it. Checklist 87."""

import json
import time
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError
from django.db.transaction import atomic
from django.utils import timezone

from accounts import ids
from accounts.audit import audit, is_genuine, rest_mac
from accounts.context import Origin, origin
from accounts.delivery import wire
from accounts.models import AuditEntry
from accounts.services.trail import AGED, AGEING, LICENCES
from config.tests.cast import PASSWORD, account_of, posted
from security_monitor.models import Device, LoginPlace, LoginRhythm, RootsOut, SecurityEvent
from security_monitor.services import ageing, roots_out
from security_monitor.services.sealing import seal_all, sign_root
from security_monitor.services.verifying import verify
from security_monitor.tasks import age_history, hand_out_roots

CANARY = "Xanthippe"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:1.0) Firefox/1.0 " + CANARY


def life(api, user, ip):
    log_in = {"email": user.email, "password": PASSWORD}
    for password in ("wrong", PASSWORD):
        answer = api().post("/api/auth/login", {**log_in, "password": password},
                            REMOTE_ADDR=ip, HTTP_USER_AGENT=AGENT)  # fmt: skip
    assert answer.status_code == 200
    token = origin.set(Origin("r", ip, user.pk))
    posted(account_of(user, f"Main {ip}"), "-5.00")
    origin.reset(token)
    seal_all()
    sign_root()


@pytest.fixture
def half_old(api, alice, monkeypatch):
    """A life of eight months ago and one of today; ids of the frozen clock, which Rust does not read."""
    stock = ids.uuid7
    monkeypatch.setattr(
        ids, "uuid7", lambda: UUID(int=time.time_ns() // 10**6 << 80 | stock().int & (1 << 80) - 1)
    )
    with time_machine.travel(timezone.now() - timedelta(days=240)):
        life(api, alice, "203.0.113.77")
    life(api, alice, "198.51.100.7")
    return alice


def test_what_is_old_loses_addresses_and_agents_and_the_rest_stands(half_old):
    fresh = timezone.now() - timedelta(days=183)
    counts = (
        list(LoginRhythm.objects.values()),
        list(LoginPlace.objects.values()),
        list(Device.objects.values()),
    )
    before = {e.id: (e.ip, e.data) for e in AuditEntry.objects.filter(at__gte=fresh)}
    assert age_history() > 0
    old = AuditEntry.objects.filter(at__lt=fresh)
    assert old.exists()
    assert not old.filter(ip__isnull=False).exists()
    assert CANARY not in str(list(old.values_list("data", flat=True)))
    assert old.filter(action="transaction.created").get().data, (
        "what was booked is no security history"
    )
    events = SecurityEvent.objects.filter(at__lt=fresh)
    assert {(event.network, event.session_id) for event in events} == {("", None)}
    assert {event.device for event in events} & {"Firefox on Linux"}
    for entry_id, stood in before.items():
        entry = AuditEntry.objects.get(pk=entry_id)
        assert (entry.ip, entry.data) == stood
    assert SecurityEvent.objects.filter(at__gte=fresh).exclude(network="").exists()
    assert counts == (list(LoginRhythm.objects.values()), list(LoginPlace.objects.values()),
                      list(Device.objects.values()))  # fmt: skip
    seal_all()
    assert verify().problems == []
    assert age_history() == 0


def test_a_killed_run_is_taken_up_and_leaves_the_trail_in_order(half_old, monkeypatch):
    def killed(ids):
        raise KeyboardInterrupt

    stock = ageing._age
    monkeypatch.setattr(ageing, "_age", killed)
    with pytest.raises(KeyboardInterrupt):
        age_history()
    assert verify().problems == []
    assert not AuditEntry.objects.filter(action=AGED).exists()
    monkeypatch.setattr(ageing, "_age", stock)
    age_history()
    old = SecurityEvent.objects.filter(at__lt=timezone.now() - timedelta(days=183))
    assert not old.exclude(network="").exists()
    assert AuditEntry.objects.filter(action__in=[AGED, AGEING]).count() == 3


def test_an_entry_that_lost_its_data_without_a_licence_is_reported(half_old):
    entry = AuditEntry.objects.exclude(ip=None).order_by("-id").first()
    AuditEntry.objects.filter(pk=entry.pk).update(ip=None, ip_salt="")
    [problem] = verify().problems
    assert (problem.kind, problem.entry_id) == ("deleted", entry.pk)


def test_a_forged_licence_counts_for_nothing(half_old):
    AuditEntry.objects.create(
        action=LICENCES[0], target="user", target_id=half_old.pk, mac="0" * 64
    )
    entry = AuditEntry.objects.filter(user_id=half_old.pk).exclude(ip=None).first()
    AuditEntry.objects.filter(pk=entry.pk).update(ip=None, ip_salt="")
    assert {problem.kind for problem in verify().problems} == {"deleted", "inserted"}


@pytest.mark.parametrize(
    "change",
    [
        {"ip": None},
        {"ip_salt": ""},
        {"ip": "192.0.2.9"},
        {"data": {}},
        {"data_salt": ""},
        {"data": {"device": "another"}, "data_salt": ""},
        {"ip": None, "ip_salt": "", "ip_commitment": ""},
        {"ip": None, "ip_salt": "", "action": "session.praised"},
        {"ip": None, "ip_salt": "", "version": 1},
        {"ip": None, "ip_salt": "", "data": {}, "data_salt": "", "data_commitment": ""},
        {"mac": "0" * 64},
        {"action": "login.failed"},
    ],
)
def test_the_database_lets_only_forgetting_pass(half_old, change):
    entry = AuditEntry.objects.filter(action="login.failed").exclude(ip=None).first()
    with pytest.raises(DatabaseError, match="append-only"), atomic():
        AuditEntry.objects.filter(pk=entry.pk).update(**change)
    entry.refresh_from_db()
    assert is_genuine(entry)


def of_before(user, ip="203.0.113.5"):
    """An entry as it was written before there were commitments."""
    from accounts.audit import entry_mac

    entry = AuditEntry(user_id=user.pk, actor_id=user.pk, action="session.opened", target="session",
                       ip=ip, data={"device": CANARY}, version=1)  # fmt: skip
    entry.mac = entry_mac(entry)
    entry.save(force_insert=True)
    return entry


def test_entries_of_before_commitments_can_be_forgotten_whole_and_still_prove_the_rest(alice):
    from accounts.services.erasure_run import erase

    first, second = of_before(alice), of_before(alice)
    seal_all()
    sign_root()
    assert verify().problems == []
    with pytest.raises(DatabaseError, match="append-only"), atomic():
        AuditEntry.objects.filter(pk=first.pk).update(ip=None, data={})
    alice.erase_at = timezone.now()
    alice.save()
    assert erase(alice.pk)
    for entry in (first, second):
        mac = entry.mac
        entry.refresh_from_db()
        assert (entry.ip, entry.data, entry.mac) == (None, {}, mac)
        assert entry.data_commitment == rest_mac(entry)
        assert is_genuine(entry)
        entry.action = "session.praised"
        assert not is_genuine(entry)
        with pytest.raises(DatabaseError, match="append-only"), atomic():
            AuditEntry.objects.filter(pk=entry.pk).update(data_commitment="0" * 64)
    seal_all()
    assert verify().problems == []


# --- roots leave the house


@pytest.fixture
def rooted(db):
    for number in range(3):
        audit("rule.tested", user_id=None, data={"number": number})
        seal_all()
        sign_root()


def test_roots_go_to_a_file_and_by_mail_once(rooted, settings, tmp_path):
    settings.AUDIT_ROOTS_FILE = str(tmp_path / "roots.jsonl")
    settings.AUDIT_ROOTS_MAIL = ["keeper@example.org"]
    assert hand_out_roots() == 6
    lines = [json.loads(line) for line in (tmp_path / "roots.jsonl").read_text().splitlines()]
    assert [line["last_seq"] for line in lines] == [1, 2, 3]
    assert all(verify(anchor).ok for anchor in lines)
    [message] = mail.outbox
    assert message.to == ["keeper@example.org"]
    assert [
        json.loads(line)["last_seq"] for line in message.body.splitlines() if line[:1] == "{"
    ] == [1, 2, 3]
    assert hand_out_roots() == 0


def test_a_way_that_is_shut_stops_no_other_and_is_tried_again(
    rooted, settings, tmp_path, monkeypatch
):
    settings.AUDIT_ROOTS_FILE = str(tmp_path / "no folder" / "roots.jsonl")
    settings.AUDIT_ROOTS_WEBHOOK = "https://keeper.example.org/roots"
    sent = []

    def post(url, body, headers):
        sent.append(json.loads(body))
        return wire.Answer(status=503 if len(sent) == 1 else 204)

    monkeypatch.setattr(roots_out.wire, "post", post)
    assert hand_out_roots() == 0
    assert RootsOut.objects.get(way="webhook").error == "status 503"
    assert RootsOut.objects.get(way="file").error
    (tmp_path / "no folder").mkdir()
    assert hand_out_roots() == 6
    assert sent[0] == sent[1]
    assert RootsOut.objects.get(way="webhook").error == ""


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/roots", "http://keeper.example.org/", "https://10.0.0.5/"]
)
def test_roots_never_go_to_an_address_inside(rooted, settings, url):
    settings.AUDIT_ROOTS_WEBHOOK = url
    assert hand_out_roots() == 0
    assert RootsOut.objects.get(way="webhook").error.startswith("webhook_")
