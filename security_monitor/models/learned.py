"""What verdicts taught: models by version, and fraud rates that enough owners stand behind."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_id


class ModelState(models.TextChoices):
    SHADOW = "shadow", "shadow: scores the past, alarms nobody"
    LIVE = "live"
    RETIRED = "retired"


class LearnedModel(models.Model):
    """One trained model. `parameters` are plain numbers (`learning.model`), never code.

    metrics: of the training, and under `backtest` of later days beside the live model and the rules.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=7, choices=ModelState, default=ModelState.SHADOW)
    trained_at = models.DateTimeField(default=timezone.now)
    trained_until = models.DateField(help_text="the last day of a row that it learned from")
    rows = models.PositiveIntegerField()
    frauds = models.PositiveIntegerField()
    metrics = models.JSONField(default=dict)
    parameters = models.JSONField()
    promoted_at = models.DateTimeField(null=True)
    # Somebody at the desk wants it live; it becomes so when another agrees.
    proposed_by_id = models.UUIDField(null=True)
    proposed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="live"), name="one_live_model"
            )
        ]

    def __str__(self) -> str:
        return f"ML01 v{self.version} {self.state}"


class SharedRate(models.Model):
    """Labelled rows and frauds by day of one shop or kind of payment, across owners.

    key: a keyed hash; no name, amount or owner can be read from it. A row is kept only while enough
    owners stand behind it, and all rows are made anew each night: a verdict that changes, or an
    owner who leaves, is gone from them the next morning.
    """

    key = models.CharField(max_length=32, primary_key=True)
    state = models.TextField(help_text="{day: [rows, frauds, frauds of a usual amount]}")

    def __str__(self) -> str:
        return self.key
