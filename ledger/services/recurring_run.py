"""The beat's work: due occurrences become transactions, exactly once per (rule, nominal date).

One commit deals with a batch of one owner's occurrences under that owner's clock: the transactions,
the occurrences and the place to go on at stand or fall together. A worker that dies leaves nothing
half done; a second one waits for the clock and finds the work done; and the unique key on
(rule, nominal date) would refuse a double even if both were wrong.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import push
from accounts.audit import audit
from accounts.clock import tick
from accounts.days import zone
from accounts.errors import Refusal
from accounts.ids import new_id
from accounts.models import User
from ledger import money
from ledger.models import OccurrenceStatus, RecurringOccurrence, RecurringTransaction
from ledger.recurrence import due_at
from ledger.recurring_plan import Due, Wanted, decide, pair, window
from ledger.schedules import schedule_of
from ledger.selectors.recurring import Known, candidates, estimates, known_of, owners_of
from ledger.services.drafts import Draft
from ledger.services.posting import EVENTS_MAX, post

BATCH = 1000  # occurrences per commit: bounds memory, and what a kill can undo
SOURCE = "recurring"
Status = OccurrenceStatus


@dataclass(slots=True)
class Run:
    """One commit's work: the occurrences to make, and those of them to book."""

    user_id: UUID
    seq: int
    now: datetime
    zone: Any
    rules: Sequence[RecurringTransaction]
    made: list[RecurringOccurrence] = field(default_factory=list)
    changed: list[RecurringOccurrence] = field(default_factory=list)
    left_out: list[tuple[RecurringTransaction, list[date]]] = field(default_factory=list)

    @property
    def occurrences(self) -> list[RecurringOccurrence]:
        return [*self.made, *self.changed]


def owners_due(now: datetime) -> Iterator[UUID]:
    """Owners who may have something due; their own zone is asked later."""
    latest = now.date() + timedelta(days=1)  # it may be tomorrow already, far in the east
    return owners_of(RecurringTransaction.objects.filter(next_on__lte=latest, paused=False))


def materialise_all(now: datetime | None = None) -> int:
    """Deal with everything due, owner by owner; the number of occurrences. Safe at any time."""
    now = now or timezone.now()
    return sum(materialise(user_id, now) for user_id in owners_due(now))


def materialise(user_id: UUID, now: datetime | None = None, most: int | None = None) -> int:
    """Deal with everything that is due for one owner, in batches; the number of occurrences.

    most: stop when so many are done; the rest is the next run's.
    """
    now = now or timezone.now()
    count = 0
    user = User.objects.only("timezone").filter(id=user_id).first()
    while user is not None and (most is None or count < most) and _is_due(user, now):
        made = _batch(user_id, now)
        if made is None:
            break
        count += made
    return count


def _is_due(user: User, now: datetime) -> bool:
    """Asked before the clock is taken: a tick without a change would end every 304 of the owner's."""
    tz = zone(user.timezone)
    rules = _due_rules(user.pk, _latest(user, now)).only("next_on", "at_time")
    return any(rule.next_on <= due_through(rule, now, tz) for rule in rules)


def _latest(user: User, now: datetime) -> date:
    return now.astimezone(zone(user.timezone)).date()


def _due_rules(user_id: UUID, today: date) -> Any:
    return RecurringTransaction.objects.for_user(user_id).filter(next_on__lte=today, paused=False)


@atomic
def _batch(user_id: UUID, now: datetime) -> int | None:
    """One commit; the number of occurrences it dealt with, None where nothing moves any more."""
    seq = tick(user_id)
    user = User.objects.only("timezone").get(id=user_id)
    rows = _due_rules(user_id, _latest(user, now)).select_related("account", "payee")
    rules = list(rows.order_by("next_on", "id"))
    run = Run(user_id, seq, now, zone(user.timezone), rules)
    known = known_of(user_id, rules)
    before = {rule.id: (rule.done_through, rule.next_on) for rule in rules}
    left = BATCH
    for rule in rules:
        left -= _plan(run, rule, known[rule.id], left)
        if left <= 0:
            break
    _settle(run)
    for rule in rules:
        rule.next_on = known[rule.id].next_on(rule)
    moved = [rule for rule in rules if before[rule.id] != (rule.done_through, rule.next_on)]
    for rule in moved:
        rule.seq = seq
    RecurringTransaction.objects.for_user(user_id).bulk_update(
        moved, ["done_through", "next_on", "seq"], batch_size=200
    )
    _store(run)
    return len(run.occurrences) if run.occurrences or moved else None


def _plan(run: Run, rule: RecurringTransaction, known: Known, left: int) -> int:
    """Queue at most `left` due occurrences of a rule and move its place on; how many."""
    today = due_through(rule, run.now, run.zone)
    schedule = schedule_of(rule)
    taken = 0
    for row in known.upcoming_through(today)[:left]:
        row.status = Status.PENDING
        run.changed.append(row)
        known.settle(row)
        taken += 1
    found = decide(schedule, rule.done_through, today, known.nominal, rule.catch_up)
    if found.left_out:
        run.left_out.append((rule, found.left_out))
    for due in found.book[: left - taken]:
        reason = ""
        if due.nominal_on in found.missed and rule.catch_up == "review":
            reason = "missed"
        row = new_occurrence(rule, due, run.seq, reason=reason)
        run.made.append(row)
        known.settle(row)
    if len(found.book) > left - taken:
        # The next batch goes on after the last one that this one took.
        kept = found.book[: left - taken]
        rule.done_through = kept[-1].nominal_on if kept else rule.done_through
        if not kept and found.left_out:
            rule.done_through = found.left_out[-1]
    else:
        rule.done_through = found.done_through
    return taken + min(len(found.book), left - taken)


def due_through(rule: RecurringTransaction, now: datetime, tz: Any) -> date:
    """The last day whose occurrences are due: today on the owner's clock, once it is time."""
    today: date = now.astimezone(tz).date()
    return today if due_at(today, rule.at_time, tz) <= now else today - timedelta(days=1)


def new_occurrence(
    rule: RecurringTransaction, due: Due, seq: int, *, reason: str = "", status: str = ""
) -> RecurringOccurrence:
    return RecurringOccurrence(
        id=new_id(),
        user_id=rule.user_id,
        seq=seq,
        rule=rule,
        nominal_on=due.nominal_on,
        posted_on=due.posted_on,
        status=status or Status.PENDING,
        reason=reason,
    )


def _settle(run: Run) -> None:
    """Say of each queued occurrence what it becomes: matched, posted, or left to the owner."""
    rows = run.occurrences
    rules = {rule.id: rule for rule in run.rules}
    for row in rows:
        row.rule = rules[row.rule_id]
    guessed = guess(run.user_id, rows)
    found = pair([wanted_of(row) for row in rows], candidates(run.user_id, rows))
    to_book = []
    for row in rows:
        row_id = found.get((row.rule_id, row.nominal_on))
        if row_id is not None:
            row.status, row.transaction_id, row.reason = Status.MATCHED, row_id, ""
        elif row.rule.account.closed:
            row.reason = "account_is_closed"
        elif row.rule.auto_approve and not row.reason:
            to_book.append(row)
    _book(run, to_book)
    forget_guesses(guessed)


def guess(user_id: UUID, rows: Sequence[RecurringOccurrence]) -> list[RecurringOccurrence]:
    """Put the estimate where the rule's amount varies and the owner said none. Which rows."""
    guessed = [row for row in rows if row.rule.variable and row.amount_minor is None]
    amounts = estimates(user_id, list({row.rule_id: row.rule for row in guessed}.values()))
    for row in guessed:
        row.amount_minor = amounts[row.rule_id]
    return guessed


def forget_guesses(rows: Sequence[RecurringOccurrence]) -> None:
    """What is kept is the owner's word alone: an estimate made later knows more."""
    for row in rows:
        row.amount_minor = None


def wanted_of(row: RecurringOccurrence) -> Wanted:
    rule: RecurringTransaction = row.rule
    due = Due(row.nominal_on, row.posted_on)
    first, last = window(schedule_of(rule), due)
    return Wanted(
        rule_id=rule.id,
        account_id=rule.account_id,
        due=due,
        amount_minor=rule.amount_minor if row.amount_minor is None else row.amount_minor,
        variable=rule.variable,
        payee_id=rule.payee_id,
        payee=rule.payee.name if rule.payee else "",
        category_id=rule.category_id,
        first_on=first,
        last_on=last,
    )


def _book(run: Run, rows: Sequence[RecurringOccurrence]) -> None:
    """Post them all; where one is refused, one by one, and what is refused waits for the owner."""
    if not rows:
        return
    drafts = [draft_of(row, run.zone) for row in rows]
    try:
        with atomic():
            booked = post(run.user_id, drafts, source=SOURCE, seq=run.seq)
    except Refusal:
        for row, draft in zip(rows, drafts, strict=True):
            try:
                with atomic():
                    booked = post(run.user_id, [draft], source=SOURCE, seq=run.seq)
            except Refusal as refusal:
                row.reason = refusal.code[:40]
            else:
                row.status, row.transaction_id = Status.POSTED, booked[0].transaction.id
        return
    for row, made in zip(rows, booked, strict=True):
        row.status, row.transaction_id = Status.POSTED, made.transaction.id


def draft_of(row: RecurringOccurrence, tz: Any) -> Draft:
    """The transaction of an occurrence. An estimate is pending: its amount may change."""
    rule: RecurringTransaction = row.rule
    minor = rule.amount_minor if row.amount_minor is None else row.amount_minor
    return Draft(
        account_id=rule.account_id,
        amount=money.from_minor(minor, rule.currency),
        posted_on=row.posted_on,
        occurred_at=due_at(row.posted_on, rule.at_time, tz) if rule.at_time else None,
        payee=rule.payee_id,
        category=rule.category_id,
        memo=rule.memo,
        status="pending" if rule.variable and rule.auto_approve else "cleared",
    )


def _store(run: Run) -> None:
    """Keep the occurrences and tell of them, in this commit."""
    RecurringOccurrence.objects.bulk_create(run.made, batch_size=500)
    for row in run.changed:
        row.seq = run.seq
    RecurringOccurrence.objects.for_user(run.user_id).bulk_update(
        run.changed, ["status", "reason", "amount_minor", "transaction", "seq"], batch_size=200
    )
    for rule, dates in run.left_out:
        tell_left_out(rule, run.seq, dates)
    if not run.occurrences:
        return
    counts: dict[str, int] = defaultdict(int)
    for row in run.occurrences:
        counts[str(row.status)] += 1
    audit(
        "recurring.materialised",
        user_id=run.user_id,
        target="recurring_transaction",
        data=dict(counts),
    )
    told = [happened(row) for row in run.occurrences]
    if len(told) > EVENTS_MAX:
        told = [{"count": len(told), **counts}]
    push(run.user_id, run.seq, "recurring.materialised", told)


def happened(row: RecurringOccurrence) -> dict[str, Any]:
    """An occurrence in an event: ids, dates, what became of it."""
    return {
        "recurring_transaction": str(row.rule_id),
        "nominal_on": row.nominal_on.isoformat(),
        "posted_on": row.posted_on.isoformat(),
        "status": str(row.status),
        "transaction": str(row.transaction_id) if row.transaction_id else None,
    }


def tell_left_out(rule: RecurringTransaction, seq: int, dates: Sequence[date]) -> None:
    """One event for all dates that nobody books: the owner may want to look."""
    said = {
        "recurring_transaction": str(rule.id),
        "count": len(dates),
        "first": dates[0].isoformat(),
        "last": dates[-1].isoformat(),
    }
    audit("recurring.left_out", user_id=rule.user_id, target="recurring_transaction",
          target_id=rule.id, data=said)  # fmt: skip
    push(rule.user_id, seq, "recurring.needs_review", [said])
