"""People, and the clock of their data."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id


def normalise_email(email: str) -> str:
    """One spelling per mailbox owner: lower case, no surrounding blanks. Never dots or plus parts."""
    return email.strip().casefold()


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        Clock.objects.create(user=user)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Roles are two: user, and staff, who review fraud in the admin."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3, default="EUR", help_text="home currency, ISO 4217")
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name")
    locale = models.CharField(max_length=16, default="en")
    notifications = models.JSONField(default=dict, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now, editable=False)
    email_verified_at = models.DateTimeField(null=True, editable=False)
    password_changed_at = models.DateTimeField(default=now, editable=False)
    seq = models.BigIntegerField(
        default=0, editable=False, help_text="the owner's clock when this row last changed"
    )
    erase_at = models.DateTimeField(
        null=True, editable=False, help_text="from then on the person is erased; null: stays"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["erase_at"], condition=~models.Q(erase_at=None), name="people_to_erase"
            )
        ]

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email

    @property
    def role(self) -> str:
        return "staff" if self.is_staff else "user"


class Clock(models.Model):
    """The owner's clock: one tick per commit that changes the owner's data.

    Taking the tick locks the row, which puts one owner's writes in line and never two owners'.
    Apart from User, so that the hot update touches a narrow row without indexes.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    horizon = models.BigIntegerField(
        default=0, help_text="tombstones and events up to this seq were dropped"
    )
    heard = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="events up to this seq are in the inbox (accounts.inbox.filling)",
    )

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seq}"
