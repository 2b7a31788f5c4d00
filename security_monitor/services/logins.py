"""What a login means: the registers of devices and places, and the risk of it, all as counts.

Counting a login is twelve statements whatever the history. It runs inside the login's own commit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Session
from accounts.services.sessions import live_sessions
from accounts.sql import insert_rows
from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.catalogue import LOGIN_FAILED
from security_monitor.behaviour.freeman import counted, traits_of
from security_monitor.behaviour.logins import (
    HOURS,
    FailedLogin,
    Login,
    hits_of,
    hits_of_failure,
)
from security_monitor.behaviour.networks import network_of
from security_monitor.behaviour.travel import DISTANCE_KM_MIN, Jump, Spot, jump_between, km_between
from security_monitor.engine.scores import Hit
from security_monitor.models import Device, LoginPlace, LoginRhythm, SecurityEvent
from security_monitor.services.common_traits import add_common, likelihood_of
from security_monitor.services.places import country_of, hidden_kind_of, spot_of

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
AT_ONCE = timedelta(minutes=10)  # two sessions used within it are used at once (AS08)
DAY_SECONDS, HOUR_SECONDS = 86_400, 3_600
COUNTED_MAX = 1000  # Past it more failures say nothing new, and counting stays cheap in a flood.
SESSIONS_LOOKED_AT = 20
MARKED = "cookie"  # how the door calls a device that showed the cookie of an earlier login


@dataclass(frozen=True, slots=True)
class Counted:
    """A login that stands in the counts now. unavailable: rules that had nothing to judge by."""

    hits: list[Hit]
    unavailable: list[str]


def count_login(user_id: UUID, session: Session, known_by: str = "") -> Counted:
    """Why this login is unusual; then it stands in the counts. known_by: how the door knew the device."""
    at, network, place = session.created_at, network_of(session.ip), country_of(session.ip)
    name, hidden, here = device_name(session.device), hidden_kind_of(network), spot_of(network)
    fresh = {"by_hour": [0] * HOURS}
    LoginRhythm.objects.get_or_create(user_id=user_id, defaults=fresh)
    # Under this lock logins of one person are counted one after the other.
    rhythm = LoginRhythm.objects.for_user(user_id).select_for_update().get()
    first = {"first_seen_at": at}
    device, _ = Device.objects.get_or_create(user_id=user_id, name=name, defaults=first)
    where = None
    if network:
        where, _ = LoginPlace.objects.get_or_create(
            user_id=user_id, network=network, defaults={**first, "place": place}
        )
    traits = traits_of(network, place, name)
    bucket, unlikely = likelihood_of(traits, rhythm)
    login = Login(
        device=name,
        network=network,
        country=place,
        hour=_hour(session),
        earlier=rhythm.logins,
        on_device=device.logins,
        from_network=where.logins if where else 0,
        from_country=rhythm.by_country.get(place, 0),
        countries=sum(rhythm.by_country.values()),
        by_hour=rhythm.by_hour,
        days_since_last=_seconds(rhythm.last_at, at, DAY_SECONDS),
        failures=_failures(at - HOUR, user_id=user_id),
        has_mark=known_by == MARKED,
        jump=_jump(rhythm, network, here, hidden, at),
        elsewhere=_elsewhere(session, place, here, name, known_by) if here and not hidden else "",
        network_kind=hidden,
        from_kind=rhythm.hidden.get(hidden, 0),
        sprayed=len(_tried_from(network, at)) if network else 0,
        unlikely=unlikely,
        is_staff=session.user.is_staff,
    )
    _count(login, rhythm, device, where, at, traits)
    add_common(traits, bucket=bucket, is_new=not login.earlier)
    no_place = bool(network) and not hidden and here is None
    return Counted(hits_of(login), ["impossible_travel", "distant_sessions"] if no_place else [])


def _jump(
    rhythm: LoginRhythm, network: str, here: Spot | None, hidden: str, at: datetime
) -> Jump | None:
    """From where the last settled login came from. A network that hides its people proves nothing."""
    hours = _seconds(rhythm.settled_at, at, HOUR_SECONDS)
    if hidden or hours is None or network == rhythm.settled_network:
        return None
    there = spot_of(rhythm.settled_network)
    return jump_between(there, here, hours) if there and here else None


def _elsewhere(session: Session, country: str, here: Spot, device: str, known_by: str) -> str:
    """The country of another session that is in use now, far from this login; '' if there is none.

    The same marked device in two places is one that switched its VPN or its network.
    """
    others = live_sessions(session.user_id).filter(last_seen_at__gte=session.created_at - AT_ONCE)
    rows = others.exclude(id=session.pk).order_by("-last_seen_at").values_list("ip", "device")
    for ip, agent in rows[:SESSIONS_LOOKED_AT]:
        other = network_of(ip)
        there = spot_of(other)
        if there is None or country_of(ip) == country or hidden_kind_of(other):
            continue
        if known_by == MARKED and device_name(agent) == device:
            continue
        if km_between(here, there) > DISTANCE_KM_MIN:
            return country_of(ip)
    return ""


def count_first_login(user_id: UUID, session: Session) -> None:
    """Begin the counts of a person who was just made: nothing is there to look for."""
    at, network, place = session.created_at, network_of(session.ip), country_of(session.ip)
    name, hidden = device_name(session.device), hidden_kind_of(network)
    traits = traits_of(network, place, name)
    rhythm = LoginRhythm(
        user_id=user_id,
        logins=1,
        by_hour=[int(hour == _hour(session)) for hour in range(HOURS)],
        by_country={place: 1} if place else {},
        last_at=at,
        traits=counted({}, traits),
        hidden={hidden: 1} if hidden else {},
    )
    if network and not hidden:
        rhythm.settled_network, rhythm.settled_at = network, at
    insert_rows([rhythm])
    seen = {"first_seen_at": at, "last_seen_at": at, "network": network, "place": place}
    insert_rows([Device(user_id=user_id, name=name, logins=1, **seen)])
    if network:
        insert_rows([LoginPlace(user_id=user_id, logins=1, **seen)])
    add_common(traits, bucket=None, is_new=True)


def _hour(session: Session) -> int:
    """Of the owner's day."""
    return session.created_at.astimezone(ZoneInfo(session.user.timezone)).hour


def _count(
    login: Login,
    rhythm: LoginRhythm,
    device: Device,
    where: LoginPlace | None,
    at: datetime,
    traits: Mapping[str, str],
) -> None:
    rhythm.logins += 1
    rhythm.by_hour[login.hour] += 1
    if login.country:
        rhythm.by_country[login.country] = login.from_country + 1
    rhythm.traits = counted(rhythm.traits, traits)
    rhythm.last_at = at
    if login.network_kind:
        rhythm.hidden[login.network_kind] = login.from_kind + 1
    elif login.network and (login.jump is None or login.has_mark):
        rhythm.settled_network, rhythm.settled_at = login.network, at
    rhythm.save()
    device.logins += 1
    device.last_seen_at, device.network, device.place = at, login.network, login.country
    device.save(update_fields=["logins", "last_seen_at", "network", "place"])
    if where:
        where.logins += 1
        where.last_seen_at, where.place = at, login.country
        where.save(update_fields=["logins", "last_seen_at", "place"])


def weigh_failure(user_id: UUID | None, network: str, who: str, at: datetime) -> list[Hit]:
    """How alarming a refused login is, this one counted. who: keyed hash of the address that was tried."""
    people = _tried_from(network, at) if network else set()
    return hits_of_failure(
        FailedLogin(
            of_person=_failures(at - QUARTER, user_id=user_id) + 1 if user_id else 0,
            of_network=_failures(at - QUARTER, network=network) + 1 if network else 0,
            people=len(people | {str(user_id or who)}) if network else 0,
        )
    )


def _tried_from(network: str, at: datetime) -> set[str]:
    """Who failed to log in from a network within the hour: ids, and hashes of addresses of nobody."""
    recent = SecurityEvent.objects.filter(network=network, kind=LOGIN_FAILED, at__gte=at - HOUR)
    rows = recent.order_by().values_list("user_id", "data__who").distinct()[:COUNTED_MAX]
    return {str(user_id or who) for user_id, who in rows if user_id or who}


def _failures(since: datetime, **whose: Any) -> int:
    rows = SecurityEvent.objects.filter(kind=LOGIN_FAILED, at__gte=since, **whose)
    return len(rows.values_list("id")[:COUNTED_MAX])


def _seconds(before: datetime | None, after: datetime, unit: int) -> float | None:
    """How long ago, in units of so many seconds; None if never."""
    return (after - before).total_seconds() / unit if before else None
