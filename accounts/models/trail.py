"""The trail of what happened, what clients must hear of it, and answers that were given once."""

from django.db import models
from django.utils.timezone import now

from accounts.ids import new_id
from accounts.models.people import User
from accounts.ownership import OwnedQuerySet


class AuditEntry(models.Model):
    """What was done to whose data, by whom. Append-only; a trigger refuses UPDATE and DELETE.

    `user_id` and `actor_id` are plain ids, not foreign keys: the trail outlives the person.

    What may be personal, `ip` and `data`, is not under the MAC and not in the chain: in its place
    stands a commitment, an HMAC under a salt of this entry's own. The one change that the trigger lets
    pass is to forget: a value goes together with its salt, its commitment stays, and neither the
    MAC nor the chain notices. `version` 1 is of before, when both stood under the MAC.
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
    mac = models.CharField(
        max_length=64, help_text="HMAC-SHA256 over all columns but ip, data and the salts"
    )
    version = models.PositiveSmallIntegerField(default=2, db_default=1)
    ip_salt = models.CharField(max_length=32, default="", db_default="")
    ip_commitment = models.CharField(max_length=64, default="", db_default="")
    data_salt = models.CharField(max_length=32, default="", db_default="")
    data_commitment = models.CharField(max_length=64, default="", db_default="")

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
