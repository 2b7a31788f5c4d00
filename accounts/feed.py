"""Events as frames of the stream: read from the table in order, rendered when they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from accounts.api.rendering import to_json
from accounts.mirror import kinds
from accounts.models import Clock, Event
from accounts.sql import fetch, is_postgres

PAGE = 100
NEXT_OF_MANY = f"""
SELECT asked.number, next.* FROM
    unnest(%s::uuid[], %s::bigint[], %s::uuid[]) WITH ORDINALITY AS asked (user_id, seq, id, number)
CROSS JOIN LATERAL (
    SELECT id, seq, kind, data, at FROM accounts_event
    WHERE user_id = asked.user_id AND (seq, id) > (asked.seq, asked.id)
    ORDER BY seq, id LIMIT {PAGE}
) AS next ORDER BY asked.number, next.seq, next.id
"""  # noqa: S608 (PAGE is ours)
LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """How far a stream has come: all up to here was sent. `id` tells events of one seq apart."""

    seq: int
    id: UUID = LAST_ID  # by default: every event of this seq


@dataclass(frozen=True, slots=True)
class Frame:
    position: Position
    kind: str
    text: str


def frames_after(user_id: UUID, position: Position) -> list[Frame]:
    """The next events of the owner, at most a page: one query, and one per kind that is rendered.

    One owner's commits stand in line, so that no event can appear behind a position once passed.
    """
    rows = Event.objects.for_user(user_id).filter(
        TupleGreaterThan(Tuple(F("seq"), F("id")), [position.seq, position.id])
    )
    return _frames(user_id, list(rows.order_by("seq", "id")[:PAGE]))


def frames_of(asked: Sequence[tuple[UUID, Position]]) -> list[list[Frame]]:
    """What `frames_after` gives, for many at once: PostgreSQL reads all of them in one statement."""
    if len(asked) < 2 or not is_postgres():
        return [frames_after(user_id, position) for user_id, position in asked]
    columns = [
        [user_id for user_id, _ in asked],
        [position.seq for _, position in asked],
        [position.id for _, position in asked],
    ]
    found: dict[int, list[Event]] = {}
    for number, event_id, seq, kind, data, at in fetch(NEXT_OF_MANY, columns):
        event = Event(
            id=event_id, user_id=asked[number - 1][0], seq=seq, kind=kind, at=at,
            data=orjson.loads(data) if isinstance(data, str | bytes) else data,
        )  # fmt: skip
        found.setdefault(number, []).append(event)
    return [_frames(user_id, found.get(number, [])) for number, (user_id, _) in enumerate(asked, 1)]


def _frames(user_id: UUID, events: Sequence[Event]) -> list[Frame]:
    rendered = _rendered(user_id, events)
    return [
        Frame(
            Position(event.seq, event.id),
            event.kind,
            frame(event.seq, event.kind, event.at, rendered.get(event.id, event.data), event.id),
        )
        for event in events
    ]


def horizon_of(user_id: UUID) -> int:
    """The seq up to which events were dropped: who was there or later misses nothing."""
    return Clock.objects.values_list("horizon", flat=True).get(user_id=user_id)


def frame(seq: int, kind: str, at: Any, data: dict[str, Any], event_id: UUID | None = None) -> str:
    """One message of the stream. An event's id tells it from the others of its commit."""
    named = {} if event_id is None else {"id": event_id}
    return to_json({"seq": seq, **named, "kind": kind, "at": at, "data": data}).decode()


def _rendered(user_id: UUID, events: Sequence[Event]) -> dict[UUID, dict[str, Any]]:
    """Full data by event id, for the events that name a row which still exists."""
    named: dict[str, dict[UUID, UUID]] = {}
    for event in events:
        namespace, _, verb = event.kind.partition(".")
        if namespace in kinds() and verb != "deleted" and event.data.keys() == {"id"}:
            named.setdefault(namespace, {})[event.id] = UUID(event.data["id"])
    by_event: dict[UUID, dict[str, Any]] = {}
    for namespace, rows in named.items():
        shown = kinds()[namespace].show(user_id, list(dict.fromkeys(rows.values())))
        by_event |= {event_id: shown[row] for event_id, row in rows.items() if row in shown}
    return by_event
