"""Logins that count, and what opens a stream for one."""

from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id
from accounts.models.people import User
from accounts.ownership import OwnedQuerySet


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


class StreamTicket(models.Model):
    """A single-use pass for the WebSocket, stored hashed, good for thirty seconds."""

    hash = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"ticket of {self.session_id}"
