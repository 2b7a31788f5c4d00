"""`manage.py evaluate_forecast`: how well daily series are forecast, against seasonal naive."""

from argparse import ArgumentParser
from pathlib import Path
from time import process_time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.forecast_evaluation import evaluate, read_series


class Command(BaseCommand):
    help = (
        "Forecast the daily series of a file (JSON lines of id, period, train, test; .jsonl or"
        " .jsonl.gz) and print sMAPE, MASE and the coverage of 80 % ranges against seasonal naive."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        began = process_time()
        try:
            found = evaluate(read_series(path))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise CommandError(f"{path} cannot be read: {problem}") from problem
        spent = (process_time() - began) / found.count
        self.stdout.write(f"{path.name}: {found.count} daily series, {spent * 1000:.0f} ms each")
        self.stdout.write(f"ours            sMAPE {found.smape:6.2f}  MASE {found.mase:.3f}")
        self.stdout.write(
            f"seasonal naive  sMAPE {found.naive_smape:6.2f}  MASE {found.naive_mase:.3f}"
        )
        self.stdout.write(f"80 % ranges of the running sum cover {found.coverage:.1%}")
