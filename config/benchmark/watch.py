"""What the watch adds to a post: one server that scores and one that does not, taking turns."""

import json
import random
import statistics
from collections.abc import Callable, Iterator
from datetime import date

from django.db.transaction import atomic

from config.benchmark.scenarios import ROUNDS, Person, make_person, tidy_up
from config.benchmark.server import Sample, Server
from ledger.models import Transaction
from security_monitor.services.rebuilding import rebuild

REQUESTS = 200
PAYEES = 40


def scoring(sizes: list[int], report: Callable[[str], None]) -> Iterator[str]:
    """A line per length of history: processor time of a post with and without the watch, medians."""
    people = [make_person(rows, report) for rows in sizes]
    for person in people:
        report(f"learning {person.rows:,} rows")
        # As if the watch had been there all along: a row that was scored is one that was learned.
        Transaction.objects.for_user(person.user).update(risk_score=0)
        with atomic():
            rebuild(person.user.pk)
    tidy_up()
    quiet = {"LOG_LEVEL": "ERROR"}
    watched = Server("config.wsgi:application", quiet)
    alone = Server("config.wsgi:application", {**quiet, "RISK_GATE": ""})
    first = 0.0
    try:
        for person in people:
            report(f"posting into {person.rows:,} rows")
            post = _posts_of(person)
            for server in (watched, alone):
                server.sample(30, post, person.headers)
            rounds = [
                tuple(server.sample(REQUESTS, post, person.headers) for server in (watched, alone))
                for _ in range(ROUNDS)
            ]
            with_it, without = (_middle([pair[i] for pair in rounds]) for i in (0, 1))
            first = first or with_it[0]
            yield (
                f"post, {person.rows:,} rows: {with_it[0]:.2f} ms of processor with the watch,"
                f" {without[0]:.2f} without: +{100 * (with_it[0] / without[0] - 1):.0f} %"
                f" (p50 {with_it[1]:.2f} and {without[1]:.2f} ms);"
                f" {with_it[0] / first:.2f} x the shortest history"
            )
    finally:
        watched.stop()
        alone.stop()


def _posts_of(person: Person) -> Callable[[int], tuple[str, str, bytes]]:
    """Ordinary payments at many shops, hardly one twice: an alert has its own price, and is rare."""
    body = {"account": str(person.account.id), "posted_on": date.today().isoformat()}  # noqa: DTZ011
    dice = random.Random(11)  # noqa: S311 (figures, not secrets)

    def make(n: int) -> tuple[str, str, bytes]:
        amount = f"-{dice.randrange(1, 200)}.{dice.randrange(10, 100)}"
        shop = {"payee": f"Payee {n % PAYEES}", "amount": amount}
        row = {**body, **shop, "category": person.category}
        return "POST", "/api/transactions", json.dumps(row).encode()

    return make


def _middle(samples: list[Sample]) -> tuple[float, float]:
    return statistics.median(s.cpu_ms for s in samples), statistics.median(
        s.p50_ms for s in samples
    )
