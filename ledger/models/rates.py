"""Exchange rates."""

from django.db import models
from django.db.models import Q

from accounts.ids import new_id
from accounts.ownership import OwnedQuerySet


class ExchangeRate(models.Model):
    """1 `base` = `rate` `quote` on `day`. Without a user: loaded by the operator, for everybody."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        "accounts.User", models.CASCADE, null=True, related_name="+", db_index=False
    )
    seq = models.BigIntegerField(default=0, editable=False)
    day = models.DateField()
    base = models.CharField(max_length=3)
    quote = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=24, decimal_places=12)
    source = models.CharField(max_length=20, default="manual")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["base", "quote", "day", "user"], name="one_rate_per_day_and_owner"
            ),
            models.UniqueConstraint(
                fields=["base", "quote", "day"],
                condition=Q(user__isnull=True),
                name="one_common_rate_per_day",
            ),
            models.CheckConstraint(condition=Q(rate__gt=0), name="rate_must_be_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate} {self.quote} on {self.day}"

    @property
    def etag(self) -> str:
        return f'"{self.seq}"'
