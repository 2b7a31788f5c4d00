"""Notifications and the choices of who gets them how."""

from django.db import models
from django.utils.timezone import now

from accounts.ownership import Owned


class Notification(Owned):
    """One thing that an owner is told. The text is made when it is shown, in the owner's own locale.

    `key` names the matter: the event's own id, or what several events would say alike. One row per
    owner and key, so that a second look at the outbox, or a second event, tells nothing twice.
    """

    kind = models.CharField(max_length=40, help_text="of the event")
    key = models.CharField(max_length=120)
    data = models.JSONField(default=dict, help_text="what the event said, with the names it meant")
    at = models.DateTimeField(help_text="of the event")
    in_inbox = models.BooleanField(default=True, help_text="false: it is for the mail alone")
    quiet = models.BooleanField(default=False, help_text="came in the owner's quiet hours")
    read_at = models.DateTimeField(null=True)
    mail = models.CharField(
        max_length=8, blank=True, help_text="at_once, daily, weekly; empty: none"
    )
    mail_due_at = models.DateTimeField(
        null=True, help_text="null: nothing is to be mailed (any more)"
    )
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="a_matter_is_told_once")
        ]
        indexes = [
            models.Index(fields=["user", "id"], name="notifications_of_user"),
            models.Index(
                fields=["user", "id"],
                condition=models.Q(read_at=None, in_inbox=True),
                name="notifications_unread",
            ),
            models.Index(
                fields=["mail_due_at"],
                condition=models.Q(mail_due_at__isnull=False),
                name="notifications_to_mail",
            ),
            models.Index(fields=["created_at"], name="notifications_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.at:%Y-%m-%d}"


class NotificationPreferences(Owned):
    """What the owner chose; what was never chosen is as the matter has it (accounts.inbox.matters)."""

    channels = models.JSONField(
        default=dict, help_text="{kind: {inbox, mail, webhook}}, only what was chosen"
    )
    quiet_from = models.TimeField(null=True, help_text="on the owner's clock")
    quiet_to = models.TimeField(null=True)
    digest_hour = models.PositiveSmallIntegerField(default=8, help_text="of the owner's morning")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], name="one_row_of_notification_preferences")
        ]

    def __str__(self) -> str:
        return f"notification preferences of {self.user_id}"
