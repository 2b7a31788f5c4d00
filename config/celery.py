"""The Celery application, the schedule of what runs by itself, and what rides along with a task."""

import os
from contextvars import Token
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# At fixed times, so that a restart of the beat neither repeats nor postpones anything.
app.conf.beat_schedule = {
    "heartbeat": {"task": "config.tasks.heartbeat", "schedule": 30.0, "options": {"expires": 60}},
    "measure": {"task": "config.tasks.measure", "schedule": 300.0, "options": {"expires": 300}},
    "forget-expired": {"task": "accounts.tasks.forget_expired", "schedule": crontab(minute=17)},
    "erase-people": {
        "task": "accounts.tasks.erase_people",
        "schedule": crontab(minute="6-59/10"),
        "options": {"expires": 600},
    },
    "deliver-webhooks": {
        "task": "accounts.tasks.deliver_webhooks",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "fill-inboxes": {
        "task": "accounts.tasks.fill_inboxes",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "mail-notifications": {
        "task": "accounts.tasks.mail_notifications",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "forget-notifications": {
        "task": "accounts.tasks.forget_notifications",
        "schedule": crontab(hour=4, minute=20),
    },
    "accrue-debts": {"task": "debts.tasks.accrue_debts", "schedule": crontab(minute=27)},
    "send-waiting-letters": {
        "task": "accounts.tasks.send_waiting_letters",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "refresh-statistics": {
        "task": "config.tasks.refresh_statistics",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "budget-thresholds": {
        "task": "budgeting.tasks.check_thresholds",
        "schedule": crontab(minute=7),
    },
    "share-incomes": {
        "task": "goals.tasks.share_incomes",
        "schedule": crontab(minute="3-59/10"),
        "options": {"expires": 600},
    },
    "resume-imports": {
        "task": "ledger.tasks.resume_imports",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "nudge": {"task": "insights.tasks.nudge", "schedule": 60.0, "options": {"expires": 60}},
    "refresh-forecasts": {
        "task": "insights.tasks.refresh_forecasts",
        "schedule": crontab(minute=27),
        "options": {"expires": 3600},
    },
    "verify-sample": {"task": "ledger.tasks.verify_sample", "schedule": crontab(hour=3, minute=40)},
    "sweep-attachments": {
        "task": "ledger.tasks.sweep_attachments",
        "schedule": crontab(hour=4, minute=10),
    },
    "materialise-recurring": {
        "task": "ledger.tasks.materialise_recurring",
        "schedule": crontab(minute="3,18,33,48"),
        "options": {"expires": 900},
    },
    "match-recurring": {
        "task": "ledger.tasks.match_recurring",
        "schedule": crontab(minute=47),
        "options": {"expires": 3600},
    },
    "rescore": {
        "task": "security_monitor.tasks.rescore",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "tell-alerts": {
        "task": "security_monitor.tasks.tell_alerts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "mail-alerts": {
        "task": "security_monitor.tasks.mail_alerts",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "look-around": {
        "task": "security_monitor.tasks.look_around",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "seal-audit": {
        "task": "security_monitor.tasks.seal_audit",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "sign-audit-root": {
        "task": "security_monitor.tasks.sign_audit_root",
        "schedule": crontab(minute=29),
        "options": {"expires": 3600},
    },
    "hand-out-roots": {
        "task": "security_monitor.tasks.hand_out_roots",
        "schedule": crontab(minute="4-59/10"),
        "options": {"expires": 600},
    },
    "age-history": {
        "task": "security_monitor.tasks.age_history",
        "schedule": crontab(hour=4, minute=20),
    },
    "verify-audit": {
        "task": "security_monitor.tasks.verify_audit",
        "schedule": crontab(hour=4, minute=35),
    },
    "resume-backtests": {
        "task": "security_monitor.tasks.resume_backtests",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    "learn-fraud": {
        "task": "security_monitor.tasks.learn",
        "schedule": crontab(hour=2, minute=20),
    },
    "check-risk-drift": {
        "task": "security_monitor.tasks.check_drift",
        "schedule": crontab(hour=3, minute=55),
    },
}
REQUEST_ID = "books_request_id"
_tokens: dict[str, Token[Any]] = {}  # by task id, from prerun to postrun


@signals.before_task_publish.connect
def send_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """A task carries the id of the request that caused it."""
    from accounts.context import origin

    if headers is not None and origin.get().request_id:
        headers[REQUEST_ID] = origin.get().request_id


@signals.task_prerun.connect
def take_request_id(task_id: str, task: Any, **_: Any) -> None:
    """Log lines and audit entries of a task bear that id, or the task's own if none caused it."""
    from accounts.context import Origin, origin

    request_id = getattr(task.request, REQUEST_ID, None) or task_id.replace("-", "")
    _tokens[task_id] = origin.set(Origin(request_id=request_id))


@signals.task_postrun.connect
def drop_request_id(task_id: str, **_: Any) -> None:
    from accounts.context import origin

    token = _tokens.pop(task_id, None)
    if token is not None:
        origin.reset(token)


@signals.worker_init.connect
@signals.beat_init.connect
def refuse_unsafe(**_: Any) -> None:
    """The worker and the beat refuse unsafe settings just as the web processes do."""
    import django

    django.setup()
    from config.boot import refuse_unsafe_start

    refuse_unsafe_start()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """A receiver here, even an empty one, keeps Celery from replacing the handlers of settings."""
