"""What an undo asks before it takes an import back, and how its rows leave the books.

The rows go by a handful of statements over the whole import. What has to see each of them (the risk
gate, the sums, the trace) is given lean rows in rounds: only the columns that it reads.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from accounts.announce import bury
from accounts.bulk import made
from accounts.errors import Refusal
from accounts.sql import execute
from ledger.effects import Effects
from ledger.errors import Reason
from ledger.models import ImportBatch, Split, Transaction, TransactionTag, Transfer
from ledger.risk import assess
from ledger.services import books
from ledger.services.books import Row
from ledger.services.import_booking import BOOK_CHUNK
from ledger.services.posting import record

SOURCE = "import_undo"
# What the gate, the sums and the parts of a row ask of one that goes.
COLUMNS = (
    "id", "user_id", "account_id", "posted_on", "occurred_at", "created_at", "amount_minor",
    "currency", "payee_id", "category_id", "transfer_id", "status", "split_count",
    "risk_score", "flagged",
)  # fmt: skip
BURY = """
INSERT INTO accounts_tombstone (user_id, seq, kind, row_id)
SELECT user_id, %s, 'transaction', id FROM ledger_transaction
 WHERE user_id = %s AND import_batch_id = %s
"""


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


def take_out(
    user_id: UUID, seq: int, batch_id: UUID, found: Sequence[tuple[UUID, str, UUID | None]]
) -> None:
    """Take every row of an import out of the books, and out of every sum, to the last unit.

    What `posting.remove` does to rows, once `refuse_locked` let them pass: transfers go whole.
    """
    effects = Effects()
    for rows in _rounds(user_id, batch_id, sorted(row_id for row_id, _, _ in found)):
        transactions = [row.transaction for row in rows]
        assess(user_id, transactions, [], SOURCE)
        effects.add((row.movement() for row in rows), sign=-1)
        record(user_id, seq, "deleted", transactions, SOURCE)
    execute(BURY, [seq, user_id, batch_id])
    gone = Transaction.objects.for_user(user_id).filter(import_batch_id=batch_id)
    for part in (Split, TransactionTag):
        part.objects.for_user(user_id).filter(transaction_id__in=gone.values("id"))._raw_delete(
            "default"
        )
    gone._raw_delete("default")
    _drop_transfers(user_id, seq, {transfer for _, _, transfer in found if transfer})
    books.apply(user_id, seq, effects)


def _rounds(user_id: UUID, batch_id: UUID, ids: Sequence[UUID]) -> Iterator[list[Row]]:
    """The rows with their splits, BOOK_CHUNK at a time. ids: of all of them, ascending.

    Ids of one import lie side by side, so a round is a range of the primary key. No cursor stays
    open over it: the gate may take its own writes back, which SQLite refuses under an open one.
    """
    rows = Transaction.objects.for_user(user_id).filter(import_batch_id=batch_id)
    for start in range(0, len(ids), BOOK_CHUNK):
        chunk = ids[start : start + BOOK_CHUNK]
        columns = rows.filter(id__range=(chunk[0], chunk[-1])).values_list(*COLUMNS)
        lean = [
            # Tags are no part of any sum: they go by one statement and are not loaded.
            made(Transaction, {**dict(zip(COLUMNS, values, strict=True)), "tag_count": 0})
            for values in columns
        ]
        yield books.load(user_id, lean)


def _drop_transfers(user_id: UUID, seq: int, transfers: set[UUID]) -> None:
    ordered = sorted(transfers)
    for start in range(0, len(ordered), BOOK_CHUNK):
        chunk = ordered[start : start + BOOK_CHUNK]
        Transfer.objects.for_user(user_id).filter(id__in=chunk)._raw_delete("default")
    bury(user_id, seq, "transfer", ordered)
