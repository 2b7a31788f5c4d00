"""`manage.py evaluate_fraud FILE`: how good the watch is, measured in the order of time."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from security_monitor.evaluation.files import Labelled, Unreadable, read
from security_monitor.evaluation.learned import IsolationForest, RulesAndLearning, Watcher
from security_monitor.evaluation.methods import FiveTimesMean, Method, OurRules, RobustZ
from security_monitor.evaluation.trial import Outcome, Window, between, try_methods

HEADS = ("AUC", "AP", "95 %", "card P@100", "recall at .1 / .5 / 1 % FPR", "alerts", "fraud in them",
         "false alerts per user-month")  # fmt: skip


class Command(BaseCommand):
    help = (
        "Replay a labelled file (CSV or Parquet: user, at, amount, fraud, payee?, category?) through"
        " the scoring code and print how well each method finds the fraud of its last part."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--from", dest="since", type=date.fromisoformat, help="first test day")
        parser.add_argument("--to", dest="until", type=date.fromisoformat, help="last test day")
        parser.add_argument("--train-from", type=date.fromisoformat,
                            help="cards with fraud since then are known and left out")  # fmt: skip
        parser.add_argument("--delay", type=int, default=7, help="days until a label is known")
        parser.add_argument("--share", type=float, default=0.25, help="of the days, to test on")
        parser.add_argument("--currency", default="EUR")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout._out, width=130)  # type: ignore[arg-type]  # the bare stream
        for path in options["files"]:
            try:
                rows = read(path, options["currency"])
            except (OSError, Unreadable, ValueError, KeyError) as problem:
                raise CommandError(f"{path} cannot be read: {problem}") from problem
            window = _window(rows, options)
            console.print(_table(path.name, _try(console, rows, window)))


def _window(rows: list[Labelled], options: dict[str, Any]) -> Window:
    if options["since"] is None:
        return between(rows, options["share"], options["delay"])
    train = options["train_from"]
    return Window(
        options["since"].toordinal(),
        options["until"].toordinal() if options["until"] else rows[-1].entry.day,
        train.toordinal() if train else 0,
        options["delay"],
        drop_known=train is not None,
    )


def _try(console: Console, rows: list[Labelled], window: Window) -> Outcome:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    watcher = Watcher(rows, window.delay)
    methods: list[Method] = [
        FiveTimesMean(),
        RobustZ(),
        OurRules(),
        IsolationForest(watcher, window.first),
        RulesAndLearning(watcher, window.first),
    ]
    total = sum(row.entry.day <= window.last for row in rows)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", total=total)
        return try_methods(rows, methods, window, lambda: progress.advance(task))


def _table(name: str, outcome: Outcome) -> Table:
    title = (
        f"{name}: {outcome.rows} rows of {outcome.owners} owners, {outcome.frauds} frauds; "
        f"{outcome.microseconds:.0f} µs per row for rules and profiles"
    )
    table = Table(title=title)
    for head in ("method", *HEADS):
        table.add_column(head)
    for found in outcome.results:
        table.add_row(
            found.name,
            f"{found.auc:.3f}",
            f"{found.average_precision:.3f}",
            f"{found.low:.3f}-{found.high:.3f}",
            f"{found.card_precision:.3f}",
            " / ".join(f"{recall:.3f}" for recall in found.recall),
            str(found.flagged),
            str(found.flagged_fraud),
            f"{found.alerts_per_user_month:.2f}",
        )
    return table
