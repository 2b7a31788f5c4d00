"""The verbs of the review queue. Each takes the clock of the case's owner first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.models import User
from ledger.errors import Reason as LedgerReason
from ledger.services.review import review
from security_monitor.errors import Reason
from security_monitor.models import Case, CaseNote, CaseState, Outcome


def _held(case_id: UUID, staff: User, expected_seq: int | None = None) -> tuple[Case, int]:
    """The case under its owner's clock, and the tick. Nobody handles a case about their own money."""
    owner_id = Case.objects.filter(id=case_id).values_list("user_id", flat=True).first()
    if owner_id is None:
        raise Refusal(Reason.CASE_NOT_FOUND, status=404)
    if owner_id == staff.pk:
        raise Refusal(Reason.OWN_CASE, status=403)
    seq = tick(owner_id)
    case = Case.objects.for_user(owner_id).get(id=case_id)
    if expected_seq is not None and expected_seq != case.seq:
        raise Refusal(Common.STALE, status=412)
    return case, seq


def _trace(case: Case, staff: User, what: str, **data: Any) -> None:
    audit(
        f"case.{what}",
        user_id=case.user_id,
        actor_id=staff.pk,
        target="case",
        target_id=case.id,
        data=data,
    )


@atomic
def assign(
    case_id: UUID, staff: User, assignee_id: UUID | None, expected_seq: int | None = None
) -> Case:
    """Give the case to somebody at the desk, or back to the queue (None)."""
    case, seq = _held(case_id, staff, expected_seq)
    if case.state == CaseState.CLOSED:
        raise Refusal(Reason.CASE_IS_CLOSED, status=409)
    if assignee_id is not None:
        if assignee_id == case.user_id:
            raise Refusal(Reason.OWN_CASE, status=403, pointer="/assignee")
        if not User.objects.filter(id=assignee_id, is_staff=True, is_active=True).exists():
            raise Refusal(Reason.ASSIGNEE_NOT_STAFF, pointer="/assignee")
    case.seq, case.assignee_id = seq, assignee_id
    case.state = CaseState.OPEN if assignee_id is None else CaseState.ASSIGNED
    case.save(update_fields=["seq", "assignee_id", "state"])
    _trace(case, staff, "assigned", assignee=str(assignee_id) if assignee_id else None)
    return case


@atomic
def wait(case_id: UUID, staff: User, expected_seq: int | None = None) -> Case:
    """Put the case aside until its owner answers."""
    case, seq = _held(case_id, staff, expected_seq)
    if case.state == CaseState.CLOSED:
        raise Refusal(Reason.CASE_IS_CLOSED, status=409)
    case.seq, case.state = seq, CaseState.WAITING
    case.assignee_id = case.assignee_id or staff.pk
    case.save(update_fields=["seq", "state", "assignee_id"])
    _trace(case, staff, "waiting")
    return case


@atomic
def add_note(case_id: UUID, staff: User, text: str) -> CaseNote:
    """Write a note below the case; the owner never reads it."""
    case, seq = _held(case_id, staff)
    note: CaseNote = CaseNote.objects.create(
        user_id=case.user_id, seq=seq, case=case, author_id=staff.pk, text=text
    )
    _trace(case, staff, "noted", note=str(note.id))
    return note


@atomic
def decide(case_id: UUID, staff: User, verdict: str, note: str = "") -> Case:
    """A verdict: it closes the case, stands in the row and feeds the profiles. Evidence stays."""
    case, seq = _held(case_id, staff)
    if case.assignee_id not in (None, staff.pk):
        raise Refusal(Reason.NOT_YOUR_CASE, status=409)
    if case.transaction_id is None:
        case.seq, case.state, case.outcome = seq, CaseState.CLOSED, verdict
        case.closed_at, case.closed_by_id = timezone.now(), staff.pk
        case.save()
    else:
        try:
            review(
                case.user_id,
                case.transaction_id,
                verdict=verdict,
                note=note,
                reviewer_id=staff.pk,
            )
        except Refusal as refusal:
            if refusal.code != LedgerReason.TRANSACTION_NOT_FOUND.value:
                raise
            raise Refusal(Reason.CASE_HAS_NO_ROW, status=409) from None
        case.refresh_from_db()
    _trace(case, staff, "decided", verdict=verdict)
    return case


def decide_many(
    case_ids: Sequence[UUID], staff: User, verdict: str, note: str = ""
) -> dict[UUID, str]:
    """A verdict on several cases, each in its own commit: the outcome, or the code of the refusal."""
    said: dict[UUID, str] = {}
    for case_id in dict.fromkeys(case_ids):
        try:
            said[case_id] = decide(case_id, staff, verdict, note).outcome
        except Refusal as refusal:
            said[case_id] = refusal.code
    return said


def is_late(case: Case) -> bool:
    """Whether the promise was broken: closed after its time, or still open past it."""
    return (case.closed_at or timezone.now()) > case.due_at


VERDICTS = [Outcome.LEGITIMATE, Outcome.FRAUD]
