"""Where money is, and the owner's word that the books agree with a statement."""

from django.db import models
from django.utils import timezone

from accounts.ownership import Owned


class AccountType(models.TextChoices):
    CHECKING = "checking"
    SAVINGS = "savings"
    CASH = "cash"
    CREDIT_CARD = "credit_card"
    LOAN = "loan"
    INVESTMENT = "investment"
    PROPERTY = "property"
    OTHER = "other"


class Account(Owned):
    """Where money is. The three sums are kept by the write path and by nothing else."""

    name = models.CharField(max_length=100)
    type = models.CharField(max_length=12, choices=AccountType, default=AccountType.CHECKING)
    currency = models.CharField(max_length=3, help_text="ISO 4217, fixed once made")
    opening_minor = models.BigIntegerField(default=0, help_text="balance before the first row")
    balance_minor = models.BigIntegerField(default=0, help_text="opening + every row")
    cleared_minor = models.BigIntegerField(
        default=0, help_text="opening + cleared and reconciled rows"
    )
    pending_out_minor = models.BigIntegerField(
        default=0, help_text="pending outflows, zero or negative"
    )
    credit_limit_minor = models.BigIntegerField(null=True)
    closed = models.BooleanField(default=False)
    bank_id = models.CharField(max_length=64, blank=True, help_text="IBAN or number in bank files")
    import_mapping = models.JSONField(
        default=dict, blank=True, help_text="CSV layout, as last used"
    )
    reconciled_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="account_names_differ")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"

    @property
    def available_minor(self) -> int:
        """What can be spent now: cleared money less pending outflows, plus the credit line."""
        return self.cleared_minor + self.pending_out_minor + (self.credit_limit_minor or 0)


class Reconciliation(Owned):
    """The owner's word that the books agree with a statement. Its rows are locked until it is undone."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    statement_on = models.DateField()
    statement_balance_minor = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user", "account", "statement_on"], name="reconciliations_of")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.statement_on}"
