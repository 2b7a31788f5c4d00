"""`manage.py evaluate_logins [FOLDER]`: how well unusual logins are told from usual ones."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from security_monitor.evaluation.logins import hours, simulator
from security_monitor.evaluation.logins.figures import Interval, Trial, tried

MEASURES: dict[str, Callable[[Any], float]] = {
    "score of the watch": lambda login: float(login.word.score),
    "Freeman's score": lambda login: float(login.likelihood),
}
LABELS = ["takeover, naive", "takeover, vpn", "takeover, targeted", "stuffing", "spray"]


class Command(BaseCommand):
    help = (
        "Replay made-up people with labelled takeovers, sprays and stuffing through the rules of the"
        " watch; or, with a folder, its log.csv with the windows of attack in attacks.csv."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path)
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--people", type=int, default=300)
        parser.add_argument("--days", type=int, default=180)
        parser.add_argument(
            "--warm-up", type=int, default=60, help="days without attacks, not tested"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout._out, width=110)  # type: ignore[arg-type]  # the bare stream
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            if options["folder"]:
                table = _hours(options["folder"], progress)
            else:
                table = _simulated(options, progress)
        console.print(table)


def _hours(folder: Path, progress: Progress) -> Table:
    try:
        rows, _ = hours.read(folder)
    except (OSError, ValueError, KeyError) as problem:
        raise CommandError(f"{folder} cannot be read: {problem}") from problem
    task = progress.add_task("replay", total=len(rows))
    by_hour, by_source = hours.judged(folder, lambda: progress.advance(task))
    table = Table(title=f"{len(rows)} attempts")
    for head in ("what", "precision", "recall", "hits", "false alarms", "missed", "quiet"):
        table.add_column(head)
    for name, found in (("hours", by_hour), ("sources", by_source)):
        figures = (found.hits, found.false_alarms, found.missed, found.quiet)
        table.add_row(name, f"{found.precision:.3f}", f"{found.recall:.3f}", *map(str, figures))
    for name, (_, false_discovery, missed) in hours.PUBLISHED.items():
        table.add_row(
            f"sources, published: {name}", f"{1 - false_discovery:.3f}", f"{1 - missed:.3f}"
        )
    return table


def _simulated(options: dict[str, Any], progress: Progress) -> Table:
    warm_up = options["warm_up"]
    world = simulator.World(options["seed"], options["people"], options["days"], warm_up)
    attempts = world.attempts()
    task = progress.add_task("replay", total=len(attempts))
    since = simulator.BEGIN + timedelta(days=warm_up)
    trial = tried(attempts, since, lambda: progress.advance(task))
    progress.update(task, description="intervals")
    return _table(options, trial)


def _table(options: dict[str, Any], trial: Trial) -> Table:
    honest = sum(login.attempt.label == "honest" for login in trial.logins)
    title = (
        f"seed {options['seed']}: {options['people']} people, {trial.days:.0f} days, {honest} honest"
        f" logins, {len(trial.logins) - honest} of intruders"
    )
    table = Table(title=title)
    for head in ("figure", "value", "95 %"):
        table.add_column(head)
    _row(table, "precision of being asked", trial.precision)
    _row(table, "recall of being asked", trial.recall())
    for label in LABELS:
        _row(table, f"  {label}", trial.recall(label))
    _row(table, "honest people asked, per person and month", trial.asked_per_month)
    for name, measure in MEASURES.items():
        _row(table, f"AUC, {name}", trial.auc(measure))
        for share in (0.001, 0.01):
            _row(table, f"recall with {share:.1%} of honest logins asked, {name}",
                 trial.recall_at(measure, share))  # fmt: skip
    for label in sorted(trial.wrong):
        alarms, wrong = trial.alarms[label], trial.wrong[label]
        table.add_row(f"wrong passwords, {label}: alarms of all", f"{alarms} of {wrong}", "")
    return table


def _row(table: Table, name: str, figure: Interval) -> None:
    value, low, high = figure
    table.add_row(name, f"{value:.3f}", f"{low:.3f}-{high:.3f}")
