"""Bodies nobody should send: each is a 4xx problem, none a crash (D1, checklist 43 to 45)."""

import pytest

LOGIN = "/api/auth/login"
EMAIL = b'{"email": "a@example.org", "password": '


def sent(api, body, content_type="application/json"):
    return api().generic("POST", LOGIN, body, content_type=content_type)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 100_000, 400, "json_too_deep"),
        (b"[" * 33 + b"]" * 33, 400, "json_too_deep"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, 400, "json_too_deep"),
        (EMAIL + b'"x", "password": "y"}', 400, "duplicate_key"),
        (EMAIL + b"NaN}", 400, "malformed_json"),
        (EMAIL + b"Infinity}", 400, "malformed_json"),
        (EMAIL + b"-Infinity}", 400, "malformed_json"),
        (EMAIL + b"1e400}", 400, "invalid"),
        (EMAIL + b"1" * 5_000 + b"}", 400, "malformed_json"),
        (EMAIL + b'"\\ud800"}', 400, "invalid_text"),
        (EMAIL + b'"\\u0000"}', 400, "invalid_text"),
        (EMAIL + b'"\x00"}', 400, "malformed_json"),
        (EMAIL + b'"\xff\xfe"}', 400, "malformed_json"),
        (EMAIL + b'"\xed\xa0\x80"}', 400, "malformed_json"),
        (EMAIL + b'"x"} trailing', 400, "malformed_json"),
        (b"\xef\xbb\xbf{}", 400, "malformed_json"),
        (b"", 400, "invalid"),
        (b"null", 400, None),
        (b"5", 400, None),
        (b'"text"', 400, None),
        (b"{}" + b" " * 3_000_000, 413, "body_too_large"),
        (b"x" * 10_000_000, 413, "body_too_large"),
    ],
    ids=lambda value: str(value)[:24] if not isinstance(value, bytes) else f"{len(value)} bytes",
)
def test_a_hostile_body_is_a_problem_not_a_crash(api, db, body, status, code):
    """D1: stock DRF answers deep JSON with 500 and 3 MB with an HTML page."""
    answer = sent(api, body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code", "request_id", "errors"} <= problem.keys()
    assert problem["status"] == status
    if code:
        assert problem["code"] == code or code in {e["code"] for e in problem["errors"]}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_another_media_type_is_415(api, db, content_type):
    answer = sent(api, b'{"email": "a", "password": "b"}', content_type)
    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"


def test_a_charset_nobody_knows_changes_nothing(api, db):
    answer = sent(api, b"{}", "application/json; charset=utf-99")
    assert answer.status_code in (400, 415)


def test_text_of_all_the_worlds_scripts_comes_back_as_it_went(api, alice):
    name = "\u202eעברית \u200bzero 𝄞 e\u0301 <b>&amp;"
    answer = api(alice).patch("/api/auth/profile", {"name": name})
    assert answer.json()["name"] == name
