"""What an owner chose to be told of, and how."""

from typing import Any
from uuid import UUID

from accounts.inbox.matters import Channels, Matter, matters
from accounts.inbox.models import NotificationPreferences
from accounts.models.people import User


def preferences_of(user_id: UUID) -> NotificationPreferences:
    """The owner's row; where nothing was chosen yet, one that is not stored."""
    row: NotificationPreferences | None = NotificationPreferences.objects.for_user(user_id).first()
    return row or NotificationPreferences(user_id=user_id)


def channels_of(row: NotificationPreferences, matter: Matter) -> Channels:
    """What was chosen for a kind, laid over what the matter has by itself."""
    return Channels(**{**_plain(matter.channels), **row.channels.get(matter.kind, {})})


def all_channels(row: NotificationPreferences) -> dict[str, dict[str, Any]]:
    return {kind: _plain(channels_of(row, matter)) for kind, matter in sorted(matters().items())}


def is_off(user: User, matter: Matter) -> bool:
    """Whether the owner turned the whole topic off in the profile."""
    return bool(matter.topic) and not user.notifications.get(matter.topic, True)


def muted_webhook_kinds(user_id: UUID) -> set[str]:
    """Kinds that the owner wants no webhook to hear of."""
    chosen = preferences_of(user_id).channels
    return {kind for kind, how in chosen.items() if how.get("webhook") is False}


def _plain(channels: Channels) -> dict[str, Any]:
    return {"inbox": channels.inbox, "mail": channels.mail, "webhook": channels.webhook}
