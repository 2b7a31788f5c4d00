"""/api/notifications: what is told, once, in the owner's words, and what the owner does with it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.ids import new_id
from accounts.inbox import services
from accounts.inbox.filling import BURST_MAX, PAGE, fill, owners_with_news
from accounts.inbox.models import Notification, NotificationPreferences
from accounts.inbox.speech import Speech, plain_words
from accounts.models import Clock, Event
from accounts.tests.news import happen, threshold
from config.tests.cast import person, race

LIST = "/api/notifications"
PREFERENCES = "/api/notifications/preferences"


@pytest.fixture
def client(api, alice):
    return api(alice)


def told(client, query=""):
    return client.get(f"{LIST}{query}").json()["results"]


def test_a_reached_threshold_is_told_in_words(client, alice):
    data = threshold()
    happen(alice, data)
    assert fill(alice.pk) == 1
    [one] = told(client)
    assert one["title"] == "Groceries: 80 % spent"
    assert one["body"] == "1,234.50 EUR of 1,500.00 EUR, Nov. 1, 2026 to Nov. 30, 2026."
    assert one["link"] == f"/api/budgets/{data['id']}"
    assert (one["kind"], one["topic"], one["read"]) == ("budget.threshold", "budgets", False)
    item = client.get(f"{LIST}/{one['id']}")
    assert item.json() == one
    assert client.get(f"{LIST}/{one['id']}", HTTP_IF_NONE_MATCH=item["ETag"]).status_code == 304


def test_a_locale_changes_the_words_of_what_was_told_before(client, alice):
    happen(alice, threshold(currency="JPY", spent="1200", available="1500"))
    happen(alice, threshold(currency="KWD", spent="1200.250", available="1500.000"))
    fill(alice.pk)
    etag = client.get(f"{LIST}/{told(client)[0]['id']}")["ETag"]
    client.patch("/api/auth/profile", {"locale": "de-AT"})
    kuwait, japan = told(client)
    assert japan["body"] == "1.200 JPY of 1.500 JPY, 01.11.2026 to 30.11.2026."
    assert kuwait["body"].startswith("1.200,250 KWD of 1.500,000 KWD")
    again = client.get(f"{LIST}/{kuwait['id']}", HTTP_IF_NONE_MATCH=etag)
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "-1,234,567.50 EUR"), ("en-IN", "-1,234,567.50 EUR"), ("de", "-1.234.567,50 EUR"),
     ("fr", "-1\xa0234\xa0567,50 EUR"), ("de-CH", "-1\xa0234\xa0567,50 EUR"),
     ("../../etc", "-1,234,567.50 EUR"), ("zz", "-1,234,567.50 EUR"), ("", "-1,234,567.50 EUR")],
)  # fmt: skip
def test_amounts_follow_the_locale(locale, said):
    assert Speech(locale).money("-1234567.5", "EUR") == said


def test_the_moment_is_on_the_owners_clock():
    at = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert Speech("en", "Asia/Tokyo").moment(at) == "Jan. 1, 2027, 08:30"
    assert Speech("de", "America/New_York").moment(at) == "31.12.2026, 18:30"


def test_a_foreign_name_cannot_rearrange_a_sentence():
    assert plain_words("a\r\nBcc: x\u202egro.live\x00") == "a Bcc: x gro.live"
    assert len(plain_words("x" * 500)) == 80


def test_each_event_is_told_once_however_often_one_looks(client, alice):
    happen(alice, threshold(), threshold())
    assert [fill(alice.pk) for _ in range(3)] == [2, 0, 0]
    assert owners_with_news() == []
    Clock.objects.filter(user=alice).update(heard=0)  # a restored backup, say
    assert fill(alice.pk) == 0
    assert len(told(client)) == 2


def test_twenty_workers_tell_once(transactional_db):
    user = person("alice@example.org")
    for _ in range(5):
        happen(user, threshold())
    counts = race([lambda: fill(user.pk)] * 20)
    assert sum(counts) == 5
    assert Notification.objects.count() == 5


def test_the_same_matter_is_told_once(client, alice):
    data = threshold()
    happen(alice, data, {**data, "spent": "1300.00"})
    happen(alice, data)
    fill(alice.pk)
    happen(alice, data)
    fill(alice.pk)
    assert len(told(client)) == 1
    client.delete(f"{LIST}/{told(client)[0]['id']}")
    happen(alice, data)
    fill(alice.pk)
    assert told(client) == []


def test_a_flood_of_one_commit_is_told_as_a_number(client, alice):
    happen(alice, *[threshold() for _ in range(BURST_MAX)])
    happen(alice, *[threshold() for _ in range(BURST_MAX + 1)])
    fill(alice.pk)
    assert told(client)[0]["title"] == "6 thresholds of budgets were reached"
    assert len(told(client)) == BURST_MAX + 1


def test_a_long_absence_is_read_page_by_page(client, alice):
    for _ in range(PAGE // 5 + 3):
        happen(alice, *[threshold() for _ in range(5)])
    happen(alice, *[threshold() for _ in range(3)])
    assert fill(alice.pk) == PAGE + 15 + 3
    clock = Clock.objects.get(user=alice)
    assert clock.heard == clock.seq


def test_nothing_to_tell_moves_the_place_and_not_the_clock(alice):
    seq = happen(alice, {"id": str(new_id())}, kind="transaction.created")
    assert owners_with_news() == [alice.pk]
    assert fill(alice.pk) == 0
    clock = Clock.objects.get(user=alice)
    assert (clock.seq, clock.heard) == (seq, seq)


def test_its_own_events_are_no_news(alice):
    happen(alice, threshold())
    fill(alice.pk)
    assert Event.objects.filter(kind="notification.created").count() == 1
    assert owners_with_news() == []


def test_it_is_a_row_of_the_feed_and_a_frame_of_the_stream(client, alice):
    seq = client.get("/api/changes").json()["seq"]
    happen(alice, threshold())
    fill(alice.pk)
    [row] = [
        c for c in client.get(f"/api/changes?since={seq}").json()["results"]
        if c["kind"] == "notification"
    ]  # fmt: skip
    assert row["data"] == told(client)[0]
    client.delete(f"{LIST}/{row['id']}")
    [row] = [
        c for c in client.get(f"/api/changes?since={row['seq']}").json()["results"]
        if c["kind"] == "notification"
    ]  # fmt: skip
    assert (row["deleted"], row["data"]) == (True, None)


# Reading, deleting


def test_unread_is_counted_and_listed(client, alice):
    happen(alice, threshold(), threshold(), threshold())
    fill(alice.pk)
    first = told(client)[0]
    answer = client.patch(f"{LIST}/{first['id']}", {"read": True})
    assert answer.json()["read"] is True
    assert client.get(f"{LIST}/unread-count").json() == {"unread": 2}
    assert len(told(client, "?unread=true")) == 2
    assert [row["id"] for row in told(client, "?unread=false")] == [first["id"]]
    client.patch(f"{LIST}/{first['id']}", {"read": False})
    assert client.get(f"{LIST}/unread-count").json() == {"unread": 3}
    assert told(client, "?kind=goal.progress,budget.threshold&limit=2") == told(client)[:2]
    assert told(client, "?kind=goal.progress") == []


@pytest.mark.parametrize("number", [3, 60])
def test_all_are_read_in_the_same_statements_however_many(client, alice, number):
    for _ in range(number):
        happen(alice, threshold())
    fill(alice.pk)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(f"{LIST}/read", {})
    assert answer.json() == {"read": number}
    # session; begin, tick, ids, update, events, commit
    assert len(queries) <= 8, [query["sql"] for query in queries]
    assert client.post(f"{LIST}/read", {}).json() == {"read": 0}


def test_a_list_is_two_statements(client, alice, django_assert_num_queries):
    happen(alice, *[threshold() for _ in range(5)])
    fill(alice.pk)
    with django_assert_num_queries(2):
        client.get(LIST)


def test_some_are_read_by_id_or_kind(client, alice):
    happen(alice, threshold(), threshold())
    happen(alice, {"id": str(new_id()), "status": "committed", "counts": {"new": 2}},
           kind="import.progress")  # fmt: skip
    fill(alice.pk)
    ids = [row["id"] for row in told(client)]
    assert client.post(f"{LIST}/read", {"kind": "import.progress"}).json() == {"read": 1}
    answer = client.post(f"{LIST}/read", {"ids": [ids[1], ids[1], str(new_id())]})
    assert answer.json() == {"read": 1}
    assert client.post(f"{LIST}/read", {"ids": []}).json() == {"read": 0}
    assert client.get(f"{LIST}/unread-count").json() == {"unread": 1}


def test_a_stranger_finds_nothing(client, api, alice, mallory):
    happen(alice, threshold())
    fill(alice.pk)
    [one] = told(client)
    other, path = api(mallory), f"{LIST}/{one['id']}"
    assert told(other) == []
    for answer in (other.get(path), other.patch(path, {"read": True}), other.delete(path)):
        assert (answer.status_code, answer.json()["code"]) == (404, "notification_not_found")
    assert other.post(f"{LIST}/read", {"ids": [one["id"]]}).json() == {"read": 0}
    assert client.get(f"{LIST}/unread-count").json() == {"unread": 1}


def test_a_stale_version_changes_nothing(client, alice):
    happen(alice, threshold())
    fill(alice.pk)
    path = f"{LIST}/{told(client)[0]['id']}"
    etag = client.get(path)["ETag"]
    assert client.patch(path, {"read": True}, HTTP_IF_MATCH=etag).status_code == 200
    assert client.delete(path, HTTP_IF_MATCH=etag).status_code == 412
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404


def test_after_half_a_year_it_is_forgotten(client, alice):
    happen(alice, threshold())
    fill(alice.pk)
    [one] = told(client)
    assert services.owners_with_old() == []
    with time_machine.travel(timezone.now() + services.KEPT + timedelta(hours=1)):
        assert services.owners_with_old() == [alice.pk]
        assert services.forget_old(alice.pk) == 1
    assert not Notification.objects.exists()
    changes = client.get("/api/changes").json()["results"]
    assert [c["id"] for c in changes if c["deleted"]] == [one["id"]]


# Choices


def test_a_topic_that_is_off_tells_nothing(client, alice):
    client.patch("/api/auth/profile", {"notifications": {"budgets": False}})
    happen(alice, threshold())
    assert fill(alice.pk) == 0
    client.patch("/api/auth/profile", {"notifications": {"budgets": True}})
    assert fill(alice.pk) == 0, "what was not told then is no news now"


def test_a_kind_is_chosen_channel_by_channel(client, alice):
    before = client.get(PREFERENCES)
    assert before.json()["channels"]["budget.threshold"] == {
        "inbox": True, "mail": "never", "webhook": True,
    }  # fmt: skip
    choice = {"channels": {"budget.threshold": {"inbox": False}}}
    changed = client.patch(PREFERENCES, choice, HTTP_IF_MATCH=before["ETag"])
    assert changed.json()["channels"]["budget.threshold"]["inbox"] is False
    assert client.patch(PREFERENCES, choice, HTTP_IF_MATCH=before["ETag"]).status_code == 412
    happen(alice, threshold())
    fill(alice.pk)
    assert told(client) == []
    client.put(PREFERENCES, {"channels": {"goal.progress": {"mail": "weekly"}}})
    channels = client.get(PREFERENCES).json()["channels"]
    assert channels["budget.threshold"]["inbox"] is True
    assert channels["goal.progress"]["mail"] == "weekly"
    assert NotificationPreferences.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"channels": {"nothing.known": {"inbox": True}}}, "unknown_notification_kind",
         "/channels/nothing.known"),
        ({"channels": {"budget.threshold": {"fax": True}}}, "unknown_field",
         "/channels/budget.threshold/fax"),
        ({"channels": {"budget.threshold": {"mail": "hourly"}}}, "invalid_choice",
         "/channels/budget.threshold/mail"),
        ({"quiet_from": "22:00"}, "quiet_hours_need_both", "/quiet_from"),
        ({"quiet_from": "25:00", "quiet_to": "07:00"}, "invalid", "/quiet_from"),
        ({"digest_hour": 24}, "max_value", "/digest_hour"),
        ({"channels": []}, "not_a_dict", "/channels"),
    ],
)  # fmt: skip
def test_an_impossible_choice_is_refused_by_name(client, body, code, pointer):
    answer = client.patch(PREFERENCES, body)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"], error["pointer"]) == (400, code, pointer)
    assert not NotificationPreferences.objects.exists()


def test_two_first_choices_at_once_are_both_kept(transactional_db):
    user = person("alice@example.org")

    def choose(kind):
        fields = {"channels": {kind: {"mail": "daily"}}}
        return services.change_preferences(user_id=user.pk, fields=fields, merge=True)

    race([lambda: choose("goal.progress"), lambda: choose("budget.threshold")])
    [row] = NotificationPreferences.objects.all()
    assert row.channels.keys() == {"goal.progress", "budget.threshold"}


def test_what_comes_in_quiet_hours_says_so(client, alice):
    client.patch("/api/auth/profile", {"timezone": "Europe/Vienna"})
    client.patch(PREFERENCES, {"quiet_from": "22:00", "quiet_to": "07:00"})
    for hour in (4, 12):
        with time_machine.travel(datetime(2026, 11, 24, hour, 30, tzinfo=UTC)):
            happen(alice, threshold())
            fill(alice.pk)
    assert [row.quiet for row in Notification.objects.order_by("id")] == [True, False]
