"""What is to come of recurring transactions: for lists, forecasts, goals and debts. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ledger.models import OccurrenceStatus, RecurringOccurrence, RecurringTransaction
from ledger.recurrence import between
from ledger.schedules import schedule_of
from ledger.selectors.recurring import Known, estimates, known_of

OCCURRENCES_MAX = 20_000  # per question: ten years of fifty monthly rules are 6,000


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One occurrence that is not in the books. The amount is signed, in minor units of its currency.

    status: upcoming, or pending where it is due and waits for the owner. is_estimated: the rule's
    amount varies and this one is the median of the last ones.
    """

    rule_id: UUID
    account_id: UUID
    payee_id: UUID | None
    category_id: UUID | None
    nominal_on: date
    posted_on: date
    amount_minor: int
    currency: str
    is_estimated: bool
    status: str


def upcoming(user_id: UUID, first: date, last: date) -> list[Upcoming]:
    """Everything that will move between these days, both included, by posting date.

    What is booked or matched already is left out, and so is what was skipped, and paused rules.
    What waits for the owner is in it whatever its day, because it is still to be paid. Five
    queries, whatever the number of rules; at most OCCURRENCES_MAX, the earliest.
    """
    rules = list(RecurringTransaction.objects.for_user(user_id))
    if not rules:
        return []
    amounts = estimates(user_id, [rule for rule in rules if rule.variable])
    known = known_of(user_id, rules)
    by_id = {rule.id: rule for rule in rules}
    found = [
        _shown(by_id[row.rule_id], row.nominal_on, row.posted_on, row, amounts)
        for row in pending_of(user_id)
        if row.posted_on <= last
    ]
    for rule in rules:
        if not rule.paused:
            found += _of_rule(rule, known[rule.id], first, last, amounts)
    found.sort(key=lambda one: (one.posted_on, one.nominal_on, str(one.rule_id)))
    return found[:OCCURRENCES_MAX]


def pending_of(user_id: UUID) -> Any:
    """Occurrences that wait for the owner, oldest first."""
    return (
        RecurringOccurrence.objects.for_user(user_id)
        .filter(status=OccurrenceStatus.PENDING)
        .order_by("posted_on", "id")
    )


def _of_rule(
    rule: RecurringTransaction,
    known: Known,
    first: date,
    last: date,
    amounts: dict[UUID, int],
) -> Iterator[Upcoming]:
    for row in known.upcoming():
        if first <= row.posted_on <= last:
            yield _shown(rule, row.nominal_on, row.posted_on, row, amounts)
    count = 0
    for nominal, posted in between(schedule_of(rule), first, last):
        if nominal > rule.done_through and nominal not in known.rows:
            yield _shown(rule, nominal, posted, None, amounts)
            count += 1
            if count >= OCCURRENCES_MAX:
                return


def _shown(
    rule: RecurringTransaction,
    nominal_on: date,
    posted_on: date,
    row: RecurringOccurrence | None,
    amounts: dict[UUID, int],
) -> Upcoming:
    said = None if row is None else row.amount_minor
    return Upcoming(
        rule_id=rule.id,
        account_id=rule.account_id,
        payee_id=rule.payee_id,
        category_id=rule.category_id,
        nominal_on=nominal_on,
        posted_on=posted_on,
        amount_minor=amounts.get(rule.id, rule.amount_minor) if said is None else said,
        currency=rule.currency,
        is_estimated=rule.variable and said is None,
        status=OccurrenceStatus.UPCOMING if row is None else row.status,
    )
