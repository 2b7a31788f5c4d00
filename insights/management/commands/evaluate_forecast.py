"""`manage.py evaluate_forecast`: how well series and households are forecast, against known methods."""

from argparse import ArgumentParser
from pathlib import Path
from statistics import fmean
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from insights.forecast_evaluation import (
    evaluate,
    library_methods,
    ours,
    read_series,
    seasonal_naive,
)
from insights.forecast_evaluation_drawing import series_fan
from insights.household_evaluation import Horizon, balances, months, read_households


class Command(BaseCommand):
    help = (
        "Forecast the daily and monthly series of a file (JSON lines of id, period, train, test;"
        " .jsonl or .jsonl.gz), or the households of a folder (postings.csv.gz, txns.csv), and print"
        " how far off that was. ETS and Theta stand beside it where statsforecast is installed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--plot", type=Path, help="draw a file's first series into this .svg")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            if path.is_dir():
                self._households(path)
            else:
                self._series(path)
                if options["plot"]:
                    first = next(read_series(path))
                    options["plot"].write_text(series_fan(first, ours(first)), encoding="utf-8")
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise CommandError(f"{path} cannot be read: {problem}") from problem

    def _series(self, path: Path) -> None:
        methods = {"ours": ours, "seasonal naive": seasonal_naive, **library_methods()}
        found = evaluate(read_series(path), methods)
        self.stdout.write(
            f"{path.name}: {found['ours'].count} series\n"
            f"{'':15} {'sMAPE':>7} {'MASE':>7} {'pinball':>8} {'80 %':>7} {'95 %':>7} {'s each':>8}"
        )
        for name, row in found.items():
            self.stdout.write(
                f"{name:15} {row.smape:7.2f} {row.mase:7.3f} {row.pinball:8.3f}"
                f" {row.coverage_80:7.1%} {row.coverage_95:7.1%} {row.seconds:8.4f}"
            )

    def _households(self, folder: Path) -> None:
        households = read_households(folder)
        self.stdout.write(f"{len(households)} households, balance by days ahead")
        self._horizons(balances(households))
        spent = months(households)
        self.stdout.write("spending by months ahead")
        self._horizons(spent.months)
        self.stdout.write("spending of so many months together")
        self._horizons(spent.sums)

    def _horizons(self, rows: list[Horizon]) -> None:
        head = f"{'ahead':>6} {'error':>9} {'naive':>9} {'less':>6} {'80 %':>7} {'95 %':>7}"
        self.stdout.write(head)
        for row in rows:
            self._row(f"{row.ahead:6}", row.error, row.naive, row.coverage_80, row.coverage_95)
        columns = zip(
            *((r.error, r.naive, r.coverage_80, r.coverage_95) for r in rows), strict=True
        )
        error, naive, held_80, held_95 = (fmean(column) for column in columns)
        self._row(f"{'all':>6}", error, naive, held_80, held_95)

    def _row(self, name: str, error: float, naive: float, held_80: float, held_95: float) -> None:
        less = 1 - error / naive if naive else 0.0
        self.stdout.write(
            f"{name} {error / 100:9.0f} {naive / 100:9.0f} {less:6.0%} {held_80:7.1%} {held_95:7.1%}"
        )
