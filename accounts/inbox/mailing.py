"""Notifications by mail: what is due becomes a letter, and letters are sent once (services.letters)."""

from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.inbox.choices import channels_of, is_off, preferences_of
from accounts.inbox.matters import matters
from accounts.inbox.models import Notification
from accounts.models import Purpose, User
from accounts.services.letters import write
from accounts.sql import as_id, fetch

OWNERS_MAX = 500
# Whoever comes second finds nothing due: of parallel workers one has the rows.
TAKE_DUE = """
UPDATE accounts_notification SET mail_due_at = NULL
WHERE user_id = %s AND mail_due_at <= %s RETURNING id
"""


def owners_to_mail() -> list[UUID]:
    due = Notification.objects.filter(mail_due_at__lte=timezone.now(), user__is_active=True)
    return list(due.values_list("user_id", flat=True).distinct()[:OWNERS_MAX])


@atomic
def write_news(user_id: UUID) -> int:
    """Put all that is due into one letter of the owner's; how many notifications that were.

    In one commit, so that each is in exactly one letter, whoever is killed when. What was read
    meanwhile, or is no longer wanted by mail, is left out.
    """
    ids = [as_id(row_id) for (row_id,) in fetch(TAKE_DUE, [user_id, timezone.now()])]
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not ids:
        return 0
    row = preferences_of(user_id)
    wanted = {
        kind
        for kind, matter in matters().items()
        if channels_of(row, matter).mail != "never" and not is_off(user, matter)
    }
    rows = Notification.objects.for_user(user).filter(id__in=ids, read_at=None, kind__in=wanted)
    told = [str(row_id) for row_id in rows.order_by("id").values_list("id", flat=True)]
    if told:
        write(Purpose.NEWS, user.email, user, notifications=told)
    return len(told)
