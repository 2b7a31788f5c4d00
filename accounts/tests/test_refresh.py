"""POST /api/auth/refresh: one exchange per token, whoever asks, however many at once."""

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.models import AuditEntry, Event, Session, User
from accounts.services.sessions import open_session, revoke_all, same_client
from accounts.tokens import jti_hash, verify_refresh
from config.tests.cast import client_of, race

URL = "/api/auth/refresh"
AGENT = "Browser/1.0 (X11)"


def ask(raw, agent=AGENT):
    return client_of().post(URL, {"refresh": raw}, HTTP_USER_AGENT=agent)


def opened(user):
    return open_session(user, device=AGENT)


def works(access):
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client.get("/api/auth/sessions").status_code == 200


def outcome(answer):
    return answer.status_code, answer.json().get("code")


def test_a_refresh_token_gives_a_new_pair_of_the_same_session(alice):
    old_access, raw, session = opened(alice)
    answer = ask(raw)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access", "refresh"}
    claims = verify_refresh(answer.json()["refresh"])
    assert claims.session_id == session.pk
    assert works(answer.json()["access"])
    assert works(old_access)  # the session lives, so do its access tokens until they expire


def test_a_chain_of_exchanges_goes_on(alice):
    _, raw, _ = opened(alice)
    for _ in range(4):
        raw = ask(raw).json()["refresh"]
    assert Session.objects.count() == 1


def test_twenty_parallel_refreshes_give_exactly_one_new_pair(transactional_db):
    """R1 and checklist 21: SimpleJWT's own view let 16 of 16 through on SQLite."""
    user = User.objects.create_user("racer@example.org", "correct horse battery")
    _, raw, session = opened(user)
    answers = race([lambda: ask(raw)] * 20)
    outcomes = sorted(outcome(answer) for answer in answers)
    assert outcomes == [(200, None)] + [(401, "refresh_superseded")] * 19
    winner = next(answer for answer in answers if answer.status_code == 200).json()
    assert ask(winner["refresh"]).status_code == 200
    session.refresh_from_db()
    assert session.revoked_at is None


def test_a_thief_racing_the_owner_ends_the_session(transactional_db):
    """R1: the grace is for one device. Another one that comes second is not a slow network."""
    user = User.objects.create_user("racer@example.org", "correct horse battery")
    _, raw, session = opened(user)
    answers = race([lambda: ask(raw), lambda: ask(raw, agent="curl/8")] * 4)
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert all(answer.status_code in (200, 401) for answer in answers)
    session.refresh_from_db()
    assert session.revoke_reason == "refresh_reused"


def test_the_loser_within_the_grace_mints_nothing_and_ends_nothing(alice):
    _, raw, _ = opened(alice)
    winner = ask(raw).json()
    answer = ask(raw)
    assert outcome(answer) == (401, "refresh_superseded")
    assert works(winner["access"])
    assert not AuditEntry.objects.filter(action="session.refresh_reused").exists()


def test_a_browser_update_inside_the_grace_is_still_the_same_device(alice):
    _, raw, _ = opened(alice)
    ask(raw)
    assert outcome(ask(raw, agent="Browser/1.1.2 (X11)")) == (401, "refresh_superseded")
    assert not same_client("Browser/1.0 (X11)", "Browser/1.0 (Android)")


def test_reuse_after_the_grace_ends_the_family_and_tells_the_owner(alice):
    """R2, AS12 and checklist 22: the newest descendant dies too, and there is an alert."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, raw, session = opened(alice)
        newest = ask(raw).json()
        clock.shift(timedelta(seconds=settings.REFRESH_GRACE_SECONDS + 1))
        assert outcome(ask(raw)) == (401, "refresh_reused")
        assert outcome(ask(newest["refresh"])) == (401, "session_revoked")
        assert not works(newest["access"])
    session.refresh_from_db()
    assert session.revoke_reason == "refresh_reused"
    entry = AuditEntry.objects.get(action="session.refresh_reused")
    assert (entry.user_id, entry.target_id) == (alice.pk, session.pk)
    event = Event.objects.get(kind="security.alert")
    assert (event.user_id, event.data["code"]) == (alice.pk, "refresh_reused")


def test_reuse_once_the_successor_was_used_is_reuse_at_any_time(alice):
    _, raw, _ = opened(alice)
    ask(ask(raw).json()["refresh"])
    assert outcome(ask(raw)) == (401, "refresh_reused")


def test_reuse_from_another_device_is_reuse_at_once(alice):
    _, raw, _ = opened(alice)
    ask(raw)
    assert outcome(ask(raw, agent="curl/8.0")) == (401, "refresh_reused")


def test_many_reuses_raise_one_alert(alice):
    _, raw, _ = opened(alice)
    ask(raw)
    answers = {outcome(ask(raw, agent="curl/8.0")) for _ in range(3)}
    assert answers == {(401, "refresh_reused"), (401, "session_revoked")}
    assert Event.objects.filter(kind="security.alert").count() == 1


def test_the_end_of_a_session_is_kept_though_the_request_was_refused(transactional_db):
    """The refusal must not roll back the revocation."""
    user = User.objects.create_user("victim@example.org", "correct horse battery")
    _, raw, session = opened(user)
    ask(raw)
    ask(raw, agent="curl/8.0")
    session.refresh_from_db()
    assert session.revoked_at is not None


def test_other_sessions_of_the_owner_survive_a_reuse(alice):
    other_access, _, _ = opened(alice)
    _, raw, _ = opened(alice)
    ask(raw)
    ask(raw, agent="curl/8.0")
    assert works(other_access)


def test_a_deleted_user_gets_401_never_500(alice):
    """R4 and checklist 25."""
    access, raw, _ = opened(alice)
    alice.delete()
    assert outcome(ask(raw)) == (401, "session_revoked")
    assert not works(access)


def test_an_inactive_user_gets_401(alice):
    _, raw, _ = opened(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert outcome(ask(raw)) == (401, "session_revoked")


def test_a_refresh_after_all_sessions_ended_is_refused(alice):
    """R5: SimpleJWT still answered 200 after a password change."""
    _, raw, _ = opened(alice)
    revoke_all(alice.pk, reason="password_changed")
    assert outcome(ask(raw)) == (401, "session_revoked")


def test_an_idle_session_ends(alice):
    """Checklist 20: the idle end is the refresh token's own."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, raw, _ = opened(alice)
        clock.shift(timedelta(days=settings.REFRESH_IDLE_DAYS, minutes=1))
        assert outcome(ask(raw)) == (401, "token_expired")


def test_no_chain_of_refreshes_passes_the_absolute_end(alice):
    """R6 and checklist 20: SimpleJWT's rotation resets the end for ever."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        _, raw, session = opened(alice)
        step = timedelta(days=settings.REFRESH_IDLE_DAYS - 1)
        while timezone.now() + step < session.expires_at:
            clock.shift(step)
            pair = ask(raw).json()
            raw = pair["refresh"]
        assert verify_refresh(raw).expires_at <= session.expires_at.timestamp()
        clock.move_to(session.expires_at + timedelta(seconds=15))
        assert ask(raw).status_code == 401
        assert not works(pair["access"])


def test_an_absolute_end_brought_forward_counts_whatever_the_token_says(alice):
    _, raw, session = opened(alice)
    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now())
    assert outcome(ask(raw)) == (401, "session_revoked")


def test_only_a_hash_of_the_refresh_id_is_stored(alice):
    """R6 and checklist 32: no row holds anything a token could be made of."""
    _, raw, session = opened(alice)
    assert session.refresh_hash == jti_hash(verify_refresh(raw).jti)
    stored = str(list(Session.objects.values()))
    assert "eyJ" not in stored
    assert verify_refresh(raw).jti not in stored


def test_a_bug_after_the_exchange_does_not_use_the_token_up(alice):
    """The exchange and its commit are one: what was not committed can be asked again."""
    _, raw, _ = opened(alice)
    with (
        patch(
            "accounts.services.sessions.jti_hash",
            side_effect=[jti_hash(verify_refresh(raw).jti), RuntimeError],
        ),
        pytest.raises(RuntimeError),
    ):
        ask(raw)
    assert ask(raw).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"refresh": ""},
        {"refresh": 5},
        {"refresh": None},
        {"refresh": "x" * 5000},
        {"token": "x"},
    ],
)
def test_a_body_of_another_shape_is_refused(api, db, body):
    assert api().post(URL, body).status_code == 400
