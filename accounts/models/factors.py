"""Second factors, and what is asked for in the middle of proving one."""

from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id
from accounts.models.people import User
from accounts.ownership import OwnedQuerySet


class Totp(models.Model):
    """The authenticator app of a person (RFC 6238: six digits, 30 seconds, SHA-1)."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    secret = models.TextField(help_text="encrypted (accounts.vault)")
    last_step = models.BigIntegerField(default=0, help_text="no code of it or before counts again")
    created_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"app of {self.user_id}"


class RecoveryCode(models.Model):
    """One of ten, for the day the phone is lost. Only its HMAC is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"


class Passkey(models.Model):
    """A public key that one device of the person signs with (WebAuthn)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    credential_id = models.CharField(max_length=1400, unique=True, help_text="base64url")
    credential = models.BinaryField(help_text="attested credential data: id and public key")
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Challenge(models.Model):
    """A question that was put and not yet answered: a login halfway in, a passkey about to sign."""

    class Purpose(models.TextChoices):
        LOGIN = "login", "the password was right, the second factor is missing"
        CONFIRM = "confirm", "the password was right, the code from a letter is missing"
        STEP_UP = "step_up", "a session is to be proved again"
        PASSKEY = "passkey", "a passkey is to be added"
        SIGNED = "signed", "a passkey signed this and opened a session: not again"

    hash = models.CharField(
        max_length=64, primary_key=True, help_text="sha256 of what the client holds"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    session_id = models.UUIDField(null=True)
    password_hash = models.CharField(
        max_length=64, help_text="sha256: void once the password changes"
    )
    state = models.JSONField(default=dict, help_text="what the passkey must sign")
    expires_at = models.DateTimeField(db_index=True)

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.purpose
