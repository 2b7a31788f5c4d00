"""Notifications by mail: when, to whom, what is in them, how often, and how to get no more."""

from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.inbox.filling import fill
from accounts.inbox.mailing import owners_to_mail, write_news
from accounts.inbox.models import Notification, NotificationPreferences
from accounts.inbox.times import mail_due, next_at
from accounts.models import Letter, Purpose
from accounts.services import letters
from accounts.tests.letterbox import deliver
from accounts.tests.news import happen, threshold
from config.tests.cast import person, race

PREFERENCES = "/api/notifications/preferences"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday


def verified(email="alice@example.org", **fields):
    return person(email, email_verified_at=timezone.now(), **fields)


def choose(user, how="at_once", **fields):
    channels = {"budget.threshold": {"mail": how}}
    NotificationPreferences.objects.create(user=user, channels=channels, **fields)


def mailed(user):
    """What goes out now to the owner."""
    for user_id in owners_to_mail():
        write_news(user_id)
    return [message for message in deliver() if message.to == [user.email]]


@pytest.fixture
def ann(db):
    return verified(name="Ann", locale="de", timezone="Europe/Vienna")


# Pure


@pytest.mark.parametrize(
    ("how", "zone", "hour", "quiet", "due"),
    [
        ("at_once", "UTC", 8, (None, None), "2026-11-24 12:00"),
        ("at_once", "UTC", 8, (time(11), time(13)), "2026-11-24 13:00"),
        ("at_once", "UTC", 8, (time(22), time(7)), "2026-11-24 12:00"),
        ("daily", "UTC", 8, (None, None), "2026-11-25 08:00"),
        ("daily", "UTC", 13, (None, None), "2026-11-24 13:00"),
        ("daily", "Asia/Tokyo", 8, (None, None), "2026-11-24 23:00"),
        ("daily", "UTC", 6, (time(22), time(7)), "2026-11-25 07:00"),
        ("weekly", "America/New_York", 8, (None, None), "2026-11-30 13:00"),
        ("weekly", "Pacific/Auckland", 0, (None, None), "2026-11-29 11:00"),
    ],
)
def test_when_a_mail_is_due(how, zone, hour, quiet, due):
    expected = datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert mail_due(how, NOON, zone=zone, hour=hour, quiet=quiet) == expected


def test_never_is_never():
    assert mail_due("never", NOON, zone="UTC", hour=8, quiet=(None, None)) is None


def test_a_skipped_hour_comes_late_and_a_repeated_one_once():
    """Vienna has no 02:30 on 29 March 2026, and two of them on 25 October."""
    night = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert next_at(night, time(2, 30), "Europe/Vienna") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    first = next_at(datetime(2026, 10, 24, 23, tzinfo=UTC), time(2, 30), "Europe/Vienna")
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    after = next_at(first, time(2, 30), "Europe/Vienna")
    assert after == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


# What is in it


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def test_it_says_it_in_text_and_in_html_in_the_owners_locale(ann):
    choose(ann)
    happen(ann, threshold(name="Lebensmittel"))
    fill(ann.pk)
    [message] = mailed(ann)
    assert message.subject == "Lebensmittel: 80 % spent"
    html = message.alternatives[0].content
    for said in (message.body, html):
        assert "1.234,50 EUR of 1.500,00 EUR, 01.11.2026 to 30.11.2026." in said
        assert "Hello Ann," in said
    assert message.alternatives[0].mimetype == "text/html"


def test_foreign_words_stay_words(ann):
    choose(ann)
    happen(ann, threshold(name="<img src=x onerror=alert(1)>\r\nBcc: eve@example.org"))
    fill(ann.pk)
    [message] = mailed(ann)
    tags = Tags()
    tags.feed(message.alternatives[0].content)
    assert "img" not in tags.seen
    assert "&lt;img" in message.alternatives[0].content
    assert "<img src=x" in message.body  # text is not escaped
    assert message_from_bytes(message.message().as_bytes())["Bcc"] is None


def test_several_are_one_mail(ann):
    choose(ann)
    happen(ann, *[threshold() for _ in range(4)])
    fill(ann.pk)
    [message] = mailed(ann)
    assert message.subject == "4 notifications from your household books"
    assert message.body.count("80 % spent") == 4
    assert mailed(ann) == []


def test_a_digest_waits_for_the_owners_morning(ann):
    choose(ann, "daily")
    with time_machine.travel(NOON, tick=False) as traveller:
        for _ in range(2):
            happen(ann, threshold())
            fill(ann.pk)
        assert mailed(ann) == []
        traveller.move_to(datetime(2026, 11, 25, 6, 59, tzinfo=UTC))
        assert mailed(ann) == []
        traveller.move_to(datetime(2026, 11, 25, 7, 0, tzinfo=UTC))  # 08:00 in Vienna
        [message] = mailed(ann)
        assert message.subject.startswith("2 notifications")
        traveller.move_to(datetime(2026, 11, 26, 7, 0, tzinfo=UTC))
        assert mailed(ann) == []


def test_quiet_hours_hold_a_mail_back(ann):
    choose(ann, quiet_from=time(22), quiet_to=time(7))
    with time_machine.travel(datetime(2026, 11, 24, 22, tzinfo=UTC), tick=False) as traveller:
        happen(ann, threshold())
        fill(ann.pk)
        assert mailed(ann) == []
        traveller.move_to(datetime(2026, 11, 25, 6, 0, tzinfo=UTC))
        assert len(mailed(ann)) == 1


def test_what_was_read_or_unwanted_meanwhile_is_not_mailed(ann, api):
    choose(ann, "daily")
    happen(ann, threshold(), threshold())
    fill(ann.pk)
    client = api(ann)
    first = client.get("/api/notifications").json()["results"][0]
    client.patch(f"/api/notifications/{first['id']}", {"read": True})
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        [message] = mailed(ann)
    assert message.body.count("80 % spent") == 1
    happen(ann, threshold())
    fill(ann.pk)
    client.patch(PREFERENCES, {"channels": {"budget.threshold": {"mail": "never"}}})
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert mailed(ann) == []


def test_an_address_that_nobody_confirmed_gets_none(db):
    user = person("alice@example.org")
    choose(user)
    happen(user, threshold())
    fill(user.pk)
    assert mailed(user) == []
    assert Notification.objects.get().mail_due_at is None


def test_a_letter_of_its_own_is_not_repeated(ann):
    NotificationPreferences.objects.create(
        user=ann, channels={"security.alert": {"mail": "at_once"}}
    )
    happen(ann, {"code": "password_changed"}, {"code": "login_limited"}, kind="security.alert")
    assert fill(ann.pk) == 2
    [message] = mailed(ann)
    assert message.subject == "Too many failed logins to your account"


# Once


def test_twenty_workers_send_one_mail(transactional_db):
    user = verified()
    choose(user)
    happen(user, *[threshold() for _ in range(3)])
    fill(user.pk)
    race([lambda: write_news(user.pk)] * 20)
    [letter] = Letter.objects.filter(purpose=Purpose.NEWS)
    assert len(letter.data["notifications"]) == 3
    before = len(mail.outbox)
    assert sum(race([lambda: letters.send(letter.pk)] * 20)) == 1
    assert len(mail.outbox) == before + 1


def test_a_worker_killed_while_sending_leaves_the_letter_to_the_next(transactional_db, monkeypatch):
    """The lease runs out; the mail that follows has the Message-ID of the one that may have gone."""
    user = verified()
    choose(user)
    happen(user, threshold())
    fill(user.pk)
    write_news(user.pk)
    letter = Letter.objects.get(purpose=Purpose.NEWS)

    class Killed(BaseException):
        pass

    ids = []

    def killed(message):
        ids.append(message.extra_headers["Message-ID"])
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(letters.EmailMessage, "send", killed)
        with pytest.raises(Killed):
            letters.send(letter.pk)
    assert not letters.send(letter.pk), "the dead worker's lease still counts"
    with time_machine.travel(timezone.now() + letters.PATIENCE + timedelta(seconds=1)):
        assert letters.waiting() == [letter.pk]
        assert letters.send(letter.pk)
        assert letters.waiting() == []
    assert mail.outbox[-1].extra_headers["Message-ID"] == ids[0]


# No more of it


def link_of(message):
    header = message.extra_headers["List-Unsubscribe"]
    parts = urlsplit(header.strip("<>"))
    return f"{parts.path}?{parts.query}"


@pytest.fixture
def message(ann):
    choose(ann)
    happen(ann, threshold())
    fill(ann.pk)
    return mailed(ann)[0]


def test_one_click_ends_the_mail(ann, message):
    """RFC 8058: a POST without cookies or login, from the mail program."""
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = link_of(message)
    assert link in message.body
    happen(ann, threshold())
    fill(ann.pk)
    visitor = Client(enforce_csrf_checks=True)
    for _ in range(2):
        answer = visitor.post(link, {"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, answer.cookies) == (200, {})
    assert mailed(ann) == []
    assert fill(ann.pk) == 0
    happen(ann, threshold())
    fill(ann.pk)
    assert mailed(ann) == []
    assert Notification.objects.filter(in_inbox=True).count() == 3


def test_a_program_that_only_follows_the_link_ends_nothing(ann, message):
    page = Client().get(link_of(message))
    assert '<form method="post">' in page.content.decode()
    assert NotificationPreferences.objects.get().channels["budget.threshold"]["mail"] == "at_once"


@pytest.mark.parametrize("token", ["", "x", "x:y", "00000000-0000-0000-0000-000000000000:forged"])
def test_a_forged_link_does_nothing(db, token):
    answer = Client().post(f"/notifications/unsubscribe?token={token}")
    assert answer.status_code == 404
