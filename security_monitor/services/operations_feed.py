"""What staff watch as it happens: security events and flagged rows of all people, each told once.

There is no clock over all owners. Ids sort by the instant they were made, but a long commit shows its
rows later than younger ones; so each look begins LATE before now, and what was told is remembered.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.feed import PAGE
from accounts.ids import first_id_at
from security_monitor.models import Case, SecurityEvent
from security_monitor.services.login_cases import LOGIN_CASE

LATE = timedelta(seconds=60)
SEQ_MAX = 2**48 - 1
Row = SecurityEvent | Case


def seq_of(row_id: UUID) -> int:
    """The instant of an id, in milliseconds since 1970."""
    return row_id.int >> 80


class OperationsFeed:
    """How far one listener has heard."""

    def __init__(self, floor: UUID) -> None:
        self.floor = floor  # everything up to here was told
        self.told: set[UUID] = set()  # and of what lies above, this

    @classmethod
    def from_now(cls) -> "OperationsFeed":
        """Nothing of what can be seen already."""
        feed = cls(first_id_at(timezone.now() - LATE))
        while feed.next_ids():
            pass
        return feed

    @classmethod
    def since(cls, seq: int) -> "OperationsFeed":
        """All from that instant on, and LATE before it: what came late was not heard by then."""
        late = LATE // timedelta(milliseconds=1)
        return cls(UUID(int=max(0, min(seq, SEQ_MAX) - late) << 80))

    def next_rows(self) -> list[Row]:
        """What was not told yet, oldest first, at most a page. Queries: two, and two more if any."""
        ids = self.next_ids()
        if not ids:
            return []
        found = SecurityEvent.objects.in_bulk(ids) | _cases().in_bulk(ids)
        return [found[row_id] for row_id in ids if row_id in found]

    def next_ids(self) -> list[UUID]:
        settled = first_id_at(timezone.now() - LATE)
        at = self.floor
        fresh: list[UUID] = []
        while not fresh and (ids := ids_after(at)):
            at = ids[-1]
            fresh = [row_id for row_id in ids if row_id not in self.told]
        self.floor = max(self.floor, min(at, settled) if fresh else settled)
        self.told = {row_id for row_id in [*self.told, *fresh] if row_id > self.floor}
        return fresh


def ids_after(row_id: UUID) -> list[UUID]:
    """A page of the two tables is the first rows of a page of each."""
    both = [
        rows.filter(id__gt=row_id).order_by("id").values_list("id", flat=True)[:PAGE]
        for rows in (SecurityEvent.objects.all(), _cases())
    ]
    return sorted(each for some in both for each in some)[:PAGE]


def _cases() -> QuerySet[Case]:
    # The case of a login tells what its event tells.
    return Case.objects.exclude(kind=LOGIN_CASE)
