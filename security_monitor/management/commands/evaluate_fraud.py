"""`manage.py evaluate_fraud FILE`: how good the watch is, measured in the order of time."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from security_monitor.evaluation.by_rule import markdown, trials_of
from security_monitor.evaluation.files import Labelled, Unreadable, day_heard, read
from security_monitor.evaluation.learned import IsolationForest, RulesAndLearning, Watcher
from security_monitor.evaluation.methods import FiveTimesMean, Method, OurRank, OurRules, RobustZ
from security_monitor.evaluation.plots import draw
from security_monitor.evaluation.results import Result, Scenario
from security_monitor.evaluation.trial import Outcome, Window, between, try_methods

HEADS = ("AUC", "AP", "95 %", "card P@100", "recall at .1 / .5 / 1 % FPR", "1 %: 95 %", "alerts",
         "of fraud", "false per user-month", "cards caught", "hours to it", "cost per row")  # fmt: skip

WARM_DAYS = 4  # the isolation forest grows on all rows of the last days


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
        parser.add_argument("--retrain", type=int, default=1, help="days between trainings")
        parser.add_argument("--share", type=float, default=0.25, help="of the days, to test on")
        parser.add_argument("--currency", default="EUR")
        parser.add_argument("--review-cost", type=float, default=5.0, help="of handling one alert")
        parser.add_argument("--by-rule", action="store_true",
                            help="of a simulated file: a line per rule, its attack beside its "
                                 "look-alike, as a Markdown table; nothing is trained")  # fmt: skip
        parser.add_argument("--plots", type=Path, metavar="DIR", help="write SVG there")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout._out, width=190)  # type: ignore[arg-type]  # the bare stream
        for path in options["files"]:
            try:
                rows = read(path, options["currency"])
            except (OSError, Unreadable, ValueError, KeyError) as problem:
                raise CommandError(f"{path} cannot be read: {problem}") from problem
            window = _window(rows, options)
            if options["by_rule"]:
                self._by_rule(path, rows, window)
                continue
            outcome = _try(console, rows, window, options)
            console.print(_table(path.name, outcome))
            if outcome.scenarios:
                console.print(_scenarios(outcome.scenarios))
            if options["plots"]:
                for written in draw(options["plots"], path.stem, outcome.results):
                    console.print(f"wrote {written}", highlight=False)

    def _by_rule(self, path: Path, rows: list[Labelled], window: Window) -> None:
        scenarios = try_methods(rows, [OurRules()], window).scenarios
        if not any(one.name.endswith(" attack") for one in scenarios):
            raise CommandError(f"{path} names no attacks: make it with simulate_ledger")
        for line in markdown(trials_of(scenarios)):
            self.stdout.write(line)


def _window(rows: list[Labelled], options: dict[str, Any]) -> Window:
    if options["since"] is None:
        return between(rows, options["share"], options["delay"])
    train = options["train_from"]
    return Window(
        options["since"].toordinal(),
        options["until"].toordinal() if options["until"] else day_heard(rows[-1]),
        train.toordinal() if train else 0,
        options["delay"],
        drop_known=train is not None,
    )


def _try(
    console: Console, rows: list[Labelled], window: Window, options: dict[str, Any]
) -> Outcome:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    watcher = Watcher(rows, window.delay, window.first - WARM_DAYS)
    methods: list[Method] = [
        FiveTimesMean(),
        RobustZ(),
        OurRules(),
        OurRank(),
        IsolationForest(watcher, window.first, options["retrain"]),
        RulesAndLearning(watcher, window.first, options["retrain"]),
    ]
    total = sum(day_heard(row) <= window.last for row in rows)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", total=total)
        return try_methods(
            rows, methods, window, lambda: progress.advance(task), options["review_cost"]
        )


def _table(name: str, outcome: Outcome) -> Table:
    title = (
        f"{name}: {outcome.rows} rows of {outcome.owners} owners, {outcome.frauds} frauds; "
        f"{outcome.microseconds:.0f} µs per row for rules and profiles"
    )
    table = Table(title=title)
    for head in ("method", *HEADS):
        table.add_column(head)
    for found in outcome.results:
        table.add_row(*_figures(found))
    return table


def _figures(found: Result) -> list[str]:
    last = found.recall_intervals[-1]
    hours = found.delay.median_hours
    return [
        found.name,
        f"{found.auc:.3f}",
        f"{found.average_precision:.3f}",
        f"{found.ap_interval.low:.3f}-{found.ap_interval.high:.3f}",
        f"{found.card_precision:.3f}",
        " / ".join(f"{recall:.3f}" for recall in found.recall),
        f"{last.low:.3f}-{last.high:.3f}",
        str(found.flagged),
        str(found.flagged_fraud),
        f"{found.alerts_per_user_month:.2f}",
        f"{found.delay.caught} of {found.delay.cards}",
        "-" if hours is None else f"{hours:.1f}",
        f"{found.cost:.2f} (none: {found.cost_without:.2f})",
    ]


def _scenarios(found: list[Scenario]) -> Table:
    table = Table(
        title="Our rules, by scenario. Its rule spoke; told: 30 points and more; a case: 60"
    )
    for head in ("scenario", "fraud", "rows", "owners", "its rule spoke", "told", "a case",
                 "days to be told", "rows told"):  # fmt: skip
        table.add_column(head)
    for one in found:
        table.add_row(
            one.name, "yes" if one.is_attack else "", str(one.rows), str(one.owners),
            str(one.seen), str(one.caught), str(one.flagged),
            "-" if one.days is None else f"{one.days:g}", str(one.alerts),
        )  # fmt: skip
    return table
