"""What rides along with a task, what runs by itself, and what is never lost."""

from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings

from accounts.context import Origin, origin
from config import pulse
from config.celery import REQUEST_ID, app, drop_request_id, send_request_id, take_request_id
from config.tasks import beat_has_started, beat_is_alive, heartbeat


def test_a_task_carries_the_id_of_the_request_that_caused_it() -> None:
    headers: dict[str, Any] = {}
    token = origin.set(Origin(request_id="trace-0123"))
    try:
        send_request_id(headers=headers)
    finally:
        origin.reset(token)
    assert headers == {REQUEST_ID: "trace-0123"}

    request = type("Request", (), headers)()
    take_request_id(task_id="a-b", task=Mock(request=request))
    assert origin.get().request_id == "trace-0123"
    drop_request_id(task_id="a-b")
    assert origin.get().request_id == ""


def test_a_task_that_nobody_caused_has_an_id_of_its_own() -> None:
    headers: dict[str, Any] = {}
    send_request_id(headers=headers)
    assert headers == {}
    take_request_id(task_id="12-34", task=Mock(request=type("Request", (), {})()))
    assert origin.get().request_id == "1234"
    drop_request_id(task_id="12-34")


def test_the_schedule_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert names <= set(app.tasks)
    assert {"accounts.tasks.forget_expired", "ledger.tasks.verify_sample"} <= names


def test_a_task_of_a_dead_worker_is_not_lost() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


def test_no_task_outlives_the_broker_s_patience() -> None:
    """Redis gives a task to another worker after its visibility timeout: be over by then."""
    limit = settings.CELERY_TASK_TIME_LIMIT
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert limit < options.get("visibility_timeout", limit + 1)


def test_the_beat_keeps_no_state() -> None:
    assert app.conf.beat_scheduler == "celery.beat.Scheduler"


def test_sending_the_heartbeat_is_the_beats_pulse_and_running_it_the_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (pulse.age(pulse.BEAT), pulse.age(pulse.WORKER)) == (None, None)
    beat_is_alive()
    assert pulse.age(pulse.BEAT) is not None
    heartbeat()
    assert pulse.age(pulse.WORKER) is not None


def test_the_first_heartbeat_is_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(heartbeat, "apply_async", lambda **options: sent.append(options))
    beat_has_started()
    assert sent == [{"expires": 60}]
