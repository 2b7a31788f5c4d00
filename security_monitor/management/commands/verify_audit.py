"""`manage.py verify_audit`: is the audit trail what was written? Exit code 1 when it is not."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from security_monitor.services import sealing, verifying
from security_monitor.services.anchors import anchor_of


class Command(BaseCommand):
    help = "Check the audit trail against its chain, its signed roots and a root kept outside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, help="a root that was kept outside, as JSON")
        parser.add_argument("--seal", action="store_true", help="first seal what waits")
        parser.add_argument(
            "--root", action="store_true", help="print the newest signed root, to keep outside"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seal"]:
            sealing.seal_all()
            sealing.sign_roots()
        report = verifying.verify(self._anchor(options["anchor"]))
        if options["root"] and report.root:
            self.stdout.write(json.dumps(anchor_of(report.root)))
        for problem in report.problems:
            where = f" (entry {problem.entry_id})" if problem.entry_id else ""
            self.stderr.write(f"{problem.kind}: {problem.message}{where}")
        if not report.ok:
            raise CommandError(f"The audit trail was tampered with: {report.found} findings.")
        said = f"The audit trail is intact: {report.sealed} sealed, {report.unsealed} waiting."
        self.stderr.write(said)

    def _anchor(self, path: Path | None) -> dict[str, Any] | None:
        if path is None:
            return None
        try:
            anchor = json.loads(path.read_text())
        except (OSError, ValueError) as failure:
            raise CommandError(f"{path.name} holds no root: {failure}") from None
        if not isinstance(anchor, dict):
            raise CommandError(f"{path.name} holds no root.")
        return anchor
