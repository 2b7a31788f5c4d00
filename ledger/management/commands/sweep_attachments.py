"""Remove attachments of transactions that are gone for good, and files that no row names."""

from typing import Any

from django.core.management.base import BaseCommand

from ledger.services.attachment_sweep import KEPT_DAYS, sweep_attachments


class Command(BaseCommand):
    help = (
        "Remove files of transactions that were deleted more than"
        f" {KEPT_DAYS} days ago, and files that no row names. Runs nightly by itself."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep_attachments()
        self.stdout.write(f"{swept.rows} attachments and {swept.files} stray files removed.")
