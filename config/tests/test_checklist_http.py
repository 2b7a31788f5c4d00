"""The chapter "HTTP / browser" of the security checklist; each test names its line.

Lines 62, 65 and 74 are also in test_http and test_serve; 66 in test_mailbox, 68 in test_staff_login;
69 to 73 in the tests of the stream.
"""

from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client, override_settings

from config.tests.cast import PASSWORD, person
from config.tests.household import household

PAGES = ["/api/docs", "/api/docs/errors", "/admin/login/"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_line_61_pages_take_nothing_inline_and_nothing_from_elsewhere(path: str) -> None:
    response = Client().get(path, HTTP_ACCEPT="text/html")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= {
        part.strip() for part in policy.split(";")
    }
    page = response.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
def test_line_61_no_page_of_the_admin_has_a_style_of_its_own(alice: Any) -> None:
    household(alice)
    client = Client()
    client.force_login(person("chief@example.org", is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        options = model._meta
        address = f"/admin/{options.app_label}/{options.model_name}/"
        row = model._default_manager.first()
        for path in [address] + ([f"{address}{row.pk}/change/"] if row else []):
            page = client.get(path).content.decode()
            assert "<style" not in page, path
            assert " style=" not in page, path


def test_line_61_hsts_lasts_a_year_by_default_in_production() -> None:
    if settings.PRODUCTION:
        assert settings.SECURE_HSTS_SECONDS >= 31_536_000
        assert settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    with override_settings(SECURE_HSTS_SECONDS=31_536_000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True):
        header = Client().get("/api/docs/errors", secure=True)["Strict-Transport-Security"]
    assert header.startswith("max-age=31536000; includeSubDomains")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/tags", {"GET", "POST", "HEAD", "OPTIONS"}), ("/api/auth/login", {"POST", "OPTIONS"}),
     ("/api/auth/mfa/totp", {"POST", "DELETE", "OPTIONS"})],
)  # fmt: skip
def test_line_63_a_wrong_method_names_the_right_ones(
    alice: Any, api: Any, path: str, allowed: set[str]
) -> None:
    response = api(alice).put(path, {})
    assert response.status_code == 405
    assert set(response["Allow"].split(", ")) == allowed


@pytest.mark.django_db
def test_line_63_media_types_are_named(alice: Any, api: Any) -> None:
    client = api(alice)
    assert client.post("/api/tags", "<a/>", content_type="application/xml").status_code == 415
    assert client.post("/api/tags", "name=x", content_type="text/plain").status_code == 415
    assert client.get("/api/tags", HTTP_ACCEPT="image/png").status_code == 406
    assert client.generic("TRACE", "/api/tags").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/api/tags", "/api/auth/profile", "/api/auth/sessions", "/api/auth/tokens", "/api/nowhere"],
)
def test_line_64_no_cache_keeps_what_a_token_opened(alice: Any, api: Any, path: str) -> None:
    assert "no-store" in api(alice).get(path)["Cache-Control"]


@pytest.mark.django_db
def test_line_64_nor_an_answer_with_tokens(alice: Any, api: Any) -> None:
    answer = api().post("/api/auth/login", {"email": alice.email, "password": PASSWORD})
    assert "access" in answer.json()
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_line_67_nobody_is_led_elsewhere_after_the_login(staff: Any, target: str) -> None:
    with override_settings(STAFF_SECOND_FACTOR=False):
        body = {"username": staff.email, "password": PASSWORD, "next": target}
        response = Client().post("/admin/login/", body)
    assert response.status_code == 302
    assert "evil" not in response["Location"]
    assert not response["Location"].startswith("javascript")


@pytest.mark.django_db
def test_no_script_reads_the_cookies_of_staff(staff: Any) -> None:
    with override_settings(STAFF_SECOND_FACTOR=False):
        client = Client()
        client.get("/admin/login/")
        client.post("/admin/login/", {"username": staff.email, "password": PASSWORD})
    assert set(client.cookies) == {"staff", "csrftoken"}
    assert all(cookie["httponly"] for cookie in client.cookies.values())


@pytest.mark.django_db
def test_the_mark_of_a_device_is_for_the_server_alone(alice: Any, api: Any) -> None:
    client = api()
    client.post("/api/auth/login", {"email": alice.email, "password": PASSWORD})
    cookie = client.cookies["known_device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert client.get("/api/tags").status_code == 401, "it opens nothing"


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/wp-admin", "/static/../.env", "/debug"]
)
def test_line_75_nothing_lies_about(path: str) -> None:
    assert Client().get(path).status_code == 404


def test_line_75_figures_are_for_those_who_may(settings: Any) -> None:
    assert Client().get("/metrics", REMOTE_ADDR="203.0.113.9").status_code in (401, 403, 404)
