"""What is kept for a time only, and then forgotten."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q
from django.db.transaction import atomic
from django.utils import timezone

from accounts.models import (
    Attempts,
    Clock,
    Event,
    IdempotencyRecord,
    Session,
    StreamTicket,
    Tombstone,
    WebhookDelivery,
)
from accounts.services.challenges import forget_challenges
from accounts.services.letters import forget_letters

SESSIONS_KEPT = timedelta(days=30)  # An owner who looks for a strange login finds it so long.
DELIVERIES_KEPT = timedelta(days=30)


def forget_expired() -> dict[str, int]:
    """Delete dead sessions, used-up tickets, old answers and failures; how many. Safe to repeat."""
    now = timezone.now()
    long_ago = now - SESSIONS_KEPT
    idle_long_ago = long_ago - timedelta(days=settings.REFRESH_IDLE_DAYS)
    answered_before = now - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    dead = Q(expires_at__lt=long_ago) | Q(revoked_at__lt=long_ago) | Q(rotated_at__lt=idle_long_ago)
    tickets, _ = StreamTicket.objects.filter(expires_at__lt=now).delete()
    sessions = Session.objects.filter(dead)
    old = now - timedelta(days=settings.CHANGES_KEPT_DAYS)
    return {
        "changes": _forget_changes(old),
        "challenges": forget_challenges(),
        "letters": forget_letters(),
        "attempts": Attempts.objects.filter(forget_at__lt=now).delete()[0],
        "tickets": tickets,
        "deliveries": WebhookDelivery.objects.filter(created_at__lt=now - DELIVERIES_KEPT)
        .exclude(state="pending")
        .delete()[0],
        "sessions": sessions.delete()[0],
        "answers": IdempotencyRecord.objects.filter(created_at__lt=answered_before).delete()[0],
    }


def _forget_changes(before: datetime) -> int:
    """Drop events from before, and the tombstones of their time. The horizon says so to mirrors."""
    last = Event.objects.filter(at__lt=before).values_list("user_id").annotate(Max("seq"))
    return sum(_move_horizon(user_id, seq) for user_id, seq in list(last))


@atomic
def _move_horizon(user_id: UUID, seq: int) -> int:
    Clock.objects.filter(user_id=user_id).update(horizon=seq)
    gone = [
        rows.for_user(user_id).filter(seq__lte=seq).delete()[0]
        for rows in (Event.objects, Tombstone.objects)
    ]
    return sum(gone)
