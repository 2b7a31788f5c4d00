"""Verbs on the feed: put an insight aside, for good or until a day, and bring it back."""

from datetime import date
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury
from accounts.clock import tick
from accounts.errors import Refusal
from insights.errors import Reason
from insights.models import InsightChoice
from ledger.services.owned import trace

KIND = "insight"


@atomic
def dismiss_insight(*, user_id: UUID, insight_id: UUID, key: str, kind: str) -> InsightChoice:
    """Hide an insight for good. A new event of the same kind has another key and is shown."""
    return _choose(user_id, insight_id, key, kind, "dismissed", None)


@atomic
def snooze_insight(
    *, user_id: UUID, insight_id: UUID, key: str, kind: str, until: date
) -> InsightChoice:
    """Hide an insight before a day of the owner's."""
    return _choose(user_id, insight_id, key, kind, "snoozed", until)


def _choose(
    user_id: UUID, insight_id: UUID, key: str, kind: str, what: str, until: date | None
) -> InsightChoice:
    seq = tick(user_id)
    row = InsightChoice.objects.for_user(user_id).filter(id=insight_id).first()
    if row is None:
        row = InsightChoice(id=insight_id, user_id=user_id, key=key, kind=kind)
    row.seq = seq
    row.dismissed_at = timezone.now() if until is None else None
    row.snoozed_until = until
    row.save()
    trace(user_id, seq, KIND, what, insight_id, kind=row.kind)
    choice: InsightChoice = row
    return choice


@atomic
def restore_insight(*, user_id: UUID, insight_id: UUID) -> None:
    """Bring back what was put aside."""
    seq = tick(user_id)
    rows = InsightChoice.objects.for_user(user_id).filter(id=insight_id)
    if not rows.delete()[0]:
        raise Refusal(Reason.INSIGHT_NOT_FOUND, status=404)
    bury(user_id, seq, KIND, [insight_id])
    trace(user_id, seq, KIND, "restored", insight_id)
