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


class MatchVerdict(models.TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class DoubtfulMatch(Owned):
    """A row of a file that was taken for a row of the books by amount and week alone.

    It waits for the owner's word. The row has no foreign key: it may be deleted, and come back.
    """

    import_batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    transaction_id = models.UUIDField(help_text="the row of the books")
    position = models.PositiveIntegerField(help_text="the row's place in the file, from 0")
    told = models.JSONField(help_text="the row of the file as the preview showed it, and its marks")
    verdict = models.CharField(max_length=8, choices=MatchVerdict, default=MatchVerdict.OPEN)
    booked_id = models.UUIDField(null=True, help_text="the row that a refusal booked")
    created_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "doubtful matches"
        indexes = [models.Index(fields=["user", "verdict", "id"], name="matches_by_verdict")]

    def __str__(self) -> str:
        return f"{self.transaction_id} ({self.verdict})"
