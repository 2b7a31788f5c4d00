"""What is measured: list, depth, post and summary against their floors, at several lengths of history."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.sessions import open_session
from accounts.sql import fetch, is_postgres
from config.benchmark.history import make_history, tidy_up
from config.benchmark.plan import Statement, fresh_ids, plain, recorded
from config.benchmark.server import Sample, Server
from ledger.models import Account, Category, Payee

ROUNDS = 5
DASHBOARD = "/api/analytics/comprehensive"
JSON = {"Content-Type": "application/json"}
AGGREGATE = """
SELECT category_id, currency, SUM(CASE WHEN amount_minor > 0 THEN amount_minor ELSE 0 END),
SUM(CASE WHEN amount_minor < 0 THEN amount_minor ELSE 0 END), COUNT(*)
FROM ledger_transaction WHERE user_id = %s AND posted_on BETWEEN %s AND %s
AND transfer_id IS NULL AND status <> 'pending' GROUP BY category_id, currency
"""


@dataclass(slots=True)
class Person:
    """A user with a history, a token, and what the requests need to name."""

    rows: int
    user: User
    token: str
    account: Account
    payee: str
    category: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **JSON}


@dataclass(slots=True)
class Figure:
    """One line of the report: ours beside its floor, medians over the rounds."""

    name: str
    rows: int
    ours: Sample
    floor: Sample
    statements: int
    notes: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours.cpu_ms / self.floor.cpu_ms


def make_person(rows: int, report: Callable[[str], None]) -> Person:
    report(f"loading a history of {rows:,} rows")
    user = User.objects.create_user(f"{uuid4().hex}@example.org", None, currency="EUR")
    account = make_history(user, rows)
    access, _, _ = open_session(user)
    payee = Payee.objects.for_user(user).values_list("name", flat=True)[0]
    category = Category.objects.for_user(user).values_list("id", flat=True)[0]
    return Person(rows, user, access, account, payee, str(category))


@dataclass(frozen=True, slots=True)
class Endpoint:
    name: str
    method: str
    path: str
    body: Callable[[int], dict[str, Any]] | None = None
    requests: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def make(self, n: int) -> tuple[str, str, bytes]:
        return self.method, self.path, json.dumps(self.body(n)).encode() if self.body else b""


def endpoints(person: Person) -> list[Endpoint]:
    today = date.today()  # noqa: DTZ011 (whole months only)
    start = today.replace(year=today.year - 1, day=1)
    end = today.replace(day=1)
    last = date.fromordinal(end.toordinal() - 1)
    order = {
        "account": str(person.account.id),
        "amount": "-12.30",
        "posted_on": today.isoformat(),
        "payee": person.payee,
        "category": person.category,
        "memo": "bench",
    }
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {person.token}")
    deep = deep_cursor(client, person)
    return [
        Endpoint("list", "GET", "/api/transactions"),
        Endpoint("list, deep page", "GET", f"/api/transactions?cursor={deep}"),
        Endpoint("post", "POST", "/api/transactions", lambda n: order),
        Endpoint(
            "summary, 12 months",
            "GET",
            f"/api/transactions/summary?date_from={start}&date_to={last}",
        ),
        Endpoint("dashboard", "GET", DASHBOARD, requests=60),
        Endpoint(
            "dashboard, unchanged",
            "GET",
            DASHBOARD,
            headers={"If-None-Match": "*"},  # whatever its tag by then: the posts move the clock
        ),
    ]


def deep_cursor(client: APIClient, person: Person) -> str:
    """The cursor of a page nine tenths down the history."""
    from accounts.api.lists import Order, encode_cursor

    at = person.rows * 9 // 10
    sql = "SELECT posted_on, id FROM ledger_transaction WHERE user_id = %s ORDER BY posted_on DESC, id DESC LIMIT 1 OFFSET %s"  # noqa: E501
    day, row_id = fetch(sql, [person.user.pk, at])[0]
    from accounts.sql import iso_id

    return encode_cursor(
        Order("-posted_on", ("posted_on", "id"), True), [str(day), str(iso_id(row_id))], False
    )


def record(person: Person, endpoint: Endpoint) -> list[Statement]:
    """The statements of one request of the endpoint, in this process, with its transaction bounds."""
    client = APIClient(SERVER_NAME="localhost")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {person.token}")
    method, path, body = endpoint.make(0)

    def call() -> None:
        answer = client.generic(
            method, path, body.decode(), content_type="application/json", headers=endpoint.headers
        )
        assert answer.status_code < 400, answer.content

    call()
    with recorded() as statements:
        call()
    writes = [i for i, (sql, _) in enumerate(statements) if sql.startswith("UPDATE accounts_clock")]
    if writes and is_postgres():
        statements.insert(writes[0], ("BEGIN", []))
    if writes:
        last = max(i for i, (sql, _) in enumerate(statements) if not sql.startswith("SELECT"))
        statements.insert(last + 1, ("COMMIT", []))
    return statements


def compare(
    people: list[Person], folder: Path, report: Callable[[str], None], of: str = ""
) -> list[Figure]:
    """Every endpoint (or those whose names begin so) for every person: ours and the floor in turn,
    round by round."""
    jobs = [
        (person, endpoint, record(person, endpoint))
        for person in people
        for endpoint in endpoints(person)
        if endpoint.name.startswith(of)
    ]
    plans = {
        str(i): {"statements": statements, "fresh": fresh_ids(statements)}
        for i, (_, _, statements) in enumerate(jobs)
    }
    plan = folder / "plan.json"
    plan.write_text(json.dumps(plans, default=plain))
    environment = {
        "FLOOR_PLAN": str(plan),
        "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY,
        "LOG_LEVEL": "ERROR",
    }
    ours, floor = (
        Server("config.wsgi:application", environment),
        Server("config.benchmark.floor:application", environment),
    )
    figures = []
    try:
        for i, (person, endpoint, statements) in enumerate(jobs):
            report(f"{endpoint.name}, {person.rows:,} rows")
            at_floor = Endpoint(endpoint.name, endpoint.method, f"/{i}", endpoint.body)
            pairs = []
            headers = person.headers | endpoint.headers
            for server, job in ((ours, endpoint), (floor, at_floor)):
                server.sample(30, job.make, headers)
            for _ in range(ROUNDS):
                pairs.append(
                    (
                        ours.sample(endpoint.requests, endpoint.make, headers),
                        floor.sample(endpoint.requests, at_floor.make, headers),
                    )
                )
            figures.append(
                Figure(
                    endpoint.name,
                    person.rows,
                    middle([p[0] for p in pairs]),
                    middle([p[1] for p in pairs]),
                    len(statements),
                )
            )
    finally:
        ours.stop()
        floor.stop()
    return figures


def middle(samples: list[Sample]) -> Sample:
    return Sample(
        statistics.median(s.cpu_ms for s in samples),
        statistics.median(s.p50_ms for s in samples),
        statistics.median(s.p95_ms for s in samples),
        samples[0].size,
    )


def aggregate_ms(person: Person) -> float:
    """Median wall-clock of summing the person's whole history from the rows, by the driver."""
    walls = []
    for _ in range(7):
        started = time.perf_counter()
        fetch(AGGREGATE, [person.user.pk, date(1900, 1, 1), date(2999, 1, 1)])
        walls.append((time.perf_counter() - started) * 1000)
    return statistics.median(walls)


__all__ = ["aggregate_ms", "compare", "connection", "make_person", "tidy_up"]
