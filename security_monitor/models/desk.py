"""The desk of the staff: cases, verdicts with their evidence, rules with two pairs of eyes, backtests."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_id
from accounts.ownership import Owned


class CaseState(models.TextChoices):
    OPEN = "open"
    ASSIGNED = "assigned"
    WAITING = "waiting", "waiting for the owner"
    CLOSED = "closed"


class Outcome(models.TextChoices):
    LEGITIMATE = "legitimate"
    FRAUD = "fraud"
    WITHDRAWN = "withdrawn", "withdrawn: the row is gone or was corrected"


class Case(Owned):
    """A flagged row, or a verb like deleting many rows at once, for somebody to look at.

    The evidence is a copy: what the row and its reasons were when the case was opened.
    """

    kind = models.CharField(max_length=20, default="transaction")
    transaction_id = models.UUIDField(
        null=True, help_text="no foreign key: the case outlives the row"
    )
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    score = models.PositiveSmallIntegerField()
    level = models.CharField(max_length=10)
    expected_loss = models.BigIntegerField(
        default=0, help_text="amount × score, in cents of about one euro"
    )
    evidence = models.JSONField(help_text="amount, day, ids, reasons, versions of the rules")
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(help_text="the promise: 4 hours for critical ones, else 24")
    assignee_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "transaction_id"],
                condition=Q(transaction_id__isnull=False),
                name="one_case_per_row",
            )
        ]
        indexes = [
            models.Index(fields=["user", "id"], name="cases_of_user"),
            models.Index(fields=["state", "due_at", "id"], name="case_queue"),
            # What to look at first. Closed cases are many and asked for by time alone.
            models.Index(
                fields=["score", "id"],
                condition=~Q(state=CaseState.CLOSED),
                name="case_queue_by_score",
            ),
            models.Index(
                fields=["expected_loss", "id"],
                condition=~Q(state=CaseState.CLOSED),
                name="case_queue_by_loss",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.score} {self.state}"


class CaseNote(Owned):
    """What somebody at the desk wrote down. Never changed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    author_id = models.UUIDField()
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["user", "id"], name="notes_of_user")]

    def __str__(self) -> str:
        return f"note of {self.at:%Y-%m-%d}"


class VerdictRecord(Owned):
    """One answer to a score, with what it answered. Never changed: a later one stands beside it.

    The learning layer reads these: who said what, when, of which score and which reasons. It stays,
    nameless, when its owner is erased (services.leaving).
    """

    user = models.ForeignKey(  # type: ignore[assignment]  # outlives its owner
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        editable=False,
    )
    transaction_id = models.UUIDField()
    verdict = models.CharField(
        max_length=10, choices=[("legitimate", "legitimate"), ("fraud", "fraud")]
    )
    by_id = models.UUIDField()
    is_owner = models.BooleanField(help_text="said by the owner, not by staff")
    note = models.CharField(max_length=500, blank=True)
    score = models.PositiveSmallIntegerField(null=True)
    reasons = models.JSONField(default=list)
    row = models.JSONField(default=dict, help_text="amount, day and ids of the row at that time")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user", "transaction_id", "at"], name="verdicts_of_row"),
            models.Index(fields=["at"], name="verdicts_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.transaction_id}"


class RuleSetting(models.Model):
    """How staff tuned a rule. A rule without one counts as the catalogue says."""

    code = models.CharField(max_length=8, primary_key=True)
    weight = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=6, blank=True)
    parameters = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=2)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class RuleChange(models.Model):
    """A change of a rule that one person proposes and another decides: four eyes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=8)
    weight = models.PositiveSmallIntegerField(null=True)
    status = models.CharField(max_length=6, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    why = models.CharField(max_length=500)
    state = models.CharField(
        max_length=8,
        default="proposed",
        choices=[("proposed", "proposed"), ("approved", "approved"), ("refused", "refused")],
    )
    proposed_by_id = models.UUIDField()
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["code", "id"], name="changes_of_rule")]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class Backtest(models.Model):
    """The last days of everybody's rows, judged again under other rules."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    days = models.PositiveSmallIntegerField()
    changes = models.JSONField(help_text="{code: {weight, status, parameters}}")
    state = models.CharField(max_length=8, default="waiting")
    progress = models.PositiveSmallIntegerField(default=0, help_text="percent of the owners")
    result = models.JSONField(default=dict)
    by_id = models.UUIDField()
    created_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(null=True, help_text="last sign of life of the worker")

    def __str__(self) -> str:
        return f"{self.days} days, {self.state}"
