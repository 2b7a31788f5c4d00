"""`manage.py export_ledger`: one person's books as a file, the same as the API gives."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import audit
from accounts.models import User, normalise_email
from ledger.exports import FORMATS
from ledger.exports.source import Selection, read_book, read_rows


class Command(BaseCommand):
    help = "Write one person's books as CSV, JSON, or a journal for hledger or beancount."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, metavar="EMAIL")
        parser.add_argument("--format", choices=list(FORMATS), default="csv")
        parser.add_argument(
            "--output", default="-", metavar="FILE", help="the standard output if not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=normalise_email(options["user"])).first()
        if user is None:
            raise CommandError(f"Nobody has the e-mail {options['user']}.")
        selection = Selection(user.pk)
        write, _, _ = FORMATS[options["format"]]
        with _opened(options["output"]) as file:
            file.writelines(write(read_book(selection), read_rows(selection)))
        audit("transactions.exported", user_id=user.pk, data={"format": options["format"]})


@contextmanager
def _opened(name: str) -> Iterator[TextIO]:
    """The file, readable by its owner only, or the standard output."""
    if name == "-":
        yield sys.stdout
        return
    path = Path(name)
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file
