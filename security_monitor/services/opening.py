"""Cases open and close by themselves with what happens to rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.sql import insert_rows
from ledger import money
from ledger.models import Transaction
from ledger.risk import Assessment
from security_monitor.engine.rule import Rule
from security_monitor.engine.scale import minor_of
from security_monitor.models import Case, CaseState, Outcome
from security_monitor.services.entries import evidence_of
from security_monitor.services.strange_logins import acting_session

HOURS_CRITICAL, HOURS = 4, 24
MANY_DELETED = 100
LOSS_MAX = 2**63 - 1
BY_HAND = {"api", "batch", "admin"}


def due(level: str, now: datetime) -> datetime:
    """By when somebody has looked."""
    return now + timedelta(hours=HOURS_CRITICAL if level == "critical" else HOURS)


def expected_loss(row: Transaction, score: int) -> int:
    """Amount × score, in cents of about one euro: comparable across owners and currencies.

    By the scale of the rules' thresholds and no exchange rate: no rate is read, and none can be missing.
    """
    unit = minor_of(1, row.currency, money.exponent(row.currency))
    return min(abs(row.amount_minor) * score // unit, LOSS_MAX)


def open_cases(
    rows: Sequence[Transaction],
    said: Mapping[UUID, Assessment],
    rules: Sequence[Rule],
    now: datetime,
    *,
    came_back: bool,
) -> None:
    """A case per flagged row. One that the row has already is opened again with the new evidence."""
    if not rows:
        return
    # Only a row that stood in the books before can have one: new rows need no look.
    edited = [row.id for row in rows if came_back or not row._state.adding]
    known = {}
    if edited:
        found = Case.objects.for_user(rows[0].user_id).filter(transaction_id__in=edited)
        known = {case.transaction_id: case for case in found}
    versions = {rule.code: rule.version for rule in rules}
    session_id = acting_session(rows[0].user_id)
    fresh = []
    for row in rows:
        word = said[row.id]
        case = known.get(row.id) or Case(user_id=row.user_id, transaction_id=row.id)
        case.seq, case.score, case.level = row.seq, word.score, word.level
        case.expected_loss = expected_loss(row, word.score)
        case.state, case.outcome, case.opened_at = CaseState.OPEN, "", now
        case.closed_at, case.closed_by_id, case.due_at = None, None, due(word.level, now)
        codes = [reason["code"] for reason in word.reasons]
        case.evidence = {
            **evidence_of(row),
            "reasons": word.reasons,
            "versions": {code: versions.get(code, 1) for code in codes},
            **({"session": str(session_id)} if session_id else {}),
        }
        if row.id in known:
            case.save()
        else:
            fresh.append(case)
    insert_rows(fresh)


def follow(
    user_id: UUID,
    removed: Sequence[Transaction],
    added: Sequence[Transaction],
    said: Mapping[UUID, Assessment],
    source: str,
) -> None:
    """Close the cases of flagged rows that are gone or corrected; open one where many rows go."""
    staying = {row.id: row for row in added}
    quiet = [
        row.id
        for row in removed
        if row.flagged and (row.id not in staying or (row.id in said and not said[row.id].flagged))
    ]
    if quiet:
        Case.objects.for_user(user_id).filter(transaction_id__in=quiet).exclude(
            state=CaseState.CLOSED
        ).update(state=CaseState.CLOSED, outcome=Outcome.WITHDRAWN, closed_at=timezone.now())
    gone = [row for row in removed if row.id not in staying]
    if len(gone) >= MANY_DELETED and source in BY_HAND:
        now = timezone.now()
        message = f"{len(gone)} rows were deleted at once."
        reason = {"code": "TX26", "contribution": 60, "message": message,
                  "evidence": {"count": len(gone)}}  # fmt: skip
        insert_rows(
            [
                Case(
                    user_id=user_id,
                    kind="deletion",
                    score=60,
                    level="high",
                    opened_at=now,
                    due_at=due("high", now),
                    evidence={"count": len(gone), "reasons": [reason], "versions": {"TX26": 1}},
                )
            ]
        )
