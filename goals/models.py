"""What people save for, and what they put aside. What is saved is derived, never stored."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ownership import Owned


class Follows(models.TextChoices):
    """What counts as saved."""

    CONTRIBUTIONS = "contributions", "what was put aside for the goal"
    BALANCE = "balance", "all that lies on its account and is not put aside for another goal"


class Goal(Owned):
    """A sum that somebody wants to have, perhaps by a day. Amounts are in minor units."""

    name = models.CharField(max_length=100)
    currency = models.CharField(max_length=3, help_text="ISO 4217, fixed once made")
    target_minor = models.BigIntegerField()
    target_on = models.DateField(null=True)
    importance = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    allocation_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    account = models.ForeignKey(
        "ledger.Account",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="where contributions are transferred to",
    )
    follows = models.CharField(
        max_length=13, choices=Follows.choices, default=Follows.CONTRIBUTIONS
    )
    paused = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="goal_names_differ"),
            # Two followers of one account would both call the same money theirs.
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(follows="balance"),
                name="one_goal_follows_an_account",
            ),
            models.CheckConstraint(condition=Q(target_minor__gt=0), name="target_is_positive"),
            models.CheckConstraint(
                condition=Q(importance__gte=1, importance__lte=5), name="importance_is_1_to_5"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def follows_balance(self) -> bool:
        return self.follows == Follows.BALANCE and self.account_id is not None


class Contribution(Owned):
    """Money put aside (+) or taken out (-).

    With a transfer the amount is that of the transfer's leg on `account`, read from the ledger, so
    that a transfer that is edited, deleted or restored moves the goal with it: hence no foreign key.
    Without one it is an earmark on money that lies where it lay.
    """

    goal = models.ForeignKey(Goal, models.CASCADE, related_name="contributions", db_index=False)
    account = models.ForeignKey(
        "ledger.Account",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="where the money lies; null: outside the books",
    )
    transfer_id = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField(default=0, help_text="of an earmark; 0 with a transfer")
    made_on = models.DateField()
    memo = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["user", "goal", "id"], name="contributions_of_goal")]

    def __str__(self) -> str:
        return f"{self.goal_id} on {self.made_on}"


class IncomeHook(Owned):
    """What is shared among the goals when it arrives. Off where one of its two ends is gone."""

    account = models.ForeignKey("ledger.Account", models.SET_NULL, null=True, related_name="+")
    category = models.ForeignKey("ledger.Category", models.SET_NULL, null=True, related_name="+")
    strategy = models.CharField(max_length=12, default="percent")
    starts_on = models.DateField(help_text="what was booked before is left alone")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="one_income_hook_each")]

    def __str__(self) -> str:
        return f"{self.strategy} from {self.starts_on}"


class SharedIncome(Owned):
    """An income that the hook has dealt with. No foreign key: a row restored is not shared again."""

    transaction_id = models.UUIDField()
    amount_minor = models.BigIntegerField(help_text="what went to goals; 0 where none took any")
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "transaction_id"], name="an_income_is_shared_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} of {self.transaction_id}"
