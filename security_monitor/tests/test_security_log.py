"""The security log from outside: events, login attempts, devices, places, summary, alerts."""

import uuid
from datetime import timedelta

import pytest
from django.db.transaction import atomic
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.audit import audit
from accounts.models import AuditEntry, Event, Session
from accounts.services import people
from accounts.services.people import Device as Door
from accounts.services.sessions import refresh
from config.tests.cast import PASSWORD, race
from security_monitor.models import AlertRule, Case, Device, LoginPlace, LoginRhythm, SecurityEvent
from security_monitor.services import alerting, mailing
from security_monitor.services.places import country_of
from security_monitor.tasks import mail_alerts, tell_alerts

URL = "/api/security"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{}.0) Gecko/20100101 Firefox/{}.0"
HOME, ABROAD = "193.99.144.80", "8.8.8.8"  # public addresses of Germany and the United States


def log_in(email="alice@example.org", password=PASSWORD, agent="", ip=HOME):
    client = APIClient(REMOTE_ADDR=ip, HTTP_USER_AGENT=agent or FIREFOX.format(128, 128))
    return client.post("/api/auth/login", {"email": email, "password": password}, format="json")


def results(client, path, **query):
    answer = client.get(f"{URL}{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_login_is_an_event_with_device_network_and_country(api, alice):
    assert log_in().status_code == 200
    [event] = results(api(alice), "/events")
    assert event.keys() >= {"id", "kind", "severity", "at", "ip", "place", "device", "risk_score",
                            "reasons", "resolved"}  # fmt: skip
    assert (event["kind"], event["severity"]) == ("login.succeeded", "info")
    assert (event["ip"], event["place"]) == ("193.99.144.0/24", "DE")
    assert (event["device"], event["risk_score"]) == ("Firefox on Linux", 0)
    assert event["resolved"] is False
    assert event["session"] == str(Session.objects.for_user(alice).order_by("id").first().pk)
    assert "193.99.144.80" not in str(SecurityEvent.objects.values().get())


def test_a_browser_update_is_no_new_device_and_another_browser_is(api, alice):
    log_in()
    log_in(agent=FIREFOX.format(129, 129))
    log_in(agent="curl/8.5.0", ip=ABROAD)
    scores = [event["risk_score"] for event in results(api(alice), "/events")]
    assert scores == [58, 0, 0]  # newest first: new device and network 35, new country 35
    newest = results(api(alice), "/events")[0]
    assert [reason["code"] for reason in newest["reasons"]] == ["new_country", "new_device"]
    assert all(reason["contribution"] > 0 and reason["message"] for reason in newest["reasons"])
    devices = {row["name"]: row for row in results(api(alice), "/devices")}
    assert devices["Firefox on Linux"]["logins"] == 2
    assert devices["Firefox on Linux"]["sessions"] == 2
    assert devices["curl"]["place"] == "US"


def test_places_are_unknown_rather_than_guessed(api, alice, settings):
    assert [country_of(ip) for ip in ("10.0.0.1", None, "", "no address")] == [""] * 4
    settings.GEO_DATABASE = ""
    log_in()
    assert results(api(alice), "/events")[0]["place"] is None


def test_a_file_of_countries_that_cannot_be_read_stops_no_login(api, alice, settings, tmp_path):
    broken = tmp_path / "broken.mmdb"
    broken.write_bytes(b"nothing of this kind")
    for path in (broken, tmp_path / "absent.mmdb"):
        settings.GEO_DATABASE = str(path)
        assert log_in().status_code == 200
    assert {event["place"] for event in results(api(alice), "/events")} == {None}


def test_failed_logins_are_counted_and_grow_graver(api, alice, settings):
    settings.LOGIN_FAILURES_MAX = 50  # the limit has tests of its own
    for _ in range(5):
        assert log_in(password="wrong" * 3).status_code == 401
    rows = results(api(alice), "/login-attempts", result="failed")
    assert [row["risk_score"] for row in rows] == [50, 20, 15, 10, 5]
    assert rows[0]["result"] == "failed"
    assert results(api(alice), "/events", severity="medium")[0]["kind"] == "login.failed"
    log_in()
    [won] = results(api(alice), "/login-attempts", result="succeeded")
    assert won["risk_score"] == 0  # the first login of all differs from nothing
    log_in(agent="curl/8")
    last = results(api(alice), "/login-attempts")[0]
    assert last["risk_score"] == 72
    assert last["reasons"][0]["code"] == "failed_before"


def test_an_unknown_address_is_logged_without_the_address(api, alice, staff):
    log_in(email="nobody@example.org")
    assert results(api(alice), "/login-attempts") == []
    [row] = results(api(staff), "/login-attempts", everyone="true")
    assert (row["user"], row["result"], row["ip"]) == (None, "failed", "193.99.144.0/24")
    assert "nobody" not in str(SecurityEvent.objects.values().get())


def test_what_is_rolled_back_leaves_no_event(alice):
    try:
        with atomic():
            audit("user.tested", user_id=alice.pk)
            raise LookupError
    except LookupError:
        assert not SecurityEvent.objects.exists()
    audit("transaction.created", user_id=alice.pk)
    assert not SecurityEvent.objects.exists()


def test_every_event_names_its_audit_entry(alice):
    log_in()
    assert SecurityEvent.objects.get().entry_id == AuditEntry.objects.get().id


def test_registering_makes_the_first_device(api, db):
    body = {"email": "new@example.org", "password": PASSWORD}
    answer = APIClient(HTTP_USER_AGENT="curl/8").post("/api/auth/register", body, format="json")
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    [device] = results(client, "/devices")
    assert (device["name"], device["current"], device["logins"]) == ("curl", True, 1)
    [event] = results(client, "/events")
    assert (event["kind"], event["risk_score"]) == ("account.registered", 0)
    assert log_in("new@example.org", agent="curl/9", ip="127.0.0.1").status_code == 200
    assert LoginRhythm.objects.get().logins == sum(LoginRhythm.objects.get().by_hour) == 2
    assert (Device.objects.get().logins, LoginPlace.objects.get().logins) == (2, 2)


def test_a_stolen_refresh_token_is_critical_and_resolved_by_the_owner(api, alice):
    client = api(alice)
    refresh(client.refresh, device="test")
    Session.objects.filter(pk=client.session_row.pk).update(
        rotated_at=timezone.now() - timedelta(hours=1)
    )
    answer = APIClient().post("/api/auth/refresh", {"refresh": client.refresh}, format="json")
    assert answer.json()["code"] == "refresh_reused"
    client = api(alice)
    [event] = results(client, "/events", kind="refresh.reused")
    assert (event["severity"], event["risk_score"]) == ("critical", 90)
    summary = client.get(f"{URL}/summary").json()
    assert (summary["score"], summary["level"]) == (90, "critical")
    assert [factor["code"] for factor in summary["factors"]] == ["refresh.reused"]
    assert summary["recommendations"] == [
        "Somebody held a copy of your login. Change your password."
    ]
    # The verb told the owner already: one alert, not two.
    assert Event.objects.for_user(alice).filter(kind="security.alert").count() == 1
    assert tell_alerts() == 0
    path = f"{URL}/events/{event['id']}"
    for _ in range(2):
        done = client.patch(path, {"resolved": True}).json()
        assert done["resolved"] is True
    assert AuditEntry.objects.filter(action="security_event.resolved").count() == 1
    assert client.get(f"{URL}/summary").json()["score"] == 0
    assert client.patch(path, {"resolved": False}).json()["resolved_at"] is None


def test_a_fresh_account_stands_well(api, alice):
    answer = api(alice).get(f"{URL}/summary").json()
    assert answer == {"score": 0, "level": "low", "factors": [], "recommendations": []}


def test_a_summary_is_a_304_until_something_happens(api, alice):
    client = api(alice)
    first = client.get(f"{URL}/summary")
    assert client.get(f"{URL}/summary", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    SecurityEvent.objects.create(
        user=alice, kind="refresh.reused", severity="critical", risk_score=90
    )
    assert client.get(f"{URL}/summary", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


PATHS = ["/events", "/login-attempts", "/devices", "/trusted-locations", "/summary"]


@pytest.mark.parametrize("path", PATHS)
def test_only_staff_ask_for_others(api, alice, mallory, staff, path):
    log_in()
    assert api(mallory).get(f"{URL}{path}?user={alice.pk}").status_code == 403
    assert api(mallory).get(f"{URL}{path}?user={mallory.pk}").status_code == 200
    assert api(staff).get(f"{URL}{path}?user={alice.pk}").status_code == 200
    assert api(staff).get(f"{URL}{path}?user={uuid.uuid4()}").status_code == 200
    assert api().get(f"{URL}{path}").status_code == 401
    assert api(alice).get(f"{URL}{path}?usr=1").json()["code"] == "unknown_parameter"


def test_nobody_sees_or_answers_for_a_stranger(api, alice, mallory):
    log_in()
    event, device = SecurityEvent.objects.get(), Device.objects.get()
    client = api(mallory)
    for path, body, code in (
        (f"{URL}/events/{event.id}", {"resolved": True}, "security_event_not_found"),
        (f"{URL}/devices/{device.id}", {"trusted": True}, "device_not_found"),
    ):
        assert client.get(path).status_code == 404
        answer = client.patch(path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    for path in ("/events", "/login-attempts"):
        assert results(client, path) == []
        assert client.get(f"{URL}{path}?everyone=true").status_code == 403
    assert results(client, "/devices") == []


def test_staff_filter_by_person(api, alice, bob, staff):
    log_in()
    log_in(email="bob@example.org")
    client = api(staff)
    assert {row["user"] for row in results(client, "/events", user=bob.pk)} == {str(bob.pk)}
    assert len(results(client, "/events", everyone="true")) == 2
    assert len(results(client, "/events", everyone="true", user=alice.pk)) == 1
    assert results(client, "/events") == []


def test_a_device_is_trusted_by_its_owner(api, alice):
    log_in()
    client = api(alice)
    [device] = results(client, "/devices")
    path = f"{URL}/devices/{device['id']}"
    assert client.patch(path, {"trusted": True}, HTTP_IF_MATCH='"999"').status_code == 412
    assert client.patch(path, {"trusted": True}).json()["trusted"] is True
    assert client.get(path).json()["trusted"] is True
    assert client.get(path, HTTP_IF_NONE_MATCH=client.get(path)["ETag"]).status_code == 304
    assert results(client, "/events")[0]["kind"] == "device.trusted"


def test_a_place_becomes_trusted_by_habit(api, alice):
    for _ in range(3):
        log_in()
    client = api(alice)
    assert results(client, "/trusted-locations") == []
    LoginPlace.objects.update(first_seen_at=timezone.now() - timedelta(days=8))
    [place] = results(client, "/trusted-locations")
    assert (place["ip"], place["place"], place["logins"]) == ("193.99.144.0/24", "DE", 3)


def test_hours_are_those_of_the_owner(alice):
    alice.timezone = "Asia/Tokyo"
    alice.save()
    log_in()
    at = Session.objects.get().created_at
    assert LoginRhythm.objects.get().by_hour[(at.hour + 9) % 24] == 1


def test_lists_page_without_loss(api, alice):
    for _ in range(5):
        log_in()
    client = api(alice)
    first = client.get(f"{URL}/events?limit=2&count=true").json()
    assert (len(first["results"]), first["count"]) == (2, 5)
    seen, cursor = [row["id"] for row in first["results"]], first["next"]
    while cursor:
        page = client.get(f"{URL}/events?limit=2&cursor={cursor}").json()
        seen += [row["id"] for row in page["results"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 5
    today = timezone.now().date()
    assert len(results(client, "/events", date_from=today, date_to=today)) == 5
    assert results(client, "/events", date_from=today + timedelta(days=1)) == []
    assert results(client, "/events", risk_min=1) == []
    assert len(results(client, "/events", resolved="false")) == 5


@pytest.fixture
def case(alice):
    now = timezone.now()
    reason = {"code": "TX01", "contribution": 66, "message": "Much.", "evidence": {}}
    return Case.objects.create(
        user=alice, transaction_id=uuid.uuid4(), score=66, level="high", due_at=now,
        evidence={"reasons": [reason]},
    )  # fmt: skip


def test_a_flagged_payment_is_an_event_as_long_as_its_case_says(api, alice, mallory, case):
    client = api(alice)
    log_in()
    assert [row["kind"] for row in results(client, "/events")] == [
        "login.succeeded",
        "transaction.flagged",
    ]
    [event] = results(client, "/events", kind="transaction.flagged", resolved="false", risk_min=60)
    assert (event["severity"], event["risk_score"], event["resolved"]) == ("high", 66, False)
    assert (event["transaction"], event["reasons"][0]["code"]) == (str(case.transaction_id), "TX01")
    path = f"{URL}/events/{case.id}"
    assert client.get(path).json() == event
    answer = client.patch(path, {"resolved": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "needs_verdict")
    assert api(mallory).get(path).status_code == 404
    assert api(mallory).patch(path, {"resolved": True}).status_code == 404
    summary = client.get(f"{URL}/summary").json()
    assert [(f["code"], f["contribution"]) for f in summary["factors"]] == [("open_cases", 33)]
    Case.objects.update(state="closed", closed_at=timezone.now())
    assert results(client, "/events", resolved="true", severity="high")[0]["resolved"] is True
    assert results(client, "/events", kind="transaction.flagged", resolved="false") == []
    assert results(client, "/events", kind="transaction.booked") == []


def test_two_sources_make_one_list(api, alice, case):
    """Forwards and back again, one row at a time."""
    log_in()
    Case.objects.create(user=alice, kind="deletion", score=60, level="high", evidence={},
                        due_at=timezone.now())  # fmt: skip
    log_in()
    client = api(alice)
    whole = [row["id"] for row in results(client, "/events")]
    assert (len(whole), whole) == (4, sorted(whole, reverse=True))
    there, page = [], client.get(f"{URL}/events?limit=1&count=true").json()
    assert page["count"] == 4
    while True:
        there.append(page["results"][0]["id"])
        if not page["next"]:
            break
        page = client.get(f"{URL}/events?limit=1&cursor={page['next']}").json()
    back = there[-1:]
    while page["previous"]:
        page = client.get(f"{URL}/events?limit=1&cursor={page['previous']}").json()
        back.append(page["results"][0]["id"])
    assert (there, back) == (whole, whole[::-1])


# --- alerts


def test_alerts_are_chosen_by_kind_and_channel(api, alice, mallory):
    client = api(alice)
    rule = {"kind": "login.failed", "channel": "push", "threshold": 0}
    made = client.post(f"{URL}/alerts", rule)
    assert (made.status_code, made.json()["enabled"]) == (201, True)
    again = client.post(f"{URL}/alerts", {**rule, "threshold": 10})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    assert [row["threshold"] for row in results(client, "/alerts")] == [10]
    assert results(api(mallory), "/alerts") == []
    for wrong in ({"threshold": 101}, {"threshold": -1}, {"channel": "fax"}, {"kind": "weather"}):
        assert client.post(f"{URL}/alerts", {**rule, **wrong}).status_code == 400
    changes = client.get("/api/changes").json()["results"]
    assert [c["data"]["threshold"] for c in changes if c["kind"] == "security_alert_rule"] == [10]


@pytest.mark.parametrize(
    ("rules", "score", "told"),
    [
        ([], 69, []),
        ([], 70, ["push"]),
        ([("any", "push", 20, True)], 20, ["push"]),
        ([("any", "push", 20, True), ("login.failed", "push", 90, True)], 50, []),
        ([("any", "push", 20, False)], 99, []),
        ([("login.failed", "mail", 10, True)], 70, ["mail", "push"]),
        ([("password.changed", "push", 0, True)], 50, []),
    ],
)
def test_a_rule_for_the_kind_goes_first(alice, rules, score, told):
    for kind, channel, threshold, enabled in rules:
        AlertRule.objects.create(
            user=alice, kind=kind, channel=channel, threshold=threshold, enabled=enabled
        )
    assert alerting.channels_for(alice.pk, "login.failed", score) == told


def test_the_program_has_a_threshold_of_its_own_and_a_switch(alice, settings):
    settings.SECURITY_ALERT_THRESHOLD = 30
    assert alerting.channels_for(alice.pk, "login.failed", 30) == ["push"]
    settings.ENABLE_REALTIME_MONITORING = False
    assert alerting.channels_for(alice.pk, "login.failed", 100) == []
    for _ in range(5):
        log_in(password="wrong" * 3)
    assert SecurityEvent.objects.count() == 5  # kept all the same
    assert not SecurityEvent.objects.filter(is_due=True).exists()


def alerts_of(user):
    return Event.objects.for_user(user).filter(kind="security.alert", data__code="login.failed")


def test_what_died_before_the_telling_is_told_once(alice, settings):
    settings.SECURITY_ALERT_THRESHOLD = 50
    for _ in range(5):
        log_in(password="wrong" * 3)
    assert SecurityEvent.objects.get(is_due=True).risk_score == 50
    assert not alerts_of(alice).exists()  # nothing is told before the commit, and here is none
    assert (tell_alerts(), tell_alerts()) == (1, 0)
    [alert] = alerts_of(alice)
    assert (alert.data["risk_score"], alert.data["channels"]) == (50, ["push"])


@pytest.fixture
def by_mail(alice):
    for threshold, channel, enabled in ((5, "mail", True), (100, "push", False)):
        AlertRule.objects.create(
            user=alice, kind="login.failed", channel=channel, threshold=threshold, enabled=enabled
        )


def test_mail_comes_once_with_all_news(alice, by_mail, mailoutbox):
    for _ in range(2):
        log_in(password="wrong" * 3)
    assert tell_alerts() == 2
    assert not alerts_of(alice).exists()  # by mail alone
    assert (mail_alerts(), mail_alerts()) == (1, 0)
    [letter] = mailoutbox
    assert letter.to == ["alice@example.org"]
    assert letter.body.count("login.failed") == 2
    assert "Wrong password 2 times within 15 minutes." in letter.body
    assert "193.99.144.0/24" in letter.body
    assert "\n" not in letter.subject


def test_a_mail_that_nobody_takes_is_tried_again(alice, by_mail, mailoutbox, monkeypatch):
    log_in(password="wrong" * 3)

    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(mailing, "send_mail", refuse)
        assert mail_alerts() == 0
    assert mail_alerts() == 1
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(alice, by_mail, mailoutbox):
    log_in(password="wrong" * 3)
    outcomes = race([lambda: mailing.mail(alice.pk)] * 4)
    assert sorted(outcomes) == [False, False, False, True]
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_the_owner_hears_right_after_the_commit(alice):
    AlertRule.objects.create(user=alice, kind="login.failed", channel="push", threshold=0)
    log_in(password="wrong" * 3)
    assert alerts_of(alice).count() == 1


@pytest.mark.django_db(transaction=True)
def test_logins_at_once_are_all_counted(alice):
    def enter():
        people.log_in(email=alice.email, password=PASSWORD, device=Door("curl/8", HOME))

    outcomes = race([enter] * 8)
    assert outcomes == [None] * 8
    assert LoginRhythm.objects.get().logins == 8
    assert (Device.objects.get().logins, LoginPlace.objects.get().logins) == (8, 8)
    assert SecurityEvent.objects.filter(kind="login.succeeded").count() == 8


def test_the_log_costs_few_statements(api, alice, django_assert_num_queries):
    for agent in ("curl/8", "wget/1", "ftp/1"):
        log_in(agent=agent)
    client = api(alice)
    for path, statements in (
        ("/events", 3),
        ("/login-attempts", 2),
        ("/devices", 3),
        ("/summary", 8),
    ):
        with django_assert_num_queries(statements):
            client.get(f"{URL}{path}")
