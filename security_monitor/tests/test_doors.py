"""What refusals say about who asks: ids that are tried (AS14), scanners (AS16), and what only looks alike."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisAway

from accounts.ids import new_id
from accounts.models import Event
from accounts.services.personal_tokens import make_token
from config.tests.cast import account_of, person, posted, race
from security_monitor.behaviour.probes import probed, scanner_of
from security_monitor.models import SecurityEvent
from security_monitor.services import operators, sightings

SQLMAP = "sqlmap/1.8#stable (https://sqlmap.org)"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@pytest.fixture(autouse=True)
def counts(monkeypatch):
    monkeypatch.setattr(sightings, "own", sightings.OwnSightings())
    sightings.own.store.clear()


def ask(client, ids, path="/api/transactions/{}"):
    return {client.get(path.format(one)).status_code for one in ids}


def events(kind):
    return list(SecurityEvent.objects.filter(kind=kind))


# --- AS14


def test_as14_ten_ids_of_others_are_an_event_and_the_staff_hear_of_it(
    api, alice, mallory, staff, django_capture_on_commit_callbacks
):
    account = account_of(alice)
    foreign = [posted(account, "-1.00").id for _ in range(10)]
    client = api(mallory)
    assert ask(client, foreign[:9]) == {404}
    assert events("ids.probed") == [], "nine are not ten"
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(client, foreign[9:]) == {404}
    [event] = events("ids.probed")
    assert (event.user_id, event.risk_score, event.severity) == (mallory.pk, 55, "medium")
    assert event.data == {"ids": 10}
    [told] = Event.objects.filter(kind="security.alert", data__code="ids.probed")
    assert told.user_id == staff.pk
    ask(client, [new_id() for _ in range(30)])
    assert len(events("ids.probed")) == 1, "once an hour"


def test_as14_one_id_again_and_again_is_a_client_that_does_not_give_up(api, alice, mallory):
    other = account_of(alice).id
    for _ in range(30):
        ask(api(mallory), [other], "/api/accounts/{}")
    assert events("ids.probed") == []


def test_as14_what_was_deleted_elsewhere_is_asked_for_by_a_client_that_was_away(api, alice):
    account = account_of(alice)
    here, away = api(alice), api(alice)
    ids = [posted(account, "-1.00").id for _ in range(12)]
    assert {here.delete(f"/api/transactions/{one}").status_code for one in ids} == {204}
    assert ask(away, ids) == {404}
    assert events("ids.probed") == []
    ask(away, [new_id() for _ in range(10)])
    assert len(events("ids.probed")) == 1, "and they do not hide what comes beside them"


def test_as14_the_five_minutes_slide(monkeypatch):
    clock = 1_800_000_000.0
    monkeypatch.setattr("time.time", lambda: clock)
    monkeypatch.setattr(
        sightings.own, "away_until", float("inf")
    )  # the store that knows this clock

    def step(seconds):
        nonlocal clock
        clock += seconds
        return sightings.sighted("somebody", uuid4().hex, least=10, seconds=300)

    assert [step(33.4) for _ in range(40)] == [[]] * 40, "nine within any five minutes"
    assert [len(step(33.2)) for _ in range(10)][-1] == 10


def test_as14_a_token_without_the_scope_tries_no_ids(api, alice):
    end = timezone.now() + timedelta(days=1)
    _, raw = make_token(alice, name="reads", scopes=["read"], expires_at=end)
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    assert {client.delete(f"/api/transactions/{new_id()}").status_code for _ in range(12)} == {403}
    assert events("ids.probed") == []


def test_as14_the_desk_is_no_place_to_look_for_cases(api, mallory):
    assert ask(api(mallory), [new_id() for _ in range(10)], "/api/security/cases/{}") == {403}
    assert len(events("ids.probed")) == 1


def test_as14_many_at_once_are_one_event(api, transactional_db, settings):
    mallory = person("mallory@example.org")
    clients = [api(mallory) for _ in range(20)]
    race([lambda c=client: c.get(f"/api/accounts/{new_id()}") for client in clients])
    assert len(events("ids.probed")) == 1


def test_as14_can_be_switched_off(api, mallory, settings):
    settings.PROBED_IDS_MIN = 0
    ask(api(mallory), [new_id() for _ in range(12)])
    assert events("ids.probed") == []


def test_an_ordinary_answer_and_a_lone_404_cost_no_statement(api, alice, django_assert_num_queries):
    client, account = api(alice), account_of(alice)
    client.get(f"/api/accounts/{account.id}")
    with django_assert_num_queries(2) as usual:  # who asks, and the row
        client.get(f"/api/accounts/{account.id}")
    with django_assert_num_queries(len(usual)):
        client.get(f"/api/accounts/{new_id()}")


@pytest.mark.parametrize("failure", [RedisAway, ConnectionResetError, TimeoutError])
def test_without_redis_this_process_counts_and_nothing_breaks(api, mallory, monkeypatch, failure):
    asked = []

    def away(*args, **kwargs):
        asked.append(1)
        raise failure("away")

    monkeypatch.setattr(sightings.cache, "add", away)
    assert ask(api(mallory), [new_id() for _ in range(10)]) == {404}
    assert len(events("ids.probed")) == 1
    assert len(asked) == 1, "the server that does not answer is left alone for a while"


# --- AS16


def scan(client, *paths, ip="203.0.113.9", agent=FIREFOX, method="GET"):
    return [
        client.generic(method, path, REMOTE_ADDR=ip, HTTP_USER_AGENT=agent).status_code
        for path in paths
    ]


def test_as16_three_signs_from_one_source_are_one_event_an_hour(api, db):
    assert scan(api(), "/.env", "/wp-admin/") == [404, 404]
    assert events("server.scanned") == [], "two may be wrong links"
    scan(api(), "/.git/config", "/phpmyadmin/", "/cgi-bin/test", "/.aws/credentials")
    [event] = events("server.scanned")
    assert (event.user_id, event.network, event.risk_score) == (None, "203.0.113.0/24", 40)
    assert event.data == {"signs": [".env", ".git", "wp-admin"], "agent": ""}
    scan(api(), "/.env", "/wp-admin/", "/.git/config", ip="203.0.113.10")
    assert len(events("server.scanned")) == 2, "another source"


def test_as16_a_subscriber_of_ipv6_is_one_source(api, db):
    for part, path in enumerate(["/.env", "/wp-login.php", "/.git/HEAD"]):
        scan(api(), path, ip=f"2001:db8:0:7::{part + 1}")
    [event] = events("server.scanned")
    assert event.network == "2001:db8:0:7::/64"


def test_as16_one_wrong_link_again_and_again_is_no_scan(api, db):
    scan(api(), *["/wp-login.php"] * 20, *[f"/old/page{n}.php" for n in range(20)])
    assert events("server.scanned") == []


@pytest.mark.parametrize("path", ["/favicon.ico", "/robots.txt", "/.well-known/security.txt",
                                  "/apple-touch-icon.png", "/autodiscover/autodiscover.xml",
                                  "/sitemap.xml", "/.github/workflows", "/environment",
                                  "/api/transactions/x", "/manifest.json"])  # fmt: skip
def test_as16_what_browsers_and_mail_programs_ask_for_is_no_sign(path):
    assert probed(path) == ""


@pytest.mark.parametrize(
    ("path", "sign"),
    [("/.env", ".env"), ("/app/.ENV.local", ".env"), ("/wp-login.php", "wp-login"), ("/PMA/", "pma"),
     ("/x/../../etc/hosts", ".."), ("/shell.php", ".php"), ("/db.sql", ".sql")],
)  # fmt: skip
def test_as16_signs_have_names_of_ours(path, sign):
    assert probed(path) == sign


def test_as16_a_scanner_that_says_its_name_is_one_at_once_also_where_it_is_served(api, db):
    assert scan(api(), "/", agent=SQLMAP) == [200]
    [event] = events("server.scanned")
    assert event.data == {"signs": ["GET"], "agent": "sqlmap"}
    scan(api(), "/", "/api/schema", agent=SQLMAP)
    assert len(events("server.scanned")) == 1


@pytest.mark.parametrize("agent", ["curl/8.5.0", "python-requests/2.32", FIREFOX, "", "Nessusian/1",
                                   "Prometheus/2.53"])  # fmt: skip
def test_as16_programs_are_no_scanners(agent):
    assert scanner_of(agent) == ""


def test_as16_trace_is_a_sign(api, db):
    scan(api(), "/", method="TRACE")
    assert events("server.scanned") == []
    scan(api(), "/.env", "/.git/config")
    [event] = events("server.scanned")
    assert event.data["signs"] == [".env", ".git", "TRACE"]


def test_as16_a_host_that_is_none_of_ours_is_judged_too(api, db):
    for path in ("/.env", "/wp-admin/", "/.git/config"):
        assert api().get(path, headers={"host": "evil.example"}).status_code == 400
    assert len(events("server.scanned")) == 1


def test_as16_no_text_of_the_scanner_enters_the_log(api, db):
    scan(api(), "/<script>.php", "/.env%0d%0ax", "/%1b[31m/wp-admin")
    [event] = events("server.scanned")
    assert event.data["signs"] == [".env", ".php", "wp-admin"]


def test_as16_without_a_database_the_answer_is_the_same(api, db, monkeypatch):
    def gone(*args, **kwargs):
        raise DatabaseError("gone")

    monkeypatch.setattr(operators, "audit", gone)
    assert scan(api(), "/.env", "/wp-admin/", "/.git/config") == [404] * 3


def test_as16_the_setting_says_how_many_signs_and_zero_is_none(api, db, settings):
    settings.SCANNER_SIGNS_MIN = 1
    scan(api(), "/.env")
    assert len(events("server.scanned")) == 1
    cache.clear()
    settings.SCANNER_SIGNS_MIN = 0
    scan(api(), "/.env", "/", agent=SQLMAP)
    assert len(events("server.scanned")) == 1
