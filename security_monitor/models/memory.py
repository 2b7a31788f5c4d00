"""What the engine remembers of an owner, and what the owner told it."""

from django.db import models
from django.utils import timezone

from accounts.ownership import Owned, OwnedQuerySet


class Profile(models.Model):
    """Counters of the rows of one account, category, payee or owner, in one currency.

    `state` is canonical JSON (`engine.profiles`): text, so that a row counted in and out again
    leaves it equal to the byte. `key` is the id of what it is about; the owner's own id for `owner`.
    """

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    key = models.UUIDField()
    currency = models.CharField(max_length=3, blank=True)
    state = models.TextField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key", "kind", "currency"], name="one_profile")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.currency}"


class ListKind(models.TextChoices):
    ALLOW = "allow", "allow: the score stays at most 40"
    DENY = "deny", "deny: every payment is flagged"
    SNOOZE = "snooze", "snooze: no alert until a day"


class Subject(models.TextChoices):
    PAYEE = "payee"
    CATEGORY = "category"


class ListEntry(Owned):
    """A payee or category that the owner, or staff for the owner, allowed, denied or snoozed."""

    kind = models.CharField(max_length=6, choices=ListKind)
    subject = models.CharField(max_length=8, choices=Subject)
    subject_id = models.UUIDField()
    until = models.DateTimeField(null=True, help_text="when it ends; null: never")
    note = models.CharField(max_length=200, blank=True)
    by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "subject", "subject_id", "kind"], name="listed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.subject_id}"


class ScoringGap(models.Model):
    """An owner whose rows could not be scored at some moment: their profiles are to be rebuilt."""

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=80)

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id} since {self.since}"
