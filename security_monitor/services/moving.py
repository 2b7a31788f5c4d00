"""A session that goes on with another program or from far away (AS13). Asked at each refresh, so what is
usual costs no statement."""

from datetime import timedelta

from django.utils import timezone

from accounts.audit import audit
from accounts.models import Session
from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.catalogue import SESSION_MOVED
from security_monitor.behaviour.networks import network_of
from security_monitor.behaviour.travel import jump_between
from security_monitor.models import SecurityEvent
from security_monitor.services.places import country_of, hidden_kind_of, spot_of

SAID_ONCE = timedelta(days=1)


def consider(session: Session, agent: str, ip: str | None) -> None:
    """session: as it was before this refresh. An update of a browser and a journey are nothing odd."""
    was, now = device_name(session.device), device_name(agent)
    is_other = bool(session.device and agent) and was != now
    if not is_other and not _has_jumped(session, ip):
        return
    told = SecurityEvent.objects.for_user(session.user_id).filter(
        kind=SESSION_MOVED, session_id=session.pk, at__gt=timezone.now() - SAID_ONCE
    )
    if told.exists():
        return
    audit(
        "session.client_changed",
        user_id=session.user_id,
        target="session",
        target_id=session.pk,
        data={"device": agent, "device_at_login": session.device},
    )


def _has_jumped(session: Session, ip: str | None) -> bool:
    """To another country, faster than anybody travels, since the login or the refresh before."""
    there, here = network_of(session.ip), network_of(ip)
    if there == here or country_of(session.ip) == country_of(ip):
        return False
    if hidden_kind_of(there) or hidden_kind_of(here):
        return False
    was, now = spot_of(there), spot_of(here)
    hours = (timezone.now() - session.created_at).total_seconds() / 3600
    return bool(was and now and jump_between(was, now, hours))
