"""`manage.py serve`: everything in one process, on the embedded defaults."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

PRODUCTION_COMMANDS = """\
`serve` is the embedded mode, but DATABASE_URL or REDIS_URL is set. In production start instead:
  granian --interface wsgi --blocking-threads 8 --backpressure 64 config.wsgi:application
  uvicorn config.asgi:application --ws websockets-sansio --ws-per-message-deflate false \\
    --no-proxy-headers --timeout-graceful-shutdown 3
  celery -A config worker
  celery -A config beat"""


class Command(BaseCommand):
    help = "Serve HTTP, WebSockets, tasks and the beat from one process (embedded mode only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="First bring the database up to date and, if it is new, fill in a demo household.",
        )

    def handle(self, *args: Any, host: str, port: int, prepare: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(PRODUCTION_COMMANDS)
        if pending_migrations():
            if not prepare:
                raise CommandError("The database is not up to date. Run: manage.py migrate")
            call_command("migrate", verbosity=0)
        if prepare:
            call_command("seed_demo", if_empty=True)
        connections.close_all()
        self.announce(f"http://{host}:{port}")
        from config.embedded import run

        run(host, port)

    def announce(self, base: str) -> None:
        self.stdout.write(f"Page      {base}/")
        self.stdout.write(f"API docs  {base}/api/docs")
        self.stdout.write(f"Admin     {base}/admin/")
        self.stdout.write(f"Health    {base}/health/ready")
        self.stdout.write("Stop with Ctrl-C.")
        self.stdout.flush()


def pending_migrations() -> bool:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
