"""People, their sessions, the clock of their data, and the trail of what happened to it."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.timezone import now

from accounts.delivery.models import Webhook, WebhookDelivery
from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet


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
    password_changed_at = models.DateTimeField(default=now, editable=False)
    seq = models.BigIntegerField(
        default=0, editable=False, help_text="the owner's clock when this row last changed"
    )

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

    def __str__(self) -> str:
        return f"{self.user_id} at {self.seq}"


class Session(models.Model):
    """One login on one device: the refresh family. The `sid` claim of both tokens names it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    refresh_hash = models.CharField(
        max_length=64, help_text="sha256 of the current refresh token's jti"
    )
    previous_hash = models.CharField(
        max_length=64, blank=True, help_text="the one before, for the grace"
    )
    rotated_at = models.DateTimeField(default=now)
    device = models.CharField(max_length=200, blank=True, help_text="user agent at login")
    ip = models.GenericIPAddressField(null=True)
    place = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=now)
    authenticated_at = models.DateTimeField(default=now, help_text="last proof of a credential")
    last_seen_at = models.DateTimeField(default=now)
    expires_at = models.DateTimeField(help_text="absolute end: no refresh passes it")
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=40, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"], name="session_of_user")]

    def __str__(self) -> str:
        return f"{self.device[:40] or 'unknown device'} since {self.created_at:%Y-%m-%d}"


class AuditEntry(models.Model):
    """What was done to whose data, by whom. Append-only; a trigger refuses UPDATE and DELETE.

    `user_id` and `actor_id` are plain ids, not foreign keys: the trail outlives the person.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=now)
    user_id = models.UUIDField(null=True, help_text="whose data")
    actor_id = models.UUIDField(null=True, help_text="who did it; null for the program itself")
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=40, blank=True, help_text="kind of row")
    target_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)
    data = models.JSONField(default=dict)
    mac = models.CharField(max_length=64, help_text="HMAC-SHA256 over all columns above")

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["user_id", "id"], name="audit_of_user"),
            models.Index(fields=["target_id"], name="audit_of_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"


class Event(models.Model):
    """Something the owner's clients must hear of: the outbox and the stream's memory in one.

    Written in the commit that causes it, with that commit's `seq`. The dispatcher pushes it after
    commit; the channel layer is a hint, this table is the truth.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict, help_text="ids and figures; rows are rendered when sent")
    at = models.DateTimeField(default=now)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "seq", "id"], name="event_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.seq}"


class Tombstone(models.Model):
    """A row of the owner's that is gone, for clients that keep a mirror."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    row_id = models.UUIDField()

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "seq"], name="tombstone_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id} gone at {self.seq}"


class IdempotencyRecord(models.Model):
    """The answer that was given to one Idempotency-Key, kept for a day."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, help_text="sha256 over method, path and body")
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=60)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key


class StreamTicket(models.Model):
    """A single-use pass for the WebSocket, stored hashed, good for thirty seconds."""

    hash = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"ticket of {self.session_id}"


__all__ = [
    "AuditEntry",
    "Clock",
    "Event",
    "IdempotencyRecord",
    "Owned",
    "Session",
    "StreamTicket",
    "Tombstone",
    "User",
    "Webhook",
    "WebhookDelivery",
    "normalise_email",
]
