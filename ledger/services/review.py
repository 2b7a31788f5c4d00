"""Verdicts on transactions: what the owner or staff say of a row. The evidence stays where it is."""

from copy import copy
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.clock import tick
from ledger.models import Transaction, Verdict
from ledger.risk import assess
from ledger.services.posting import held_rows, record


@atomic
def review(
    user_id: UUID,
    row_id: UUID,
    *,
    verdict: str,
    note: str = "",
    reviewer_id: UUID,
    expected_seq: int | None = None,
) -> Transaction:
    """Record a verdict. `legitimate` takes the row off the flagged list, `fraud` keeps it there.

    Score and reasons are untouched: a verdict is an answer to them, not their eraser.
    """
    seq = tick(user_id)
    expected = {} if expected_seq is None else {row_id: expected_seq}
    row = held_rows(user_id, [row_id], expected)[0].transaction
    before = copy(row)
    row.seq = seq
    row.verdict, row.verdict_note = verdict, note
    row.verdict_by_id, row.verdict_at = reviewer_id, timezone.now()
    row.flagged = verdict == Verdict.FRAUD
    assess(user_id, [before], [row], "review")
    row.save(
        update_fields=["seq", "verdict", "verdict_note", "verdict_by_id", "verdict_at", "flagged"]
    )
    record(user_id, seq, "updated", [row], "review", verdict=verdict)
    return row
