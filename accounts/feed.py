"""Events as frames of the stream: read from the table in order, rendered when they are sent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan
from django.utils.module_loading import import_string

from accounts.api.rendering import to_json
from accounts.models import Event

PAGE = 100
LAST_ID = UUID(int=2**128 - 1)

Renderer = Callable[[UUID, list[UUID]], dict[UUID, dict[str, Any]]]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """How far a stream has come: all up to here was sent. `id` tells events of one seq apart."""

    seq: int
    id: UUID = LAST_ID  # by default: every event of this seq


@dataclass(frozen=True, slots=True)
class Frame:
    position: Position
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
            frame(event.seq, event.kind, event.at, rendered.get(event.id, event.data)),
        )
        for event in events
    ]


def frame(seq: int, kind: str, at: Any, data: dict[str, Any]) -> str:
    return to_json({"seq": seq, "kind": kind, "at": at, "data": data}).decode()


def _rendered(user_id: UUID, events: Sequence[Event]) -> dict[UUID, dict[str, Any]]:
    """Full data by event id, for the events that name a row which still exists."""
    by_event: dict[UUID, dict[str, Any]] = {}
    for namespace, path in settings.STREAM_PAYLOADS.items():
        rows = {
            event.id: UUID(event.data["id"])
            for event in events
            if event.kind.startswith(f"{namespace}.")
            and event.kind != f"{namespace}.deleted"
            and event.data.keys() == {"id"}
        }
        if rows:
            by_event |= _looked_up(import_string(path), user_id, rows.items())
    return by_event


def _looked_up(
    render: Renderer, user_id: UUID, rows: Iterable[tuple[UUID, UUID]]
) -> dict[UUID, dict[str, Any]]:
    pairs = list(rows)
    shown = render(user_id, list(dict.fromkeys(row_id for _, row_id in pairs)))
    return {event_id: shown[row_id] for event_id, row_id in pairs if row_id in shown}
