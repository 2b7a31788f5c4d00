"""By what right the personal side of an entry may be gone: its person was erased, or it is old."""

from datetime import UTC, datetime
from uuid import UUID

from accounts.audit import is_genuine
from accounts.models import AuditEntry
from accounts.services.trail import AGEING, ERASURE_BEGUN, LICENCES

MISSES_MAX = 100


class Licences:
    """Read when it is made, and again when one lacks: an erasure may have begun meanwhile.

    Only entries with the right MAC count.
    """

    def __init__(self) -> None:
        self.erased: set[UUID] = set()
        self.before = datetime.min.replace(tzinfo=UTC)
        self.misses = 0
        self._read()

    def _read(self) -> None:
        for entry in AuditEntry.objects.filter(action__in=LICENCES).iterator():
            if not is_genuine(entry):
                continue
            if entry.action == ERASURE_BEGUN and entry.target_id:
                self.erased.add(entry.target_id)
            elif entry.action == AGEING:
                self.before = max(self.before, datetime.fromisoformat(entry.data["before"]))

    def cover(self, entry: AuditEntry) -> bool:
        if not self._cover(entry) and self.misses < MISSES_MAX:
            self.misses += 1
            self._read()
        return self._cover(entry)

    def _cover(self, entry: AuditEntry) -> bool:
        return entry.at < self.before or bool({entry.user_id, entry.actor_id} & self.erased)
