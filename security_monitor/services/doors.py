"""What answers say about who asked: somebody who tries ids (AS14), a scanner (AS16), a scraper (AS15).

Asked after the answer, which it never changes. An ordinary one pays a few look-ups and no statement.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.context import origin
from accounts.limits import source_of
from accounts.models import AuditEntry, Tombstone
from security_monitor.behaviour.probes import ODD_METHODS, probed, scanner_of
from security_monitor.services.operators import raise_event
from security_monitor.services.paging import page_turned
from security_monitor.services.sightings import is_first, sighted, was_said

FIVE_MINUTES, HOUR = 300, 3600
IDS_PROBED, SERVER_SCANNED = "ids.probed", "server.scanned"


def look(request: HttpRequest, response: HttpResponse) -> None:
    """Judge one answered request."""
    agent = scanner_of(request.META.get("HTTP_USER_AGENT", ""))
    is_served = response.status_code < 300 or response.status_code == 304
    if is_served and not agent and request.method not in ODD_METHODS:
        user_id = origin.get().actor_id
        if user_id and "cursor=" in request.META.get("QUERY_STRING", ""):
            page_turned(user_id)
        return
    path = "" if is_served else probed(request.path)
    if agent or path or request.method in ODD_METHODS:
        _scanned(agent, path or str(request.method))
    elif response.status_code in (403, 404):
        _tried_ids(request, response)


def _scanned(agent: str, sign: str) -> None:
    """One event of a source an hour. A wrong link is no scan: it takes several signs, or the name."""
    least, source = settings.SCANNER_SIGNS_MIN, source_of(origin.get().ip)
    who = f"scan:{source}"
    if not least or was_said(who):
        return
    signs = [sign] if agent else sighted(who, sign, least=least, seconds=HOUR)
    if signs and is_first(who, HOUR):
        raise_event(SERVER_SCANNED, None, {"signs": sorted(signs), "agent": agent}, tell=False)


def _tried_ids(request: HttpRequest, response: HttpResponse) -> None:
    """A person who asks for many different things that are not theirs within five minutes."""
    least, user_id = settings.PROBED_IDS_MIN, origin.get().actor_id
    match = request.resolver_match
    ids = [value for value in match.kwargs.values() if isinstance(value, UUID)] if match else []
    if not (least and user_id and ids) or not _is_about_an_id(response):
        return
    who = f"ids:{user_id}"
    if was_said(who):
        return
    found = sighted(who, "/".join(one.hex for one in ids), least=least, seconds=FIVE_MINUTES)
    if len(found) >= least:
        foreign = _never_owned(user_id, found)
        if len(foreign) >= least and is_first(who, HOUR):
            raise_event(IDS_PROBED, user_id, {"ids": len(foreign)}, tell=True)


def _is_about_an_id(response: Any) -> bool:
    """A missing row, or a door for staff alone. A token without a scope is told of the token."""
    said = getattr(response, "data", None)
    code = said.get("code") if isinstance(said, dict) else None
    return response.status_code == 404 or code == "forbidden"


def _never_owned(user_id: UUID, found: list[str]) -> list[str]:
    """Without what was once the asker's: a client that was away asks for what was deleted meanwhile."""
    ids = {UUID(part) for one in found for part in one.split("/")}
    gone = Tombstone.objects.for_user(user_id).filter(row_id__in=ids)
    known = AuditEntry.objects.filter(user_id=user_id, target_id__in=ids)
    own = {*gone.values_list("row_id", flat=True), *known.values_list("target_id", flat=True)}
    return [one for one in found if not any(UUID(part) in own for part in one.split("/"))]
