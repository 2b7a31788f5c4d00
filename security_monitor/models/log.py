"""The security log: what happened to a person's account, on which devices and from where."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.ids import new_id
from accounts.ownership import Owned, OwnedQuerySet
from security_monitor.behaviour.catalogue import SEVERITIES

ANY_KIND = "any"


class SecurityEvent(models.Model):
    """One event, made of an audit entry in the entry's own commit.

    Of an address only the network is kept, of a user agent only the device that it names.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,  # an entry may speak of somebody who is gone
        help_text="null: a login with an address that nobody has",
    )
    entry_id = models.UUIDField(null=True, help_text="the audit entry")
    kind = models.CharField(max_length=60)
    severity = models.CharField(max_length=8, choices=[(word, word) for word in SEVERITIES])
    at = models.DateTimeField(default=timezone.now)
    network = models.CharField(max_length=50, blank=True, help_text="prefix of the address")
    place = models.CharField(max_length=2, blank=True, help_text="country code; empty: unknown")
    device = models.CharField(max_length=80, blank=True)
    session_id = models.UUIDField(null=True)
    risk_score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list, help_text="[{code, contribution, message, evidence}]")
    data = models.JSONField(default=dict, help_text="ids and figures of the audit entry")
    resolved_at = models.DateTimeField(null=True)
    channels = models.JSONField(default=list, help_text="where the owner is to hear of it")
    is_due = models.BooleanField(default=False, help_text="the owner has not heard of it yet")
    is_mail_due = models.BooleanField(default=False, help_text="and is to get a mail")
    not_before = models.DateTimeField(null=True, help_text="quiet hours: told then")
    told_at = models.DateTimeField(null=True, help_text="when the owner was told, by any channel")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["user", "id"], name="security_events_of_user"),
            models.Index(fields=["user", "kind", "at"], name="security_events_by_kind"),
            models.Index(fields=["network", "kind", "at"], name="security_events_of_network"),
            models.Index(fields=["is_due"], condition=Q(is_due=True), name="security_events_due"),
            models.Index(
                fields=["user"], condition=Q(is_mail_due=True), name="security_events_to_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.risk_score}"


class Device(Owned):
    """A browser or program of one system that a person logs in with; versions do not count."""

    name = models.CharField(max_length=80)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    logins = models.PositiveIntegerField(default=0)
    network = models.CharField(max_length=50, blank=True, help_text="of the last login")
    place = models.CharField(max_length=2, blank=True)
    trusted = models.BooleanField(default=False, help_text="the owner said so")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="device_once")]
        indexes = [models.Index(fields=["user", "id"], name="devices_of_user")]

    def __str__(self) -> str:
        return self.name


class LoginPlace(models.Model):
    """A network that a person logged in from, and how often."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    network = models.CharField(max_length=50)
    place = models.CharField(max_length=2, blank=True)
    logins = models.PositiveIntegerField(default=0)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    trusted = models.BooleanField(null=True, help_text="the owner's word; null: habit tells")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="login_place_once")]
        indexes = [models.Index(fields=["user", "id"], name="login_places_of_user")]

    def __str__(self) -> str:
        return self.network


class LoginRhythm(models.Model):
    """Counts of a person's logins: in all, by hour of their day, by country."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    logins = models.PositiveIntegerField(default=0)
    by_hour = models.JSONField(default=list, help_text="24 counts")
    by_country = models.JSONField(default=dict)
    last_at = models.DateTimeField(null=True)
    traits = models.JSONField(default=dict, help_text="{trait: {hashed value: logins}}")
    hidden = models.JSONField(default=dict, help_text="{kind of network that hides places: logins}")
    # Where somebody can have come from: the last login from an open network that was no jump.
    settled_network = models.CharField(max_length=50, blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.logins} logins"


class CommonTrait(models.Model):
    """How often everybody's logins had a trait, and each score; of whom they were is not kept.

    trait `all`: logins (value ''), people (value 'people'); `score`: logins by bucket of the score.
    """

    trait = models.CharField(max_length=8)
    value = models.CharField(max_length=16, blank=True)
    logins = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trait", "value"], name="common_trait_once")]

    def __str__(self) -> str:
        return f"{self.trait} {self.value}: {self.logins}"


class QuietHours(Owned):
    """When the owner wants no alerts but critical ones. Times are of `zone`, else of the profile's."""

    start = models.TimeField(null=True)
    end = models.TimeField(null=True)
    zone = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name_plural = "quiet hours"
        constraints = [models.UniqueConstraint(fields=["user"], name="quiet_hours_once")]

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


class AlertRule(Owned):
    """From which risk score on the owner hears of a kind of event, by which channel."""

    kind = models.CharField(max_length=60, default=ANY_KIND)
    channel = models.CharField(
        max_length=7, choices=[("push", "push"), ("mail", "mail"), ("webhook", "webhook")]
    )
    threshold = models.PositiveSmallIntegerField()
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="alert_rule_once")
        ]
        indexes = [models.Index(fields=["user", "id"], name="alert_rules_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} by {self.channel} from {self.threshold}"
