"""A rule of the watch switched off, and then a large payment by one of the two who did it (AS17).

Looked for every few minutes and not at each payment: a post costs nothing more.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db.models import Q

from accounts.ids import first_id_at
from ledger.models import Transaction
from security_monitor.engine.buckets import Sketch, index_of
from security_monitor.engine.profiles import ACCOUNT
from security_monitor.models import Profile, RuleChange, SecurityEvent
from security_monitor.services.operators import raise_event
from security_monitor.services.sightings import is_first

AFTERWARDS = timedelta(days=1)
SAID_SECONDS = 2 * 86_400
ROWS_LOOKED_AT = 500
LARGE, KNOWN_MIN = 0.95, 20  # above this share of the account's payments, once so many are known
OFF_THEN_LARGE = "rule.off_then_large"


def judge_rules_off(now: datetime) -> int:
    """Events for changes of the last day, one per change and person; how many."""
    count = 0
    off = Q(status__in=["draft", "shadow"]) | Q(weight=0)
    changes = RuleChange.objects.filter(off, state="approved", decided_at__gt=now - AFTERWARDS)
    for change in changes.order_by("id"):
        for person_id in {change.proposed_by_id, change.decided_by_id} - {None}:
            assert person_id is not None
            if _was_said(person_id, change.id, now):
                continue
            row = next(_large(person_id, change.decided_at), None)
            # Two workers at once have both found nothing said.
            if row is not None and is_first(f"rule-off:{change.id}:{person_id}", SAID_SECONDS):
                said = {"rule": change.code, "change": str(change.id), "transaction": str(row.id)}
                raise_event(OFF_THEN_LARGE, person_id, said, tell=True)
                count += 1
    return count


def _was_said(person_id: UUID, change_id: UUID, now: datetime) -> bool:
    said = SecurityEvent.objects.for_user(person_id).filter(
        kind=OFF_THEN_LARGE, at__gt=now - 2 * AFTERWARDS, data__change=str(change_id)
    )
    return said.exists()


def _large(person_id: UUID, since: datetime | None) -> Iterator[Transaction]:
    """Payments of this person since then, larger than nearly all on their account."""
    assert since is not None
    owned = Transaction.objects.for_user(person_id)
    rows = owned.filter(
        id__gte=first_id_at(since), created_at__gte=since, amount_minor__lt=0, transfer_id=None
    )
    limits: dict[tuple[UUID, str], int | None] = {}
    for row in rows.order_by("id")[:ROWS_LOOKED_AT]:
        key = (row.account_id, row.currency)
        if key not in limits:
            limits[key] = _limit(person_id, *key)
        limit = limits[key]
        if limit is not None and index_of(-row.amount_minor) > limit:
            yield row


def _limit(person_id: UUID, account_id: UUID, currency: str) -> int | None:
    """The bucket above which a payment from this account is large; None in young books."""
    profiles = Profile.objects.for_user(person_id).filter(kind=ACCOUNT, key=account_id)
    state = profiles.filter(currency=currency).values_list("state", flat=True).first()
    sketch = Sketch(orjson.loads(state).get("o", {}) if state else {})
    return sketch.quantile(LARGE) if sketch.n >= KNOWN_MIN else None
