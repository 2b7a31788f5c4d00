"""The security log for another program, in the order in which it was written, chunk by chunk."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.ids import first_id_at
from accounts.models import AuditEntry
from security_monitor.models import SecurityEvent
from security_monitor.siem import cef, ecs
from security_monitor.siem.told import Told

CHUNK = 1000
FORMATS: dict[str, Callable[[Told], str]] = {"jsonl": ecs.line, "cef": cef.line}
# Ids are made before the commit: whoever goes on after the last id waits until none can come below it.
SETTLED = timedelta(minutes=1)


def told_after(
    last: UUID, *, since: datetime | None = None, settled_only: bool = False
) -> Iterator[tuple[UUID, Told]]:
    """(id, event) of everybody's events after an id, oldest first: two queries for each thousand."""
    rows = SecurityEvent.objects.order_by("id")
    if since is not None:
        rows = rows.filter(at__gte=since)
    if settled_only:
        rows = rows.filter(id__lt=first_id_at(timezone.now() - SETTLED))
    while chunk := list(rows.filter(id__gt=last)[:CHUNK]):
        ids = [event.entry_id for event in chunk if event.entry_id]
        entries = AuditEntry.objects.in_bulk(ids)
        for event in chunk:
            yield event.id, _told(event, entries.get(event.entry_id))
        last = chunk[-1].id


def told_from_start(since: datetime | None = None) -> Iterator[Told]:
    return (told for _, told in told_after(UUID(int=0), since=since))


def _told(event: SecurityEvent, entry: AuditEntry | None) -> Told:
    entry = entry or AuditEntry(action=event.kind)
    return Told(
        id=str(event.id),
        at=event.at,
        kind=event.kind,
        action=entry.action,
        severity=event.severity,
        risk_score=event.risk_score,
        user_id=_text(event.user_id),
        actor_id=_text(entry.actor_id),
        target=entry.target,
        target_id=_text(entry.target_id),
        session_id=_text(event.session_id),
        request_id=entry.request_id,
        ip=entry.ip or "",
        network=event.network,
        country=event.place,
        device=event.device,
        agent=str(entry.data.get("device") or ""),
        reasons=event.reasons,
    )


def _text(value: UUID | None) -> str:
    return str(value) if value else ""
