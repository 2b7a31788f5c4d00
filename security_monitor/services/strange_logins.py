"""The login behind a request, as a fact for the rules of payments and for the sequence of events.

Read inside the one statement of the shelf; a request without a session of the owner (a personal
token, a worker, the console) has no such login.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from accounts.context import origin
from security_monitor.behaviour.catalogue import LOGIN_SUCCEEDED, SENSITIVE, STEPPED_UP, kind_of
from security_monitor.engine.facts import StrangeLogin

EXPORTED = "data.exported"
WAYS_IN = frozenset(kind.name for action in SENSITIVE if (kind := kind_of(action)) is not None)
LOOKED_BACK = timedelta(days=1)  # After a day of quiet use a login is one like the others.
KINDS = (LOGIN_SUCCEEDED, STEPPED_UP, EXPORTED, *sorted(WAYS_IN))
MARKS = ", ".join(f"'{kind}'" for kind in KINDS)
# An event that its owner resolved ("this was me") is none.
EVENTS = f"""
SELECT 'session', kind, id, CAST(risk_score AS text) || '|' || COALESCE(data ->> 'proved_by', ''),
 CAST(reasons AS text) FROM security_monitor_securityevent
 WHERE user_id = %s AND kind IN ({MARKS}) AND at > %s AND session_id = %s AND resolved_at IS NULL
"""  # noqa: S608 (our own words)


def acting_session(user_id: UUID) -> UUID | None:
    """The session by which the owner acts in this request."""
    where = origin.get()
    return where.session_id if where.actor_id == user_id else None


def strange_login(
    events: Sequence[tuple[str, UUID, str, str]], now: datetime
) -> StrangeLogin | None:
    """Of (kind, id, "score|proof", reasons) of one session; None where nothing about it is odd.

    A login that was proved by a second factor or a mailed code, and one stepped up since, is the
    owner's own new device.
    """
    steps, found = set(), None
    for kind, event_id, extra, reasons in events:
        score, proof = extra.split("|", 1)
        if kind == STEPPED_UP:
            return None
        if kind == LOGIN_SUCCEEDED:
            why = " ".join(reason["message"] for reason in orjson.loads(reasons))
            if proof or not why:
                return None
            found = (int(score), max(0, _minutes(event_id, now)), why)
        else:
            steps.add("export" if kind == EXPORTED else "ways_in")
    return StrangeLogin(*found, frozenset(steps)) if found else None


def _minutes(event_id: UUID, now: datetime) -> int:
    """How long ago an event was: its id begins with its time."""
    return int(now.timestamp() - (event_id.int >> 80) / 1000) // 60
