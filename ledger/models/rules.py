"""What the owner taught the books: rules and saved views; and change sets, which can be undone."""

from django.db import models
from django.utils import timezone

from accounts.ownership import Owned


class AppliesTo(models.TextChoices):
    IMPORT = "import"
    MANUAL = "manual"
    BOTH = "both"


class Rule(Owned):
    """If a new row meets the query, the actions follow. Rules run by position."""

    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0, help_text="lower runs first")
    query = models.TextField(blank=True, help_text="in the grammar of search; empty: every row")
    actions = models.JSONField(default=list)
    stop = models.BooleanField(default=False, help_text="no later rule sees a row that met this")
    enabled = models.BooleanField(default=True)
    applies_to = models.CharField(max_length=6, choices=AppliesTo, default=AppliesTo.BOTH)
    hit_count = models.PositiveIntegerField(default=0, editable=False)
    last_hit_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["user", "position", "id"], name="rules_in_order")]

    def __str__(self) -> str:
        return self.name


class SavedView(Owned):
    """A search of the owner's, under a name."""

    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100, editable=False)
    query = models.TextField(blank=True)
    sort = models.CharField(max_length=12, default="-posted_on")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="view_names_differ")
        ]

    def __str__(self) -> str:
        return self.name


class ChangeSet(Owned):
    """One change of many rows that one call takes back. `seq` is the clock at that change."""

    kind = models.CharField(max_length=20, help_text="what made it: rule, import, bulk edit")
    title = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField(help_text="rows that were changed or made")
    made_seq = models.BigIntegerField(help_text="seq of its rows while nobody changed them since")
    before = models.BinaryField(help_text="rows as they were, JSON by zlib; emptied by the undo")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="change_sets_of_user")]

    def __str__(self) -> str:
        return self.title or self.kind


__all__ = ["AppliesTo", "ChangeSet", "Rule", "SavedView"]
