"""Idempotency-Key: a POST that is sent twice happens once, by a real endpoint of the ledger."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import IdempotencyRecord, User
from config.tests.cast import account_of, client_of, race
from ledger.models import Account, Transaction

URL = "/api/transactions"


def order(account, **fields):
    return {"account": str(account.id), "amount": "-12.30", "posted_on": "2026-01-15"} | fields


def post(client, body, key):
    return client.post(URL, body, HTTP_IDEMPOTENCY_KEY=key)


def test_the_repeat_gets_the_stored_answer(api, alice):
    client, body = api(alice), order(account_of(alice))
    first, second = post(client, body, "k1"), post(client, body, "k1")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert second["Content-Type"] == first["Content-Type"]
    assert second["ETag"] == first["ETag"]
    assert Transaction.objects.count() == 1


def test_twenty_parallel_posts_of_one_key_have_one_effect(transactional_db):
    """Checklist 47: one row, and every answer is that row or "still running"."""
    user = User.objects.create_user("racer@example.org", "correct horse battery")
    account, client = account_of(user), client_of(user)
    answers = race([lambda: post(client_of_same(client), order(account), "race")] * 20)
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {201, 409}
    bodies = {answer.content for answer in answers if answer.status_code == 201}
    assert len(bodies) == 1
    assert sum("Idempotent-Replayed" not in a for a in answers if a.status_code == 201) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["code"] == "idempotency_in_flight"
            assert answer["Retry-After"] == "1"
    assert Transaction.objects.count() == 1
    assert Account.objects.get().balance_minor == -1230


def client_of_same(client):
    """A second connection of the same session: test clients are not for many threads at once."""
    other = client_of()
    other.credentials(HTTP_AUTHORIZATION=f"Bearer {client.access}")
    return other


@pytest.mark.parametrize("change", [{"amount": "-12.31"}, {"memo": ""}, {"memo": "x"}])
def test_the_same_key_with_another_body_is_422(api, alice, change):
    client, account = api(alice), account_of(alice)
    post(client, order(account), "k1")
    answer = post(client, order(account, **change), "k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_mismatch")
    assert Transaction.objects.count() == 1


def test_the_same_key_on_another_path_is_422(api, alice):
    client, account = api(alice), account_of(alice)
    post(client, order(account), "k1")
    assert client.post("/api/tags", {"name": "x"}, HTTP_IDEMPOTENCY_KEY="k1").status_code == 422


def test_a_key_is_the_users_own(api, alice, bob):
    first = post(api(alice), order(account_of(alice)), "k1")
    second = post(api(bob), order(account_of(bob)), "k1")
    assert second.status_code == 201
    assert "Idempotent-Replayed" not in second
    assert first.json()["id"] != second.json()["id"]


def test_a_refused_request_may_be_corrected_under_its_key(api, alice):
    client, account = api(alice), account_of(alice)
    assert post(client, order(account, amount="1.234"), "k1").status_code == 400
    assert not IdempotencyRecord.objects.exists()
    assert post(client, order(account), "k1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "naïve\x7f"])
def test_a_key_that_is_none_is_refused(api, alice, key):
    answer = post(api(alice), order(account_of(alice)), key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
    assert not Transaction.objects.exists()


def test_a_key_is_forgotten_after_a_day(api, alice):
    client, account = api(alice), account_of(alice)
    post(client, order(account), "k1")
    old = timezone.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS, minutes=1)
    IdempotencyRecord.objects.update(created_at=old)
    assert "Idempotent-Replayed" not in post(client, order(account), "k1")
    assert Transaction.objects.count() == 2


def test_without_a_key_each_post_counts(api, alice):
    client, body = api(alice), order(account_of(alice))
    assert [client.post(URL, body).status_code for _ in range(2)] == [201, 201]
    assert Transaction.objects.count() == 2


def test_no_answer_that_holds_a_token_or_a_ticket_is_kept(api, alice):
    """Checklist 32: nothing a thief of the table could use."""
    body = {"email": "new@example.org", "password": "correct horse battery staple"}
    api().post("/api/auth/register", body, HTTP_IDEMPOTENCY_KEY="k1")
    client = api(alice)
    client.post("/api/auth/ws-ticket", HTTP_IDEMPOTENCY_KEY="k2")
    assert not IdempotencyRecord.objects.exists()
