"""What a login means: the registers of devices and places, and the risk of it, all as counts.

Counting a login is six statements whatever the history. It runs inside the login's own commit.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Session
from accounts.sql import insert_rows
from security_monitor.behaviour.agents import device_name
from security_monitor.behaviour.catalogue import LOGIN_FAILED
from security_monitor.behaviour.logins import (
    HOURS,
    FailedLogin,
    Login,
    hits_of,
    hits_of_failure,
)
from security_monitor.behaviour.networks import network_of
from security_monitor.engine.scores import Hit
from security_monitor.models import Device, LoginPlace, LoginRhythm, SecurityEvent
from security_monitor.services.places import country_of

QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
DAY_SECONDS = 86_400
COUNTED_MAX = 1000  # Past it more failures say nothing new, and counting stays cheap in a flood.


def count_login(user_id: UUID, session: Session) -> list[Hit]:
    """Why this login is unusual; then it stands in the counts."""
    at, network, place = session.created_at, network_of(session.ip), country_of(session.ip)
    LoginRhythm.objects.get_or_create(user_id=user_id, defaults={"by_hour": [0] * HOURS})
    # Under this lock logins of one person are counted one after the other.
    rhythm = LoginRhythm.objects.for_user(user_id).select_for_update().get()
    device, _ = Device.objects.get_or_create(
        user_id=user_id, name=device_name(session.device), defaults={"first_seen_at": at}
    )
    where = None
    if network:
        where, _ = LoginPlace.objects.get_or_create(
            user_id=user_id, network=network, defaults={"first_seen_at": at, "place": place}
        )
    login = Login(
        device=device.name,
        network=network,
        country=place,
        hour=_hour(session),
        earlier=rhythm.logins,
        on_device=device.logins,
        from_network=where.logins if where else 0,
        from_country=rhythm.by_country.get(place, 0),
        countries=sum(rhythm.by_country.values()),
        by_hour=rhythm.by_hour,
        days_since_last=_days_between(rhythm.last_at, at),
        failures=_failures(at - HOUR, user_id=user_id),
    )
    _count(login, rhythm, device, where, at)
    return hits_of(login)


def count_first_login(user_id: UUID, session: Session) -> None:
    """Begin the counts of a person who was just made: nothing is there to look for."""
    at, network, place = session.created_at, network_of(session.ip), country_of(session.ip)
    by_hour = [int(hour == _hour(session)) for hour in range(HOURS)]
    by_country = {place: 1} if place else {}
    seen = {"first_seen_at": at, "last_seen_at": at, "network": network, "place": place}
    insert_rows(
        [LoginRhythm(user_id=user_id, logins=1, by_hour=by_hour, by_country=by_country, last_at=at)]
    )
    name = device_name(session.device)
    insert_rows([Device(user_id=user_id, name=name, logins=1, **seen)])
    if network:
        insert_rows([LoginPlace(user_id=user_id, logins=1, **seen)])


def _hour(session: Session) -> int:
    """Of the owner's day."""
    return session.created_at.astimezone(ZoneInfo(session.user.timezone)).hour


def _count(
    login: Login, rhythm: LoginRhythm, device: Device, where: LoginPlace | None, at: datetime
) -> None:
    rhythm.logins += 1
    rhythm.by_hour[login.hour] += 1
    if login.country:
        rhythm.by_country[login.country] = login.from_country + 1
    rhythm.last_at = at
    rhythm.save()
    device.logins += 1
    device.last_seen_at, device.network, device.place = at, login.network, login.country
    device.save(update_fields=["logins", "last_seen_at", "network", "place"])
    if where:
        where.logins += 1
        where.last_seen_at, where.place = at, login.country
        where.save(update_fields=["logins", "last_seen_at", "place"])


def weigh_failure(user_id: UUID | None, network: str, at: datetime) -> list[Hit]:
    """How alarming a refused login is, this one counted."""
    recent = SecurityEvent.objects.filter(
        network=network, kind=LOGIN_FAILED, at__gte=at - HOUR, user__isnull=False
    )
    people = {*recent.values_list("user_id", flat=True).distinct()[:COUNTED_MAX], user_id}
    return hits_of_failure(
        FailedLogin(
            of_person=_failures(at - QUARTER, user_id=user_id) + 1 if user_id else 0,
            of_network=_failures(at - QUARTER, network=network) + 1 if network else 0,
            people=len(people - {None}) if network else 0,
        )
    )


def _failures(since: datetime, **whose: Any) -> int:
    rows = SecurityEvent.objects.filter(kind=LOGIN_FAILED, at__gte=since, **whose)
    return len(rows.values_list("id")[:COUNTED_MAX])


def _days_between(before: datetime | None, after: datetime) -> float | None:
    return (after - before).total_seconds() / DAY_SECONDS if before else None
