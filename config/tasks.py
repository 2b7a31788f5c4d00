"""What the program does to know that it lives, and how much lies about."""

from typing import Any

from celery import shared_task, signals
from django.db import connection

from config import pulse


@shared_task(name=pulse.HEARTBEAT)
def heartbeat() -> None:
    """Run by a worker every half minute; its being sent is the beat's own pulse."""
    pulse.beat(pulse.WORKER)


@shared_task
def measure() -> None:
    """Count what is too slow to count at each scrape of /metrics."""
    from config.metrics import take_stock

    take_stock()


@shared_task
def refresh_statistics() -> None:
    """SQLite plans by statistics that nobody else keeps: without them it reads an owner's whole
    history where an index on the row was meant. PostgreSQL looks after itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize=0x10002")


@signals.before_task_publish.connect(sender=pulse.HEARTBEAT)
def beat_is_alive(**_: Any) -> None:
    pulse.beat(pulse.BEAT)


@signals.worker_ready.connect
def worker_is_alive(**_: Any) -> None:
    pulse.beat(pulse.WORKER)


@signals.beat_init.connect
def beat_has_started(**_: Any) -> None:
    """The first heartbeat goes out at once, so that readiness need not wait for half a minute."""
    heartbeat.apply_async(expires=60)
