"""Notifications and their preferences for mirrors and the stream, as their endpoints show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.inbox.models import Notification, NotificationPreferences
from accounts.inbox.services import inbox_of
from accounts.inbox.shapes import represent, represent_preferences, speech_of
from accounts.mirror import Kind, plain, showing


def show(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    rows = list(inbox_of(user_id).filter(pk__in=ids))
    speech = speech_of(user_id)
    return {row.pk: plain(represent(row, speech)) for row in rows}


KINDS = [
    Kind("notification", Notification, show),
    Kind(
        "notification_preferences",
        NotificationPreferences,
        showing(NotificationPreferences.objects.for_user, represent_preferences),
    ),
]
