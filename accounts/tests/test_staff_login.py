"""The admin's door: limits before hashing, a second factor, staff alone. Checklist 7, 16, 33 and 68."""

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.passwords import BCryptHasher
from accounts.services import factors
from accounts.tests.test_second_factor import app_of, minutes_ago
from config.tests.cast import PASSWORD

LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def factor_is_needed(settings):
    settings.STAFF_SECOND_FACTOR = True


def come_in(email, password=PASSWORD, code="", client=None, **headers):
    client = client or Client()
    body = {"username": email, "password": password, "code": code, "next": "/admin/"}
    return client.post(LOGIN, body, **headers)


@pytest.fixture
def app(api, staff):
    with minutes_ago():
        return app_of(api(staff))


def test_staff_come_in_with_both_factors(staff, app):
    client = Client()
    answer = come_in(staff.email, code=app[0].now(), client=client)
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    entry = AuditEntry.objects.get(action="staff.logged_in")
    assert entry.user_id == staff.pk


def test_a_recovery_code_opens_it_once(staff, app):
    assert come_in(staff.email, code=app[1][0]).status_code == 302
    assert come_in(staff.email, code=app[1][0]).status_code == 200


@pytest.mark.parametrize("code", ["", "000000", "no code"])
def test_the_password_alone_does_not_open(staff, app, code):
    client = Client()
    answer = come_in(staff.email, code=code, client=client)
    assert answer.status_code == 200
    assert b"This code is wrong" in answer.content
    assert client.get("/admin/").status_code == 302


def test_staff_without_a_factor_are_told_how_to_get_one(staff, settings):
    answer = come_in(staff.email)
    assert answer.status_code == 200
    assert b"/api/auth/mfa/totp" in answer.content
    settings.STAFF_SECOND_FACTOR = False
    assert come_in(staff.email).status_code == 302


def test_others_are_refused_without_a_hint_that_the_password_was_right(alice):
    refused = come_in(alice.email)
    wrong = come_in(alice.email, "wrong but long")
    assert refused.status_code == wrong.status_code == 200
    said = [answer.context["form"].non_field_errors() for answer in (refused, wrong)]
    assert said[0] == said[1] == ["E-mail or password is wrong."]


def test_guesses_are_counted_together_with_the_apis(api, staff, app, monkeypatch):
    """Line 68, trap L5: one count for both doors, before hashing."""
    for _ in range(3):
        come_in(staff.email, "wrong but long", HTTP_USER_AGENT="Thief/1")
    for _ in range(2):
        body = {"email": staff.email, "password": "wrong but long"}
        assert api().post("/api/auth/login", body, HTTP_USER_AGENT="Thief/1").status_code == 401
    monkeypatch.setattr(BCryptHasher, "verify", None)
    answer = come_in(staff.email, code=app[0].now(), HTTP_USER_AGENT="Thief/1")
    assert b"Too many failed attempts" in answer.content


def test_a_code_of_the_admin_is_no_code_of_the_api_any_more(staff, app):
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        code = app[0].at(now)
        assert come_in(staff.email, code=code).status_code == 302
        assert factors.check_totp(staff.pk, code) is False


def test_the_page_shows_the_field_and_has_no_script(db):
    page = Client().get(LOGIN).content.decode()
    assert 'name="code"' in page
    assert "<script" not in page or 'src="' in page
    assert "style=" not in page
