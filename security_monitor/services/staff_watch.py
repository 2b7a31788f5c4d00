"""Staff who look through many people's pages (AS17): nobody's work needs that many in an hour."""

from uuid import UUID

from django.conf import settings

from security_monitor.services.operators import raise_event
from security_monitor.services.sightings import is_first, sighted, was_said

HOUR = 3600
OPENED_MANY = "staff.opened_many"


def opened(staff_id: UUID, person_id: UUID) -> None:
    """Note that a page of this person was opened; an event once it is too many, once an hour."""
    most, who = settings.STAFF_PEOPLE_MAX, f"staff:{staff_id}"
    if not most or was_said(who):
        return
    found = sighted(who, person_id.hex, least=most + 1, seconds=HOUR)
    if found and is_first(who, HOUR):
        raise_event(OPENED_MANY, staff_id, {"people": most + 1}, tell=True)
