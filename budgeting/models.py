"""Budgets: what is planned for which categories. What was spent is read from the ledger, never kept."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet
from budgeting.periods import Cycle
from budgeting.rollover import Terms
from ledger.models import Category


class Period(models.TextChoices):
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


class Weekend(models.TextChoices):
    NONE = "none"
    PREVIOUS = "previous"
    NEXT = "next"


class Mode(models.TextChoices):
    NONE = "none"
    SURPLUS = "surplus"
    DEFICIT = "deficit"
    BOTH = "both"


class Limit(models.TextChoices):
    WARN = "warn"
    BLOCK = "block"


class Budget(Owned):
    """A plan for one or several categories, and all below them that have no budget of their own."""

    name = models.CharField(max_length=100)
    currency = models.CharField(max_length=3, help_text="the owner's at its making")
    period = models.CharField(max_length=9, choices=Period, default=Period.MONTHLY)
    starts_on = models.DateField(help_text="its first period is the one that holds this day")
    start_day = models.PositiveSmallIntegerField(default=1, help_text="of the month, clamped")
    weekend = models.CharField(max_length=8, choices=Weekend, default=Weekend.NONE)
    limit = models.CharField(max_length=5, choices=Limit, default=Limit.WARN)
    thresholds = models.JSONField(default=list, help_text="percents that are told once per period")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="budgets_of_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def cycle(self) -> Cycle:
        return Cycle(self.period, self.starts_on, self.start_day, self.weekend)


class BudgetCategory(models.Model):
    """Which categories a budget is for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    budget = models.ForeignKey(Budget, models.CASCADE, related_name="links")
    category = models.ForeignKey(Category, models.RESTRICT, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "budget categories"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "budget", "category"], name="one_link_per_category"
            )
        ]

    def __str__(self) -> str:
        return f"{self.category_id} of {self.budget_id}"


class BudgetTerms(models.Model):
    """Amount and rollover from a period on. Earlier periods keep the terms that they had."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    budget = models.ForeignKey(Budget, models.CASCADE, related_name="terms")
    from_on = models.DateField(help_text="first day of the first period")
    amount_minor = models.BigIntegerField()
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.NONE)
    cap_minor = models.BigIntegerField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "budget terms"
        ordering = ["from_on"]
        constraints = [
            models.UniqueConstraint(fields=["user", "budget", "from_on"], name="one_terms_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} from {self.from_on}"

    def as_terms(self) -> Terms:
        return Terms(self.from_on, self.amount_minor, self.mode, self.cap_minor)


class BudgetMove(Owned):
    """Money that one budget gave another, in the period of a day. The trail of such decisions."""

    source = models.ForeignKey(Budget, models.SET_NULL, null=True, related_name="+")
    target = models.ForeignKey(Budget, models.SET_NULL, null=True, related_name="+")
    amount_minor = models.BigIntegerField()
    on = models.DateField()
    memo = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="a_move_is_positive")
        ]
        indexes = [models.Index(fields=["user", "id"], name="moves_of_user")]

    def __str__(self) -> str:
        return f"{self.amount_minor} on {self.on}"


class BudgetAlert(models.Model):
    """A threshold that was reached in a period: told once, whatever comes after."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    budget = models.ForeignKey(Budget, models.CASCADE, related_name="+")
    period_start = models.DateField()
    threshold = models.PositiveSmallIntegerField(help_text="percent")
    at = models.DateTimeField(default=timezone.now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "budget", "period_start", "threshold"], name="told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.threshold} % in {self.period_start}"
