"""Commits too long for a request: promised to the owner, carried out by a worker, resumed after a kill.

The commit itself is one database transaction, so a death at any moment leaves nothing of it; the
import is still `committing` then, and whoever comes next carries it out. Two workers at once are
harmless: the second waits for the owner's clock and finds the work done.
"""

from uuid import UUID

import structlog
from django.db.transaction import atomic

from accounts.clock import tick
from accounts.errors import Refusal
from ledger.errors import Reason
from ledger.models import ImportBatch, ImportStatus
from ledger.services import import_progress, imports
from ledger.services.import_wishes import NO_WISHES, Wishes
from ledger.services.owned import hold

ROWS_IN_REQUEST_MAX = 20_000  # Booked in a second or two; more keeps a client waiting too long.
ATTEMPTS_MAX = 5  # What killed so many workers will kill the next one too.
GIVEN_UP = "The commit was started {n} times and never came to its end. Nothing was booked."
log = structlog.get_logger(__name__)


def is_long(batch: ImportBatch) -> bool:
    """Whether a commit of this import is for a worker."""
    rows: int = sum(batch.report["counts"].values())
    return rows > ROWS_IN_REQUEST_MAX


@atomic
def promise(
    user_id: UUID,
    batch_id: UUID,
    *,
    wishes: Wishes = NO_WISHES,
    expected_seq: int | None = None,
) -> ImportBatch:
    """Take a commit on: from now on the import is `committing`, until `finish` has carried it out.

    Refuses as a commit does: 409 out of preview, 412 when stale.
    """
    seq = tick(user_id)
    rows = ImportBatch.objects.for_user(user_id)
    batch: ImportBatch = hold(rows, batch_id, Reason.IMPORT_NOT_FOUND, expected_seq)
    imports.must_be(batch, ImportStatus.PREVIEW, Reason.IMPORT_NOT_IN_PREVIEW)
    batch.options = {**batch.options, "wishes": wishes.kept(), "attempts": 0}
    batch.status, batch.seq = ImportStatus.COMMITTING, seq
    batch.save(update_fields=["status", "seq", "options"])
    imports.tell(batch, "promised")
    # A sign of life, so that it is not taken for forgotten while it waits for a free worker.
    import_progress.teller(user_id, batch_id)(0, sum(batch.report["counts"].values()))
    return batch


def finish(batch_id: UUID) -> ImportBatch | None:
    """Carry a promised commit out; None where there is nothing to do. Safe to run twice, also at once.

    A commit that is refused (its account was closed, a line is not there) goes back to preview with
    the sentence of the refusal among its warnings.
    """
    batch = ImportBatch.objects.filter(id=batch_id, status=ImportStatus.COMMITTING).first()
    if batch is None:
        return None
    user_id, attempts = batch.user_id, _count_attempt(batch.user_id, batch_id)
    if not attempts:
        return None
    try:
        if attempts > ATTEMPTS_MAX:
            return _withdraw(user_id, batch_id, GIVEN_UP.format(n=ATTEMPTS_MAX))
        return imports.commit(
            user_id,
            batch_id,
            wishes=Wishes.of(batch.options["wishes"]),
            was=ImportStatus.COMMITTING,
            progress=import_progress.teller(user_id, batch_id),
        )
    except Refusal as refusal:
        return _withdraw(user_id, batch_id, refusal.message)
    finally:
        import_progress.forget(batch_id)


@atomic
def _count_attempt(user_id: UUID, batch_id: UUID) -> int:
    """How often the commit was begun, this time included; 0 where it is done meanwhile.

    The owner's clock is taken so that nothing else writes the import, but its seq stays: for the
    owner nothing changed.
    """
    tick(user_id)
    rows = ImportBatch.objects.for_user(user_id).filter(status=ImportStatus.COMMITTING)
    batch = rows.only("options").filter(id=batch_id).first()
    if batch is None:
        return 0
    attempts = int(batch.options.get("attempts", 0)) + 1
    rows.filter(id=batch_id).update(options={**batch.options, "attempts": attempts})
    return attempts


@atomic
def _withdraw(user_id: UUID, batch_id: UUID, why: str) -> ImportBatch | None:
    """Back to preview, with the reason for the owner to read."""
    seq = tick(user_id)
    rows = ImportBatch.objects.for_user(user_id)
    batch: ImportBatch | None = rows.filter(id=batch_id, status=ImportStatus.COMMITTING).first()
    if batch is None:
        return None
    warnings = [f"The commit failed: {why}", *batch.report["warnings"]]
    batch.report = {**batch.report, "warnings": warnings}
    batch.status, batch.seq = ImportStatus.PREVIEW, seq
    batch.save(update_fields=["status", "seq", "report"])
    imports.tell(batch, "withdrawn")
    log.warning("import.withdrawn", user_id=str(user_id), import_id=str(batch_id))
    return batch


def stale() -> list[UUID]:
    """Promised commits on which nobody works: none has shown a sign of life for a while."""
    rows = ImportBatch.objects.filter(status=ImportStatus.COMMITTING).order_by("created_at")
    waiting: list[UUID] = list(rows.values_list("id", flat=True))
    return [batch_id for batch_id in waiting if not import_progress.is_alive(batch_id)]
