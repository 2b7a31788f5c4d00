"""The change feed: every row of an owner by the seq at which it last changed, and what is gone.

One statement reads all kinds, each by its own (owner, seq); it costs what the answer costs, not what
the history holds. A mirror that applies the answers in order is the server's state.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic

from accounts.errors import Reason, Refusal
from accounts.mirror import kinds, row_events
from accounts.models import Clock, Event, Tombstone
from accounts.ownership import OwnedQuerySet
from accounts.sql import as_id, fetch, is_postgres

GONE, HAPPENED = "gone", "happened"
NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reader has come: all before it was given. `rank` tells kinds of one seq apart."""

    seq: int
    rank: int = -1  # before every kind
    id: UUID = NO_ID

    @classmethod
    def after(cls, seq: int) -> "Place":
        """The place behind everything of this seq."""
        return cls(seq + 1)


@dataclass(frozen=True, slots=True)
class Found:
    """Where one change stands, and what it is about."""

    place: Place
    kind: str
    deleted: bool = False
    happened: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Changes in order; `seq`: what to ask from next time; `next`: where this answer was cut."""

    results: list[dict[str, Any]]
    seq: int
    next: Place | None


def changes_since(user_id: UUID, since: int, limit: int) -> Page:
    """All that changed after `since`, at most `limit` of it. `since` 0 gives everything there is.

    Refuses with 410 where tombstones after `since` were already dropped, or where this server never
    was (it was restored from a backup): the mirror must start again.
    """
    with _one_view():
        clock = Clock.objects.get(user_id=user_id)
        if since and not clock.horizon <= since <= clock.seq:
            raise Refusal(Reason.CHANGES_GONE, status=410, extra={"oldest": clock.horizon})
        return _page(user_id, Place.after(since), clock.seq, limit)


def changes_from(user_id: UUID, place: Place, limit: int) -> Page:
    """The rest of an answer that was cut at `place`."""
    with _one_view():
        return _page(user_id, place, Clock.objects.get(user_id=user_id).seq, limit)


@contextmanager
def _one_view() -> Iterator[None]:
    """All reads inside see the books at one moment, whatever is committed meanwhile."""
    outermost = not connection.in_atomic_block
    with atomic():
        if outermost and is_postgres():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _page(user_id: UUID, place: Place, clock: int, limit: int) -> Page:
    found = _find(user_id, place, limit + 1)
    cut = found[limit].place if len(found) > limit else None
    found = found[:limit]
    # A reader that stops halfway asks again from the last seq that was given whole.
    seq = clock if cut is None else cut.seq - 1
    return Page(list(_shown(user_id, found)), seq, cut)


def _find(user_id: UUID, place: Place, limit: int) -> list[Found]:
    """The next changes, by (seq, rank, id)."""
    branches, parameters = [], []
    names = list(kinds())
    for rank, (table, row_id, kind, condition) in enumerate(_sources()):
        # Everything before the place was given; a kind of the place's own seq continues there.
        if rank == place.rank:
            where = f"(seq > %s OR (seq = %s AND {row_id} >= %s))"
            values = [place.seq, place.seq, place.id]
        else:
            where = "seq >= %s" if rank > place.rank else "seq > %s"
            values = [place.seq]
        branches.append(
            f"SELECT * FROM (SELECT seq, {rank} AS source, {row_id} AS row_id, {kind} AS kind"  # noqa: S608
            f" FROM {table} WHERE user_id = %s AND {where}{condition}"
            f" ORDER BY seq, {row_id} LIMIT {limit:d}) AS part{rank}"
        )
        parameters += [user_id, *values]
    sql = " UNION ALL ".join(branches) + f" ORDER BY 1, 2, 3 LIMIT {limit:d}"
    return [
        Found(
            Place(int(seq), int(rank), as_id(row_id)),
            kind,
            deleted=rank == len(names),
            happened=rank == len(names) + 1,
        )
        for seq, rank, row_id, kind in fetch(sql, parameters)
    ]


def _sources() -> Iterator[tuple[str, str, str, str]]:
    """Table, id column, kind and further condition: the rows, then what is gone, then what happened."""
    for kind in kinds().values():
        yield kind.model._meta.db_table, "id", f"'{kind.name}'", ""
    yield Tombstone._meta.db_table, "row_id", "kind", ""
    told = ", ".join(f"'{name}'" for name in sorted(row_events()))
    yield Event._meta.db_table, "id", "kind", f" AND kind NOT IN ({told})"


def _shown(user_id: UUID, found: Sequence[Found]) -> Iterator[dict[str, Any]]:
    """The changes as clients read them; one lookup per kind, whatever their number."""
    data: dict[tuple[str, UUID], Any] = {}
    for name, kind in kinds().items():
        ids = [f.place.id for f in found if f.kind == name and not (f.deleted or f.happened)]
        if ids:
            data |= {(name, row_id): shown for row_id, shown in kind.show(user_id, ids).items()}
    events = _events(Event.objects.for_user(user_id), [f.place.id for f in found if f.happened])
    for each in found:
        event = events.get(each.place.id) if each.happened else None
        row = data.get((each.kind, each.place.id))
        yield {
            "seq": each.place.seq,
            "kind": each.kind,
            "id": each.place.id,
            # A row that its endpoint does not show now (a mood on a deleted purchase) is as good as gone.
            "deleted": row is None and not each.happened,
            "data": event.data if event else row,
            "at": event.at if event else None,
        }


def _events(events: OwnedQuerySet, ids: Sequence[UUID]) -> dict[UUID, Event]:
    return {event.id: event for event in events.filter(id__in=ids)} if ids else {}
