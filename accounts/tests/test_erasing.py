"""DELETE /api/auth/profile and what takes it back: proof, days of grace, letter, last superuser."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core import mail
from django.utils import timezone

from accounts.models import AuditEntry, Letter, PersonalToken, Session, User
from accounts.services.erasing import ask_for_erasure, keep
from accounts.tasks import erase_people, forget_expired
from accounts.tests.letterbox import code_in, deliver
from config.tests.cast import PASSWORD, client_of, person, race

PROFILE, RESTORE = "/api/auth/profile", "/api/auth/profile/restore"
GRACE = timedelta(days=14)


def ended(client):
    return client.get(PROFILE).status_code == 401


def test_all_ways_in_end_at_once_and_a_letter_comes(api, alice):
    client, other = api(alice), api(alice)
    token = client.post("/api/auth/tokens", {"name": "Script", "scopes": ["read"]}).json()["token"]
    deliver()
    asked_at = timezone.now()
    answer = client.delete(PROFILE)
    assert answer.status_code == 202
    alice.refresh_from_db()
    assert asked_at + GRACE <= alice.erase_at <= timezone.now() + GRACE
    assert ended(client)
    assert ended(other)
    script = api()
    script.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert ended(script)
    assert not PersonalToken.objects.filter(revoked_at=None).exists()
    [message] = deliver()
    assert message.to == [alice.email]
    assert f"until {alice.erase_at:%Y-%m-%d %H:%M} UTC" in message.body
    assert AuditEntry.objects.filter(action="user.erasure_wanted", user_id=alice.pk).count() == 1


def test_it_needs_a_fresh_proof_and_a_session(api, alice):
    client = api(alice)
    made = client.post("/api/auth/tokens", {"name": "Script", "scopes": ["write"]}).json()
    Session.objects.for_user(alice).update(authenticated_at=timezone.now() - timedelta(hours=1))
    refused = client.delete(PROFILE)
    assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
    script = api()
    script.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")
    refused = script.delete(PROFILE)
    assert (refused.status_code, refused.json()["code"]) == (403, "session_needed")
    refused = script.post(RESTORE, {})
    assert (refused.status_code, refused.json()["code"]) == (403, "session_needed")
    assert api().delete(PROFILE).status_code == 401
    assert client.post("/api/auth/step-up", {"current_password": PASSWORD}).status_code == 204
    assert client.delete(PROFILE).status_code == 202


def test_logging_in_meanwhile_says_so_and_can_take_it_back(api, alice):
    api(alice).delete(PROFILE)
    client = api()
    user = client.post("/api/auth/login", {"email": alice.email, "password": PASSWORD}).json()
    assert user["user"]["erase_at"] is not None
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {user['access']}")
    assert b"".join(client.get("/api/auth/export").streaming_content).startswith(b"PK")
    assert client.post(RESTORE, {}).status_code == 204
    assert client.get(PROFILE).json()["erase_at"] is None
    again = client.post(RESTORE, {})
    assert (again.status_code, again.json()["code"]) == (409, "no_erasure")
    with time_machine.travel(timezone.now() + GRACE * 2):
        assert erase_people() == 0
    assert User.objects.filter(pk=alice.pk).exists()


def test_the_code_of_the_letter_takes_it_back_until_the_last_minute(api, alice):
    api(alice).delete(PROFILE)
    code = code_in(deliver()[-1])
    with time_machine.travel(timezone.now() + GRACE - timedelta(minutes=1)):
        forget_expired()
        assert erase_people() == 0
        assert api().post(RESTORE, {"token": code}).status_code == 204
        assert api().post(RESTORE, {"token": code}).status_code == 400
    alice.refresh_from_db()
    assert alice.erase_at is None
    deliver()
    assert mail.outbox[-1].subject == "Your account stays: it will not be erased"


def test_a_thief_cannot_void_the_letter_by_changing_the_password(api, alice):
    thief = api(alice)
    thief.delete(PROFILE)
    code = code_in(deliver()[-1])
    thief = api(alice)
    body = {"current_password": PASSWORD, "new_password": "quite another phrase"}
    assert thief.post("/api/auth/change-password", body).status_code == 204
    assert api().post(RESTORE, {"token": code}).status_code == 204


def test_after_the_days_there_is_no_way_back(api, alice):
    api(alice).delete(PROFILE)
    code = code_in(deliver()[-1])
    with time_machine.travel(timezone.now() + GRACE):
        assert erase_people() == 1
        assert erase_people() == 0
        assert api().post(RESTORE, {"token": code}).status_code == 400
        log_in = {"email": alice.email, "password": PASSWORD}
        assert api().post("/api/auth/login", log_in).status_code == 401
        again = api().post("/api/auth/register", log_in)
    assert again.status_code == 201, "the address is free"
    assert again.json()["user"]["id"] != str(alice.pk)


def test_no_grace_erases_with_the_next_run(api, alice, settings):
    settings.ACCOUNT_GRACE_DAYS = 0
    api(alice).delete(PROFILE)
    assert erase_people() == 1


@pytest.mark.parametrize("token", ["", "x", "x" * 101])
def test_other_codes_open_nothing(api, alice, token):
    ask_for_erasure(alice.pk)
    assert api().post(RESTORE, {"token": token}).status_code == 400
    assert api().post(RESTORE, {}).status_code == 401
    assert api().post(RESTORE, {"token": "x", "user": str(alice.pk)}).status_code == 400
    alice.refresh_from_db()
    assert alice.erase_at


def test_a_code_for_something_else_does_not_take_it_back(api, alice):
    ask_for_erasure(alice.pk)
    deliver()
    api().post("/api/auth/request-password-reset", {"email": alice.email})
    code = code_in(deliver()[-1])
    assert api().post(RESTORE, {"token": code}).status_code == 400


def test_asking_again_moves_nothing(api, alice):
    first = ask_for_erasure(alice.pk)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert ask_for_erasure(alice.pk) == first
    assert Letter.objects.filter(purpose="restore").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one(transactional_db):
    alice = person("alice@example.org")
    clients = [client_of(alice) for _ in range(20)]
    answers = race([lambda c=c: c.delete(PROFILE).status_code for c in clients])
    assert set(answers) <= {202, 401}
    assert Letter.objects.filter(purpose="restore").count() == 1
    assert all(ended(client) for client in clients)


def test_the_last_superuser_stays(api, db):
    first = person("root@example.org", is_staff=True, is_superuser=True)
    second = person("root2@example.org", is_staff=True, is_superuser=True)
    assert api(first).delete(PROFILE).status_code == 202
    refused = api(second).delete(PROFILE)
    assert (refused.status_code, refused.json()["code"]) == (409, "last_superuser")
    keep(first.pk)
    assert api(second).delete(PROFILE).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_who_leave_at_once_one_stays(transactional_db):
    both = [person(f"root{n}@example.org", is_staff=True, is_superuser=True) for n in (1, 2)]
    clients = [client_of(user) for user in both]
    answers = race([lambda c=c: c.delete(PROFILE).status_code for c in clients])
    assert sorted(answers) == [202, 409]


@pytest.fixture
def console(client, db):
    root = person("root@example.org", is_staff=True, is_superuser=True)
    client.force_login(root)
    client.root = root
    return client


def act(console, action, *people):
    chosen = {"action": action, "_selected_action": [str(user.pk) for user in people]}
    answer = console.post("/admin/accounts/user/", chosen)
    assert answer.status_code == 302
    return " ".join(str(said) for said in get_messages(answer.wsgi_request))


def test_staff_start_and_stop_it_in_the_admin(console, alice, settings):
    settings.STAFF_SECOND_FACTOR = False
    assert "alice@example.org will be erased." in act(console, "erase", alice)
    alice.refresh_from_db()
    assert alice.erase_at
    entry = AuditEntry.objects.get(action="user.erasure_wanted")
    assert (entry.user_id, entry.actor_id) == (alice.pk, console.root.pk)
    assert "alice@example.org stays." in act(console, "keep", alice)
    assert "nothing to take back" in act(console, "keep", alice)
    assert "last superuser" in act(console, "erase", console.root)


def test_only_a_superuser_erases_staff(client, staff, alice, settings):
    from django.contrib.auth.models import Permission

    settings.STAFF_SECOND_FACTOR = False
    clerk = person("clerk@example.org", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client.force_login(clerk)
    assert "Only a superuser erases staff." in act(client, "erase", staff)
    assert "will be erased" in act(client, "erase", alice)
    staff.refresh_from_db()
    assert staff.erase_at is None
