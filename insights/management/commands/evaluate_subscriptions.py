"""`manage.py evaluate_subscriptions`: how many standing bills are found, and how much else."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from insights.evaluation import Score, Unreadable, judge, read_payees

SHOWN_MAX = 12


class Command(BaseCommand):
    help = (
        "Find standing bills in labelled postings (CSV or .csv.gz, or a folder with postings.csv.gz)"
        " as of the end of each year, and print precision and recall against the bills by label."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        if path.is_dir():
            path = path / "postings.csv.gz"
        try:
            payees = read_payees(path)
        except (OSError, Unreadable, ValueError, KeyError) as problem:
            raise CommandError(f"{path} cannot be read: {problem}") from problem
        days = sorted(p.on for payee in payees for p in payee.payments)
        if not days:
            raise CommandError(f"{path} has no payment with a payee.")
        years = range(days[0].year, days[-1].year + 1)
        scores = [(year, judge(payees, date(year, 12, 31))) for year in years]
        console = Console(file=self.stdout._out, width=120)  # type: ignore[arg-type]  # the bare stream
        console.print(_table(path, scores))
        last = scores[-1][1]
        for what, found in (("Found, but no standing bill", last.false), ("Missed", last.missed)):
            for payee in found[:SHOWN_MAX]:
                console.print(f"{what}: {payee.name} of person {payee.person} ({payee.label})")


def _table(path: Path, scores: list[tuple[int, Score]]) -> Table:
    table = Table(title=f"{path.parent.name}/{path.name}: standing bills found at each year's end")
    for heading in ("year", "payees", "right", "false", "missed", "precision", "recall"):
        table.add_column(heading, justify="right")
    total = Score((), (), (), 0)
    for year, score in scores:
        total = Score(
            total.right + score.right,
            total.false + score.false,
            total.missed + score.missed,
            total.judged + score.judged,
        )
        table.add_row(str(year), *_cells(score))
    table.add_section()
    table.add_row("all", *_cells(total))
    return table


def _cells(score: Score) -> list[str]:
    return [
        str(score.judged),
        str(len(score.right)),
        str(len(score.false)),
        str(len(score.missed)),
        f"{score.precision:.3f}",
        f"{score.recall:.3f}",
    ]
