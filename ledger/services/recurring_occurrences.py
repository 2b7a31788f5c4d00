"""Verbs on single occurrences: skip, override, restore, approve. The series stays as it is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.transaction import atomic

from accounts.clock import tick
from accounts.days import zone
from accounts.errors import Refusal
from accounts.models import User
from ledger.errors import Reason
from ledger.models import OccurrenceStatus, RecurringOccurrence, RecurringTransaction, Transaction
from ledger.recurring_plan import Due, next_open
from ledger.schedules import schedule_of
from ledger.selectors.recurring import known_of
from ledger.services.owned import trace
from ledger.services.posting import check_day, minor_of, post
from ledger.services.recurring import TARGET, aim, has_date, held_rule
from ledger.services.recurring_run import (
    SOURCE,
    draft_of,
    forget_guesses,
    guess,
    new_occurrence,
)

Status = OccurrenceStatus
DONE = {Status.POSTED, Status.MATCHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an owner says of one occurrence. The amount goes the rule's way, whatever its sign."""

    amount: Decimal | None = None
    posted_on: date | None = None


NOTHING = Said()


@atomic
def skip(*, user_id: UUID, rule_id: UUID, nominal_on: date | None = None) -> RecurringOccurrence:
    """Leave one date out, by default the next or the oldest that waits. It still counts as one.

    Refuses with 409 what is booked. Skipping twice is as once.
    """
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id)
    row = _row(rule, nominal_on, seq, {Status.PENDING, Status.UPCOMING, Status.SKIPPED})
    _put(rule, row, seq, Status.SKIPPED, "skipped")
    return row


@atomic
def override(
    *, user_id: UUID, rule_id: UUID, nominal_on: date | None = None, said: Said
) -> RecurringOccurrence:
    """Another amount or day for one occurrence that is not booked yet."""
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id)
    if said == NOTHING:
        raise Refusal(Reason.CHANGE_NOTHING)
    row = _row(rule, nominal_on, seq, {Status.PENDING, Status.UPCOMING})
    _say(rule, row, said)
    _put(rule, row, seq, Status(row.status), "overridden")
    return row


@atomic
def restore(*, user_id: UUID, rule_id: UUID, nominal_on: date) -> RecurringOccurrence:
    """Take a skip or a change back. A date that was left out, in a pause say, becomes due again.

    So does one whose transaction was deleted; while it is in the books, 409.
    """
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id)
    row = _row(rule, nominal_on, seq, set(Status))
    if Transaction.objects.for_user(user_id).filter(id=row.transaction_id).exists():
        raise Refusal(Reason.OCCURRENCE_IS_DONE, status=409, pointer="/nominal_on")
    row.amount_minor = None
    row.posted_on = schedule_of(rule).posted_on(nominal_on)
    row.transaction_id = None
    _put(rule, row, seq, Status.UPCOMING, "restored")
    return row


@atomic
def approve(
    *, user_id: UUID, rule_id: UUID, nominal_on: date | None = None, said: Said = NOTHING
) -> RecurringOccurrence:
    """Book one occurrence with its real amount and day: by default the oldest that waits.

    One to come can be approved ahead of its day. Twenty at once book it once; the others get 409.
    """
    seq = tick(user_id)
    rule = held_rule(user_id, rule_id)
    row = _row(rule, nominal_on, seq, {Status.PENDING, Status.UPCOMING})
    row.rule = rule
    _say(rule, row, said)
    guessed = guess(user_id, [row])
    tz = zone(User.objects.only("timezone").get(id=user_id).timezone)
    draft = draft_of(row, tz)
    draft.status = "cleared"
    booked = post(user_id, [draft], source=SOURCE, seq=seq)
    row.transaction_id = booked[0].transaction.id
    forget_guesses(guessed)
    _put(rule, row, seq, Status.POSTED, "approved")
    return row


def _row(
    rule: RecurringTransaction, nominal_on: date | None, seq: int, allowed: set[Status]
) -> RecurringOccurrence:
    """The occurrence meant, as kept or new. 404 for a date that the schedule has not got."""
    rows = RecurringOccurrence.objects.for_user(rule.user_id).filter(rule=rule)
    if nominal_on is None:
        waiting = rows.filter(status=Status.PENDING).order_by("nominal_on").first()
        if waiting is not None:
            return waiting  # type: ignore[no-any-return]
        nominal_on = _next(rule)
    row: RecurringOccurrence | None = rows.filter(nominal_on=nominal_on).first()
    if row is None:
        if not has_date(schedule_of(rule), nominal_on):
            raise Refusal(Reason.OCCURRENCE_NOT_FOUND, status=404, pointer="/nominal_on")
        due = Due(nominal_on, schedule_of(rule).posted_on(nominal_on))
        return new_occurrence(rule, due, seq, status=Status.UPCOMING)
    if row.status not in allowed:
        raise Refusal(Reason.OCCURRENCE_IS_DONE, status=409, pointer="/nominal_on")
    return row


def _next(rule: RecurringTransaction) -> date:
    known = known_of(rule.user_id, [rule])[rule.id]
    found = next_open(schedule_of(rule), rule.done_through, known.rows)
    days = [row.nominal_on for row in known.upcoming()] + ([found.nominal_on] if found else [])
    if not days:
        raise Refusal(Reason.NO_NEXT_OCCURRENCE, status=409)
    return min(days)


def _say(rule: RecurringTransaction, row: RecurringOccurrence, said: Said) -> None:
    if said.amount is not None:
        size = abs(minor_of(said.amount, rule.currency, "/amount"))
        row.amount_minor = size if rule.amount_minor > 0 else -size
    if said.posted_on is not None:
        check_day(said.posted_on, "/posted_on")
        row.posted_on = said.posted_on


def _put(
    rule: RecurringTransaction,
    row: RecurringOccurrence,
    seq: int,
    status: Status,
    what: str,
) -> None:
    """Keep the occurrence, move the rule's place, leave the trace."""
    row.status, row.seq, row.reason = status, seq, ""
    row.save()
    rule.seq = seq
    aim(rule)
    said = {"nominal_on": row.nominal_on.isoformat(), "occurrence": str(row.id)}
    if row.transaction_id:
        said["transaction"] = str(row.transaction_id)
    trace(rule.user_id, seq, TARGET, what, rule.id, **said)
