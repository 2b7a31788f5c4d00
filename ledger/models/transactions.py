"""Movements and what hangs on them. Amounts are signed minor units: inflow +, outflow -."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet
from ledger.models.accounts import Account, Reconciliation
from ledger.models.imports import ImportBatch
from ledger.models.names import Category, Payee, Tag


class Transfer(Owned):
    """Two linked opposite movements between own accounts: neither income nor spending."""

    memo = models.CharField(max_length=500, blank=True)
    before = models.JSONField(
        default=dict, blank=True, help_text="category and splits of rows that were linked, by id"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="transfers_of_user")]

    def __str__(self) -> str:
        return str(self.id)


class Status(models.TextChoices):
    PENDING = "pending"
    CLEARED = "cleared"
    RECONCILED = "reconciled"


class Verdict(models.TextChoices):
    LEGITIMATE = "legitimate"
    FRAUD = "fraud"


class Transaction(Owned):
    """One signed movement on one account."""

    account = models.ForeignKey(Account, models.RESTRICT, related_name="+", db_index=False)
    posted_on = models.DateField(help_text="the bank's booking date")
    occurred_at = models.DateTimeField(null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, help_text="the account's, kept beside the amount")
    payee = models.ForeignKey(Payee, models.RESTRICT, null=True, related_name="+", db_index=False)
    category = models.ForeignKey(
        Category, models.RESTRICT, null=True, related_name="+", db_index=False
    )
    transfer = models.ForeignKey(Transfer, models.RESTRICT, null=True, related_name="legs")
    status = models.CharField(max_length=10, choices=Status, default=Status.CLEARED)
    memo = models.CharField(max_length=500, blank=True)
    statement_text = models.CharField(max_length=500, blank=True, help_text="the bank's raw line")
    external_id = models.CharField(max_length=120, blank=True, help_text="the bank's own id")
    fingerprint = models.CharField(max_length=32, blank=True, help_text="semantics part 11")
    split_count = models.PositiveSmallIntegerField(default=0)
    tag_count = models.PositiveSmallIntegerField(default=0)
    attachment_count = models.PositiveSmallIntegerField(default=0)
    import_batch = models.ForeignKey(
        ImportBatch, models.RESTRICT, null=True, related_name="+", db_index=False
    )
    reconciliation = models.ForeignKey(
        Reconciliation, models.RESTRICT, null=True, related_name="+", db_index=False
    )
    # What the risk gate said when the row was booked or last changed; null: not scored yet.
    risk_score = models.PositiveSmallIntegerField(null=True)
    risk_level = models.CharField(max_length=10, blank=True)
    risk_action = models.CharField(max_length=10, blank=True)
    risk_reasons = models.JSONField(default=list)
    risk_shadow = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="codes of rules on trial that would have spoken",
    )
    flagged = models.BooleanField(default=False)
    verdict = models.CharField(max_length=10, choices=Verdict, blank=True)
    verdict_by_id = models.UUIDField(null=True)
    verdict_at = models.DateTimeField(null=True)
    verdict_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account", "external_id"],
                condition=~Q(external_id=""),
                name="one_row_per_external_id",
            ),
            models.CheckConstraint(
                condition=Q(transfer__isnull=True) | Q(category__isnull=True),
                name="a_transfer_has_no_category",
            ),
        ]
        indexes = [
            # Each begins with the owner and ends with the keyset of the lists (posted_on, id).
            models.Index(fields=["user", "posted_on", "id"], name="tx_by_day"),
            models.Index(fields=["user", "seq", "id"], name="tx_by_seq"),  # the change feed's
            models.Index(fields=["user", "account", "posted_on", "id"], name="tx_by_account"),
            models.Index(fields=["user", "category", "posted_on", "id"], name="tx_by_category"),
            models.Index(fields=["user", "payee", "posted_on", "id"], name="tx_by_payee"),
            models.Index(
                fields=["user", "posted_on", "id"], condition=Q(flagged=True), name="tx_flagged"
            ),
            # Few or none: what the risk gate could not score yet.
            models.Index(
                fields=["user", "posted_on", "id"],
                condition=Q(risk_score__isnull=True),
                name="tx_unscored",
            ),
            models.Index(fields=["created_at"], condition=~Q(risk_shadow=""), name="tx_shadow"),
            models.Index(
                fields=["import_batch"],
                condition=Q(import_batch__isnull=False),
                name="tx_by_import",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.amount_minor} {self.currency}"


class Split(models.Model):
    """One part of a transaction that is for several things; the parts sum to the row."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="splits")
    position = models.PositiveSmallIntegerField()
    amount_minor = models.BigIntegerField()
    category = models.ForeignKey(
        Category, models.RESTRICT, null=True, related_name="+", db_index=False
    )
    memo = models.CharField(max_length=500, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["user", "category"], name="splits_by_category")]

    def __str__(self) -> str:
        return f"{self.amount_minor} of {self.transaction_id}"


class TransactionTag(models.Model):
    """Which tags a transaction has."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="+")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tag", "transaction"], name="a_tag_once_per_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.transaction_id}"


class DeletedTransaction(Owned):
    """A row the owner deleted, kept so that a bank file does not bring it back and one call does."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    external_id = models.CharField(max_length=120, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True)
    posted_on = models.DateField()
    amount_minor = models.BigIntegerField()
    snapshot = models.JSONField(help_text="every column, the splits and the tags")
    deleted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "account", "posted_on"], name="deleted_of_account")]

    def __str__(self) -> str:
        return f"{self.posted_on} {self.amount_minor}"
