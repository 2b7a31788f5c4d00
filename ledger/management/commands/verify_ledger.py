"""`manage.py verify_ledger`: recompute the books from their rows and name whatever differs."""

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from accounts.models import User, normalise_email
from ledger.verification import Finding, every_user, some_users, verify_user

SHOWN_MAX = 1_000  # Findings kept for the table; past it only their number matters.


class Command(BaseCommand):
    help = "Recompute balances, totals and every other invariant; exit code 1 on any difference."

    def add_arguments(self, parser: ArgumentParser) -> None:
        who = parser.add_mutually_exclusive_group()
        who.add_argument("--user", metavar="EMAIL", help="only this person's books")
        who.add_argument(
            "--sample", type=float, metavar="PERCENT", help="a random part of all people"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(file=self.stdout._out)  # type: ignore[arg-type]  # the bare stream
        users, total = _chosen(options["user"], options["sample"])
        findings, count, broken = _verified(console, users, total)
        if not count:
            console.print(f"[green]The books of {total} people add up.[/]")
            return
        console.print(_table(findings))
        raise CommandError(f"{count} findings in the books of {broken} people.", returncode=1)


def _chosen(email: str | None, percent: float | None) -> tuple[Iterable[UUID], int]:
    if email:
        user = User.objects.filter(email=normalise_email(email)).first()
        if user is None:
            raise CommandError(f"Nobody has the e-mail {email}.")
        return [user.pk], 1
    if percent is not None:
        if not 0 < percent <= 100:
            raise CommandError("--sample takes a percentage above 0 and up to 100.")
        chosen = some_users(percent)
        return chosen, len(chosen)
    return every_user(), User.objects.count()


def _verified(
    console: Console, users: Iterable[UUID], total: int
) -> tuple[list[Finding], int, int]:
    """Findings to show, how many there are, in how many people's books."""
    shown: list[Finding] = []
    count = broken = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Verifying", total=total)
        for user_id in users:
            found = verify_user(user_id)
            shown += found[: SHOWN_MAX - len(shown)]
            count += len(found)
            broken += bool(found)
            progress.update(task, advance=1, description=f"Verifying ({count} findings)")
    return shown, count, broken


def _table(findings: list[Finding]) -> Table:
    table = Table(title="What does not add up", show_lines=True)
    for name in ("user", "kind", "key", "expected", "found"):
        table.add_column(name, overflow="fold")
    for f in findings:
        table.add_row(str(f.user_id), f.kind, f.key, f.expected, f.found)
    return table
