"""The overview of 40 budgets that carry money through 120 months, over books of different sizes."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.sessions import open_session
from budgeting.services.book import open_budget
from config.benchmark.history import make_history, tidy_up
from ledger.models import Category
from ledger.periods import add_months

YEARS, ROUNDS = 10, 30
PATH = "/api/budgets/overview"


def overview(sizes: list[int], report: Callable[[str], None]) -> Iterator[str]:
    """A line per size: median milliseconds of the request in this process, statements, and the
    ratio to the smallest books."""
    first = 0.0
    for rows in sizes:
        report(f"forty budgets over {rows:,} rows of ten years")
        client = _household(rows)
        tidy_up()
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(PATH).json()["budgets"]) == 40
            statements = len(queries)
        walls = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            client.get(PATH)
            walls.append((time.perf_counter() - started) * 1000)
        middle = statistics.median(walls)
        first = first or middle
        yield (
            f"overview of 40 budgets x 120 months, {rows:,} rows: {middle:.1f} ms,"
            f" {statements} statements with the session's, {middle / first:.2f} x the first"
        )


def _household(rows: int) -> APIClient:
    user = User.objects.create_user(f"budgets{rows}@example.org", None, currency="EUR")
    make_history(user, rows, years=YEARS)
    start = add_months(date.today().replace(day=1), -12 * YEARS + 1)  # noqa: DTZ011 (whole months)
    for category_id in Category.objects.for_user(user).values_list("id", flat=True):
        fields = {"categories": [category_id], "amount": Decimal(100), "starts_on": start}
        open_budget(user, {**fields, "rollover": {"mode": "both"}, "thresholds": []})
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {open_session(user)[0]}")
    return client
