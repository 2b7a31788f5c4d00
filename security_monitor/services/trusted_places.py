"""Networks that an owner logs in from: by the owner's word, else by habit."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from security_monitor.models import LoginPlace

LOGINS_TRUSTED, SPAN_TRUSTED = 3, timedelta(days=7)


def is_trusted(place: LoginPlace) -> bool:
    if place.trusted is not None:
        return place.trusted
    span = place.last_seen_at - place.first_seen_at
    return place.logins >= LOGINS_TRUSTED and span >= SPAN_TRUSTED


def trusted_places(user_id: UUID) -> QuerySet[LoginPlace]:
    """All places of a person for which `is_trusted` holds."""
    by_habit = Q(
        trusted=None,
        logins__gte=LOGINS_TRUSTED,
        last_seen_at__gte=F("first_seen_at") + SPAN_TRUSTED,
    )
    places: QuerySet[LoginPlace] = LoginPlace.objects.for_user(user_id)
    return places.filter(Q(trusted=True) | by_habit)
