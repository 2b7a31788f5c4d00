"""Rows that are an occurrence: linked instead of doubled, and set free again when they go.

The run itself looks for them before it books. This looks ahead, for payments made some days early,
and at what waits for the owner, for payments that the bank file brought meanwhile.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
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
from ledger.selectors.recurring import candidates, known_of, owners_of
from ledger.services.posting import EVENTS_MAX, remove
from ledger.services.recurring_run import (
    SOURCE,
    forget_guesses,
    guess,
    happened,
    new_occurrence,
    wanted_of,
)

AHEAD = timedelta(days=EARLY_DAYS_MAX + 3)  # a weekend may lie between posting and nominal date
WAITING_DAYS = 92  # Files of a quarter come in; what waits longer is not looked for every hour.
ESTIMATED_DAYS = 14  # how long a real row may take the place of a booked estimate
Status = OccurrenceStatus


def owners_with_open(today: date) -> Iterator[UUID]:
    """Owners of rules that are due within days, of occurrences that wait, and of booked estimates.

    Some come twice: the second time finds nothing to do.
    """
    rules = RecurringTransaction.objects.filter(paused=False)
    soon = Q(next_on__lte=today + AHEAD) | Q(variable=True, auto_approve=True)
    yield from owners_of(rules.filter(soon))
    yield from owners_of(RecurringOccurrence.objects.filter(status=Status.PENDING))


def match(user_id: UUID) -> int:
    """Link the rows that are open occurrences of one owner; how many. Safe to run at any time."""
    user = User.objects.only("timezone").filter(id=user_id).first()
    if user is None or not _found(user, 0):
        return 0  # The clock is not taken for nothing.
    return _link(user)


@atomic
def _link(user: User) -> int:
    seq = tick(user.pk)
    found = _found(user, seq)
    linked = [row for row, _ in found]
    rules = {row.rule_id: row.rule for row in linked}
    # The real row takes the place of the estimate, which would count the payment twice.
    estimates_gone = [row_id for _, row_id in found if row_id]
    if estimates_gone:
        remove(user.pk, estimates_gone, source=SOURCE, seq=seq, keep=False)
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


def _found(user: User, seq: int) -> list[tuple[RecurringOccurrence, UUID | None]]:
    """Open occurrences with their row, unsaved, and the estimate that this row replaces."""
    rows = [*_waiting(user), *_next(user, seq)]
    guessed = guess(user.pk, rows)
    found = pair([wanted_of(row) for row in rows], candidates(user.pk, rows))
    forget_guesses(guessed)
    linked = []
    for row in rows:
        row_id = found.get((row.rule_id, row.nominal_on))
        if row_id is not None:
            linked.append((row, row.transaction_id))
            row.status, row.transaction_id, row.reason = Status.MATCHED, row_id, ""
    return linked


def _waiting(user: User) -> list[RecurringOccurrence]:
    """What waits for the owner, and what was booked lately with an amount that was only estimated."""
    lately = today_of(user) - timedelta(days=ESTIMATED_DAYS)
    estimated = Q(
        status=Status.POSTED,
        posted_on__gte=lately,
        rule__variable=True,
        transaction__status="pending",
    )
    waiting = Q(status=Status.PENDING, posted_on__gte=today_of(user) - timedelta(days=WAITING_DAYS))
    rows = RecurringOccurrence.objects.for_user(user).filter(waiting | estimated)
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


def release(user_id: UUID, seq: int, batch_id: UUID) -> int:
    """Set matched occurrences free whose rows an import brought and its undo takes away; how many.

    They are due again and will be booked, or find the row of the next file. Call under the clock,
    before the rows go.
    """
    rows = list(
        RecurringOccurrence.objects.for_user(user_id)
        .filter(status=Status.MATCHED, transaction__import_batch=batch_id)
        .select_related("rule")
    )
    for row in rows:
        row.status, row.transaction_id, row.seq = Status.UPCOMING, None, seq
        row.posted_on = schedule_of(row.rule).posted_on(row.nominal_on)
        row.save()
    rules = {row.rule_id: row.rule for row in rows}
    known = known_of(user_id, list(rules.values()))
    for rule in rules.values():
        rule.next_on, rule.seq = known[rule.id].next_on(rule), seq
        rule.save(update_fields=["next_on", "seq"])
    return len(rows)
