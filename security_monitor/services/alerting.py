"""Who hears of a security event, by which channel, from which score on; and the telling itself.

An event is written in the commit of what happened; the owner is told right after it, in a commit of
its own that takes the owner's clock first (a login holds other locks by then). Whatever dies in
between stays due, and the beat tells it.
"""

from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.transaction import atomic, on_commit

from accounts.announce import push
from accounts.clock import tick
from ledger.services.owned import trace
from security_monitor.models import AlertRule, SecurityEvent
from security_monitor.models.log import ANY_KIND

CHANNELS = ("push", "mail", "webhook")


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
    """Push every due event of the owner to the stream, once; how many there were."""
    seq = tick(user_id)
    due = list(SecurityEvent.objects.for_user(user_id).filter(is_due=True).order_by("id"))
    if due:
        SecurityEvent.objects.filter(id__in=[event.id for event in due]).update(is_due=False)
        # The stream and webhooks live on the same events; who chose mail alone gets mail alone.
        alerts = [_alert(event) for event in due if set(event.channels) - {"mail"}]
        push(user_id, seq, "security.alert", alerts)
    return len(due)


def owners_to_tell(limit: int) -> list[UUID]:
    rows = SecurityEvent.objects.filter(is_due=True, user__is_active=True)
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
