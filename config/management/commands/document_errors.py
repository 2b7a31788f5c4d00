"""`manage.py document_errors`: write docs/errors.md from the code."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.reasons import all_reasons

HEAD = """\
# Reason codes

Made by `manage.py document_errors`; a test compares it with the code. The server shows the same
list at `/api/docs/errors`. Every refusal is `application/problem+json` (RFC 9457) and carries one
of these in `code`; single fields carry theirs in `errors[].code`.

| code | meaning | from |
|---|---|---|
"""


def text() -> str:
    rows = [f"| `{e.code}` | {e.sentence} | {e.app} |\n" for e in all_reasons()]
    return HEAD + "".join(rows)


class Command(BaseCommand):
    help = "Write docs/errors.md, or with --check only say whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / "errors.md"
        if check:
            if not path.exists() or path.read_text() != text():
                raise CommandError("docs/errors.md is out of date. Run: manage.py document_errors")
            return
        path.write_text(text())
        self.stdout.write(f"{path.name}: {len(all_reasons())} codes")
