"""`manage.py report USER MONTH`: a month's statement as PDF, HTML or CSV, or as tables in the console."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table as RichTable

from accounts.days import today_of
from accounts.errors import Refusal
from accounts.management.people import person_named
from insights.api.statement import FILES, file_of, month_of
from insights.selectors.statement import MonthStatement, month_statement
from insights.statements.paper import notes_of, title_of
from insights.statements.tables import tables_of


class Command(BaseCommand):
    help = "Print a person's month; --output saves it as .pdf, .html or .csv, by the file's ending."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="e-mail")
        parser.add_argument(
            "month", nargs="?", help="YYYY-MM; the last month that is over by default"
        )
        parser.add_argument("--output", type=Path, help="a file to save it to")

    def handle(self, *args: Any, **options: Any) -> None:
        user = person_named(options["user"])
        today = today_of(user)
        try:
            found = month_statement(user, month_of(options["month"], today), today)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        path: Path | None = options["output"]
        if path is None:
            self._print(found)
            return
        format = path.suffix.removeprefix(".").lower()
        if format not in FILES:
            raise CommandError(f"Call the file something.pdf, .html or .csv, not {path.name}.")
        try:
            path.write_bytes(file_of(found, format).content)
        except OSError as problem:
            raise CommandError(f"{path} cannot be written: {problem}") from problem
        self.stdout.write(f"Statement of {title_of(found)} saved to {path}.")

    def _print(self, found: MonthStatement) -> None:
        console = Console(file=self.stdout._out)  # type: ignore[arg-type]  # the bare stream
        console.print(f"[bold]{title_of(found)}[/bold]  {found.owner.email}", highlight=False)
        for each in tables_of(found):
            table = RichTable(title=each.title, title_justify="left")
            for n, head in enumerate(each.heads):
                table.add_column(head, justify="left" if n < each.words else "right")
            for row in each.rows:
                table.add_row(*row)
            console.print(table)
        for note in notes_of(found):
            console.print(note, style="dim")
