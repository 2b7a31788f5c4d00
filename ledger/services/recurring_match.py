"""Rows that are an occurrence: linked instead of doubled, and set free again when they go.

The run itself looks for them before it books. This looks ahead, for payments made some days early,
and at what waits for the owner, for payments that the bank file brought meanwhile.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.transaction import atomic

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from accounts.days import today_of
from accounts.models import User
from accounts.sql import CHUNK
from ledger.models import OccurrenceStatus, RecurringOccurrence, RecurringTransaction
from ledger.recurring_plan import EARLY_DAYS_MAX, next_open, pair
from ledger.schedules import schedule_of
from ledger.selectors.recurring import candidates, estimates, known_of
from ledger.services.posting import EVENTS_MAX
from ledger.services.recurring_run import happened, new_occurrence, wanted_of

AHEAD = timedelta(days=EARLY_DAYS_MAX + 3)  # a weekend may lie between posting and nominal date
Status = OccurrenceStatus


def owners_with_open(today: date) -> list[UUID]:
    """Owners of rules that are due within days, or of occurrences that wait."""
    soon = RecurringTransaction.objects.filter(next_on__lte=today + AHEAD, paused=False)
    waiting = RecurringOccurrence.objects.filter(status=Status.PENDING)
    ids: set[UUID] = set(soon.values_list("user_id", flat=True).distinct())
    return sorted(ids | set(waiting.values_list("user_id", flat=True).distinct()))


def match(user_id: UUID) -> int:
    """Link the rows that are open occurrences of one owner; how many. Safe to run at any time."""
    user = User.objects.only("timezone").filter(id=user_id).first()
    if user is None or not _found(user, 0):
        return 0  # The clock is not taken for nothing.
    return _link(user)


@atomic
def _link(user: User) -> int:
    seq = tick(user.pk)
    linked = _found(user, seq)
    rules = {row.rule_id: row.rule for row in linked}
    for row in linked:
        row.seq = seq
        row.save()
    known = known_of(user.pk, list(rules.values()))
    for rule in rules.values():
        rule.next_on, rule.seq = known[rule.id].next_on(rule), seq
        rule.save(update_fields=["next_on", "seq"])
    if linked:
        audit("recurring.matched", user_id=user.pk, target="recurring_transaction",
              data={"count": len(linked)})  # fmt: skip
        push(user.pk, seq, "recurring.materialised", [happened(row) for row in linked[:EVENTS_MAX]])
    return len(linked)


def _found(user: User, seq: int) -> list[RecurringOccurrence]:
    """Open occurrences that have their row, unsaved, with it."""
    rows = [*_waiting(user.pk), *_next(user, seq)]
    rules = {row.rule_id: row.rule for row in rows}
    amounts = estimates(user.pk, [rule for rule in rules.values() if rule.variable])
    for row in rows:
        if row.rule.variable and row.amount_minor is None:
            row.amount_minor = amounts[row.rule_id]
    found = pair([wanted_of(row) for row in rows], candidates(user.pk, rows))
    linked = []
    for row in rows:
        row_id = found.get((row.rule_id, row.nominal_on))
        if row_id is not None:
            row.status, row.transaction_id, row.reason = Status.MATCHED, row_id, ""
            linked.append(row)
    return linked


def _waiting(user_id: UUID) -> list[RecurringOccurrence]:
    rows = RecurringOccurrence.objects.for_user(user_id).filter(status=Status.PENDING)
    return list(rows.select_related("rule__payee", "rule__account").order_by("nominal_on")[:CHUNK])


def _next(user: User, seq: int) -> list[RecurringOccurrence]:
    """The next occurrence of each rule whose days have begun: one early payment is for that one."""
    last = today_of(user) + AHEAD
    rules = list(
        RecurringTransaction.objects.for_user(user)
        .filter(next_on__lte=last, paused=False)
        .select_related("payee", "account")
    )
    known = known_of(user.pk, rules)
    rows = []
    for rule in rules:
        found = next_open(schedule_of(rule), rule.done_through, known[rule.id].rows)
        if found is not None and found.posted_on <= last:
            rows.append(new_occurrence(rule, found, seq))
        for row in known[rule.id].upcoming():
            if row.posted_on <= last:
                row.rule = rule
                rows.append(row)
    return rows


def release(user_id: UUID, seq: int, transaction_ids: Sequence[UUID]) -> int:
    """Set matched occurrences free whose rows an import brought and its undo took away; how many.

    They are due again and will be booked, or find the row of the next file. Call under the clock.
    """
    count = 0
    for start in range(0, len(transaction_ids), CHUNK):
        count += _release(user_id, seq, transaction_ids[start : start + CHUNK])
    return count


def _release(user_id: UUID, seq: int, transaction_ids: Sequence[UUID]) -> int:
    rows = list(
        RecurringOccurrence.objects.for_user(user_id)
        .filter(status=Status.MATCHED, transaction__in=transaction_ids)
        .select_related("rule")
    )
    for row in rows:
        row.status, row.transaction_id, row.seq = Status.UPCOMING, None, seq
        if row.rule.variable:
            row.amount_minor = None
        row.posted_on = schedule_of(row.rule).posted_on(row.nominal_on)
        row.save()
    rules = {row.rule_id: row.rule for row in rows}
    known = known_of(user_id, list(rules.values()))
    for rule in rules.values():
        rule.next_on, rule.seq = known[rule.id].next_on(rule), seq
        rule.save(update_fields=["next_on", "seq"])
    return len(rows)
