"""What suggestions need to keep: the owner's threshold, and which categories were not their own word."""

from django.db import models
from django.db.models import Q

from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet


class LedgerPreferences(Owned):
    """How the owner wants the books kept. Without a row everything is at its default."""

    auto_categorise_above = models.DecimalField(
        max_digits=4, decimal_places=3, null=True, help_text="confidence, 0 to 1; null: never"
    )

    class Meta:
        verbose_name_plural = "ledger preferences"
        constraints = [
            models.UniqueConstraint(fields=["user"], name="one_set_of_preferences"),
            models.CheckConstraint(
                condition=Q(auto_categorise_above__isnull=True)
                | Q(auto_categorise_above__gte=0, auto_categorise_above__lte=1),
                name="threshold_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"automatic above {self.auto_categorise_above}"


class SuggestedCategory(models.Model):
    """A category that a suggestion put on a row: while it stands there it is not the owner's word.

    Without it the learner would take its own guesses for lessons. Plain ids without foreign keys: a
    row that is gone, or has another category now, simply does not match any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+", db_index=False)
    transaction_id = models.UUIDField()
    category_id = models.UUIDField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "suggested categories"
        indexes = [
            models.Index(fields=["user", "transaction_id", "category_id"], name="suggested_to_row")
        ]

    def __str__(self) -> str:
        return f"{self.category_id} for {self.transaction_id}"


__all__ = ["LedgerPreferences", "SuggestedCategory"]
