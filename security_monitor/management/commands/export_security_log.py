"""`manage.py export_security_log`: the security log as JSON lines (ECS) or CEF, on the standard output."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from security_monitor.services.handing_out import CHUNK, FORMATS, told_after
from security_monitor.siem.told import Told


class Command(BaseCommand):
    help = "Write the security log for a SIEM: JSON lines with ECS names, or CEF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl")
        parser.add_argument("--since", type=_instant, help="a day or an instant, ISO 8601, UTC")
        parser.add_argument(
            "--follow-cursor",
            type=Path,
            help="go on after the last event of the run before, whose id this file keeps",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        cursor: Path | None = options["follow_cursor"]
        rows = told_after(_read(cursor), since=options["since"], settled_only=cursor is not None)
        write, started, count = FORMATS[options["format"]], monotonic(), 0
        for chunk in _chunks(rows):
            self.stdout.write("\n".join(write(told) for _, told in chunk))
            self.stdout.flush()  # The cursor never passes what the other side has not got.
            if cursor is not None:
                _keep(cursor, chunk[-1][0])
            count += len(chunk)
            if self.stderr.isatty():
                pace = count / max(monotonic() - started, 0.001)
                self.stderr.write(f"\r{count} events, {pace:.0f} a second", ending="")
        again = "\r" if self.stderr.isatty() else ""
        self.stderr.write(f"{again}{count} events written.")


def _chunks(rows: Iterator[tuple[UUID, Told]]) -> Iterator[list[tuple[UUID, Told]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _read(cursor: Path | None) -> UUID:
    if cursor is None or not cursor.exists():
        return UUID(int=0)
    try:
        return UUID(cursor.read_text().strip())
    except ValueError:
        raise CommandError(f"{cursor.name} holds no cursor: delete it to begin anew.") from None


def _keep(cursor: Path, last: UUID) -> None:
    """Whole or not at all: a kill in between leaves the cursor of the chunk before."""
    fresh = cursor.with_name(cursor.name + ".new")
    fresh.write_text(f"{last}\n")
    os.replace(fresh, cursor)
