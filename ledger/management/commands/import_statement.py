"""Import bank files from the command line, by the same verbs as the API."""

import json
import unicodedata
from argparse import RawDescriptionHelpFormatter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from accounts.errors import Refusal
from accounts.models import User, normalise_email
from ledger.matching import Kind
from ledger.models import ImportBatch
from ledger.services import imports
from ledger.services.import_accounts import account_id_of
from ledger.services.import_files import check_size
from ledger.services.import_progress import Teller

ALL_FINE, SOME_ROWS_INVALID, A_FILE_FAILED = 0, 1, 2
BAD_ROWS_SHOWN = 20
HELP = """Import bank files (OFX, QFX, QIF, CAMT, MT940, CSV, Excel) into a user's accounts.

Every file is a batch of its own: booked whole or not at all, undone as a whole.
A file that was imported before adds nothing.

exit codes:
  0  every file was read and every row is fine
  1  every file was read, but some rows are invalid (they are listed by line and not booked)
  2  at least one file could not be read or imported; the others were"""


@dataclass(slots=True)
class Outcome:
    """What became of one file."""

    name: str
    batch: ImportBatch | None = None
    refusal: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        if self.batch is None:
            return A_FILE_FAILED
        return SOME_ROWS_INVALID if self.batch.report["counts"][Kind.INVALID] else ALL_FINE


def _advance(progress: Progress, rows: TaskID, done: int, total: int) -> None:
    progress.update(rows, completed=done, total=total)


class Command(BaseCommand):
    help = HELP
    progress: Teller  # of the rows of the file that is being booked

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--user", required=True, metavar="EMAIL", help="whose books")
        parser.add_argument(
            "--account", metavar="NAME_OR_ID", help="into which account, where the file says none"
        )
        parser.add_argument(
            "--format",
            help="ofx, qif, camt, mt940, csv or another program's name; guessed without it",
        )
        parser.add_argument(
            "--mapping",
            metavar="JSON",
            help='how to read a table: {"columns": {"amount": "Betrag"}}',
        )
        parser.add_argument("--preview", action="store_true", help="say what would happen, no more")
        parser.add_argument(
            "--create-accounts", action="store_true", help="make accounts that a file names"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalise_email(options["user"])).first()
        if user is None:
            raise CommandError("There is no user with this e-mail.", returncode=A_FILE_FAILED)
        mapping = _mapping(options["mapping"])
        try:
            account_id = account_id_of(user.pk, _reference(options["account"]))
        except Refusal as refusal:
            raise CommandError(refusal.message, returncode=A_FILE_FAILED) from None
        outcomes = []
        with self._progress() as progress:
            task = progress.add_task("Importing", total=len(options["files"]))
            rows = progress.add_task("rows", total=None)
            self.progress = partial(_advance, progress, rows)
            for path in options["files"]:
                progress.update(task, description=printable(path.name))
                outcomes.append(self._one(user, path, account_id, mapping, options))
                progress.advance(task)
        self._print(outcomes, preview=options["preview"])
        code = max(outcome.code for outcome in outcomes)
        if code != ALL_FINE:
            raise SystemExit(code)

    def _progress(self) -> Progress:
        """A bar on the error channel, so that the table can be piped; none where nobody watches."""
        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(file=_stream(self.stderr)),
            disable=not self.stderr.isatty(),
        )

    def _one(
        self, user: User, path: Path, account_id: UUID | None, mapping: Any, options: dict[str, Any]
    ) -> Outcome:
        outcome = Outcome(printable(path.name))
        try:
            check_size(path.stat().st_size)
            batch = imports.upload(
                user.pk,
                data=path.read_bytes(),
                filename=path.name,
                account_id=account_id,
                format=options["format"],
                mapping=mapping,
            )
            new = [a["name"] for a in batch.report["accounts"] if a["will_be_created"]]
            if not options["preview"]:
                if new and not options["create_accounts"]:
                    imports.discard(user.pk, batch.id)
                    names = ", ".join(new)
                    outcome.refusal = (
                        f"It names accounts that do not exist: {names}. Say --create-accounts,"
                        " or into which account with --account."
                    )
                    return outcome
                batch = imports.commit(user.pk, batch.id, progress=self.progress)
            outcome.batch = batch
            outcome.notes = batch.report["warnings"]
            if options["preview"]:
                outcome.notes += [f"would make the account {name}" for name in new]
                imports.discard(user.pk, batch.id)
        except Refusal as refusal:
            line = refusal.extra.get("line")
            outcome.refusal = refusal.message + (f" (line {line})" if line else "")
        except OSError as error:
            outcome.refusal = f"The file cannot be opened: {error.strerror}."
        return outcome

    def _print(self, outcomes: list[Outcome], *, preview: bool) -> None:
        table = Table(title="Preview: nothing was booked" if preview else None)
        table.add_column("file")
        table.add_column("format")
        kinds = (Kind.NEW, Kind.DUPLICATE, Kind.UPDATED, Kind.MATCHED, Kind.SKIPPED_DELETED,
                 Kind.INVALID)  # fmt: skip
        for kind in kinds:
            table.add_column(kind.value.replace("_", " "), justify="right")
        for outcome in outcomes:
            if outcome.batch is None:
                table.add_row(Text(outcome.name), Text("not read", style="red"))
                continue
            counts = outcome.batch.report["counts"]
            figures = [
                Text(str(counts[k]), style="red" if k == Kind.INVALID and counts[k] else "")
                for k in kinds
            ]
            table.add_row(Text(outcome.name), outcome.batch.format, *figures)
        console = Console(file=_stream(self.stdout), width=None if self.stdout.isatty() else 120)
        console.print(table)
        for outcome in outcomes:
            for line in _remarks(outcome):
                console.print(Text(line), soft_wrap=True)


def _remarks(outcome: Outcome) -> list[str]:
    """What is to be said of a file below the table: why it failed, bad rows by line, warnings."""
    if outcome.batch is None:
        return [f"{outcome.name}: {printable(outcome.refusal)}"]
    report = outcome.batch.report
    bad = report["bad_rows"]
    said = [
        f"{outcome.name}, line {row['line']}: {printable(row['message'])}"
        for row in bad[:BAD_ROWS_SHOWN]
    ]
    more = report["counts"][Kind.INVALID] - len(said)
    if more > 0:
        said.append(f"{outcome.name}: and {more} more invalid rows")
    return said + [f"{outcome.name}: {printable(note)}" for note in outcome.notes]


def _stream(wrapped: Any) -> IO[str]:
    """The stream below Django's wrapper, which would end every write of the bar with a new line."""
    return cast(IO[str], wrapped._out)


def _mapping(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        mapping = json.loads(text)
    except ValueError:
        mapping = None
    if not isinstance(mapping, dict):
        raise CommandError("--mapping must be a JSON object.", returncode=A_FILE_FAILED)
    return mapping


def _reference(text: str | None) -> UUID | str | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return text


def printable(text: str) -> str:
    """Text of a file for a terminal: without the signs that would steer it."""
    return "".join(c for c in text if not unicodedata.category(c).startswith("C"))
