"""From audit entries to security events, in the entry's own commit (AUDIT_LISTENERS)."""

from typing import Any
from uuid import UUID

from accounts.context import origin
from accounts.models import AuditEntry, Session
from accounts.sql import insert_rows
from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.catalogue import (
    FACTOR_FAILED,
    LOGIN_FAILED,
    LOGIN_HELD,
    SENSITIVE,
    Kind,
    kind_of,
    severity_of,
)
from security_monitor.behaviour.networks import network_of
from security_monitor.engine.scores import Hit, judge
from security_monitor.models import SecurityEvent
from security_monitor.services.alerting import channels_for, tell_after_commit
from security_monitor.services.login_cases import open_login_case
from security_monitor.services.logins import count_first_login, count_login, weigh_failure
from security_monitor.services.places import country_of
from security_monitor.services.sequences import (
    after_new_device,
    export_by_strange_login,
    guesses_at_factor,
)
from security_monitor.services.strange_logins import EXPORTED

NAMES_OF_DEVICES = {"device", "device_at_login"}  # user agents: the event keeps what they name
REGISTERED = "user.registered"
OPENING = {"session.opened", REGISTERED}


def hear(entry: AuditEntry) -> None:
    """Make the security event of an entry that is one; most entries are not, and cost a look-up."""
    kind = kind_of(entry.action)
    if kind is None:
        return
    event = SecurityEvent(
        user_id=entry.user_id,
        entry_id=entry.id,
        kind=kind.name,
        at=entry.at,
        network=network_of(entry.ip),
        place=country_of(entry.ip),
        session_id=_session_id(entry),
        data={name: said for name, said in entry.data.items() if name not in NAMES_OF_DEVICES},
    )
    agent = str(entry.data.get("device") or "")
    event.device = device_name(agent) if agent else ""
    hits = [Hit(kind.name, "kind", kind.risk, kind.message)] if kind.risk else []
    if entry.action in OPENING and entry.user_id:
        hits += _opened(event, entry.user_id, is_new=entry.action == REGISTERED)
    elif kind.name == LOGIN_FAILED:
        who = str(entry.data.get("who", ""))
        hits += weigh_failure(entry.user_id, event.network, who, event.at)
    elif entry.user_id and kind.name == FACTOR_FAILED:
        hits += guesses_at_factor(entry.user_id, event.at)
    elif entry.user_id and entry.action in SENSITIVE:
        hits += after_new_device(entry.user_id, event.network, event.at)
    elif entry.user_id and kind.name == EXPORTED:
        hits += export_by_strange_login(entry.user_id, event.session_id, event.at)
    _judge(event, kind, hits)
    insert_rows([event])
    open_login_case(event)
    if event.is_due and event.user_id:
        tell_after_commit(event.user_id)


def _judge(event: SecurityEvent, kind: Kind, hits: list[Hit]) -> None:
    if kind.name == LOGIN_HELD:  # judged when it was refused, with counts that were rolled back
        score, reasons = event.data.pop("risk_score"), event.data.pop("reasons")
    else:
        word = judge(hits)
        score, reasons = word.score, word.reasons
    event.risk_score, event.reasons = score, reasons
    event.severity = severity_of(kind, score)
    confirmed = event.data.get("proved_by") == "mail"
    if event.user_id and score and not kind.told and not confirmed:
        channels = channels_for(event.user_id, kind.name, score)
        # A held login is told by the letter with its code: one letter is enough.
        event.channels = [c for c in channels if kind.name != LOGIN_HELD or c != "mail"]
        event.is_due = bool(event.channels)
        event.is_mail_due = "mail" in event.channels


def _opened(event: SecurityEvent, user_id: UUID, *, is_new: bool) -> list[Hit]:
    """A login: where and on what, from the session that it opened."""
    sessions = Session.objects.for_user(user_id).select_related("user")
    if event.session_id:
        sessions = sessions.filter(id=event.session_id)
    session = sessions.order_by("-id").first()
    if session is None:
        return []
    event.session_id, event.device = session.pk, device_name(session.device)
    event.network, event.place = network_of(session.ip), country_of(session.ip)
    if is_new:
        count_first_login(user_id, session)
        return []
    counted = count_login(user_id, session, known_by=str(event.data.get("known_by", "")))
    if counted.unavailable:
        event.data["unavailable"] = counted.unavailable
    return counted.hits


def _session_id(entry: AuditEntry) -> UUID | None:
    """The session that an entry is about, if it names one; else the one by which its person acted."""
    named: Any = entry.target_id if entry.target == "session" else entry.data.get("session")
    try:
        if named is not None:
            return named if isinstance(named, UUID) else UUID(str(named))
    except ValueError:
        return None
    is_own = entry.actor_id is not None and entry.actor_id == entry.user_id
    return origin.get().session_id if is_own else None
