"""What the owner says about purchases and about the feed. No figure is kept that can be derived.

No foreign key leads to a transaction: a deleted row can come back under its id, and its mood with it.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ownership import Owned


class Mood(models.TextChoices):
    HAPPY = "happy"
    STRESSED = "stressed"
    BORED = "bored"
    IMPULSIVE = "impulsive"
    PLANNED = "planned"
    ANXIOUS = "anxious"
    EXCITED = "excited"
    REGRETFUL = "regretful"


class TransactionMood(Owned):
    """How the author felt about a purchase. For the author's eyes alone, also in the staff console."""

    transaction_id = models.UUIDField()
    mood = models.CharField(max_length=9, choices=Mood)
    intensity = models.PositiveSmallIntegerField(default=5, help_text="1 to 10")
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "transaction_id"], name="one_mood_per_row"),
            models.CheckConstraint(
                condition=Q(intensity__gte=1, intensity__lte=10), name="intensity_is_one_to_ten"
            ),
        ]
        indexes = [models.Index(fields=["user", "id"], name="moods_of_user")]

    def __str__(self) -> str:
        return f"a mood on {self.transaction_id}"


class MoodPreferences(Owned):
    """Whether the owner wants a word when a purchase is like those they came to regret."""

    nudge = models.BooleanField(default=False)
    nudged_seq = models.BigIntegerField(
        default=0, editable=False, help_text="the clock up to which purchases were looked at"
    )

    class Meta:
        verbose_name_plural = "mood preferences"
        constraints = [models.UniqueConstraint(fields=["user"], name="one_set_of_mood_preferences")]

    def __str__(self) -> str:
        return "nudged" if self.nudge else "left alone"


class InsightChoice(Owned):
    """What the owner did with one insight of the feed. The insight itself is derived each time.

    `id` follows from the owner and the key, so that a client can name an insight that has no row.
    """

    key = models.CharField(max_length=200, help_text="what the insight is about, the same each day")
    kind = models.CharField(max_length=30)
    dismissed_at = models.DateTimeField(null=True)
    snoozed_until = models.DateField(null=True, help_text="hidden before this day of the owner's")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_choice_per_key")]

    def __str__(self) -> str:
        return self.key


class StoredForecast(Owned):
    """What was forecast on one day of the owner's, and how that went when the days had come.

    Made by the beat of what the books held; `seq` is the owner's clock then. The latest one answers
    requests while neither clock nor day moved on; older ones keep what they are judged by.
    """

    made_on = models.DateField()
    currency = models.CharField(max_length=3)
    inputs = models.JSONField(null=True, help_text="what it rests on; of the latest one only")
    bands = models.JSONField(help_text="[days ahead, p10, p50, p90] in minor units")
    scores = models.JSONField(default=list, help_text="[days ahead, inside, pinball loss]")
    accuracy = models.JSONField(
        null=True, help_text="of all scores up to then: coverage_80, pinball, since"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "made_on"], name="one_forecast_a_day")
        ]

    def __str__(self) -> str:
        return f"forecast of {self.made_on}"
