"""Personal access tokens: scopes, an end, shown once; dead at once. Checklist 26, 34 and 38."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuditEntry, IdempotencyRecord, PersonalToken, User
from accounts.tests.letterbox import subjects_to

TOKENS = "/api/auth/tokens"


def make(client, *scopes, **fields):
    body = {"name": "Script", "scopes": list(scopes) or ["read"]} | fields
    return client.post(TOKENS, body)


def bearer(api, raw):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {raw}")
    return client


@pytest.fixture
def reader(api, alice):
    return bearer(api, make(api(alice), "read").json()["token"])


def test_a_token_is_shown_once_and_kept_hashed(api, alice):
    client = api(alice)
    made = make(client, "write", "read")
    assert made.status_code == 201, made.content
    raw = made.json()["token"]
    assert made.json()["scopes"] == ["read", "write"]
    assert raw.startswith("hbk_")
    listed = client.get(TOKENS).json()["results"]
    assert "token" not in listed[0]
    assert listed[0]["hint"] == raw[:8]
    kept = str(list(PersonalToken.objects.values())) + str(list(AuditEntry.objects.values()))
    assert raw not in kept
    assert "A personal access token was made for your account" in subjects_to(alice.email)


def test_a_token_that_is_asked_for_again_under_its_key_is_made_once(api, alice):
    client, body = api(alice), {"name": "script", "scopes": ["read"]}
    first, again = (client.post(TOKENS, body, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2))
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == {**first.json(), "token": None}
    assert first.json()["token"] not in str(list(IdempotencyRecord.objects.values()))
    assert PersonalToken.objects.count() == 1


def test_read_reads_and_does_not_write(api, alice, reader):
    assert reader.get("/api/tags").status_code == 200
    assert reader.get("/api/auth/profile").json()["id"] == str(alice.pk)
    assert reader.get("/api/accounts/summary").status_code == 200
    refused = reader.post("/api/tags", {"name": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert refused.json()["scope"] == "write"
    assert reader.patch("/api/auth/profile", {"name": "x"}).status_code == 403


def test_write_writes_and_reads(api, alice):
    writer = bearer(api, make(api(alice), "write").json()["token"])
    assert writer.post("/api/tags", {"name": "x"}).status_code == 201
    assert writer.get("/api/tags").json()["results"][0]["name"] == "x"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "sessions"),
        ("post", "logout"),
        ("post", "logout-all"),
        ("post", "change-password"),
        ("post", "change-email"),
        ("post", "verify-email/resend"),
        ("post", "step-up"),
        ("get", "mfa"),
        ("post", "mfa/totp"),
        ("delete", "mfa/totp"),
        ("post", "mfa/totp/confirm"),
        ("post", "mfa/recovery-codes"),
        ("post", "mfa/passkeys/options"),
        ("get", "tokens"),
        ("post", "tokens"),
        ("post", "ws-ticket"),
    ],
)
def test_no_token_reaches_the_ways_in(api, alice, method, path):
    """A stolen token must not make itself another, nor change what could lock it out."""
    writer = bearer(api, make(api(alice), "write").json()["token"])
    answer = getattr(writer, method)(f"/api/auth/{path}", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "session_needed")


def test_a_token_ends_at_once_when_revoked(api, alice, reader):
    client = api(alice)
    token_id = client.get(TOKENS).json()["results"][0]["id"]
    assert client.delete(f"{TOKENS}/{token_id}").status_code == 204
    assert reader.get("/api/tags").json()["code"] == "token_invalid"
    assert client.delete(f"{TOKENS}/{token_id}").status_code == 404
    assert client.get(TOKENS).json()["results"] == []


def test_a_token_ends_on_its_day(api, alice):
    ends = timezone.now() + timedelta(days=1)
    client = bearer(api, make(api(alice), expires_at=ends.isoformat()).json()["token"])
    assert client.get("/api/tags").status_code == 200
    with time_machine.travel(ends + timedelta(seconds=1), tick=False):
        answer = client.get("/api/tags")
        assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


@pytest.mark.parametrize("days", [-1, 0, 367, 5000])
def test_an_impossible_end_is_refused(api, alice, days):
    ends = timezone.now() + timedelta(days=days)
    assert make(api(alice), expires_at=ends.isoformat()).json()["code"] == "impossible_expiry"


def test_a_token_dies_with_its_person(api, alice, reader):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert reader.get("/api/tags").status_code == 401


def test_a_token_of_another_person_is_not_there(api, alice, bob, reader):
    token = PersonalToken.objects.get()
    assert api(bob).delete(f"{TOKENS}/{token.pk}").status_code == 404
    assert api(bob).get(TOKENS).json()["results"] == []
    assert reader.get("/api/tags").status_code == 200


def test_the_scope_admin_is_for_staff(api, alice, staff):
    assert make(api(alice), "admin").json()["code"] == "scope_not_yours"
    assert make(api(staff), "admin").status_code == 201


@pytest.mark.parametrize("scopes", [[], ["root"], ["read"] * 4, "read", None])
def test_impossible_scopes_are_refused(api, alice, scopes):
    assert api(alice).post(TOKENS, {"name": "x", "scopes": scopes}).status_code == 400


@pytest.mark.parametrize("raw", ["hbk_", "hbk_x", "hbk_" + "a" * 43, "hbk_' OR 1=1 --"])
def test_line_26_a_made_up_token_is_401(api, alice, reader, raw):
    assert bearer(api, raw).get("/api/tags").status_code == 401


def test_line_26_a_token_is_no_refresh_token_and_opens_no_stream(api, alice):
    raw = make(api(alice), "write").json()["token"]
    assert api().post("/api/auth/refresh", {"refresh": raw}).status_code == 401


def test_last_used_is_kept_without_a_write_per_request(
    api, alice, reader, django_assert_num_queries
):
    reader.get("/api/tags")
    seen = PersonalToken.objects.get().last_used_at
    assert seen is not None
    with django_assert_num_queries(2):
        reader.get("/api/tags")
    assert PersonalToken.objects.get().last_used_at == seen


def test_there_is_an_end_to_how_many(api, alice, monkeypatch):
    monkeypatch.setattr("accounts.services.personal_tokens.PER_USER_MAX", 1)
    client = api(alice)
    assert make(client).status_code == 201
    assert make(client).json()["code"] == "too_many_tokens"
