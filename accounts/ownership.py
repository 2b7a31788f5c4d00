"""Who owns a row. Every table of user data carries `user`; every read of a view starts at `for_user()`."""

from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models

from accounts.ids import new_id


class OwnedQuerySet(models.QuerySet[Any]):
    def for_user(self, user: Any) -> Self:
        """The rows of one owner, given as a user or a user id."""
        return self.filter(user_id=user if isinstance(user, UUID) else user.pk)


class Owned(models.Model):
    """A row with an owner, an unguessable id, and the owner's clock at its last change.

    No index of its own on `user`: each table has one that starts with it and serves its lists.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False, editable=False
    )
    seq = models.BigIntegerField(default=0, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def etag(self) -> str:
        return f'"{self.seq}"'
