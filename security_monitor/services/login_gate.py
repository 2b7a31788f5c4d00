"""Whether a login that was just counted must be confirmed (LOGIN_GATE of accounts)."""

from uuid import UUID

from accounts.services.confirming import Word
from security_monitor.behaviour.catalogue import LOGIN_SUCCEEDED
from security_monitor.engine.scores import Bands
from security_monitor.models import LoginPlace, SecurityEvent
from security_monitor.services.trusted_places import is_trusted


def weigh(user_id: UUID, session_id: UUID, is_known: bool) -> Word:
    """The word on the login that opened this session. is_known: the door knows the device.

    A known device in a trusted place is never asked, whatever else is odd about it.
    """
    events = SecurityEvent.objects.for_user(user_id).filter(session_id=session_id)
    event = events.filter(kind=LOGIN_SUCCEEDED).order_by("-id").first()
    if event is None:
        return Word()
    is_risky = event.risk_score >= Bands().review
    if is_risky and is_known:
        place = LoginPlace.objects.for_user(user_id).filter(network=event.network).first()
        is_risky = place is None or not is_trusted(place)
    return Word(is_risky, event.risk_score, event.reasons, event.channels)
