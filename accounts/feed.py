"""Events as frames of the stream: read from the table in order, rendered when they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from accounts.api.rendering import to_json
from accounts.mirror import kinds
from accounts.models import Clock
from accounts.sql import as_id, fetch, is_postgres, iso_instant

PAGE = 100
NEXT = """
SELECT id, seq, kind, data, at FROM accounts_event
WHERE user_id = %s AND (seq, id) > (%s, %s) ORDER BY seq, id LIMIT %s
"""
NEXT_OF_MANY = """
SELECT asked.number, next.* FROM
    unnest(%s::uuid[], %s::bigint[], %s::uuid[]) WITH ORDINALITY AS asked (user_id, seq, id, number)
CROSS JOIN LATERAL (
    SELECT id, seq, kind, data, at FROM accounts_event
    WHERE user_id = asked.user_id AND (seq, id) > (asked.seq, asked.id)
    ORDER BY seq, id LIMIT %s
) AS next ORDER BY asked.number, next.seq, next.id
"""
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


class Happened(NamedTuple):
    """An event as a stream needs it: an instance of the model costs several times the read."""

    id: UUID
    seq: int
    kind: str
    data: dict[str, Any]
    at: Any


def frames_after(user_id: UUID, position: Position) -> list[Frame]:
    """The next events of the owner, at most a page: one query, and one per kind that is rendered.

    One owner's commits stand in line, so that no event can appear behind a position once passed.
    """
    rows = fetch(NEXT, [user_id, position.seq, position.id, PAGE])
    return _frames(user_id, [_happened(*row) for row in rows])


def frames_of(asked: Sequence[tuple[UUID, Position]]) -> list[list[Frame]]:
    """What `frames_after` gives, for many at once: PostgreSQL reads all of them in one statement."""
    if len(asked) < 2 or not is_postgres():
        return [frames_after(user_id, position) for user_id, position in asked]
    columns = [
        [user_id for user_id, _ in asked],
        [position.seq for _, position in asked],
        [position.id for _, position in asked],
    ]
    found: dict[int, list[Happened]] = {}
    for number, *row in fetch(NEXT_OF_MANY, [*columns, PAGE]):
        found.setdefault(number, []).append(_happened(*row))
    return [_frames(user_id, found.get(number, [])) for number, (user_id, _) in enumerate(asked, 1)]


def _happened(event_id: Any, seq: int, kind: str, data: Any, at: Any) -> Happened:
    known = orjson.loads(data) if isinstance(data, str | bytes) else data
    return Happened(as_id(event_id), seq, kind, known, iso_instant(at))


def _frames(user_id: UUID, events: Sequence[Happened]) -> list[Frame]:
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


def _rendered(user_id: UUID, events: Sequence[Happened]) -> dict[UUID, dict[str, Any]]:
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
