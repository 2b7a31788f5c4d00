"""`manage.py evaluate_categories`: how often the suggested category is right, measured in time order."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ledger.evaluation.baselines import library_is_there, try_bags_of_words
from ledger.evaluation.histories import History, Unreadable, demo_history, read_histories
from ledger.evaluation.trial import Result, try_corrections, try_majority, try_ours

THRESHOLDS = (0.8, 0.9, 0.95)
DEMO_DAY = date(2026, 3, 20)
BAR = 30  # signs of a full bar


class Command(BaseCommand):
    help = (
        "Learn the first half of each labelled history, then guess, judge and learn row by row."
        " Files are CSV (or .csv.gz) with date, amount, category or label, and payee or description;"
        " a user column makes several histories of one file."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--demo", action="store_true", help="try it on the demo household")
        parser.add_argument("--no-baseline", action="store_true", help="only ours and the majority")

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout._out, width=120)  # type: ignore[arg-type]  # the bare stream
        tried: list[tuple[str, list[History]]] = []
        if options["demo"]:
            tried.append(("demo household", [demo_history(DEMO_DAY)]))
        for path in options["files"]:
            tried.append((_name(path), _read(path)))
        if not tried:
            raise CommandError("Name a file, or say --demo.")
        with_library = not options["no_baseline"] and library_is_there()
        if not with_library and not options["no_baseline"]:
            console.print(
                "[yellow]scikit-learn is not installed: no bag-of-words baseline."
                " `pip install scikit-learn` adds it.[/]"
            )
        for name, histories in tried:
            _report(console, name, histories, with_library)


def _name(path: Path) -> str:
    generic = path.parent.name in {"data", ""}
    return f"{path.parent.parent.name if generic else path.parent.name}/{path.name}"


def _read(path: Path) -> list[History]:
    try:
        histories = [h for h in read_histories(path) if len(h.lessons) >= 4]
    except (OSError, Unreadable, ValueError, KeyError) as problem:
        raise CommandError(f"{path} cannot be read: {problem}") from problem
    if not histories:
        raise CommandError(f"{path} has fewer than four labelled rows.")
    return histories


def _report(console: Console, name: str, histories: Sequence[History], with_library: bool) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        judged = sum(len(h.lessons) - len(h.lessons) // 2 for h in histories)
        task = progress.add_task(f"{name}: ours", total=judged)
        ours = try_ours(histories, lambda: progress.advance(task))
        results = [ours, try_majority(histories)]
        if with_library:
            task = progress.add_task(f"{name}: baselines", total=None)
            results += try_bags_of_words(histories, lambda: progress.advance(task))
    console.print(_scores(name, histories, results))
    console.print(_reliability(ours))
    console.print(_speed_of_learning(ours))
    one = try_corrections(histories)
    if one.tried:
        console.print(
            f"One correction by hand: the next row of the payee follows in {one.followed} of"
            f" {one.tried} payees; suggestions for other payees that change:"
            f" {one.moved} of {one.others}.\n"
        )


def _scores(name: str, histories: Sequence[History], results: Sequence[Result]) -> Table:
    rows = sum(len(h.lessons) for h in histories)
    kinds = len({lesson.label for h in histories for lesson in h.lessons})
    people = "1 history" if len(histories) == 1 else f"{len(histories)} histories"
    new = sum(v.new for v in results[0].verdicts)
    table = Table(
        title=f"{name}: {rows:,} rows, {people}, {kinds} categories;"
        f" {len(results[0].verdicts):,} judged, {new} first of a category"
    )
    table.add_column("method")
    for heading in ("right", "in top 3", *(f"≥ {t}: rows, right" for t in THRESHOLDS), "ms a row"):
        table.add_column(heading, justify="right")
    for result in results:
        sure = [result.above(threshold) for threshold in THRESHOLDS]
        table.add_row(
            result.method,
            f"{result.accuracy:.2%}",
            f"{result.top_three:.2%}",
            *(f"{cover:.1%}, {right:.1%}" for cover, right in sure),
            f"{result.ms_per_row:.3f}",
        )
    return table


def _reliability(ours: Result) -> Table:
    table = Table(title=f"Stated and true (mean distance {ours.calibration_error():.3f})")
    for heading in ("confidence", "rows", "stated", "right"):
        table.add_column(heading, justify="right")
    for low, high, count, stated, right in ours.reliability():
        table.add_row(f"{low:.2f} to {high:.2f}", f"{count:,}", f"{stated:.3f}", f"{right:.3f}")
    return table


def _speed_of_learning(ours: Result) -> Table:
    table = Table(title="How fast it learns a payee")
    table.add_column("rows of the payee before")
    table.add_column("rows", justify="right")
    table.add_column("right", justify="right")
    table.add_column("")
    for known, count, right in ours.by_known():
        if count:
            table.add_row(known, f"{count:,}", f"{right:.1%}", "█" * round(right * BAR))
    return table
