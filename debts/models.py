"""What is owed, on which terms, what interest it bore and how it was paid.

Amounts are minor units of the account's currency, positive where they are owed or paid.
"""

from django.db import models
from django.utils import timezone

from accounts.ownership import Owned


class DebtType(models.TextChoices):
    LOAN = "loan"
    CREDIT_CARD = "credit_card"
    MORTGAGE = "mortgage"
    PERSONAL = "personal"
    AUTO = "auto"
    STUDENT = "student"


class DayCount(models.TextChoices):
    THIRTY_360 = "30/360"
    ACT_365 = "act/365"
    ACT_360 = "act/360"


class Compounding(models.TextChoices):
    MONTHLY = "monthly"
    DAILY = "daily"


class InterestMode(models.TextChoices):
    ACCRUED = "accrued"  # we charge it
    BY_BANK = "by_bank"  # the bank's file brings it as rows of the account


class Debt(Owned):
    """The terms of a debt. What is owed is the balance of `account`, below zero."""

    name = models.CharField(max_length=100)
    type = models.CharField(max_length=12, choices=DebtType)
    account = models.ForeignKey(
        "ledger.Account", models.RESTRICT, related_name="+", help_text="the liability"
    )
    opened_account = models.BooleanField(default=False, help_text="the account was made for it")
    pay_from = models.ForeignKey("ledger.Account", models.RESTRICT, null=True, related_name="+")
    principal_minor = models.BigIntegerField(help_text="what was borrowed")
    apr = models.DecimalField(max_digits=9, decimal_places=8, help_text="at the start; a fraction")
    start_on = models.DateField()
    due_day = models.PositiveSmallIntegerField(help_text="day of the month; of a card, it closes")
    grace_days = models.PositiveSmallIntegerField(default=0, help_text="of a card: closing to due")
    term_months = models.PositiveSmallIntegerField(null=True)
    minimum_minor = models.BigIntegerField(default=0)
    minimum_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    minimum_floor_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0, help_text="charged with each period")
    day_count = models.CharField(max_length=7, choices=DayCount, default=DayCount.THIRTY_360)
    compounding = models.CharField(max_length=7, choices=Compounding, default=Compounding.MONTHLY)
    interest = models.CharField(max_length=7, choices=InterestMode, default=InterestMode.ACCRUED)
    accrues_from = models.DateField(help_text="interest before it is in the balance as entered")
    lender = models.CharField(max_length=100, blank=True)
    number_encrypted = models.TextField(blank=True, help_text="debts.vault")
    number_tail = models.CharField(max_length=4, blank=True)
    notes = models.CharField(max_length=2000, blank=True)
    archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "account"], name="one_debt_per_account")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_card(self) -> bool:
        return self.type == DebtType.CREDIT_CARD

    @property
    def charges_itself(self) -> bool:
        """Whether interest is booked on the account itself, so that a payment is all principal."""
        return self.is_card or self.interest == InterestMode.BY_BANK

    @property
    def charges_whole_periods(self) -> bool:
        """Whether a period's interest comes in full with its payment, early or not."""
        return self.day_count == DayCount.THIRTY_360 and self.compounding == Compounding.MONTHLY


class DebtRate(Owned):
    """Another APR from a day on; with `until_on` a promotion that ends with that day."""

    debt = models.ForeignKey(Debt, models.CASCADE, related_name="rates")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    apr = models.DecimalField(max_digits=9, decimal_places=8)

    class Meta:
        indexes = [models.Index(fields=["user", "debt", "id"], name="rates_of_debt")]

    def __str__(self) -> str:
        return f"{self.apr} from {self.from_on}"


class Accrual(Owned):
    """The interest and fee of one span of days: from `starts_on` to `ends_on`, charged once."""

    debt = models.ForeignKey(Debt, models.CASCADE, related_name="accruals", db_index=False)
    starts_on = models.DateField()
    ends_on = models.DateField()
    interest_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    row_id = models.UUIDField(null=True, help_text="of a card: the row that booked it")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["debt", "starts_on"], name="a_span_accrues_once")
        ]
        indexes = [models.Index(fields=["user", "debt", "id"], name="accruals_of_debt")]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class DebtPayment(Owned):
    """Which rows of the books are one payment. Its amounts are theirs, also after an edit.

    Plain ids, not foreign keys: a row of the books may go, and its payment with it.
    """

    debt = models.ForeignKey(Debt, models.CASCADE, related_name="payments")
    transfer_id = models.UUIDField(null=True, help_text="the principal")
    interest_id = models.UUIDField(null=True, help_text="the row of the interest")
    fee_id = models.UUIDField(null=True, help_text="the row of the fee")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "debt", "id"], name="payments_of_debt")]

    def __str__(self) -> str:
        return str(self.id)
