"""What holds around every request: problems for every error, limits, origins, headers, ids."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from config.middleware import printable

PROBLEM = "application/problem+json"


def assert_problem(response: Any, status: int, code: str) -> None:
    assert response.status_code == status
    assert response["Content-Type"] == PROBLEM
    body = json.loads(response.content)
    assert set(body) >= {"type", "title", "status", "detail", "code", "request_id", "errors"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/api/nowhere", "/api/nowhere/", "/api", "/nowhere", "/api/%00"])
def test_an_unknown_path_is_a_problem_on_every_method(method: str, path: str) -> None:
    assert_problem(Client().generic(method, path), 404, "not_found")


def test_a_head_of_an_unknown_path_has_the_status_alone() -> None:
    assert Client().head("/api/nowhere").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["BREW", "QUERY", "BODY", "OWNER", "DISPATCH", "TRACE"])
def test_an_unknown_method_is_a_problem(method: str, alice: Any, api: Any) -> None:
    """Also one that has the name of an attribute of our views."""
    response = api(alice).generic(method, "/api/transactions")
    assert_problem(response, 405, "method_not_allowed")


def test_a_foreign_host_is_a_problem() -> None:
    assert_problem(Client().get("/api/schema", HTTP_HOST="evil.example"), 400, "bad_request")


def test_a_bug_is_a_problem_without_its_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checklist 65."""
    monkeypatch.setattr("config.docs.all_reasons", lambda: 1 / 0)
    response = Client(raise_request_exception=False).get("/api/docs/errors")
    assert_problem(response, 500, "server_error")
    assert b"division" not in response.content


@pytest.mark.django_db
def test_a_slash_at_the_end_changes_nothing() -> None:
    for path in ("/api/auth/login", "/api/auth/login/"):
        response = Client().post(path, {}, content_type="application/json")
        assert response.status_code == 400, "and no redirect, which would lose the body"


def test_the_bare_address_says_where_things_are() -> None:
    assert Client().get("/").json()["docs"] == "/api/docs"


def test_a_json_body_is_bounded() -> None:
    body = b"[" + b"1," * settings.BODY_MAX_BYTES + b"1]"
    response = Client().post("/api/auth/login", body, content_type="application/json")
    assert_problem(response, 413, "body_too_large")


@override_settings(UPLOAD_MAX_BYTES=200_000, BODY_MAX_BYTES=1000)
def test_an_upload_is_bounded_by_its_own_limit(alice: Any, api: Any) -> None:
    def upload(size: int) -> Any:
        file = SimpleUploadedFile("bank.csv", b"x" * size)
        return api(alice).post("/api/imports", {"file": file}, format="multipart")

    assert_problem(upload(250_000), 413, "body_too_large")
    assert upload(100_000).status_code != 413


@pytest.mark.parametrize("length", ["-1", "1e3", "many"])
def test_a_false_length_is_a_problem(length: str) -> None:
    assert_problem(Client().post("/api/auth/login", CONTENT_LENGTH=length), 400, "bad_request")


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://app.example.org", True),
        ("https://app.example.org.evil.io", False),
        ("https://evilapp.example.org", False),
        ("http://app.example.org", False),
        ("https://app.example.org:444", False),
        ("null", False),
    ],
)
def test_only_listed_origins_may_read(origin: str, allowed: bool) -> None:
    """Checklist 62."""
    with override_settings(CORS_ALLOWED_ORIGINS=["https://app.example.org"]):
        response = Client().get("/api/schema", HTTP_ORIGIN=origin)
        preflight = Client().options(
            "/api/transactions", HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST"
        )
    for answer in (response, preflight):
        assert answer.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Access-Control-Allow-Credentials" not in answer


def test_a_browser_may_send_and_read_the_headers_of_the_contract() -> None:
    with override_settings(CORS_ALLOWED_ORIGINS=["https://app.example.org"]):
        origin = {"HTTP_ORIGIN": "https://app.example.org"}
        preflight = Client().options(
            "/api/transactions", HTTP_ACCESS_CONTROL_REQUEST_METHOD="PATCH", **origin
        )
        read = Client().get("/api/schema", **origin)["Access-Control-Expose-Headers"]
    sent = preflight["Access-Control-Allow-Headers"]
    assert all(h in sent for h in ("authorization", "idempotency-key", "if-match"))
    assert all(h in read for h in ("ETag", "Retry-After", "X-Request-ID"))


@pytest.mark.django_db
def test_a_cookie_never_opens_the_api(staff: Any) -> None:
    client = Client()
    client.force_login(staff)
    assert client.get("/api/transactions").status_code == 401


def test_every_answer_has_the_security_headers() -> None:
    for path in ("/api/schema", "/api/docs", "/api/nowhere", "/health", "/"):
        response = Client().get(path)
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["X-Frame-Options"] == "DENY"
        assert response["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert "unsafe-eval" not in response["Content-Security-Policy"]
        scripts = response["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
        assert "unsafe-inline" not in scripts
    assert Client().get("/api/nowhere")["Cache-Control"] == "no-store"


def test_production_sends_hsts_and_redirects_to_tls() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31_536_000):
        plain = Client().get("/api/schema")
        assert plain.status_code == 301
        assert plain["Location"].startswith("https://")
        secure = Client().get("/api/docs/errors", secure=True)
        assert "max-age=31536000" in secure["Strict-Transport-Security"]


def test_a_sane_request_id_is_kept_and_another_is_replaced() -> None:
    kept = Client().get("/api/nowhere", HTTP_X_REQUEST_ID="trace-0123")
    assert kept["X-Request-ID"] == "trace-0123"
    assert kept.json()["request_id"] == "trace-0123"
    for bad in ("a b", "x" * 65, "é", "<script>", ""):
        assert Client().get("/api/nowhere", HTTP_X_REQUEST_ID=bad)["X-Request-ID"] != bad


def test_a_log_line_cannot_be_forged() -> None:
    assert printable("/api/ok") == "/api/ok"
    assert printable("/a\nb\x1b[2J") == "/a\\nb\\x1b[2J"


def test_the_pages_load_nothing_from_elsewhere() -> None:
    for path in ("/api/docs", "/api/docs/errors"):
        page = Client().get(path, HTTP_ACCEPT="text/html").content.decode()
        assert "//" not in page.replace("<!doctype", "").replace("</", "").replace("/>", "")
        assert "<script>" not in page
        assert "onload=" not in page


@pytest.mark.parametrize(
    "path",
    [
        "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js",
        "config/docs.js",
        "config/page.css",
        "admin/css/base.css",
    ],
)
def test_the_files_of_the_pages_are_served(path: str) -> None:
    response = Client().get(f"/static/{path}")
    assert response.status_code == 200
    assert b"".join(response.streaming_content)
