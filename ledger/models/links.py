"""What hangs on transactions without being part of the books: receipts, and pairs that are none.

Neither table has a foreign key in the database to the rows it names: a deleted row can come back
under its id, and with it what hung on it.
"""

from django.db import models
from django.utils import timezone

from accounts.ownership import Owned


class RejectedTransfer(Owned):
    """The owner's word that two rows are no transfer, so that the pair is not suggested again."""

    out_id = models.UUIDField(help_text="the row that takes money out of an account")
    in_id = models.UUIDField(help_text="the row that brings money in")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "out_id", "in_id"], name="a_pair_is_rejected_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.out_id} and {self.in_id}"


class Attachment(Owned):
    """A file on a transaction: a receipt, an invoice. The bytes are in the default storage.

    It outlives its transaction by the days in which `restore` brings both back (services.sweeping).
    """

    transaction = models.ForeignKey(
        "ledger.Transaction",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    filename = models.CharField(max_length=120, help_text="for people; names no file of ours")
    content_type = models.CharField(max_length=40, help_text="by the content, not by the name")
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    stored_as = models.CharField(max_length=60, unique=True, help_text="name in the storage")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "transaction", "id"], name="attachments_of_row")]

    def __str__(self) -> str:
        return self.filename
