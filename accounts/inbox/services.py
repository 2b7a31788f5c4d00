"""What an owner does with notifications: read, unread, delete, and choose."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.inbox.choices import preferences_of
from accounts.inbox.matters import matters
from accounts.inbox.models import Notification, NotificationPreferences
from accounts.ownership import OwnedQuerySet

KEPT = timedelta(days=180)
TOLD_MAX = 20  # So many changed rows are told one by one on the stream; more are told as a number.
OWNERS_MAX = 1000


def inbox_of(user_id: UUID) -> OwnedQuerySet:
    """What stands in the inbox; a notification that is for the mail alone does not."""
    return Notification.objects.for_user(user_id).filter(in_inbox=True)


def notification_of(user_id: UUID, row_id: UUID, expected_seq: int | None = None) -> Notification:
    """One notification of the owner's; 404 when it is not there, 412 when it moved on."""
    row: Notification | None = inbox_of(user_id).filter(id=row_id).first()
    if row is None:
        raise Refusal(Reason.NOTIFICATION_NOT_FOUND, status=404)
    if expected_seq is not None and expected_seq != row.seq:
        raise Refusal(Reason.STALE, status=412)
    return row


@atomic
def mark_one(*, user_id: UUID, row_id: UUID, read: bool, expected_seq: int | None = None) -> None:
    """Mark one as read, or as unread again. What is read is not mailed any more."""
    seq = tick(user_id)
    row = notification_of(user_id, row_id, expected_seq)
    if (row.read_at is not None) == read:
        return
    _changed(user_id, seq, inbox_of(user_id).filter(id=row_id), [row_id], read=read)


@atomic
def mark_read(*, user_id: UUID, ids: Sequence[UUID] | None = None, kind: str = "") -> int:
    """Mark these, or all, as read, of one kind if it is named; how many were not before.

    A few statements, however many they are. Ids that are not there are passed over.
    """
    seq = tick(user_id)
    rows: QuerySet[Any] = inbox_of(user_id).filter(read_at=None)
    if ids is not None:
        rows = rows.filter(id__in=ids)
    if kind:
        rows = rows.filter(kind=kind)
    changing = list(rows.order_by("id").values_list("id", flat=True)[: TOLD_MAX + 1])
    if not changing:
        return 0
    return _changed(user_id, seq, rows, changing, read=True)


def _changed(
    user_id: UUID, seq: int, rows: QuerySet[Any], ids: Sequence[UUID], *, read: bool
) -> int:
    now = timezone.now()
    values = {"read_at": now, "mail_due_at": None} if read else {"read_at": None}
    count = rows.update(seq=seq, **values)
    if len(ids) > TOLD_MAX:
        push(user_id, seq, "notifications.changed", [{"count": count, "what": "read"}])
    else:
        push(user_id, seq, "notification.updated", [{"id": str(row_id)} for row_id in ids])
    return count


@atomic
def remove(*, user_id: UUID, row_id: UUID, expected_seq: int | None = None) -> None:
    """Delete one notification. The same matter is not told again."""
    seq = tick(user_id)
    row = notification_of(user_id, row_id, expected_seq)
    # The row stays as the memory of its key until it is old; nobody sees or mails it any more.
    Notification.objects.filter(pk=row.pk).update(
        in_inbox=False, mail_due_at=None, seq=seq, data={}
    )
    push(user_id, seq, "notification.deleted", [{"id": str(row_id)}])


def owners_with_old() -> list[UUID]:
    old = Notification.objects.filter(created_at__lt=timezone.now() - KEPT)
    return list(old.values_list("user_id", flat=True).distinct()[:OWNERS_MAX])


@atomic
def forget_old(user_id: UUID) -> int:
    """Delete notifications of half a year ago, read or not; how many."""
    seq = tick(user_id)
    old = Notification.objects.for_user(user_id).filter(created_at__lt=timezone.now() - KEPT)
    shown = list(old.filter(in_inbox=True).values_list("id", flat=True))
    count, _ = old.delete()
    bury(user_id, seq, "notification", shown)
    if shown:
        push(user_id, seq, "notifications.changed", [{"count": len(shown), "what": "forgotten"}])
    return count


@atomic
def change_preferences(
    *, user_id: UUID, fields: dict[str, Any], merge: bool, expected_seq: int | None = None
) -> NotificationPreferences:
    """Set the named preferences. merge: channels are laid over those chosen, instead of replacing.

    412 where they are not of the version expected (0: none yet).
    """
    seq = tick(user_id)
    row = preferences_of(user_id)
    if expected_seq is not None and expected_seq != row.seq:
        raise Refusal(Reason.STALE, status=412)
    if "channels" in fields:
        _check_kinds(fields["channels"])
        stood = row.channels if merge else {}
        chosen = {kind: {**stood.get(kind, {}), **how} for kind, how in fields["channels"].items()}
        fields = {**fields, "channels": {**stood, **chosen}}
    hours = [fields.get(name, getattr(row, name)) for name in ("quiet_from", "quiet_to")]
    if (hours[0] is None) != (hours[1] is None):
        raise Refusal(Reason.QUIET_HOURS_NEED_BOTH, pointer="/quiet_from")
    if all(getattr(row, name) == value for name, value in fields.items()) and row.seq:
        return row
    for name, value in fields.items():
        setattr(row, name, value)
    row.seq = seq
    row.save(force_insert=row._state.adding)
    _trace(row, fields=sorted(fields))
    return row


@atomic
def mail_nothing(user_id: UUID) -> None:
    """No notification by mail any more, of any kind: what the link in a mail does. Safe to repeat."""
    row = preferences_of(user_id)
    if all(row.channels.get(kind, {}).get("mail") == "never" for kind in matters()):
        return
    row_seq = tick(user_id)
    row = preferences_of(user_id)
    row.channels = {kind: {**row.channels.get(kind, {}), "mail": "never"} for kind in matters()}
    row.seq = row_seq
    row.save(force_insert=row._state.adding)
    Notification.objects.for_user(user_id).filter(mail_due_at__isnull=False).update(
        mail_due_at=None
    )
    _trace(row, unsubscribed=True)


def _check_kinds(channels: dict[str, Any]) -> None:
    for kind in channels:
        if kind not in matters():
            raise Refusal(Reason.UNKNOWN_NOTIFICATION_KIND, pointer=f"/channels/{kind}")


def _trace(row: NotificationPreferences, **data: Any) -> None:
    what = "notification_preferences"
    audit(f"{what}.updated", user_id=row.user_id, target=what, target_id=row.pk, data=data)
    push(row.user_id, row.seq, f"{what}.updated", [{"id": str(row.pk)}])
