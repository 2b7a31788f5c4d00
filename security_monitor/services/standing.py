"""The standing of one account, read in a few indexed queries."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from accounts.services.sessions import live_sessions
from security_monitor.behaviour.catalogue import ATTEMPTS, LOGIN_FAILED, LOGIN_SUCCEEDED
from security_monitor.behaviour.standing import Standing
from security_monitor.models import Case, CaseState, Device, SecurityEvent
from security_monitor.services.login_cases import LOGIN_CASE

RECENT, WEEK, DAY = timedelta(days=30), timedelta(days=7), timedelta(days=1)
LOOKED_AT_MAX = 500


def standing_of(user_id: UUID) -> Standing:
    now = timezone.now()
    events = SecurityEvent.objects.for_user(user_id).filter(resolved_at=None)
    recent = events.filter(at__gte=now - RECENT, risk_score__gt=0)
    worst = recent.exclude(kind__in=ATTEMPTS).values_list("kind").annotate(Max("risk_score"))
    logins = recent.filter(kind=LOGIN_SUCCEEDED).values_list("risk_score", flat=True)
    failures = events.filter(kind=LOGIN_FAILED, at__gte=now - DAY).values_list("id")
    devices = Device.objects.for_user(user_id)
    first = devices.order_by("id").values_list("id", flat=True).first()
    # The case of a login would count the login a second time.
    cases = Case.objects.for_user(user_id).exclude(state=CaseState.CLOSED).exclude(kind=LOGIN_CASE)
    return Standing(
        worst=dict(worst),
        risky_logins=list(logins[:LOOKED_AT_MAX]),
        failures=len(failures[:LOOKED_AT_MAX]),
        new_devices=devices.filter(trusted=False, first_seen_at__gte=now - WEEK)
        .exclude(id=first)
        .count(),
        sessions=live_sessions(user_id).count(),
        open_cases=list(cases.values_list("score", flat=True)[:LOOKED_AT_MAX]),
    )
