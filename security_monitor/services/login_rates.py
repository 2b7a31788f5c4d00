"""The second half of AS03: of all logins of the last minutes too many fail, of too many people.

Read every five minutes from the events that each login leaves anyway, so that no login pays for it.
What is usual is kept in the cache: when that is emptied it is learned anew, and for an hour nothing is
judged.
"""

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings

from accounts.ids import first_id_at
from security_monitor.behaviour.catalogue import ATTEMPTS, LOGIN_FAILED
from security_monitor.behaviour.rates import Usual, Window, is_spray, learned
from security_monitor.models import SecurityEvent
from security_monitor.services.operators import raise_event
from security_monitor.services.sightings import is_first, recalled, remember

MINUTES = timedelta(minutes=5)
READ_MAX = 20_000  # Past it the shares say enough.
USUAL_KEPT_SECONDS, HOUR = 30 * 86_400, 3600
USUAL, SPRAYED = "login-rates", "logins.sprayed"


def window_until(now: datetime) -> Window:
    """Everybody's logins of the last minutes."""
    since = now - MINUTES
    rows = SecurityEvent.objects.filter(
        id__gte=first_id_at(since), kind__in=ATTEMPTS, at__gte=since
    )
    read = list(rows.order_by("id").values_list("kind", "user_id", "data__who")[:READ_MAX])
    failed = [str(user_id or who) for kind, user_id, who in read if kind == LOGIN_FAILED]
    everybody = {str(user_id or who) for _, user_id, who in read}
    return Window(len(failed), len(read) - len(failed), len(set(failed)), len(everybody))


def judge_window(now: datetime) -> bool:
    """Judge the last minutes, then learn from them; whether it is a spray."""
    factor = settings.LOGIN_FAILURES_FACTOR
    if not factor:
        return False
    window = window_until(now)
    usual = Usual(**(recalled(USUAL) or {}))
    found = is_spray(window, usual, factor)
    if found and is_first(SPRAYED, HOUR):
        figures = {
            **asdict(window),
            "usual_share": round(usual.ratio, 3),
            "share": round(window.ratio, 3),
        }
        raise_event(SPRAYED, None, figures, tell=True)
    if not found:
        remember(USUAL, asdict(learned(usual, window, factor)), USUAL_KEPT_SECONDS)
    return found
