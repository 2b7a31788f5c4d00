"""Mail that is to be sent, and the single-use secrets that were sent with it."""

from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id
from accounts.models.people import User
from accounts.ownership import OwnedQuerySet


class Purpose(models.TextChoices):
    VERIFY_EMAIL = "verify_email", "confirm the address of an account"
    RESET_PASSWORD = "reset_password", "choose a new password"
    CHANGE_EMAIL = "change_email", "confirm a new address"
    RESTORE = "restore", "keep an account that is to be erased"
    CONFIRM_LOGIN = "confirm_login", "let in a login that is unlike the others"
    NOTICE = "notice", "tell the owner what happened"
    NEWS = "news", "notifications that the owner wants by mail"


class Letter(models.Model):
    """One mail: the outbox of what we send, and the memory of what a secret in it is good for.

    Written for unknown addresses too, so that a request does the same work whoever is meant; only
    the worker finds out that there is nobody. The secret is made when the mail is, and only its
    hash is kept: neither the table nor the broker ever holds one that works.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    email = models.EmailField(max_length=254)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    data = models.JSONField(default=dict, help_text="what a notice tells; ids of news")
    secret_hash = models.CharField(max_length=64, blank=True, db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    sent_at = models.DateTimeField(null=True, help_text="done: sent, or found to be for nobody")
    next_try_at = models.DateTimeField(
        null=True, help_text="not before: a worker is at it, or waits"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["email", "created_at"], name="letter_to_address"),
            models.Index(
                fields=["created_at"], condition=models.Q(sent_at=None), name="letter_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.created_at:%Y-%m-%d}"
