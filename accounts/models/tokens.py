"""Keys that people make for their own programs."""

from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id
from accounts.models.people import User
from accounts.ownership import OwnedQuerySet


class PersonalToken(models.Model):
    """A long-lived bearer key with scopes and an end. Shown once; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=100)
    hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12, help_text="how it begins, to tell one from another")
    scopes = models.CharField(max_length=40, help_text="read, write, admin, with blanks between")
    created_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "id"], name="personal_token_of_user")]

    def __str__(self) -> str:
        return self.name
