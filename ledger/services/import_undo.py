"""What an undo asks before it takes an import back, and in which portions it does."""

from collections.abc import Sequence
from uuid import UUID

from accounts.errors import Refusal
from ledger.errors import Reason
from ledger.models import ImportBatch, Transaction
from ledger.services.import_booking import BOOK_CHUNK


def refuse_locked(
    user_id: UUID, batch: ImportBatch, found: Sequence[tuple[UUID, str, UUID | None]]
) -> None:
    """Refuse where rows are reconciled, or legs of transfers with rows of elsewhere (409)."""
    rows = Transaction.objects.for_user(user_id)
    touched = [UUID(kept["id"]) for kept in batch.reversal]
    for start in range(0, len(touched), BOOK_CHUNK):
        chunk = touched[start : start + BOOK_CHUNK]
        if rows.filter(id__in=chunk, status="reconciled").exists():
            raise Refusal(Reason.IMPORT_HAS_RECONCILED_ROWS, status=409)
    if any(status == "reconciled" for _, status, _ in found):
        raise Refusal(Reason.IMPORT_HAS_RECONCILED_ROWS, status=409)
    transfers = sorted({transfer for _, _, transfer in found if transfer})
    for start in range(0, len(transfers), BOOK_CHUNK):
        legs = rows.filter(transfer_id__in=transfers[start : start + BOOK_CHUNK])
        if legs.exclude(import_batch_id=batch.id).exists():
            raise Refusal(Reason.IMPORT_HAS_TRANSFERS, status=409)


def whole_transfers(found: Sequence[tuple[UUID, str, UUID | None]]) -> list[list[UUID]]:
    """The ids in chunks that part no transfer: removing one leg removes the other."""
    ordered = sorted(found, key=lambda row: (row[2] is None, str(row[2])))
    chunks: list[list[UUID]] = [[]]
    last: UUID | None = None
    for row_id, _, transfer_id in ordered:
        if len(chunks[-1]) >= BOOK_CHUNK and (transfer_id is None or transfer_id != last):
            chunks.append([])
        chunks[-1].append(row_id)
        last = transfer_id
    return [chunk for chunk in chunks if chunk]
