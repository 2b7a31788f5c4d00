"""What comes again: the rule, and what became of each of its dates."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ownership import Owned
from ledger.models.accounts import Account
from ledger.models.names import Category, Payee


class CatchUp(models.TextChoices):
    """What becomes of dates that passed while nobody looked."""

    ALL = "all"  # each is booked
    LATEST = "latest"  # only the last of them
    NONE = "none"
    REVIEW = "review"  # each waits for the owner


class RecurringTransaction(Owned):
    """Money that moves again and again. Its dates follow from `schedule` (ledger.recurrence).

    `done_through` and `next_on` are where the beat goes on: all nominal dates up to the first are
    dealt with, the second is the earliest day on which something is due (null: nothing ever).
    """

    account = models.ForeignKey(Account, models.RESTRICT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField(help_text="signed; where it varies: the first estimate")
    currency = models.CharField(max_length=3, help_text="the account's, kept beside the amount")
    payee = models.ForeignKey(Payee, models.RESTRICT, null=True, related_name="+", db_index=False)
    category = models.ForeignKey(
        Category, models.RESTRICT, null=True, related_name="+", db_index=False
    )
    memo = models.CharField(max_length=500, blank=True)
    schedule = models.JSONField(default=dict, help_text="as the API shows it")
    at_time = models.TimeField(null=True, help_text="on the owner's clock; null: as the day begins")
    starts_on = models.DateField(null=True, help_text="no earlier nominal date is booked")
    auto_approve = models.BooleanField(default=False, help_text="book without asking")
    variable = models.BooleanField(default=False, help_text="the amount is estimated each time")
    catch_up = models.CharField(max_length=6, choices=CatchUp, default=CatchUp.ALL)
    paused = models.BooleanField(default=False)
    done_through = models.DateField(editable=False)
    next_on = models.DateField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["user", "next_on", "id"], name="recurring_of_user"),
            models.Index(
                fields=["next_on", "user"],
                condition=Q(next_on__isnull=False, paused=False),
                name="recurring_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} {self.schedule.get('frequency', '')}"


class OccurrenceStatus(models.TextChoices):
    UPCOMING = "upcoming"  # not due yet; a row is kept where the owner changed something
    PENDING = "pending"  # due, waits for the owner
    POSTED = "posted"  # booked by us
    MATCHED = "matched"  # a row that was there already is this occurrence
    SKIPPED = "skipped"  # the owner skipped or rejected it, or it was left out


class RecurringOccurrence(Owned):
    """What became of one nominal date of a rule. One row per (rule, nominal date), whoever runs.

    The transaction has no foreign key in the database: a deleted row can come back under its id,
    and until then the occurrence stays dealt with.
    """

    rule = models.ForeignKey(RecurringTransaction, models.CASCADE, related_name="+", db_index=False)
    nominal_on = models.DateField()
    posted_on = models.DateField()
    amount_minor = models.BigIntegerField(null=True, help_text="where it is not the rule's")
    status = models.CharField(max_length=8, choices=OccurrenceStatus)
    reason = models.CharField(max_length=40, blank=True, help_text="why it waits or was left out")
    transaction = models.ForeignKey(
        "ledger.Transaction",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "rule", "nominal_on"], name="an_occurrence_happens_once"
            )
        ]
        indexes = [
            models.Index(fields=["user", "status", "posted_on"], name="occurrences_by_status"),
            models.Index(fields=["user", "transaction"], name="occurrences_of_row"),
            models.Index(
                fields=["user"], condition=Q(status="pending"), name="occurrences_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nominal_on} {self.status}"


__all__ = ["CatchUp", "OccurrenceStatus", "RecurringOccurrence", "RecurringTransaction"]
