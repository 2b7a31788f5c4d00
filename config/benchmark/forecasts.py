"""One owner's forecast, worked out on the spot and read from what the beat made, over two years."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.sessions import open_session
from config.benchmark.history import make_history, tidy_up
from insights.services.forecasts import refresh
from ledger.models import Account
from ledger.services.recurring import make_recurring

YEARS, ROUNDS, RULES = 2, 30, 10
PATH = "/api/analytics/forecast?days=90"


def forecasts(sizes: list[int], report: Callable[[str], None]) -> Iterator[str]:
    """A line per size and way: medians of processor and clock of the request in this process, and the
    least of the processor, which other work on the machine flatters least."""
    first: dict[str, float] = {}
    for rows in sizes:
        report(f"a forecast over {rows:,} rows of two years")
        user, client = _household(rows)
        tidy_up()
        for way in ("on the spot", "made ahead"):
            if way == "made ahead":
                assert refresh(user.pk)
            statements, least, cpu, wall = _measured(client)
            first.setdefault(way, cpu)
            yield (
                f"forecast {way}, {rows:,} rows: {cpu:.1f} ms of processor (least {least:.1f}),"
                f" {wall:.1f} ms by the clock,"
                f" {statements} statements with the session's, {cpu / first[way]:.2f} x the first"
            )


def _measured(client: APIClient) -> tuple[int, float, float, float]:
    with CaptureQueriesContext(connection) as queries:
        body = client.get(PATH).json()
        assert body["spending"]["total"]["p10"] is not None
        statements = len(queries)
    cpus, walls = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        client.get(PATH)
        cpus.append((time.process_time() - cpu) * 1000)
        walls.append((time.perf_counter() - wall) * 1000)
    return statements, min(cpus), statistics.median(cpus), statistics.median(walls)


def _household(rows: int) -> tuple[User, APIClient]:
    user = User.objects.create_user(f"forecast{rows}@example.org", None, currency="EUR")
    account: Account = make_history(user, rows, years=YEARS)
    next_month = date.today() + timedelta(days=20)  # noqa: DTZ011 (any day ahead)
    for n in range(RULES):
        schedule = {"frequency": "monthly", "anchor_on": next_month.isoformat()}
        fields = {"account": account.id, "amount": Decimal(-10 - n), "payee": f"Bill {n}"}
        make_recurring(
            user_id=user.pk, fields={**fields, "auto_approve": True, "schedule": schedule}
        )
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user)[0]}")
    return user, client
