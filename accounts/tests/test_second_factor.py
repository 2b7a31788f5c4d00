"""Second factors: the app, recovery codes, step-up. Checklist 13 to 17; no token before the factor."""

from datetime import timedelta
from functools import partial

import pyotp
import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from accounts.models import AuditEntry, Challenge, Event, RecoveryCode, Session, Totp, User
from accounts.services import factors
from accounts.tests.letterbox import code_in, deliver, subjects_to
from config.tests.cast import PASSWORD, person, race

AUTH = "/api/auth/"
MFA = AUTH + "mfa/"


def post(client, path, body=None, **headers):
    return client.post(AUTH + path, body or {}, **headers)


def app_of(client):
    """(the app, recovery codes) set up through the API."""
    begun = post(client, "mfa/totp")
    assert begun.status_code == 200
    app = pyotp.TOTP(begun.json()["secret"])
    done = post(client, "mfa/totp/confirm", {"code": app.now()})
    assert done.status_code == 200, done.content
    return app, done.json()["recovery_codes"]


@pytest.fixture
def guarded(api, alice):
    """alice's client, app and codes; the code that confirmed the app is used up, so time has gone on."""
    with minutes_ago():
        client = api(alice)
        return client, *app_of(client)


def minutes_ago():
    return time_machine.travel(timezone.now() - timedelta(minutes=2), tick=False)


def half_way(api, user, **headers):
    answer = post(api(), "login", {"email": user.email, "password": PASSWORD}, **headers)
    assert answer.status_code == 200
    return answer.json()


def finish(api, token, code, **headers):
    return post(api(), "login/mfa", {"mfa_token": token, "code": code}, **headers)


def test_an_app_is_set_up_in_two_steps(api, alice):
    client = api(alice)
    begun = post(client, "mfa/totp").json()
    assert begun["otpauth_uri"].startswith("otpauth://totp/Household%20books:alice%40example.org?")
    assert client.get(AUTH + "mfa").json() == {"methods": [], "recovery_codes_left": 0}
    assert "access" in half_way(api, alice), "what is not confirmed is not asked for"
    wrong = post(client, "mfa/totp/confirm", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_code")
    code = pyotp.TOTP(begun["secret"]).now()
    codes = post(client, "mfa/totp/confirm", {"code": code}).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert client.get(AUTH + "mfa").json()["methods"] == ["totp", "recovery_code"]
    assert post(client, "mfa/totp").json()["code"] == "factor_exists"
    assert post(client, "mfa/totp/confirm", {"code": code}).status_code == 409
    assert "A second factor was added to your account" in subjects_to(alice.email)


def test_no_token_exists_before_the_second_factor(api, alice, guarded):
    _, app, _ = guarded
    sessions = Session.objects.count()
    begun = half_way(api, alice)
    assert begun.keys() == {"mfa_required", "mfa_token", "methods"}
    assert begun["mfa_required"] is True
    assert begun["methods"] == ["totp", "recovery_code"]
    assert Session.objects.count() == sessions
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {begun['mfa_token']}")
    assert client.get(AUTH + "profile").status_code == 401
    assert post(api(), "refresh", {"refresh": begun["mfa_token"]}).status_code == 401
    done = finish(api, begun["mfa_token"], app.now())
    assert done.status_code == 200
    assert done.json().keys() == {"access", "refresh", "user"}
    assert finish(api, begun["mfa_token"], app.now()).status_code == 401, "the question is spent"


def test_line_13_a_reset_does_not_pass_the_second_factor(api, alice, guarded):
    post(api(), "request-password-reset", {"email": alice.email})
    token = code_in(deliver()[-1])
    new = "quite another phrase"
    assert post(api(), "reset-password", {"token": token, "new_password": new}).status_code == 204
    answer = post(api(), "login", {"email": alice.email, "password": new})
    assert answer.json()["mfa_required"] is True
    assert "access" not in answer.json()


def test_line_14_a_code_is_good_once_also_in_parallel(api, transactional_db):
    alice = person("alice@example.org")
    with minutes_ago():
        app, _ = app_of(api(alice))
    tokens = [half_way(api, alice)["mfa_token"] for _ in range(8)]
    code = app.now()
    answers = race([partial(finish, api, token, code) for token in tokens])
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 401, 429}
    assert finish(api, tokens[0], code).status_code in (401, 429)


def test_line_14_one_login_is_finished_once_also_with_two_proofs(api, transactional_db):
    alice = person("alice@example.org")
    with minutes_ago():
        _, codes = app_of(api(alice))
    token = half_way(api, alice)["mfa_token"]
    answers = race([partial(finish, api, token, code) for code in codes[:4]])
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


def test_line_14_an_older_code_does_not_count_after_a_newer(api, alice, guarded):
    _, app, _ = guarded
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert factors.check_totp(alice.pk, app.at(now)) is True
        assert factors.check_totp(alice.pk, app.at(now)) is False
        assert factors.check_totp(alice.pk, app.at(now - timedelta(seconds=30))) is False


@pytest.mark.parametrize(
    ("seconds", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_phone_may_be_half_a_minute_off(api, alice, guarded, seconds, counts):
    _, app, _ = guarded
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert factors.check_totp(alice.pk, app.at(now + timedelta(seconds=seconds))) is counts


def test_line_15_guesses_are_limited_by_person_across_logins(api, alice, guarded):
    statuses = []
    for _ in range(7):
        token = half_way(api, alice, HTTP_USER_AGENT="Thief/1")["mfa_token"]
        statuses.append(finish(api, token, "000000", HTTP_USER_AGENT="Thief/1").status_code)
    assert statuses == [401] * 5 + [429] * 2
    assert AuditEntry.objects.filter(action="user.second_factor_failed").count() == 5
    alerts = (
        Event.objects.for_user(alice).filter(kind="security.alert").values_list("data", flat=True)
    )
    assert {"code": "second_factor_limited"} in alerts


def test_line_15_a_recovery_code_is_hashed_and_good_once(api, alice, guarded):
    _, _, codes = guarded
    rows = str(list(RecoveryCode.objects.values()))
    assert not [code for code in codes if code in rows or code.replace("-", "") in rows]
    first = codes[0].upper().replace("-", " ")
    assert finish(api, half_way(api, alice)["mfa_token"], first).status_code == 200
    assert finish(api, half_way(api, alice)["mfa_token"], codes[0]).status_code == 401
    assert factors.codes_left(alice.pk) == 9
    assert "A recovery code was used to log in to your account" in subjects_to(alice.email)


@pytest.mark.parametrize("path", ["step-up", "mfa/totp/confirm"])
def test_line_15_no_header_takes_a_wrong_guess_back(api, alice, path):
    client = api(alice)
    if path == "step-up":
        with minutes_ago():
            app_of(api(alice))
    else:
        post(client, "mfa/totp")
    statuses = [post(client, path, {"code": "000000"}, HTTP_IDEMPOTENCY_KEY=f"k{i}").status_code
                for i in range(7)]  # fmt: skip
    assert statuses == [400] * 5 + [429] * 2


def test_a_question_dies_with_time_and_with_the_password(api, alice, guarded):
    _, app, _ = guarded
    token = half_way(api, alice)["mfa_token"]
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert finish(api, token, app.now()).json()["code"] == "challenge_invalid"
        assert factors.check_totp(alice.pk, app.now()) is True, "the code was not spent on it"
    token = half_way(api, alice)["mfa_token"]
    alice.set_password("quite another phrase")
    alice.save()
    assert finish(api, token, app.now()).status_code == 401
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert finish(api, token, app.now()).status_code == 401


def test_a_question_of_another_person_takes_no_code_of_mine(api, alice, bob, guarded):
    _, app, codes = guarded
    with minutes_ago():
        app_of(api(bob))
    token = half_way(api, bob)["mfa_token"]
    assert finish(api, token, app.now()).status_code == 401
    assert finish(api, token, codes[0]).status_code == 401


def age(session):
    old = timezone.now() - timedelta(minutes=11)
    Session.objects.filter(pk=session.pk).update(authenticated_at=old)


SENSITIVE = [
    ("post", "mfa/totp", {}),
    ("post", "mfa/totp/confirm", {"code": "123456"}),
    ("delete", "mfa/totp", None),
    ("post", "mfa/recovery-codes", {}),
    ("post", "mfa/passkeys/options", {}),
    ("post", "mfa/passkeys", {"name": "x", "credential": {}}),
    ("delete", f"mfa/passkeys/{'0' * 8}-0000-7000-8000-{'0' * 12}", None),
    ("post", "tokens", {"name": "x", "scopes": ["read"]}),
    ("post", "change-email", {"new_email": "n@example.org", "current_password": PASSWORD}),
    ("post", "change-password", {"current_password": PASSWORD, "new_password": "a new phrase"}),
]


@pytest.mark.parametrize(("method", "path", "body"), SENSITIVE)
def test_line_16_an_old_proof_is_not_enough(api, alice, guarded, method, path, body):
    client, _, _ = guarded
    age(client.session_row)
    answer = getattr(client, method)(AUTH + path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
    assert answer.json()["methods"] == ["totp", "recovery_code"]


def test_line_16_a_step_up_makes_it_fresh(api, alice, guarded):
    client, app, codes = guarded
    age(client.session_row)
    refused = post(client, "step-up", {"current_password": PASSWORD})
    assert refused.status_code == 403, "who has a second factor gives it"
    assert post(client, "step-up", {"code": "000000"}).status_code == 400
    assert post(client, "step-up", {}).json()["code"] == "one_proof"
    assert post(client, "step-up", {"code": app.now()}).status_code == 204
    renewed = post(client, "mfa/recovery-codes").json()["recovery_codes"]
    assert not set(renewed) & set(codes)
    assert client.delete(AUTH + "mfa/totp").status_code == 204
    assert client.get(AUTH + "mfa").json() == {"methods": [], "recovery_codes_left": 0}
    assert client.delete(AUTH + "mfa/totp").status_code == 404
    assert "access" in half_way(api, alice)


def test_line_16_without_a_second_factor_the_password_is_the_proof(api, alice):
    client = api(alice)
    age(client.session_row)
    body = {"name": "x", "scopes": ["read"]}
    assert post(client, "tokens", body).json()["methods"] == ["password"]
    assert post(client, "step-up", {"current_password": "wrong but long"}).status_code == 400
    assert post(client, "step-up", {"current_password": PASSWORD}).status_code == 204
    assert post(client, "tokens", body).status_code == 201


def test_a_step_up_of_one_session_is_none_of_another(api, alice, guarded):
    client, app, _ = guarded
    other = api(alice)
    age(client.session_row)
    age(other.session_row)
    assert post(other, "step-up", {"code": app.now()}).status_code == 204
    assert client.delete(AUTH + "mfa/totp").status_code == 403


def test_secrets_are_encrypted_and_the_key_can_be_rotated(api, alice, guarded, settings, capsys):
    _, app, _ = guarded
    row = Totp.objects.get()
    assert app.secret not in row.secret
    settings.ENCRYPTION_KEYS = ["new key " * 6, settings.SECRET_KEY]
    call_command("rotate_secrets")
    assert "1 secrets" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = ["new key " * 6]
    assert Totp.objects.get().secret != row.secret
    assert factors.check_totp(alice.pk, app.now()) is True


def test_old_questions_are_forgotten(api, alice, guarded):
    from accounts.services.forgetting import forget_expired

    half_way(api, alice)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert forget_expired()["challenges"] == 1
    assert not Challenge.objects.exists()
