"""Pages under the strict policy: no script stands in a page, in the documentation or in the admin."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.test import Client

from config.tests.sources import APPS

INLINE = re.compile(
    r'<script(?![^>]*\bsrc=)(?![^>]*type="application/json")[^>]*>|<[^>]+\son[a-z]+="',
    re.IGNORECASE,
)
# A number per person, and hashes that live for thirty seconds.
NOTHING_TO_SEE = {"Clock", "StreamTicket"}
MODELS = sorted(
    f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry
)


@pytest.fixture
def chief(staff: Any) -> Client:
    """A member of staff who may see everything."""
    staff.is_superuser = True
    staff.save()
    client = Client()
    client.force_login(staff)
    return client


def test_the_documentation_has_no_inline_script() -> None:
    for path in ("/api/docs", "/api/docs/errors"):
        page = Client().get(path, HTTP_ACCEPT="text/html").content.decode()
        assert not INLINE.search(page)


@pytest.mark.django_db
def test_the_login_page_has_no_inline_script() -> None:
    response = Client().get("/admin/login/")
    assert response.status_code == 200
    assert not INLINE.search(response.content.decode())
    assert "script-src 'self'" in response["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS)
def test_a_list_of_the_admin_opens_under_the_policy(model: str, chief: Client) -> None:
    response = chief.get(f"/admin/{model}/", follow=True)
    assert response.status_code == 200
    assert not INLINE.search(response.content.decode())


@pytest.mark.django_db
def test_the_admin_s_cookies_are_for_the_admin_s_pages_alone(chief: Client) -> None:
    response = chief.get("/admin/")
    assert response.status_code == 200
    assert chief.get("/api/transactions").status_code == 401
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


def test_every_model_of_ours_is_in_the_admin() -> None:
    """With a page of its own, or inside the page of the row that it belongs to."""
    inside = {part.model for page in admin.site._registry.values() for part in page.inlines}
    ours = {model for model in apps.get_models() if model._meta.app_label in APPS}
    missing = ours - inside - set(admin.site._registry)
    assert {model.__name__ for model in missing} <= NOTHING_TO_SEE
