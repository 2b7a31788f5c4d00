"""Uploaded bank files."""

from django.db import models
from django.utils import timezone

from accounts.ownership import Owned
from ledger.models.accounts import Account


class ImportStatus(models.TextChoices):
    PREVIEW = "preview"
    COMMITTING = "committing"  # promised; a worker carries it out
    COMMITTED = "committed"
    UNDONE = "undone"


class ImportBatch(Owned):
    """One uploaded bank file: previewed, then committed, then perhaps undone as a whole."""

    account = models.ForeignKey(
        Account, models.CASCADE, null=True, related_name="+", db_index=False
    )
    status = models.CharField(max_length=10, choices=ImportStatus, default=ImportStatus.PREVIEW)
    format = models.CharField(max_length=12)
    filename = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField(help_text="the file, compressed by zlib; emptied after undo")
    options = models.JSONField(default=dict, help_text="format and mapping as given by the owner")
    report = models.JSONField(
        default=dict, help_text="counts, preview rows, bad rows, warnings, mapping"
    )
    reversal = models.JSONField(
        default=list, help_text="rows as they were before this file updated them"
    )
    created_at = models.DateTimeField(default=timezone.now)
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "import batches"
        indexes = [models.Index(fields=["user", "created_at"], name="imports_of_user")]

    def __str__(self) -> str:
        return self.filename or str(self.id)
