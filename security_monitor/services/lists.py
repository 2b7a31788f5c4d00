"""What the owner says of payees and categories: always mine, never mine, not now."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury
from accounts.clock import tick
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from ledger.models import Category, Payee
from ledger.services.owned import trace
from security_monitor.errors import Reason
from security_monitor.models import ListEntry, ListKind, Subject

SNOOZE_DAYS_MAX = 366


@atomic
def put_on_list(
    user_id: UUID,
    *,
    kind: str,
    subject: str,
    subject_id: UUID,
    until: datetime | None = None,
    note: str = "",
) -> ListEntry:
    """Allow, deny or snooze a payee or category; a snooze ends within a year."""
    seq = tick(user_id)
    now = timezone.now()
    if until is not None and until <= now:
        raise Refusal(Reason.ENDS_IN_THE_PAST, pointer="/until")
    if kind == ListKind.SNOOZE and (until is None or until > now + timedelta(days=SNOOZE_DAYS_MAX)):
        raise Refusal(Reason.SNOOZE_NEEDS_END, pointer="/until")
    owned = (Payee if subject == Subject.PAYEE else Category).objects.for_user(user_id)
    if not owned.filter(id=subject_id).exists():
        raise Refusal(Reason.SUBJECT_NOT_FOUND, pointer=f"/{subject}")
    entries = ListEntry.objects.for_user(user_id).filter(
        kind=kind, subject=subject, subject_id=subject_id
    )
    entries.filter(until__lte=now).delete()
    if entries.exists():
        raise Refusal(Reason.LISTED_ALREADY, status=409, pointer=f"/{subject}")
    entry: ListEntry = ListEntry.objects.create(
        user_id=user_id, seq=seq, kind=kind, subject=subject, subject_id=subject_id,
        until=until, note=note, by_id=user_id,
    )  # fmt: skip
    trace(user_id, seq, "risk_list_entry", "created", entry.id, kind=kind)
    return entry


@atomic
def take_off_list(user_id: UUID, entry_id: UUID, expected_seq: int | None = None) -> None:
    seq = tick(user_id)
    entry = ListEntry.objects.for_user(user_id).filter(id=entry_id).first()
    if entry is None:
        raise Refusal(Reason.ENTRY_NOT_FOUND, status=404)
    if expected_seq is not None and expected_seq != entry.seq:
        raise Refusal(Common.STALE, status=412)
    entry.delete()
    bury(user_id, seq, "risk_list_entry", [entry_id])
    trace(user_id, seq, "risk_list_entry", "deleted", entry_id)
