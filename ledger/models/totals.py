"""Sums kept by the write path, which reports read instead of the rows."""

from django.db import models

from accounts.ownership import OwnedQuerySet
from ledger.models.accounts import Account


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
