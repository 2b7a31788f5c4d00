"""What is kept for a time only."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import IdempotencyRecord, Session, StreamTicket
from accounts.services.sessions import open_session
from accounts.services.tickets import issue_ticket
from accounts.tasks import forget_expired


def test_only_what_is_long_dead_is_forgotten(alice):
    now = timezone.now()
    changes = {
        "live": {},
        "ended yesterday": {"revoked_at": now - timedelta(days=1)},
        "ended long ago": {"revoked_at": now - timedelta(days=31)},
        "expired long ago": {"expires_at": now - timedelta(days=31)},
        "idle for ages": {"rotated_at": now - timedelta(days=32 + settings.REFRESH_IDLE_DAYS)},
    }
    for device, change in changes.items():
        _, _, session = open_session(alice, device=device)
        issue_ticket(session.pk)
        Session.objects.filter(pk=session.pk).update(**change)
    forget_expired()
    kept = {session.device for session in Session.objects.all()}
    assert kept == {"live", "ended yesterday"}


def test_tickets_and_answers_go_when_their_time_is_over(alice):
    _, _, session = open_session(alice)
    issue_ticket(session.pk)
    issue_ticket(session.pk)
    first = StreamTicket.objects.first()
    StreamTicket.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    for key, hours in (("fresh", 0), ("old", settings.IDEMPOTENCY_HOURS + 1)):
        IdempotencyRecord.objects.create(
            user=alice,
            key=key,
            fingerprint="",
            status=201,
            content_type="",
            body=b"",
            created_at=timezone.now() - timedelta(hours=hours),
        )
    forget_expired()
    forget_expired()
    assert StreamTicket.objects.count() == 1
    assert IdempotencyRecord.objects.get().key == "fresh"
