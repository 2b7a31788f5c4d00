"""Logins that are too unlike the others, and what follows on them, in the queue of the desk."""

from datetime import timedelta

from django.utils import timezone

from accounts.sql import insert_rows
from security_monitor.behaviour.catalogue import LOGIN_HELD, LOGIN_SUCCEEDED
from security_monitor.engine.scores import Bands
from security_monitor.models import Case, CaseState, Outcome, SecurityEvent
from security_monitor.services.opening import due

LOGIN_CASE = "login"
REPEATED = timedelta(days=1)  # One case a day of one person: the others stand in the log beside it.
AFTER_NEW_DEVICE = "after_new_device"
STRANGE_EXPORT = "export_by_strange_login"
SEQUENCES = {AFTER_NEW_DEVICE, STRANGE_EXPORT}


def open_login_case(event: SecurityEvent) -> None:
    """A case for an event that somebody should look at, unless one of this owner waits already."""
    bands = Bands()
    codes = {reason["code"] for reason in event.reasons}
    if event.user_id is None or event.risk_score < bands.review:
        return
    if event.kind not in (LOGIN_SUCCEEDED, LOGIN_HELD) and not codes & SEQUENCES:
        return
    now = timezone.now()
    open_ones = Case.objects.for_user(event.user_id).exclude(state=CaseState.CLOSED)
    if open_ones.filter(kind=LOGIN_CASE, opened_at__gt=now - REPEATED).exists():
        return
    level = bands.level(event.risk_score)
    evidence = {"event": str(event.id), "kind": event.kind, "device": event.device,
                "network": event.network, "place": event.place, "reasons": event.reasons,
                "versions": {}}  # fmt: skip
    insert_rows(
        [
            Case(
                user_id=event.user_id,
                kind=LOGIN_CASE,
                score=event.risk_score,
                level=level,
                opened_at=now,
                due_at=due(level, now),
                evidence=evidence,
            )
        ]
    )


def close_login_case(event: SecurityEvent) -> None:
    """The owner says "this was me"."""
    cases = Case.objects.for_user(event.user_id).exclude(state=CaseState.CLOSED)
    cases.filter(kind=LOGIN_CASE, evidence__event=str(event.id)).update(
        state=CaseState.CLOSED,
        outcome=Outcome.LEGITIMATE,
        closed_at=timezone.now(),
        closed_by_id=event.user_id,
    )
