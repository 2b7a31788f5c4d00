"""Measure the program against its floor. See docs/performance.md for the figures and how they were got."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from config.benchmark.server import free_port

INSIDE = "BENCHMARK_INSIDE"

PARTS = (
    "http", "comprehensive", "watch", "forecast", "writers", "bulk", "budgets", "recurring",
)  # fmt: skip
STREAM = "stream"  # by its name only: it wants the machine for itself, PostgreSQL and redis-server


class Command(BaseCommand):
    help = (
        "Fill a scratch database with histories of several lengths, then measure list, post and summary "
        "as ratios to a floor that runs the same statements under the same server, what the watch adds to a "
        "post, and eight writers on the embedded server. Uses DATABASE_URL's server (a scratch database "
        "beside it), else SQLite."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--rows", default="1000,100000,200000,1000000", help="lengths of history, by commas"
        )
        parser.add_argument(
            "--writes", type=int, default=10_000, help="writes by eight embedded writers"
        )
        parser.add_argument(
            "--bulk-rows", type=int, default=200_000, help="rows of the bank file that is imported"
        )
        parser.add_argument("--file", type=Path, help="a bank file in place of the made one")
        parser.add_argument(
            "--due", type=int, default=100_000, help="occurrences of recurring transactions"
        )
        parser.add_argument("--only", choices=[*PARTS, STREAM], help="one part alone")
        parser.add_argument("part", nargs="?", choices=[*PARTS, STREAM], help="the same as --only")
        parser.add_argument("--clients", default="1000,5000,10000", help="of the stream, by commas")
        parser.add_argument("--rate", type=int, default=500, help="events a second on the stream")

    def handle(self, *args: Any, **options: Any) -> None:
        options["only"] = options["only"] or options["part"]
        if options["only"] == STREAM and not settings.DATABASE_URL:
            raise CommandError("The stream is measured on PostgreSQL: set DATABASE_URL.")
        if not os.environ.get(INSIDE):
            self._in_scratch(own_redis=options["only"] == STREAM)
            return
        from config.benchmark.budgets import overview
        from config.benchmark.bulk import bulk
        from config.benchmark.forecasts import forecasts
        from config.benchmark.recurring import materialising
        from config.benchmark.scenarios import aggregate_ms, compare, make_person, tidy_up
        from config.benchmark.watch import scoring
        from config.benchmark.writers import eight_writers

        console = Console(width=140)
        with tempfile.TemporaryDirectory() as folder, console.status("measuring") as status:

            def report(text: str) -> None:
                status.update(text)
                console.print(f"[dim]{text}[/dim]")

            if options["only"] in (None, "bulk"):
                for line in bulk(options["bulk_rows"], report, options["file"]):
                    console.print(line, highlight=False)
            if options["only"] in (None, "budgets"):
                for line in overview([20_000, 200_000], report):
                    console.print(line, highlight=False)
            if options["only"] in (None, "recurring"):
                for line in materialising(options["due"], report):
                    console.print(line, highlight=False)
            sizes = [int(n) for n in options["rows"].split(",")]
            if options["only"] in (None, "forecast"):
                for line in forecasts(sizes, report):
                    console.print(line, highlight=False)
            # The dashboards are among the http part's; alone they are ready in a minute.
            if options["only"] in (None, "http", "comprehensive"):
                people = [make_person(rows, report) for rows in sizes]
                tidy_up()
                of = "dashboard" if options["only"] == "comprehensive" else ""
                figures = compare(people, Path(folder), report, of)
                sums = {person.rows: aggregate_ms(person) for person in people}
                self._print(console, figures, sums)
            if options["only"] in (None, "watch"):
                for line in scoring([100, max(sizes)], report):
                    console.print(line, highlight=False)
            if options["only"] == STREAM:
                self._stream(console, options, Path(folder), report)
            if options["only"] in (None, "writers") and settings.EMBEDDED:
                report("eight writers on the embedded server")
                console.print(eight_writers(options["writes"]))

    def _stream(self, console: Console, options: dict[str, Any], folder: Path, report: Any) -> None:
        from config.benchmark.stream import OwnRedis, streaming

        redis = OwnRedis(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))
        redis.start()
        try:
            sizes = [int(n) for n in options["clients"].split(",")]
            for line in streaming(sizes, options["rate"], redis, folder, report):
                console.print(line, highlight=False)
        finally:
            redis.stop()

    def _in_scratch(self, own_redis: bool) -> None:
        """Run again in a process whose database is a scratch one, dropped at the end."""
        environment = {**os.environ, INSIDE: "1", "LOG_LEVEL": "ERROR"}
        # The measured servers speak plain HTTP on loopback.
        environment |= {
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "SSL_REDIRECT": "false",
            "SECURE_COOKIES": "false",
            "ALLOW_INSECURE_HTTP": "true",
            "STREAMS_PER_ADDRESS_MAX": "1000000",  # all clients are this machine
        }
        if own_redis:
            environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
        with tempfile.TemporaryDirectory(prefix="bench") as folder:
            environment["DATA_DIR"] = folder
            name = f"bench_{uuid4().hex[:8]}"
            if settings.DATABASE_URL:
                self._sql(f"CREATE DATABASE {name}")
                base, _, _ = settings.DATABASE_URL.rpartition("/")
                environment["DATABASE_URL"] = f"{base}/{name}"
            try:
                for command in (["migrate", "--verbosity", "0"], sys.argv[1:]):
                    run = [sys.executable, sys.argv[0], *command]
                    code = subprocess.run(run, env=environment, check=False).returncode  # noqa: S603
                    if code:
                        raise CommandError(f"{command[0]} ended with {code}")
            finally:
                if settings.DATABASE_URL:
                    self._sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _sql(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(settings.DATABASE_URL, autocommit=True) as connection:
            connection.execute(statement)

    def _print(self, console: Console, figures: list[Any], sums: dict[int, float]) -> None:
        table = Table(title=f"{'PostgreSQL' if settings.DATABASE_URL else 'SQLite'}: ours / floor")
        for name in (
            "endpoint",
            "rows",
            "statements",
            "CPU ms",
            "floor CPU ms",
            "ratio",
            "p50 ms",
            "p95 ms",
            "floor p50",
            "KB",
        ):
            table.add_column(name, justify="left" if name == "endpoint" else "right")
        for f in figures:
            table.add_row(
                f.name, f"{f.rows:,}", str(f.statements), f"{f.ours.cpu_ms:.2f}", f"{f.floor.cpu_ms:.2f}",
                f"{f.ratio:.2f}", f"{f.ours.p50_ms:.2f}", f"{f.ours.p95_ms:.2f}", f"{f.floor.p50_ms:.2f}",
                f"{f.ours.size / 1024:.1f}",
            )  # fmt: skip
        console.print(table)
        for f in figures:
            if f.name.startswith("summary"):
                times = sums[f.rows] / f.ours.p50_ms
                console.print(
                    f"summing {f.rows:,} rows takes {sums[f.rows]:.1f} ms; our whole answer {f.ours.p50_ms:.2f} ms: {times:.1f} x faster"  # noqa: E501
                )
        dashboards = [f for f in figures if f.name == "dashboard"]
        for f in dashboards[1:]:
            cost = f.ours.p50_ms / dashboards[0].ours.p50_ms
            console.print(
                f"a dashboard of {f.rows:,} rows costs {cost:.2f} x one of {dashboards[0].rows:,}"
            )
        for f in figures:
            if f.name == "dashboard, unchanged":
                console.print(
                    f"{f.rows:,} rows: a 304 of the dashboard takes {f.statements} statements"
                )
        for rows in sums:
            by = {f.name: f for f in figures if f.rows == rows}
            if "list" not in by:
                continue
            depth = by["list, deep page"].ours.p50_ms / by["list"].ours.p50_ms
            console.print(f"{rows:,} rows: a deep page costs {depth:.2f} x the first")
