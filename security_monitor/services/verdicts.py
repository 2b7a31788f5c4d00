"""What is kept of a verdict, and what it does to the case. Called inside the commit of the review."""

from uuid import UUID

from django.utils import timezone

from accounts.sql import insert_rows
from ledger.models import Transaction
from security_monitor.models import Case, CaseState, VerdictRecord
from security_monitor.services.entries import evidence_of
from security_monitor.services.opening import due, expected_loss

OWNERS_WORD = (
    100  # The owner says "not mine": all of the amount is at stake, whatever the score was.
)


def keep(user_id: UUID, row: Transaction) -> None:
    """Keep the verdict that stands in the row, with the score and the reasons that it answers."""
    if row.verdict_by_id is None:
        return
    now = timezone.now()
    is_owner = row.verdict_by_id == user_id
    insert_rows(
        [
            VerdictRecord(
                user_id=user_id,
                seq=row.seq,
                transaction_id=row.id,
                verdict=row.verdict,
                by_id=row.verdict_by_id,
                is_owner=is_owner,
                note=row.verdict_note,
                score=row.risk_score,
                reasons=row.risk_reasons,
                row=evidence_of(row),
                at=now,
            )
        ]
    )
    case = Case.objects.for_user(user_id).filter(transaction_id=row.id).first()
    if row.verdict == "legitimate" or not is_owner:
        if case is not None:
            _close(case, row)
    elif case is None or case.state == CaseState.CLOSED:
        _open(case, user_id, row)


def _close(case: Case, row: Transaction) -> None:
    case.seq, case.state, case.outcome = row.seq, CaseState.CLOSED, row.verdict
    case.closed_at, case.closed_by_id = timezone.now(), row.verdict_by_id
    case.save(update_fields=["seq", "state", "outcome", "closed_at", "closed_by_id"])


def _open(case: Case | None, user_id: UUID, row: Transaction) -> None:
    """The owner says "not mine": somebody looks, whatever the score was."""
    now = timezone.now()
    case = case or Case(
        user_id=user_id,
        transaction_id=row.id,
        score=row.risk_score or 0,
        level=row.risk_level or "low",
        evidence={**evidence_of(row), "reasons": row.risk_reasons, "versions": {}},
    )
    case.seq, case.state, case.outcome = row.seq, CaseState.OPEN, ""
    case.expected_loss = expected_loss(row, OWNERS_WORD)
    case.opened_at, case.due_at = now, due("critical", now)
    case.closed_at, case.closed_by_id = None, None
    case.save()
