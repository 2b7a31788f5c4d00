"""Occurrences as the API gives them: those that were, and those to come."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ledger.models import (
    OccurrenceStatus,
    RecurringOccurrence,
    RecurringTransaction,
    Transaction,
)
from ledger.money import format_minor
from ledger.recurrence import nominal_dates
from ledger.schedules import schedule_of
from ledger.selectors.recurring import estimates
from ledger.selectors.upcoming import Upcoming

DONE = {OccurrenceStatus.POSTED, OccurrenceStatus.MATCHED}
ONE_DAY = timedelta(days=1)


def occurrences_of(
    rule: RecurringTransaction, since: date | None, until: date, after: date | None, limit: int
) -> list[dict[str, Any]]:
    """At most `limit` occurrences with their nominal dates in order, from `since`, after `after`.

    Four queries at most. Dates that nobody booked (a pause, the policy) are `skipped`.
    """
    days = list(_dates(rule, since, until, after, limit))
    if not days:
        return []
    kept = RecurringOccurrence.objects.for_user(rule.user_id).filter(
        rule=rule, nominal_on__range=(days[0], days[-1])
    )
    rows = {row.nominal_on: row for row in kept}
    return shown_many(rule.user_id, [(rule, rows.get(day), day) for day in days])


def _dates(
    rule: RecurringTransaction, since: date | None, until: date, after: date | None, limit: int
) -> Iterator[date]:
    low = after
    first = max(filter(None, (since, rule.starts_on)), default=None)
    if low is None and first is not None and first > date.min:
        low = first - ONE_DAY
    for count, day in enumerate(nominal_dates(schedule_of(rule), low)):
        if day > until or count >= limit:
            return
        yield day


def shown_many(
    user_id: UUID,
    wanted: Sequence[tuple[RecurringTransaction, RecurringOccurrence | None, date]],
) -> list[dict[str, Any]]:
    """Occurrences with the amounts that they have in the books, or will have. Two queries at most."""
    varying = {rule.id: rule for rule, _, _ in wanted if rule.variable}
    amounts = estimates(user_id, list(varying.values()))
    ids = [row.transaction_id for _, row, _ in wanted if row and row.transaction_id]
    booked = Transaction.objects.for_user(user_id).filter(id__in=ids) if ids else []
    rows = {row.id: row for row in booked}
    return [_shown(rule, row, day, amounts, rows) for rule, row, day in wanted]


def _shown(
    rule: RecurringTransaction,
    row: RecurringOccurrence | None,
    nominal_on: date,
    amounts: dict[UUID, int],
    booked: dict[UUID, Transaction],
) -> dict[str, Any]:
    made = booked.get(row.transaction_id) if row and row.transaction_id else None
    said = row.amount_minor if row else None
    minor = said if said is not None else amounts.get(rule.id, rule.amount_minor)
    currency, posted_on = rule.currency, None
    if made is not None:
        minor, currency, posted_on = made.amount_minor, made.currency, made.posted_on
    if posted_on is None:
        posted_on = row.posted_on if row else schedule_of(rule).posted_on(nominal_on)
    if row is not None:
        status = OccurrenceStatus(row.status)
    elif nominal_on <= rule.done_through:
        status = OccurrenceStatus.SKIPPED
    else:
        status = OccurrenceStatus.UPCOMING
    return {
        "recurring_transaction": rule.id,
        "nominal_on": nominal_on,
        "posted_on": posted_on,
        "amount": format_minor(minor, currency),
        "currency": currency,
        "estimated": rule.variable and (status not in DONE),
        "status": status.value,
        "reason": row.reason if row else "",
        "transaction": made.id if made else None,
    }


def shown_upcoming(one: Upcoming) -> dict[str, Any]:
    return {
        "recurring_transaction": one.rule_id,
        "nominal_on": one.nominal_on,
        "posted_on": one.posted_on,
        "amount": format_minor(one.amount_minor, one.currency),
        "currency": one.currency,
        "estimated": one.is_estimated,
        "status": one.status,
        "account": one.account_id,
        "payee_id": one.payee_id,
        "category": one.category_id,
    }
