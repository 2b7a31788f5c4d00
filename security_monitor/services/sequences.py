"""What an event means after those before it: a change right after a strange login, guesses in a row."""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.sql import as_id, fetch
from security_monitor.behaviour.catalogue import FACTOR_FAILED, LOGIN_SUCCEEDED, STEPPED_UP
from security_monitor.engine.rules_session import ago
from security_monitor.engine.scores import Hit
from security_monitor.models import Case, CaseState, SecurityEvent
from security_monitor.services.login_cases import AFTER_NEW_DEVICE, STRANGE_EXPORT
from security_monitor.services.strange_logins import EVENTS, LOOKED_BACK, strange_login

SOON = timedelta(minutes=10)
GUESSES = 5
LOOKED_AT = 50
STRANGE_RISK = 20  # as TX31 begins


def after_new_device(user_id: UUID, network: str, at: datetime) -> list[Hit]:
    """AS10: a way in changed within minutes of a login on a new device, from the same network.

    Who proved themselves by a second factor, a mailed code or a step-up set up a device of their own;
    who comes from another network is an owner who answers to the strange login.
    """
    recent = SecurityEvent.objects.for_user(user_id).filter(
        kind__in=[LOGIN_SUCCEEDED, STEPPED_UP], at__gte=at - SOON
    )
    for event in recent.order_by("-id")[:LOOKED_AT]:
        if event.kind == STEPPED_UP:
            if event.network == network:
                return []
            continue
        is_new = any(reason["code"] == "new_device" for reason in event.reasons)
        if is_new and event.network == network and "proved_by" not in event.data:
            minutes = int((at - event.at).total_seconds() // 60)
            message = f"This came {minutes} minutes after a login on a new device."
            return [Hit(AFTER_NEW_DEVICE, "sequence", 60, message, {"minutes": minutes})]
    return []


def guesses_at_factor(user_id: UUID, at: datetime) -> list[Hit]:
    """AS11: wrong codes in a row, this one counted. Fewer than five are a clock that is off."""
    rows = SecurityEvent.objects.for_user(user_id).filter(kind=FACTOR_FAILED, at__gte=at - SOON)
    wrong = len(rows.values_list("id")[:LOOKED_AT]) + 1
    if wrong < GUESSES:
        return []
    message = (
        f"{wrong} wrong codes within ten minutes. Check the clock of the phone if they are yours."
    )
    return [Hit("factor_guessed", "factor", 50, message, {"codes": wrong})]


def export_by_strange_login(user_id: UUID, session_id: UUID | None, at: datetime) -> list[Hit]:
    """Data leaves by an unusual login of the last day; graver where that session booked what waits
    for review: login, payment to somebody new, export. Two statements, on exports alone."""
    if session_id is None:
        return []
    events = fetch(EVENTS, [user_id, at - LOOKED_BACK, session_id])
    login = strange_login([(kind, as_id(i), extra, body) for _, kind, i, extra, body in events], at)
    if login is None or login.risk < STRANGE_RISK:
        return []
    waiting = Case.objects.for_user(user_id).filter(
        evidence__session=str(session_id), opened_at__gte=at - LOOKED_BACK
    )
    waits = waiting.exclude(state=CaseState.CLOSED).exists()
    message = f"Data left {ago(login.minutes)} after an unusual login. {login.why}"
    if waits:
        message += " The same session booked a payment that waits for review."
    evidence = {"minutes": login.minutes, "login_risk": login.risk, "payment": waits}
    return [Hit(STRANGE_EXPORT, "sequence", 70 if waits else 35, message, evidence)]
