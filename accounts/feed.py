"""Events as frames of the stream: read from the table in order, rendered when they are sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from accounts.api.rendering import to_json
from accounts.mirror import kinds
from accounts.models import Clock, Event

PAGE = 100
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
    events = list(rows.order_by("seq", "id")[:PAGE])
    rendered = _rendered(user_id, events)
    return [
        Frame(
            Position(event.seq, event.id),
            event.kind,
            frame(event.seq, event.kind, event.at, rendered.get(event.id, event.data)),
        )
        for event in events
    ]


def horizon_of(user_id: UUID) -> int:
    """The seq up to which events were dropped: who was there or later misses nothing."""
    return Clock.objects.values_list("horizon", flat=True).get(user_id=user_id)


def frame(seq: int, kind: str, at: Any, data: dict[str, Any]) -> str:
    return to_json({"seq": seq, "kind": kind, "at": at, "data": data}).decode()


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
