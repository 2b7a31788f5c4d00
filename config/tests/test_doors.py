"""No door of the API opens to a visitor without a key, on any method."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

PUBLIC = {
    ("api/schema", "get"),
    ("api/docs", "get"),
    ("api/docs/errors", "get"),
    ("api/auth/register", "post"),
    ("api/auth/login", "post"),
    ("api/auth/login/mfa", "post"),
    ("api/auth/login/mfa/passkey-options", "post"),
    ("api/auth/login/passkey", "post"),
    ("api/auth/login/passkey/options", "post"),
    ("api/auth/refresh", "post"),
    ("api/auth/request-password-reset", "post"),
    ("api/auth/reset-password", "post"),
    ("api/auth/verify-email", "post"),
    ("api/auth/change-email/confirm", "post"),
    ("api/auth/profile/restore", "post"),
}
# Plain pages, without DRF: another method than theirs is a 405 for everybody.
PAGES = {"api/schema", "api/docs", "api/docs/errors"}
METHODS = ["get", "head", "post", "put", "patch", "delete", "options"]
SAMPLES = {"uuid": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000", "int": "1"}


def routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from routes(pattern.url_patterns, route)


def address(route: str) -> str:
    """A path that the route matches; what it names need not exist."""

    def sample(match: re.Match[str]) -> str:
        return SAMPLES.get(match["kind"] or "", "something")

    return "/" + re.sub(r"<(?:(?P<kind>\w+):)?\w+>", sample, route)


API_ROUTES = sorted({r for r in routes(get_resolver().url_patterns) if r.startswith("api/")})


def test_there_are_doors_to_try() -> None:
    assert len(API_ROUTES) > 20
    assert {route for route, _ in PUBLIC} <= set(API_ROUTES)


@pytest.mark.django_db
@pytest.mark.parametrize("route", API_ROUTES)
@pytest.mark.parametrize("method", METHODS)
def test_a_visitor_is_turned_away(route: str, method: str) -> None:
    if (route, method) in PUBLIC or route in PAGES:
        return
    if any(route == public for public, _ in PUBLIC):
        # A public door has one public method, and tells a browser which.
        expected = {200} if method == "options" else {405}
    else:
        expected = {401}
    response = getattr(APIClient(), method)(address(route), data={}, format="json")
    assert response.status_code in expected, f"{method.upper()} /{route} is open"
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("route", sorted(PAGES))
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_page_is_only_read(route: str, method: str) -> None:
    assert getattr(APIClient(), method)(f"/{route}").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["Bearer x", "Bearer ", "Basic YTpi", "x", "Bearer a.b.c"])
def test_a_wrong_key_is_401_and_never_anonymous(header: str) -> None:
    client = APIClient(HTTP_AUTHORIZATION=header)
    assert client.get("/api/transactions").status_code == 401
