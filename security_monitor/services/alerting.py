"""Who hears of a security event, by which channel, from which score on; and the telling itself.

An event is written in the commit of what happened; the owner is told right after it, in a commit of
its own that takes the owner's clock first (a login holds other locks by then). Whatever dies in
between stays due, and the beat tells it.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.transaction import atomic, on_commit
from django.utils import timezone

from accounts.announce import push
from accounts.clock import tick
from accounts.errors import Reason, Refusal
from accounts.quiet import is_quiet
from ledger.services.owned import trace
from security_monitor.behaviour.catalogue import SEVERITIES
from security_monitor.models import AlertRule, QuietHours, SecurityEvent
from security_monitor.models.log import ANY_KIND

CHANNELS = ("push", "mail", "webhook")
CRITICAL = SEVERITIES[-1]
REPEAT = timedelta(hours=1)
TOLD_LOOKED_AT = 200
LOOK_AGAIN = timedelta(minutes=5)  # how long past quiet hours an alert may still wait


def channels_for(user_id: UUID, kind: str, score: int) -> list[str]:
    """Where the owner is to hear of an event of this kind and score.

    A rule for the kind goes before one for any kind. Without either, push tells from
    SECURITY_ALERT_THRESHOLD on and nothing else does.
    """
    if not settings.ENABLE_REALTIME_MONITORING:
        return []
    rules = AlertRule.objects.for_user(user_id).filter(kind__in=[kind, ANY_KIND])
    chosen: dict[str, AlertRule] = {}
    for rule in rules:
        if rule.channel not in chosen or rule.kind == kind:
            chosen[rule.channel] = rule
    told = [channel for channel, rule in chosen.items() if rule.enabled and score >= rule.threshold]
    if "push" not in chosen and score >= settings.SECURITY_ALERT_THRESHOLD:
        told.append("push")
    return sorted(told)


def tell_after_commit(user_id: UUID) -> None:
    """Tell what is due as soon as it is safely stored. A failure is logged; the beat tries again."""
    on_commit(partial(tell, user_id), robust=True)


@atomic
def tell(user_id: UUID) -> int:
    """Push every due event of the owner to the stream, once; how many there were.

    In quiet hours only critical ones are; the others wait. What only repeats an alert is not told.
    """
    seq, now = tick(user_id), timezone.now()
    due = list(_ready(user_id, now).order_by("id"))
    if due:
        SecurityEvent.objects.filter(id__in=[event.id for event in due]).update(is_due=False)
        fresh = _without_repeats(user_id, due, now)
        # The stream and webhooks live on the same events; who chose mail alone gets mail alone.
        alerts = [_alert(event) for event in fresh if set(event.channels) - {"mail"}]
        push(user_id, seq, "security.alert", alerts)
    return len(due)


def _ready(user_id: UUID, now: datetime) -> QuerySet[SecurityEvent]:
    """Due events that may be told now; in quiet hours the others are put off until these end."""
    rows: QuerySet[SecurityEvent] = SecurityEvent.objects.for_user(user_id).filter(is_due=True)
    if _quiet_now(user_id, now):
        rows.exclude(severity=CRITICAL).update(not_before=now + LOOK_AGAIN)
        return rows.filter(severity=CRITICAL)
    return rows


def _quiet_now(user_id: UUID, now: datetime) -> bool:
    hours = QuietHours.objects.for_user(user_id).select_related("user").first()
    if hours is None:
        return False
    return is_quiet(now, hours.start, hours.end, hours.zone or hours.user.timezone)


def _without_repeats(
    user_id: UUID, due: Sequence[SecurityEvent], now: datetime
) -> list[SecurityEvent]:
    """Those that say something new: another kind, device or network than what was told within
    REPEAT, or a graver severity. They are marked as told."""
    told = SecurityEvent.objects.for_user(user_id).filter(told_at__gt=now - REPEAT)
    gravest: dict[tuple[str, ...], int] = {}
    for event in told.order_by("-id")[:TOLD_LOOKED_AT]:
        gravest[_theme(event)] = max(gravest.get(_theme(event), -1), _rank(event))
    fresh = [event for event in due if _rank(event) > gravest.get(_theme(event), -1)]
    SecurityEvent.objects.filter(id__in=[event.id for event in fresh]).update(told_at=now)
    return fresh


def _theme(event: SecurityEvent) -> tuple[str, ...]:
    return event.kind, event.device, event.network


def _rank(event: SecurityEvent) -> int:
    return SEVERITIES.index(event.severity)


def owners_to_tell(limit: int, flag: str = "is_due") -> list[UUID]:
    """Active people with due events that are not put off. flag: `is_due` or `is_mail_due`."""
    may_go = Q(not_before=None) | Q(not_before__lte=timezone.now()) | Q(severity=CRITICAL)
    rows = SecurityEvent.objects.filter(may_go, user__is_active=True, **{flag: True})
    return list(rows.values_list("user_id", flat=True).distinct()[:limit])


def _alert(event: SecurityEvent) -> dict[str, Any]:
    return {
        "code": event.kind,
        "event": str(event.id),
        "severity": event.severity,
        "risk_score": event.risk_score,
        "reasons": [reason["message"] for reason in event.reasons],
        "channels": event.channels,
    }


@atomic
def choose(
    user_id: UUID, *, kind: str, channel: str, threshold: int, enabled: bool
) -> tuple[AlertRule, bool]:
    """Say from which score on to hear of a kind by a channel: (the rule, whether it is new)."""
    seq = tick(user_id)
    rules = AlertRule.objects.for_user(user_id)
    rule: AlertRule = rules.filter(kind=kind, channel=channel).first() or AlertRule(
        user_id=user_id, kind=kind, channel=channel
    )
    is_new = rule._state.adding
    rule.seq, rule.threshold, rule.enabled = seq, threshold, enabled
    rule.save()
    what = "created" if is_new else "updated"
    trace(user_id, seq, "security_alert_rule", what, rule.id, threshold=threshold, enabled=enabled)
    return rule, is_new


@atomic
def keep_quiet(
    user_id: UUID,
    *,
    start: time | None,
    end: time | None,
    zone: str = "",
    expected_seq: int | None = None,
) -> QuietHours:
    """Say when to be told of critical events only. Without hours every alert comes at once again."""
    seq = tick(user_id)
    hours: QuietHours = quiet_hours_of(user_id)
    if expected_seq is not None and expected_seq != hours.seq:
        raise Refusal(Reason.STALE, status=412)
    hours.seq, hours.start, hours.end, hours.zone = seq, start, end, zone
    hours.save()
    waiting = SecurityEvent.objects.for_user(user_id).filter(Q(is_due=True) | Q(is_mail_due=True))
    waiting.update(not_before=None)
    trace(user_id, seq, "security_quiet_hours", "updated", hours.id)
    return hours


def quiet_hours_of(user_id: UUID) -> QuietHours:
    """The row of the owner, or one that is not stored yet."""
    stored: QuietHours | None = QuietHours.objects.for_user(user_id).first()
    return stored or QuietHours(user_id=user_id)
