"""Watch a folder and import the bank files that are put into it, by the same verbs as the API."""

import signal
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any, NoReturn

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from accounts.errors import Refusal
from accounts.models import User, normalise_email
from ledger.management.commands.import_statement import _reference, _stream, printable
from ledger.matching import Kind
from ledger.services.import_accounts import account_id_of
from ledger.services.import_folder import (
    AWAY,
    FolderIsWatched,
    Look,
    Taken,
    held,
    recover,
    settled,
    take,
    waiting,
)

ALL_FINE, SOME_ROWS_INVALID, A_FILE_FAILED, CANNOT_WATCH = 0, 1, 2, 3
log = structlog.get_logger(__name__)
KINDS = (Kind.NEW, Kind.DUPLICATE, Kind.UPDATED, Kind.MATCHED, Kind.SKIPPED_DELETED, Kind.INVALID)
HELP = """Watch a folder and import every bank file that is put into it.

A file is read once it has not changed for the settle time. It moves to done/ when it is booked and
to failed/ when it is not, there with a .txt beside it that says why. A file that was imported
before adds nothing. Stop it with Ctrl-C or SIGTERM: it ends after the file at hand.

exit codes:
  0  stopped, or with --once: every file was booked and every row is fine
  1  with --once: every file was booked, but some rows are invalid (see the .txt in done/)
  2  with --once: at least one file was not booked (see the .txt in failed/)
  3  it cannot watch: no such user, account, folder or database, or another watches it"""


def seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 3600:
        raise ArgumentTypeError("between 0 and 3600 seconds")
    return value


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        kwargs.setdefault("formatter_class", RawDescriptionHelpFormatter)
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="FOLDER")
        parser.add_argument("--user", required=True, metavar="EMAIL", help="whose books")
        parser.add_argument(
            "--account", metavar="NAME_OR_ID", help="into which account, where a file says none"
        )
        parser.add_argument(
            "--create-accounts", action="store_true", help="make accounts that a file names"
        )
        parser.add_argument("--once", action="store_true", help="take what is there, then end")
        parser.add_argument(
            "--settle", type=seconds, default=2.0, help="seconds without change (default: 2)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            cannot(f"There is no folder {printable(str(folder))}.")
        user = User.objects.filter(email=normalise_email(options["user"])).first()
        if user is None:
            cannot("There is no user with this e-mail.")
        try:
            account_id = account_id_of(user.pk, _reference(options["account"]))
        except Refusal as refusal:
            cannot(refusal.message)
        self.stop = Event()
        self.wanted = {
            "user_id": user.pk,
            "account_id": account_id,
            "create_accounts": options["create_accounts"],
        }
        try:
            with held(folder), stopped_by_signals(self.stop):
                code = self._watch(folder, options["settle"], once=options["once"])
        except FolderIsWatched:
            cannot("Another process watches this folder.")
        except OSError as error:
            cannot(f"The folder cannot be used: {error.strerror or error}.")
        if code != ALL_FINE:
            raise SystemExit(code)

    def _watch(self, folder: Path, settle: float, *, once: bool) -> int:
        """Look, wait a settle time, look again; whatever did not change in between is taken."""
        if count := recover(folder):
            self._console().print(f"{count} files of a watcher that was cut off are read again.")
        before: dict[str, Look] = waiting(folder)
        while not self.stop.wait(settle):
            now = waiting(folder)
            try:
                taken = self._take(folder, settled(before, now))
            except AWAY:
                if once:
                    cannot("The database cannot be reached. The file at hand waits in the folder.")
                log.exception("watch_imports.database")
                connection.close()  # The next round opens another.
                taken = []
            self._print(taken)
            if once:
                return max((code_of(one) for one in taken), default=ALL_FINE)
            before = now
        return ALL_FINE

    def _take(self, folder: Path, names: Sequence[str]) -> list[Taken]:
        taken = []
        for name in names:
            if self.stop.is_set():
                break
            if (one := take(folder, name, **self.wanted)) is not None:
                taken.append(one)
        return taken

    def _print(self, taken: Sequence[Taken]) -> None:
        """A table of what was taken in this round; nothing where nothing was."""
        if not taken:
            return
        table = Table(title=f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC")
        table.add_column("file")
        table.add_column("result")
        for kind in KINDS:
            table.add_column(kind.value.replace("_", " "), justify="right")
        for one in taken:
            if one.batch is None:
                table.add_row(Text(printable(one.name)), Text("failed", style="red"))
                continue
            counts = one.batch.report["counts"]
            bad = counts[Kind.INVALID]
            figures = [
                Text(str(counts[k]), "red" if k == Kind.INVALID and bad else "") for k in KINDS
            ]
            table.add_row(Text(printable(one.name)), Text("booked", style="green"), *figures)
        console = self._console()
        console.print(table)
        for one in taken:
            if one.reason:
                said = f"{printable(one.name)}: {printable(one.reason)}"
                console.print(Text(said), soft_wrap=True)

    def _console(self) -> Console:
        return Console(file=_stream(self.stdout), width=None if self.stdout.isatty() else 120)


def code_of(taken: Taken) -> int:
    if taken.batch is None:
        return A_FILE_FAILED
    return SOME_ROWS_INVALID if taken.batch.report["counts"][Kind.INVALID] else ALL_FINE


def cannot(why: str) -> NoReturn:
    raise CommandError(why, returncode=CANNOT_WATCH)


@contextmanager
def stopped_by_signals(stop: Event) -> Iterator[None]:
    """Within: Ctrl-C and SIGTERM set the event instead of cutting a file off in the middle."""

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    before: dict[int, Any] = {}
    with suppress(ValueError):  # Only the main thread may.
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for caught, handler in before.items():
            signal.signal(caught, handler)
