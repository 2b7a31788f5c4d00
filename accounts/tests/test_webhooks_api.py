"""/api/webhooks from outside."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.delivery import sending
from accounts.delivery.services import SECRETS
from accounts.ids import new_id
from accounts.models import AuditEntry, IdempotencyRecord, Webhook, WebhookDelivery
from accounts.services.forgetting import forget_expired

URL = "https://example.com/hook"


@pytest.fixture
def client(api, alice):
    return api(alice)


@pytest.fixture
def hook(client):
    return client.post("/api/webhooks", {"url": URL}).json()


def test_the_secret_is_shown_once_and_sealed_at_rest(client, alice):
    answer = client.post("/api/webhooks", {"url": URL, "kinds": ["budget.*", "budget.*"]})
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/webhooks/{made['id']}")
    assert answer["Cache-Control"] == "no-store"
    assert (made["url"], made["kinds"], made["enabled"]) == (URL, ["budget.*"], True)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    shown = client.get(answer["Location"])
    assert shown.json() == made
    assert shown["ETag"] == answer["ETag"]
    assert client.get("/api/webhooks").json()["results"] == [made]
    stored = Webhook.objects.get()
    assert secret not in json.dumps(stored.__dict__, default=str)
    assert SECRETS.opened(stored.secret_sealed) == secret
    assert secret not in json.dumps(list(AuditEntry.objects.values()), default=str)


def test_a_repeat_under_its_key_makes_one_webhook_and_keeps_no_secret(client):
    first = client.post("/api/webhooks", {"url": URL}, headers={"Idempotency-Key": "one"})
    again = client.post("/api/webhooks", {"url": URL}, headers={"Idempotency-Key": "one"})
    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == {**first.json(), "secret": None}
    assert Webhook.objects.count() == 1
    assert first.json()["secret"].encode() not in bytes(IdempotencyRecord.objects.get().body)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "required", "/url"),
        ({"url": "http://example.com/"}, "webhook_must_be_https", "/url"),
        ({"url": "https://127.0.0.1/"}, "webhook_address_not_public", "/url"),
        ({"url": "https://u:p@example.com/"}, "webhook_url_invalid", "/url"),
        ({"url": URL, "kinds": []}, "min_length", "/kinds"),
        ({"url": URL, "kinds": ["*", "budget*"]}, "webhook_kind_invalid", "/kinds/1"),
        ({"url": URL, "kinds": ["*.created"]}, "webhook_kind_invalid", "/kinds/0"),
        ({"url": URL, "secret": "whsec_AAAA"}, "unknown_field", "/secret"),
    ],
)
def test_what_is_refused_by_name(client, body, code, pointer):
    answer = client.post("/api/webhooks", body)
    assert answer.status_code == 400
    error = answer.json()["errors"][0]
    assert (error["code"], error["pointer"]) == (code, pointer)
    assert not Webhook.objects.exists()


def test_ten_are_the_most(client):
    for _ in range(10):
        assert client.post("/api/webhooks", {"url": URL}).status_code == 201
    answer = client.post("/api/webhooks", {"url": URL})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhooks")


def test_it_changes_by_its_version(client, hook):
    path = f"/api/webhooks/{hook['id']}"
    etag = client.get(path)["ETag"]
    changed = client.patch(
        path, {"kinds": ["goal.*"], "enabled": False}, headers={"If-Match": etag}
    )
    assert (changed.json()["kinds"], changed.json()["disabled_reason"]) == (["goal.*"], "by_owner")
    assert client.patch(path, {"enabled": True}, headers={"If-Match": etag}).status_code == 412
    refused = client.patch(path, {"url": "https://10.0.0.1/"})
    assert refused.json()["code"] == "webhook_address_not_public"
    assert client.delete(path, headers={"If-Match": etag}).status_code == 412
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_rotation_gives_another_secret(client, hook):
    answer = client.post(f"/api/webhooks/{hook['id']}/rotate-secret", {})
    rotated = answer.json()
    assert rotated["secret"] != hook["secret"]
    assert rotated["previous_secret_until"]
    stored = Webhook.objects.get()
    assert SECRETS.opened(stored.secret_sealed) == rotated["secret"]
    assert SECRETS.opened(stored.previous_sealed) == hook["secret"]


def test_a_test_is_queued_and_can_be_replayed_once_it_was_sent(client, hook):
    path = f"/api/webhooks/{hook['id']}"
    answer = client.post(f"{path}/test", {})
    queued = answer.json()
    assert (answer.status_code, queued["state"], queued["kind"]) == (202, "pending", "webhook.test")
    assert json.loads(queued["body"])["data"] == {"webhook": hook["id"]}
    waiting = client.post(f"{path}/deliveries/{queued['id']}/replay", {}).json()
    assert waiting["id"] == queued["id"]
    WebhookDelivery.objects.update(state="delivered")
    replayed = client.post(f"{path}/deliveries/{queued['id']}/replay", {})
    assert (replayed.status_code, replayed.json()["is_replay"]) == (202, True)
    assert (replayed.json()["event"], replayed.json()["body"]) == (queued["event"], queued["body"])
    log = client.get(f"{path}/deliveries").json()["results"]
    assert [row["id"] for row in log] == [replayed.json()["id"], queued["id"]]
    pending = client.get(f"{path}/deliveries?state=pending").json()["results"]
    assert [row["id"] for row in pending] == [replayed.json()["id"]]


def test_a_disabled_webhook_is_neither_tested_nor_replayed_to(client, hook):
    path = f"/api/webhooks/{hook['id']}"
    queued = client.post(f"{path}/test", {}).json()
    client.patch(path, {"enabled": False})
    for refused in (f"{path}/test", f"{path}/deliveries/{queued['id']}/replay"):
        answer = client.post(refused, {})
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_is_disabled")


def test_nobody_queues_without_end(client, hook, monkeypatch):
    monkeypatch.setattr("accounts.delivery.services.WAITING_MAX", 2)
    path = f"/api/webhooks/{hook['id']}/test"
    assert [client.post(path, {}).status_code for _ in range(3)] == [202, 202, 409]


def test_the_console_shows_neither_secrets_nor_what_is_sent(client, hook, staff, settings):
    queued = client.post(f"/api/webhooks/{hook['id']}/test", {}).json()
    staff.is_superuser = True
    staff.save()
    console = Client()
    console.force_login(staff, backend=settings.AUTHENTICATION_BACKENDS[0])
    stored = Webhook.objects.get()
    for page, hidden in (
        (f"webhook/{hook['id']}/change/", stored.secret_sealed),
        ("webhook/", stored.secret_sealed),
        (f"webhookdelivery/{queued['id']}/change/", "&quot;seq&quot;"),
        ("webhookdelivery/", "&quot;seq&quot;"),
    ):
        answer = console.get(f"/admin/accounts/{page}")
        assert answer.status_code == 200, page
        assert hidden not in answer.content.decode(), page


def test_a_stranger_finds_nothing_at_any_door(client, hook, api, mallory):
    path = f"/api/webhooks/{hook['id']}"
    queued = client.post(f"{path}/test", {}).json()
    stranger = api(mallory)
    own = stranger.post("/api/webhooks", {"url": URL}).json()
    doors = [
        ("get", path), ("patch", path), ("delete", path), ("post", f"{path}/rotate-secret"),
        ("post", f"{path}/test"), ("get", f"{path}/deliveries"),
        ("post", f"{path}/deliveries/{queued['id']}/replay"),
        ("post", f"/api/webhooks/{own['id']}/deliveries/{queued['id']}/replay"),
    ]  # fmt: skip
    for method, door in doors:
        body = {"enabled": False} if method == "patch" else {}
        assert getattr(stranger, method)(door, body or None).status_code == 404, door
    assert [row["id"] for row in stranger.get("/api/webhooks").json()["results"]] == [own["id"]]
    assert Webhook.objects.get(pk=hook["id"]).enabled


def test_one_event_is_the_owners_alone(client, hook, api, mallory):
    stranger = api(mallory)
    stranger.post("/api/webhooks", {"url": URL})
    client.post("/api/categories", {"name": "Mine", "kind": "expense"})
    for webhook in Webhook.objects.all():
        sending.take_up(webhook.pk)
    assert {str(row.webhook_id) for row in WebhookDelivery.objects.all()} == {hook["id"]}


def test_an_unknown_delivery_is_404(client, hook):
    answer = client.post(f"/api/webhooks/{hook['id']}/deliveries/{new_id()}/replay", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "delivery_not_found")


def test_a_page_of_the_log_costs_what_a_row_costs(client, hook, django_assert_max_num_queries):
    path = f"/api/webhooks/{hook['id']}/deliveries"
    for _ in range(12):
        client.post(f"/api/webhooks/{hook['id']}/test", {})
    with django_assert_max_num_queries(5):
        assert len(client.get(path).json()["results"]) == 12


def test_what_is_done_is_forgotten_after_a_month_and_what_waits_is_not(client, hook):
    for _ in range(2):
        client.post(f"/api/webhooks/{hook['id']}/test", {})
    done, waiting = WebhookDelivery.objects.order_by("id")
    WebhookDelivery.objects.update(created_at="2020-01-01T00:00:00Z")
    WebhookDelivery.objects.filter(pk=done.pk).update(state="dead")
    assert forget_expired()["deliveries"] == 1
    assert WebhookDelivery.objects.get().pk == waiting.pk


def test_secrets_move_under_the_first_key(client, hook, settings):
    settings.ENCRYPTION_KEYS = ["another-key", settings.SECRET_KEY]
    call_command("rotate_secrets", verbosity=0)
    settings.ENCRYPTION_KEYS = ["another-key"]
    assert SECRETS.opened(Webhook.objects.get().secret_sealed) == hook["secret"]
