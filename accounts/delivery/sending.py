"""Events on their way out: taken up from the outbox, sent in order, tried again, given up.

At least once: an event becomes a row in the commit that moves the webhook's position past it, and a
row is done in the commit that notes its answer. Who is killed between sending and noting sends
again under the same `webhook-id`. One sender per webhook: a lease that the dead let run out.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.db.transaction import atomic
from django.utils import timezone

from accounts.clock import tick
from accounts.delivery.models import State, Webhook, WebhookDelivery
from accounts.delivery.services import SECRETS, trace
from accounts.delivery.signing import signed_headers
from accounts.delivery.wire import Answer, post
from accounts.errors import Refusal
from accounts.feed import LAST_ID, Frame, Position, frame, frames_after, horizon_of
from accounts.ids import new_id
from accounts.inbox.choices import muted_webhook_kinds
from accounts.models import Event, User
from accounts.ownership import OwnedQuerySet
from accounts.sql import insert_rows

LEASE = timedelta(seconds=60)  # renewed before each attempt, which takes 15 seconds at most
TURN_SECONDS = 30.0  # then the next webhook has its turn
DUE_MAX = 200
GONE = 410
FAILURES_MAX = 24  # in a row, about three events given up: nobody is there any more
# Waits after a failed attempt, in seconds; after the last of one more attempt it is given up.
WAITS = (10, 60, 300, 1800, 7200, 18_000, 36_000)
ATTEMPTS_MAX = len(WAITS) + 1
JITTER = 0.2  # of the wait, so that many webhooks of one fallen server do not come back at once


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that was noted as begun, under the lease until `lease`."""

    webhook: Webhook
    delivery: WebhookDelivery
    lease: datetime


def due_webhooks() -> list[UUID]:
    """Webhooks that have something to send, may be tried now and have no sender."""
    waiting = WebhookDelivery.objects.filter(webhook=OuterRef("pk"), state=State.PENDING)
    unread = Event.objects.filter(
        user=OuterRef("user_id"), seq__gte=OuterRef("position_seq")
    ).exclude(seq=OuterRef("position_seq"), id__lte=OuterRef("position_id"))
    rows = _free().filter(Exists(waiting) | Exists(unread)).order_by("next_attempt_at", "id")
    return list(rows.values_list("pk", flat=True)[:DUE_MAX])


def deliver(webhook_id: UUID) -> int:
    """Send what waits, in order, until it fails or the turn is over; how many arrived.

    0 when another sender is at it. Never called inside a transaction: it waits for strangers.
    """
    lease = _claim(webhook_id)
    if lease is None:
        return 0
    arrived, started = 0, monotonic()
    while monotonic() - started < TURN_SECONDS:
        attempt = _begin(webhook_id, lease)
        if attempt is None:
            if take_up(webhook_id):
                continue
            break
        lease = attempt.lease
        if not _note(attempt, _sent(attempt)):
            break
        arrived += 1
    Webhook.objects.filter(pk=webhook_id, claimed_until=lease).update(claimed_until=None)
    return arrived


def take_up(webhook_id: UUID) -> int:
    """Make rows of the next page of events and move the position past it; how many events that were.

    Compare-and-set: whoever read the same page second changes nothing.
    """
    webhook = Webhook.objects.filter(pk=webhook_id, enabled=True).first()
    if webhook is None:
        return 0
    frames = _next_frames(webhook)
    if not frames:
        return 0
    last = frames[-1].position
    muted = muted_webhook_kinds(webhook.user_id)
    rows = [
        WebhookDelivery(user_id=webhook.user_id, webhook_id=webhook_id, event_id=event_id,
                        seq=one.position.seq, kind=one.kind, body=one.text)
        for one in frames
        if one.kind == "resync" or (one.kind not in muted and wants(webhook.kinds, one.kind))
        for event_id in [new_id() if one.kind == "resync" else one.position.id]
    ]  # fmt: skip
    with atomic():
        here = Webhook.objects.filter(
            pk=webhook_id,
            enabled=True,
            position_seq=webhook.position_seq,
            position_id=webhook.position_id,
        )
        if here.update(position_seq=last.seq, position_id=last.id):
            insert_rows(rows)
    return len(frames)


def wants(patterns: list[str], kind: str) -> bool:
    """Whether a webhook that asked for these kinds hears of this one."""
    return any(
        pattern in {"*", kind} or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))
        for pattern in patterns
    )


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts at one event, give or take the jitter."""
    seconds = WAITS[min(attempts, len(WAITS)) - 1]
    return timedelta(seconds=seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311


def _next_frames(webhook: Webhook) -> list[Frame]:
    """The next events; where part of what follows is not kept any more, a `resync` says so first."""
    horizon = horizon_of(webhook.user_id)
    if webhook.position_seq < horizon:
        text = frame(horizon, "resync", timezone.now(), {"oldest": horizon})
        return [Frame(Position(horizon, LAST_ID), "resync", text)]
    return frames_after(webhook.user_id, Position(webhook.position_seq, webhook.position_id))


def _free() -> OwnedQuerySet:
    """Webhooks that a sender may claim. Without a join: an UPDATE would then look at them in a
    subquery, which PostgreSQL does not ask again after it waited for another claim."""
    now = timezone.now()
    return Webhook.objects.filter(
        Q(claimed_until=None) | Q(claimed_until__lt=now),
        Q(next_attempt_at=None) | Q(next_attempt_at__lte=now),
        Exists(User.objects.filter(pk=OuterRef("user_id"), is_active=True)),
        enabled=True,
    )


def _claim(webhook_id: UUID) -> datetime | None:
    """Until when this webhook is ours; None when it is somebody else's or nothing is to be tried."""
    until = timezone.now() + LEASE
    return until if _free().filter(pk=webhook_id).update(claimed_until=until) else None


@atomic
def _begin(webhook_id: UUID, lease: datetime) -> Attempt | None:
    """Renew the lease and note that the next attempt begins; None when nothing waits or it is lost.

    Noted before it is made, so that a body which kills its sender does not do so for ever.
    """
    until = timezone.now() + LEASE
    held = Webhook.objects.filter(pk=webhook_id, enabled=True, claimed_until=lease)
    # Locked before its deliveries, as everywhere: two orders would be a deadlock.
    webhook = held.select_for_update().first()
    if webhook is None:
        return None
    pending = WebhookDelivery.objects.filter(webhook=webhook_id, state=State.PENDING)
    pending.filter(attempts__gte=ATTEMPTS_MAX).update(state=State.DEAD, error="sender_lost")
    delivery = pending.order_by("seq", "event_id", "id").first()
    if delivery is None:
        return None
    held.update(claimed_until=until)
    delivery.attempts += 1
    delivery.attempted_at = timezone.now()
    delivery.save(update_fields=["attempts", "attempted_at"])
    return Attempt(webhook, delivery, until)


def _sent(attempt: Attempt) -> Answer:
    webhook, delivery = attempt.webhook, attempt.delivery
    now = timezone.now()
    try:
        secrets = [SECRETS.opened(webhook.secret_sealed)]
        if webhook.previous_until and now < webhook.previous_until:
            secrets.append(SECRETS.opened(webhook.previous_sealed))
    except Refusal as refusal:
        return Answer(error=refusal.code)
    body = delivery.body.encode()
    headers = signed_headers(secrets, str(delivery.event_id), int(now.timestamp()), body)
    return post(webhook.url, body, headers)


@atomic
def _note(attempt: Attempt, answer: Answer) -> bool:
    """Note how an attempt went, unless the lease was lost meanwhile; whether to go on sending."""
    webhook, delivery = attempt.webhook, attempt.delivery
    gone = answer.status == GONE
    given_up = gone or delivery.attempts >= ATTEMPTS_MAX
    disabling = not answer.is_ok and (gone or webhook.failures + 1 >= FAILURES_MAX)
    seq = tick(webhook.user_id) if disabling else 0
    held = Webhook.objects.filter(pk=webhook.pk, claimed_until=attempt.lease)
    wait = None if answer.is_ok else timezone.now() + wait_after(delivery.attempts)
    failures = 0 if answer.is_ok else F("failures") + 1
    if not held.update(failures=failures, next_attempt_at=wait):
        return False
    state = State.DELIVERED if answer.is_ok else State.DEAD if given_up else State.PENDING
    WebhookDelivery.objects.filter(pk=delivery.pk, state=State.PENDING).update(
        state=state,
        status_code=answer.status,
        error=answer.error,
        response=answer.response,
        duration_ms=answer.duration_ms,
    )
    if disabling:
        _disable(webhook, seq, "gone" if gone else "failing")
    return answer.is_ok


def _disable(webhook: Webhook, seq: int, reason: str) -> None:
    webhook.seq = seq
    Webhook.objects.filter(pk=webhook.pk).update(
        seq=seq, enabled=False, disabled_reason=reason, updated_at=timezone.now()
    )
    trace(webhook, "updated", disabled=reason)
