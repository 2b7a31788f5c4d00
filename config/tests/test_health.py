"""/health, /health/ready and /metrics: what a balancer, an operator and a scraper are told."""

import re
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client, override_settings

from config import health, pulse
from config.metrics import take_stock
from config.tasks import heartbeat, measure
from config.tests.cast import account_of, posted

LOOPBACK = {"REMOTE_ADDR": "127.0.0.1"}


def test_alive_asks_nothing(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_names_every_part_with_its_age() -> None:
    heartbeat()
    pulse.beat(pulse.BEAT)
    response = Client().get("/health/ready")
    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "ok"
    assert set(answer["parts"]) == {"database", "cache", "broker", "worker", "beat"}
    for part in answer["parts"].values():
        assert part["status"] == "ok"
        assert part["age"] >= 0


@pytest.mark.django_db
def test_a_late_worker_shows_but_requests_are_still_served() -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        heartbeat()
        clock.shift(pulse.LATE_AFTER_SECONDS + 5)
        response = Client().get("/health/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["parts"]["worker"] == {
        "status": "late",
        "age": float(pulse.LATE_AFTER_SECONDS + 5),
    }
    assert response.json()["parts"]["beat"] == {"status": "unknown", "age": None}


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["database", "cache", "broker"])
def test_without_an_essential_part_it_is_not_ready(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DatabaseError("secret host name")

    monkeypatch.setitem(health.ESSENTIAL, part, fail)
    response = Client().get("/health/ready")
    assert response.status_code == 503
    assert response.json()["status"] == "down"
    assert response.json()["parts"][part]["status"] == "down"
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/metrics"])
def test_it_is_only_read(path: str) -> None:
    response = Client().post(path)
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response["Allow"] == "GET, HEAD"


def test_a_balancer_may_ask_by_address_and_without_tls() -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        assert Client().get("/health", HTTP_HOST="10.1.2.3").status_code == 200


@pytest.mark.django_db
def test_metrics_count_requests_by_route(alice: Any, api: Any) -> None:
    row = posted(account_of(alice), "-5.00")
    api(alice).get(f"/api/transactions/{row.pk}")
    text = Client().get("/metrics", **LOOPBACK).content.decode()
    expected = r'books_requests_total{method="GET",route="api/transactions/<[^"]+",status="200"} '
    assert re.search(expected.replace("{", r"\{").replace("}", r"\}"), text)
    assert str(row.pk) not in text, "an id as a label would be a new series per row"
    assert "books_request_seconds_bucket" in text
    assert "books_uptime_seconds" in text
    assert "python_gc_collections_total" in text


@pytest.mark.django_db
def test_metrics_show_the_stock_without_counting_it(
    alice: Any, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.RISK_GATE = ""  # so that a row stays unscored
    posted(account_of(alice), "-5.00")
    measure()
    with django_assert_num_queries(0):
        text = Client().get("/metrics", **LOOPBACK).content.decode()
    assert 'books_stock{kind="unscored_transactions"} 1.0' in text
    assert 'books_stock{kind="outbox_events"}' in text


@pytest.mark.django_db
def test_taking_stock_is_two_queries(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        take_stock()


def test_a_method_of_the_clients_making_is_no_label() -> None:
    Client().generic("BREW", "/api/nowhere")
    text = Client().get("/metrics", **LOOPBACK).content.decode()
    assert "BREW" not in text
    assert "nowhere" not in text


@pytest.mark.parametrize(
    ("caller", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 401),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 401),
        # A proxy on this machine that nobody listed: its clients are not this machine.
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 401),
    ],
)
def test_without_a_token_only_this_machine_reads_metrics(
    caller: dict[str, str], status: int
) -> None:
    assert Client().get("/metrics", **caller).status_code == status


@override_settings(METRICS_TOKEN="a-long-token-for-scrapers")
def test_with_a_token_only_its_bearer_reads_metrics() -> None:
    assert Client().get("/metrics", **LOOPBACK).status_code == 401
    wrong = Client().get("/metrics", HTTP_AUTHORIZATION="Bearer nope", **LOOPBACK)
    assert wrong.status_code == 401
    good = "Bearer a-long-token-for-scrapers"
    assert Client().get("/metrics", HTTP_AUTHORIZATION=good).status_code == 200
