"""How often somebody was wrong lately."""

from django.db import models


class Attempts(models.Model):
    """Failures and attempts under way, by who is guessed at and from where. See accounts.limits.

    In the database and not in the cache: a limit must hold while Redis is away.
    """

    key = models.CharField(max_length=64, primary_key=True, help_text="HMAC of scope and subject")
    failures = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0, help_text="begun, not yet right or wrong")
    pending_until = models.DateTimeField(help_text="whoever has not ended by now was killed")
    blocked_until = models.DateTimeField()
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "attempts"

    def __str__(self) -> str:
        return f"{self.failures} failures"
