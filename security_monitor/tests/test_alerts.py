"""Alerts: quiet hours, no repeats, and one word about one login."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import Event, Letter, NotificationPreferences
from config.tests.cast import client_of, race
from security_monitor.models import AlertRule, Case, Device, LoginPlace, SecurityEvent
from security_monitor.services import alerting
from security_monitor.tasks import mail_alerts, tell_alerts
from security_monitor.tests.test_login_behaviour import (
    CHROME,
    FRANCE,
    at_home,
    codes,
    enter,
    newest,
)


def due(user, severity="medium", **fields):
    words = {"kind": "password.changed", "risk_score": 75, "channels": ["push"], "is_due": True}
    return SecurityEvent.objects.create(user=user, severity=severity, **{**words, **fields})


def told(user):
    return Event.objects.for_user(user).filter(kind="security.alert").count()


@pytest.fixture
def all_day(alice):
    """Quiet at this moment, whenever that is."""
    now = timezone.now()
    type(alice).objects.filter(pk=alice.pk).update(timezone="UTC")
    start, end = (now - timedelta(hours=2)).time(), (now + timedelta(hours=2)).time()
    return NotificationPreferences.objects.create(user=alice, quiet_from=start, quiet_to=end)


def test_in_quiet_hours_only_critical_ones_are_told(alice, all_day):
    due(alice)
    due(alice, "critical", kind="refresh.reused")
    assert (tell_alerts(), told(alice)) == (1, 1)
    assert (tell_alerts(), told(alice)) == (0, 1)  # the other waits
    all_day.delete()
    SecurityEvent.objects.filter(is_due=True).update(not_before=timezone.now())
    assert (tell_alerts(), told(alice)) == (1, 2)


def test_mail_is_quiet_too(alice, all_day, mailoutbox):
    due(alice, channels=["mail"], is_mail_due=True)
    assert mail_alerts() == 0
    assert not mailoutbox
    all_day.delete()
    SecurityEvent.objects.filter(is_mail_due=True).update(not_before=timezone.now())
    assert (mail_alerts(), len(mailoutbox)) == (1, 1)


def test_those_who_rest_keep_nobody_waiting(alice, bob, all_day, monkeypatch):
    due(alice)
    due(bob)
    tell_alerts()
    due(bob, device="curl")
    assert alerting.owners_to_tell(1) == [bob.pk]


def test_the_night_is_the_owners(alice, monkeypatch):
    alice.timezone = "Asia/Tokyo"
    alice.save()
    NotificationPreferences.objects.create(user=alice, quiet_from=time(22), quiet_to=time(7))
    night = datetime(2026, 1, 15, 14, tzinfo=UTC)  # 23:00 in Tokyo
    assert alerting._quiet_now(alice.pk, night)
    alice.timezone = "Europe/Berlin"
    alice.save()
    assert not alerting._quiet_now(alice.pk, night)


def test_the_same_again_is_not_told_within_the_hour(alice):
    due(alice, device="curl", network="203.0.113.0/24")
    tell_alerts()
    again = due(alice, device="curl", network="203.0.113.0/24")
    assert (tell_alerts(), told(alice)) == (1, 1)
    again.refresh_from_db()
    assert (again.is_due, again.told_at) == (False, None)
    due(alice, "high", device="curl", network="203.0.113.0/24")  # graver
    due(alice, device="wget", network="203.0.113.0/24")  # another device
    tell_alerts()
    assert told(alice) == 3
    SecurityEvent.objects.update(told_at=timezone.now() - timedelta(minutes=61))
    due(alice, device="curl", network="203.0.113.0/24")
    tell_alerts()
    assert told(alice) == 4


def test_a_repeat_is_not_mailed_either(alice, mailoutbox):
    for _ in range(2):
        due(alice, channels=["mail"], is_mail_due=True)
        mail_alerts()
    assert len(mailoutbox) == 1


def notices(user, code):
    return Letter.objects.for_user(user).filter(data__code=code).count()


@pytest.mark.parametrize(
    ("rule", "pushed", "letters"),
    [(None, 1, 1), (("push", 30), 1, 1), (("mail", 30), 1, 0)],
)
def test_one_login_is_told_once_by_each_channel(alice, rule, pushed, letters):
    if rule:
        AlertRule.objects.create(user=alice, kind="any", channel=rule[0], threshold=rule[1])
    at_home(alice)
    enter(alice, agent=CHROME, ip=FRANCE)
    tell_alerts()
    assert newest(alice).risk_score >= 30
    assert (told(alice), notices(alice, "new_device")) == (pushed, letters)


def test_a_copied_refresh_token_is_mailed(alice):
    from accounts.models import Session
    from accounts.services.sessions import open_session, refresh

    _, raw, _ = open_session(alice, device="test")
    refresh(raw, device="test")
    Session.objects.update(rotated_at=timezone.now() - timedelta(hours=1))
    with pytest.raises(Exception, match="refresh_reused"):
        refresh(raw, device="test")
    assert notices(alice, "refresh_reused") == 1


# --- a login that waits for its owner


@pytest.fixture
def confirming(settings):
    settings.LOGIN_CONFIRMATION = True


def letter_code(user, mailoutbox):
    from accounts.services.letters import send

    letter = Letter.objects.for_user(user).filter(purpose="confirm_login").order_by("-id").first()
    assert send(letter.pk)
    return mailoutbox[-1].body.split("\n\n")[2].strip()


def risky(user):
    """A login on another device, the other side of the world, while one is in use at home."""
    from security_monitor.tests.test_login_behaviour import JAPAN

    return enter(user, agent=CHROME, ip=JAPAN)


def finish(client, **body):
    from security_monitor.tests.test_login_behaviour import JAPAN

    return client.post(
        "/api/auth/login/mfa", body, format="json", REMOTE_ADDR=JAPAN, HTTP_USER_AGENT=CHROME
    )


def test_a_risky_login_waits_for_the_mailed_code(api, alice, confirming, mailoutbox):
    at_home(alice)
    before = alice_counts(alice)
    answer = risky(alice)
    assert (answer.status_code, answer.json()["code"]) == (401, "login_unconfirmed")
    assert answer.json()["methods"] == ["mail"]
    assert "access" not in answer.json()
    assert alice_counts(alice) == before  # nothing is learned of a login that nobody vouched for
    held = newest(alice, "login.held")
    assert held.risk_score >= 60
    assert "impossible_travel" in codes(held)
    case = Case.objects.get(kind="login")
    assert (case.user_id, case.state, case.evidence["event"]) == (alice.pk, "open", str(held.id))
    code, token = letter_code(alice, mailoutbox), answer.json()["mfa_token"]
    wrong = finish(api(), mfa_token=token, code="wrong")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    done = finish(api(), mfa_token=token, code=f" {code.upper()} ")
    assert done.status_code == 200
    assert done.json()["access"]
    again = finish(api(), mfa_token=token, code=code)
    assert (again.status_code, again.json()["code"]) == (401, "challenge_invalid")
    tell_alerts()
    assert notices(alice, "new_device") == 0  # the letter with the code told the owner
    assert Case.objects.filter(kind="login").count() == 1


def alice_counts(user):
    return (
        list(Device.objects.for_user(user).values_list("name", "logins")),
        list(LoginPlace.objects.for_user(user).values_list("network", "logins")),
    )


def test_a_code_is_good_for_its_own_login_only_and_not_for_long(api, alice, confirming, mailoutbox):
    at_home(alice)
    first = risky(alice).json()["mfa_token"]
    code = letter_code(alice, mailoutbox)
    second = risky(alice).json()["mfa_token"]
    assert finish(api(), mfa_token=second, code=code).json()["code"] == "wrong_code"
    Letter.objects.update(expires_at=timezone.now())
    assert finish(api(), mfa_token=first, code=code).json()["code"] == "wrong_code"


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_send_the_code_at_once_one_comes_in(alice, confirming, mailoutbox):
    at_home(alice)
    token = risky(alice).json()["mfa_token"]
    code = letter_code(alice, mailoutbox)
    answers = race([lambda: finish(client_of(), mfa_token=token, code=code).status_code] * 20)
    assert answers.count(200) == 1
    assert set(answers) <= {200, 401, 429}


def test_a_code_dies_with_the_password(api, alice, confirming, mailoutbox):
    at_home(alice)
    token = risky(alice).json()["mfa_token"]
    code = letter_code(alice, mailoutbox)
    alice.set_password("something quite different")
    alice.save()
    assert finish(api(), mfa_token=token, code=code).json()["code"] == "challenge_invalid"


def test_nobody_learns_who_exists(api, alice, confirming):
    at_home(alice)
    wrong = [
        enter(user, agent=CHROME, ip=FRANCE, password="a wrong password").json()["code"]
        for user in (alice, type("Nobody", (), {"email": "nobody@example.org"}))
    ]
    assert wrong == ["invalid_credentials"] * 2
    assert finish(api(), mfa_token="x" * 43, code="1").json()["code"] == "challenge_invalid"


def test_the_sixth_letter_in_an_hour_is_not_sent_and_the_answer_is_the_same(alice, confirming):
    at_home(alice)
    answers = [risky(alice) for _ in range(6)]
    assert {answer.json()["code"] for answer in answers} == {"login_unconfirmed"}
    assert Letter.objects.filter(purpose="confirm_login").count() == 5


def test_a_known_device_in_a_trusted_place_is_never_asked(alice, confirming, settings):
    settings.LOGIN_FAILURES_MAX = 50
    client = at_home(alice)
    LoginPlace.objects.update(trusted=True)
    SecurityEvent.objects.create(
        user=alice, kind="login.failed", severity="low", network="203.0.113.0/24"
    )
    for _ in range(3):
        enter(alice, password="a wrong password", ip="203.0.113.9")
    # An unusual hour, guesses, a session elsewhere: all of it, and still the owner's own sofa.
    enter(alice, agent=CHROME, ip=FRANCE)
    assert enter(alice, client=client).status_code == 200


def test_who_has_a_second_factor_gives_it_and_no_code_more(alice, confirming):
    from accounts.models import Totp
    from accounts.vault import encrypt

    at_home(alice)
    Totp.objects.create(user=alice, secret=encrypt("A" * 32), confirmed_at=timezone.now())
    answer = risky(alice)
    assert (answer.status_code, answer.json()["mfa_required"]) == (200, True)
    assert answer.json()["methods"] == ["totp"]


def test_without_the_setting_the_owner_and_the_desk_hear_of_it(alice):
    at_home(alice)
    assert risky(alice).status_code == 200
    assert Case.objects.get(kind="login").score >= 60


def test_a_first_login_and_a_return_are_let_in(alice, bob, confirming):
    assert risky(alice).status_code == 200
    at_home(bob)
    assert enter(bob).status_code == 200


def test_this_was_me_closes_the_case_and_lists_once(api, alice):
    at_home(alice)
    risky(alice)
    event = newest(alice)
    client = api(alice)
    rows = client.get("/api/security/events").json()["results"]
    assert "login.flagged" not in {row["kind"] for row in rows}
    answer = client.patch(f"/api/security/events/{event.id}", {"resolved": True})
    assert answer.json()["resolved"] is True
    assert Case.objects.get(kind="login").outcome == "legitimate"
