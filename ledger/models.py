"""The books. Amounts are signed integers of the currency's minor unit: inflow +, outflow -."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet


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


class CategoryKind(models.TextChoices):
    INCOME = "income"
    EXPENSE = "expense"


class Category(Owned):
    """What money was for. A tree: groups are categories that have children."""

    name = models.CharField(max_length=100)
    name_key = models.CharField(
        max_length=100, editable=False, help_text="case-folded, unique per owner"
    )
    kind = models.CharField(max_length=7, choices=CategoryKind, default=CategoryKind.EXPENSE)
    parent = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="children"
    )
    archived = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="category_names_differ"),
        ]

    def __str__(self) -> str:
        return self.name


class Payee(Owned):
    """Whom the owner pays or is paid by, under the name that the owner sees."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="payee_names_differ")
        ]

    def __str__(self) -> str:
        return self.name


class PayeeAlias(Owned):
    """A name that a bank or a merged payee once had, and who it means now."""

    name_key = models.CharField(max_length=200)
    payee = models.ForeignKey(Payee, models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name_plural = "payee aliases"
        constraints = [models.UniqueConstraint(fields=["user", "name_key"], name="aliases_differ")]

    def __str__(self) -> str:
        return self.name_key


class Tag(Owned):
    """A word that the owner puts on transactions across categories."""

    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=60, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="tag_names_differ")
        ]

    def __str__(self) -> str:
        return self.name


class ImportStatus(models.TextChoices):
    PREVIEW = "preview"
    COMMITTED = "committed"
    UNDONE = "undone"


class ImportBatch(Owned):
    """One uploaded bank file: previewed, then committed, then perhaps undone as a whole."""

    account = models.ForeignKey(
        Account, models.CASCADE, null=True, related_name="+", db_index=False
    )
    status = models.CharField(max_length=9, choices=ImportStatus, default=ImportStatus.PREVIEW)
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


class Transfer(Owned):
    """Two linked opposite movements between own accounts: neither income nor spending."""

    memo = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="transfers_of_user")]

    def __str__(self) -> str:
        return str(self.id)


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
            models.Index(fields=["user", "account", "posted_on", "id"], name="tx_by_account"),
            models.Index(fields=["user", "category", "posted_on", "id"], name="tx_by_category"),
            models.Index(fields=["user", "payee", "posted_on", "id"], name="tx_by_payee"),
            models.Index(
                fields=["user", "posted_on", "id"], condition=Q(flagged=True), name="tx_flagged"
            ),
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


class MonthlyTotal(models.Model):
    """Sums per account, category, month and nature. A report reads these, never the rows.

    `category_id` is a plain id without a foreign key: NIL stands for "no category", so that the
    unique key has no null in it. Transfers and pending rows stand apart in rows of their own,
    because reports leave them out by default. Σ (inflow - outflow) == Σ rows of the account.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    category_id = models.UUIDField(help_text="NIL where a part has no category")
    currency = models.CharField(max_length=3)
    month = models.DateField(help_text="its first day")
    is_transfer = models.BooleanField()
    is_pending = models.BooleanField()
    inflow_minor = models.BigIntegerField(default=0, help_text="sum of positive parts")
    outflow_minor = models.BigIntegerField(
        default=0, help_text="sum of negative parts, as a positive number"
    )
    count = models.IntegerField(default=0, help_text="parts: a split row counts once per part")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "month", "account", "category_id", "is_transfer", "is_pending"],
                name="one_monthly_total",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} +{self.inflow_minor} -{self.outflow_minor}"


class DailyTotal(models.Model):
    """Sums per account, day and nature: balances over time and cash flow by day."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    day = models.DateField()
    is_transfer = models.BooleanField()
    is_pending = models.BooleanField()
    inflow_minor = models.BigIntegerField(default=0)
    outflow_minor = models.BigIntegerField(default=0)
    count = models.IntegerField(default=0, help_text="rows")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "account", "day", "is_transfer", "is_pending"],
                name="one_daily_total",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} +{self.inflow_minor} -{self.outflow_minor}"


class ExchangeRate(models.Model):
    """1 `base` = `rate` `quote` on `day`. Without a user: loaded by the operator, for everybody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, null=True, related_name="+", db_index=False
    )
    seq = models.BigIntegerField(default=0, editable=False)
    day = models.DateField()
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=20, default="manual")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["base", "quote", "day", "user"], name="one_rate_per_day_and_owner"
            ),
            models.UniqueConstraint(
                fields=["base", "quote", "day"],
                condition=Q(user__isnull=True),
                name="one_common_rate_per_day",
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_must_be_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate} {self.quote} on {self.day}"

    @property
    def etag(self) -> str:
        return f'"{self.seq}"'
