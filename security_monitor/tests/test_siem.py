"""The security log for a SIEM: what is said, how it is escaped, where the next run goes on. Checklist 78 and 81."""

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import UUID
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.audit import audit
from accounts.context import Origin, origin
from config.tests.cast import PASSWORD
from config.tests.sources import ROOT
from security_monitor.behaviour.catalogue import CATALOGUE, KINDS
from security_monitor.models import SecurityEvent
from security_monitor.services import handing_out
from security_monitor.siem import cef, ecs
from security_monitor.siem.told import Told

EVIL = "a|b=c\\d\ne\r\nf\x1b[31m\u2028g"
RULES = ElementTree.parse(ROOT / "docs" / "examples" / "wazuh_rules.xml").getroot()
LEVELS = {"info": 3, "low": 4, "medium": 7, "high": 10, "critical": 13}


def told(**fields):
    said = {"id": "1", "at": datetime(2026, 2, 28, 23, 59, 59, 999_999, UTC), "kind": "login.failed",
            "action": "login.failed", "severity": "low", "risk_score": 5}  # fmt: skip
    return Told(**{**said, **fields})


def read_cef(line):
    """(header, extension) as a receiver reads them: by the rules of the format, not by our code."""
    header = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
    assert len(header) == 8
    pairs = re.findall(r"(\w+)=((?:\\.|[^\\=])*?)(?= \w+=|$)", header[7])
    return header[:7], {name: re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), value)
                        for name, value in pairs}  # fmt: skip


def test_cef_escapes_what_would_begin_a_field_or_a_line():
    said = cef.line(told(agent=EVIL, request_id="x=1|y", reasons=[{"code": EVIL, "message": EVIL}]))
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    header, extension = read_cef(said)
    assert header[:5] == ["CEF:0", "Household books", "security", "1", "login.failed"]
    assert header[5] == r"a\|b=c\\d e  f [31m g"
    assert extension["cs1"] == "x=1|y"
    assert extension["requestClientApplication"] == "a|b=c\\d\ne\nf [31m g"
    assert extension["outcome"] == "failure"
    assert extension["rt"] == "1772323199999"


def test_cef_names_an_address_by_its_kind():
    assert read_cef(cef.line(told(ip="192.0.2.1")))[1]["src"] == "192.0.2.1"
    six = read_cef(cef.line(told(ip="2001:db8::1")))[1]
    assert "src" not in six
    assert (six["c6a2"], six["c6a2Label"]) == ("2001:db8::1", "Source IPv6 Address")


def test_ecs_says_who_what_where_and_how_it_ended():
    line = ecs.line(
        told(user_id="u", actor_id="s", ip="192.0.2.1", country="DE", request_id="r", agent=EVIL,
             reasons=[{"code": "x", "contribution": 5, "message": "Why.", "evidence": {"secret": 1}}])
    )  # fmt: skip
    assert "\n" not in line
    said = json.loads(line)
    assert said["@timestamp"] == "2026-02-28T23:59:59.999Z"
    assert said["event"]["outcome"] == "failure"
    assert (said["event"]["category"], said["event"]["type"]) == (["authentication"], ["start"])
    assert said["user"] == {"id": "s", "target": {"id": "u"}}
    assert said["source"] == {"ip": "192.0.2.1", "geo": {"country_iso_code": "DE"}}
    assert said["http"]["request"]["id"] == "r"
    assert said["user_agent"]["original"] == EVIL
    assert said["household_books"]["reasons"] == [{"code": "x", "contribution": 5}]
    assert "secret" not in line


ECS_CATEGORIES = {
    "authentication",
    "configuration",
    "database",
    "iam",
    "intrusion_detection",
    "session",
}
ECS_TYPES = {"access", "change", "creation", "end", "info", "start", "user"}


@pytest.mark.parametrize("kind", [*KINDS, "user.profile_changed", "token.revoked"])
def test_every_kind_has_words_of_the_schema(kind):
    said = ecs.document(told(kind=kind))["event"]
    assert set(said["category"]) <= ECS_CATEGORIES
    assert set(said["type"]) <= ECS_TYPES


def fields_of(rule):
    return {field.get("name"): field.text for field in rule.iter("field")}


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_every_kind_has_a_rule_whose_fields_match_its_line(entry):
    [rule] = [r for r in RULES if fields_of(r).get("event.action") == f"^{entry.name}$"]
    parent = next(r for r in RULES if r.get("id") == rule.find("if_sid").text)
    worst = max(LEVELS[k.severity] for k in CATALOGUE.values() if k.name == entry.name)
    assert int(rule.get("level")) == worst
    said = json.loads(ecs.line(told(kind=entry.name, severity=entry.severity)))
    for name, pattern in {**fields_of(parent), **fields_of(rule)}.items():
        value = said
        for part in name.split("."):
            value = value[part]
        assert re.fullmatch(pattern.replace(".", r"\."), value), name


def test_the_rules_are_one_each_and_of_ours():
    ids = [int(rule.get("id")) for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert all(100_400 <= number < 100_500 for number in ids)
    named = {int(e.text) for e in RULES.iter() if e.tag in ("if_sid", "if_matched_sid")}
    assert named <= set(ids)


@pytest.fixture
def history(api, alice):
    for password in ("no", PASSWORD, "no"):
        api().post("/api/auth/login", {"email": alice.email, "password": password},
                   REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="curl/8", HTTP_X_REQUEST_ID="walk-1")  # fmt: skip
    return alice


def exported(**options):
    out = StringIO()
    call_command("export_security_log", stdout=out, stderr=StringIO(), **options)
    return out.getvalue().splitlines()


def test_the_command_tells_all_events_in_order(history):
    lines = [json.loads(line) for line in exported()]
    assert [line["event"]["id"] for line in lines] == [
        str(pk) for pk in SecurityEvent.objects.order_by("id").values_list("id", flat=True)
    ]
    failed = next(line for line in lines if line["event"]["action"] == "login.failed")
    assert failed["user"]["target"]["id"] == str(history.pk)
    assert failed["source"]["ip"] == "203.0.113.9"
    assert failed["user_agent"]["original"] == "curl/8"
    assert failed["http"]["request"]["id"] == "walk-1"
    assert history.email not in json.dumps(lines)
    assert all(line.startswith("CEF:0|") for line in exported(format="cef"))
    assert exported(since=timezone.now() + timedelta(days=1)) == []


def test_a_cursor_goes_on_where_the_last_run_ended(history, tmp_path, monkeypatch):
    monkeypatch.setattr(handing_out, "SETTLED", timedelta(0))
    cursor = tmp_path / "cursor"
    first = exported(follow_cursor=cursor)
    assert len(first) == SecurityEvent.objects.count()
    assert exported(follow_cursor=cursor) == []
    audit("user.password_changed", user_id=history.pk)
    [new] = exported(follow_cursor=cursor)
    assert json.loads(new)["event"]["action"] == "password.changed"
    cursor.write_text("no cursor")
    with pytest.raises(CommandError, match="holds no cursor"):
        exported(follow_cursor=cursor)


def test_a_cursor_waits_for_what_may_still_be_committed_before_it(history, tmp_path):
    assert exported(follow_cursor=tmp_path / "cursor") == []
    assert not (tmp_path / "cursor").exists()


def test_a_reader_that_goes_away_loses_nothing(history, tmp_path, monkeypatch):
    monkeypatch.setattr(handing_out, "SETTLED", timedelta(0))
    cursor = tmp_path / "cursor"

    class Gone(StringIO):
        def flush(self):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        call_command("export_security_log", stdout=Gone(), stderr=StringIO(), follow_cursor=cursor)
    assert len(exported(follow_cursor=cursor)) == SecurityEvent.objects.count()


def test_two_queries_for_a_thousand_events(history, django_assert_num_queries):
    with django_assert_num_queries(3):  # events, their entries, and that there are no more
        list(handing_out.told_after(UUID(int=0)))


URL = "/api/security/events/export"


def test_staff_stream_it_and_nobody_else(api, history, staff):
    assert api().get(URL).status_code == 401
    assert api(history).get(URL).status_code == 403
    answer = api(staff).get(f"{URL}?format=cef")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == SecurityEvent.objects.count()
    answer = api(staff).get(URL)
    assert answer["Content-Type"] == "application/x-ndjson; charset=utf-8"
    assert all(json.loads(line) for line in b"".join(answer.streaming_content).splitlines())
    assert api(staff).get(f"{URL}?format=xml").status_code == 400


def test_a_forged_agent_cannot_write_a_line_of_its_own(api, alice):
    token = origin.set(Origin("r\nCEF:0|forged", "192.0.2.1", alice.pk))
    audit("login.failed", user_id=alice.pk, data={"device": "x\nCEF:0|forged|"})
    origin.reset(token)
    [line] = exported(format="cef")
    assert line.count("CEF:0") == 3
    assert not [text for text in exported(format="cef") if text.startswith("CEF:0|forged")]
