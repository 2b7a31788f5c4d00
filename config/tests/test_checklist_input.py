"""The chapter "Input" of the security checklist as far as it is about the API itself, line by line.

Single fields are in the tests of their endpoints; deep and broken JSON also in accounts' test_json_body.
"""

import json
from typing import Any

import pytest

from config.tests.cast import PASSWORD

LOGIN = "/api/auth/login"
JSON = "application/json"


def refused(response: Any, *statuses: int) -> bool:
    assert response["Content-Type"] == "application/problem+json", response.content
    return response.status_code in (statuses or (400,))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"email":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"email": "a@example.org", "email": "b@example.org", "password": "x"}',
        b'{"email": "a@example.org", "password": {"a": 1, "a": 2}}',
        b'{"email": "a@example.org", "password": NaN}',
        b'{"email": "a@example.org", "password": 1e400}',
        b'{"email": "a@example.org", "password": ' + b"9" * 5_000 + b"}",
        b'{"email": "a\\u0000@example.org", "password": "x"}',
        b'{"email": "\\ud800", "password": "x"}',
        b'{"email": "a@example.org", "password": "x"',
        b"\xff\xfe\x00",
        b"",
    ],
    ids=range(12),
)
@pytest.mark.parametrize("path", [LOGIN, "/api/auth/register", "/api/auth/login/mfa"])
def test_lines_44_and_45_no_json_breaks_a_door_that_is_open_to_all(
    api: Any, path: str, body: bytes
) -> None:
    assert refused(api().post(path, body, content_type=JSON))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    ["limit=1&limit=2", "limit=1&limit=1", "cursor=a&cursor=b", "nosuch=1", "limit=0", "limit=501",
     "limit=9" + "9" * 5000, "cursor=%00", "ordering=user__password", "user__email__startswith=a"],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["/api/auth/sessions", "/api/auth/tokens", "/api/auth/mfa/passkeys"]
)
def test_lines_39_and_51_a_query_is_read_strictly(
    alice: Any, api: Any, path: str, query: str
) -> None:
    """Parameter pollution, unknown filters and pages without bounds are refused, not guessed at."""
    assert refused(api(alice).get(f"{path}?{query}"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["register", "login", "login/mfa", "refresh", "request-password-reset", "reset-password",
     "verify-email", "change-email", "change-email/confirm", "change-password", "step-up",
     "mfa/totp/confirm", "mfa/passkeys", "tokens", "logout"],
)  # fmt: skip
def test_line_36_no_body_may_hold_what_is_not_asked_for(alice: Any, api: Any, path: str) -> None:
    body = {"is_staff": True, "user": str(alice.pk), "id": str(alice.pk)}
    response = api(alice).post(f"/api/auth/{path}", body)
    assert refused(response)
    codes = {(error["pointer"], error["code"]) for error in response.json()["errors"]}
    assert ("/is_staff", "unknown_field") in codes


@pytest.mark.django_db
def test_line_45_signs_that_turn_text_around_are_kept_as_text(alice: Any, api: Any) -> None:
    name = "a\u202eb\u200bc"
    answer = api(alice).patch("/api/auth/profile", {"name": name})
    assert (answer.status_code, answer.json()["name"]) == (200, name)


@pytest.mark.django_db
def test_line_45_a_false_charset_changes_nothing(api: Any, alice: Any) -> None:
    body = json.dumps({"email": alice.email, "password": PASSWORD})
    answer = api().generic("POST", LOGIN, body, content_type="application/json; charset=bogus")
    assert answer.status_code in (200, 400, 415)


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["yes", "true", 1, 0, "off", [], {}])
def test_a_truth_value_in_json_is_true_or_false(api, alice, word):
    body = {"name": "Old", "type": "cash", "currency": "EUR", "closed": word}
    answer = api(alice).post("/api/accounts", body)
    assert refused(answer)
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [("/closed", "invalid")]


@pytest.mark.django_db
def test_a_word_for_a_truth_value_is_taken_from_a_query(api, alice):
    for word in ("true", "false", "1", "0"):
        assert api(alice).get(f"/api/accounts?closed={word}").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        "transactions/summary?date_from=",
        "transactions?date_to=",
        "transfers/suggestions?date_from=",
        "transfers/suggestions?date_to=",
        "transaction-moods/trends?date_from=",
        "transactions/category/Food?date_from=",
    ],
)
def test_an_open_end_of_the_calendar_breaks_no_report(api, alice, path, day):
    client = api(alice)
    client.post("/api/categories", {"name": "Food", "kind": "expense"})
    assert client.get(f"/api/{path}{day}").status_code in (200, 400)


@pytest.mark.django_db
def test_the_last_day_of_the_calendar_is_refused_in_bodies(api, alice):
    client, day = api(alice), "9999-12-31"
    food = client.post("/api/categories", {"name": "Food", "kind": "expense"}).json()["id"]
    budget = {"categories": [food], "amount": "5.00"}
    made = client.post("/api/budgets", budget).json()["id"]
    assert client.get(f"/api/budgets/{made}/history?until={day}").status_code == 200
    asked = {"category": food, "amount": "1.00", "posted_on": day}
    owed = {
        "name": "Car", "type": "auto", "principal": "9.00", "apr": "0.05", "term_months": 3,
        "start_on": "2026-01-15", "accrues_from": day,
    }  # fmt: skip
    for path, body in (("budgets/check-limit", asked), ("debts", owed)):
        answer = client.post(f"/api/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (400, "date_out_of_range")
