"""What runs and reports of recurring transactions read: occurrences, estimates, candidates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from ledger.models import (
    OccurrenceStatus,
    RecurringOccurrence,
    RecurringTransaction,
    Transaction,
)
from ledger.recurring_plan import ESTIMATE_FROM, Candidate, estimate, next_open, window
from ledger.recurring_plan import Due as DueDate
from ledger.schedules import schedule_of

OWNERS_CHUNK = 500


def owners_of(rows: Any) -> Iterator[UUID]:
    """The owners of these rows, each once, a chunk at a time by keyset."""
    last: UUID | None = None
    while True:
        page = rows if last is None else rows.filter(user_id__gt=last)
        users = page.order_by("user_id").values_list("user_id", flat=True).distinct()
        chunk = list(users[:OWNERS_CHUNK])
        yield from chunk
        if len(chunk) < OWNERS_CHUNK:
            return
        last = chunk[-1]


@dataclass(slots=True)
class Known:
    """The occurrences of a rule that a run must know: those ahead of its place, and those changed
    by the owner that wait for their day."""

    rows: dict[date, RecurringOccurrence] = field(default_factory=dict)

    @property
    def nominal(self) -> set[date]:
        return set(self.rows)

    def settle(self, row: RecurringOccurrence) -> None:
        self.rows[row.nominal_on] = row

    def upcoming(self) -> list[RecurringOccurrence]:
        """Kept for their day, by posting date."""
        waiting = [r for r in self.rows.values() if r.status == OccurrenceStatus.UPCOMING]
        return sorted(waiting, key=lambda r: (r.posted_on, r.nominal_on))

    def upcoming_through(self, today: date) -> list[RecurringOccurrence]:
        return [row for row in self.upcoming() if row.posted_on <= today]

    def next_on(self, rule: RecurringTransaction) -> date | None:
        """The earliest day on which the rule has something to do."""
        found = next_open(schedule_of(rule), rule.done_through, self.rows)
        days = [row.posted_on for row in self.upcoming()[:1]]
        return min([*days, *([found.posted_on] if found else [])], default=None)


def known_of(user_id: UUID, rules: Sequence[RecurringTransaction]) -> dict[UUID, Known]:
    """By rule, in two queries, whatever happened before."""
    found = {rule.id: Known() for rule in rules}
    if not rules:
        return found
    places = {rule.id: rule.done_through for rule in rules}
    rows = RecurringOccurrence.objects.for_user(user_id).filter(rule__in=list(places))
    # Apart: either has its index, the two together would read every occurrence there ever was.
    ahead = rows.filter(nominal_on__gt=F("rule__done_through"))
    for row in [*ahead, *rows.filter(status=OccurrenceStatus.UPCOMING)]:
        if row.nominal_on > places[row.rule_id] or row.status == OccurrenceStatus.UPCOMING:
            found[row.rule_id].settle(row)
    return found


def estimates(user_id: UUID, rules: Sequence[RecurringTransaction]) -> dict[UUID, int]:
    """What each rule's next amount will be, from its last booked ones as they stand in the books.

    Amounts that are estimates themselves (still pending) teach nothing. One query.
    """
    if not rules:
        return {}
    rows = (
        RecurringOccurrence.objects.for_user(user_id)
        .filter(rule__in=[rule.id for rule in rules], transaction__isnull=False)
        .exclude(transaction__status="pending")
        .annotate(
            amount=F("transaction__amount_minor"),
            back=Window(RowNumber(), partition_by=F("rule"), order_by=[F("nominal_on").desc()]),
        )
        .filter(back__lte=ESTIMATE_FROM, amount__isnull=False)
        .order_by("rule", "back")
        .values_list("rule_id", "amount")
    )
    amounts: dict[UUID, list[int]] = defaultdict(list)
    for rule_id, amount in rows:
        amounts[rule_id].append(amount)
    return {rule.id: estimate(amounts[rule.id], rule.amount_minor) for rule in rules}


def candidates(user_id: UUID, rows: Sequence[RecurringOccurrence]) -> Iterable[Candidate]:
    """Plain rows of the books that may be one of these occurrences. One query; their rules are loaded."""
    if not rows:
        return []
    spans = [window(schedule_of(row.rule), DueDate(row.nominal_on, row.posted_on)) for row in rows]
    amounts = {
        row.rule.amount_minor if row.amount_minor is None else row.amount_minor
        for row in rows
        if not row.rule.variable
    }
    used = RecurringOccurrence.objects.for_user(user_id).filter(transaction=OuterRef("id"))
    which = Q(amount_minor__in=amounts)
    if any(row.rule.variable for row in rows):
        which = Q()  # a varying amount is found by its payee's name, which may stand in the text
    found = (
        Transaction.objects.for_user(user_id)
        .filter(
            which,
            account__in={row.rule.account_id for row in rows},
            posted_on__range=(min(s[0] for s in spans), max(s[1] for s in spans)),
            transfer__isnull=True,
        )
        .filter(~Exists(used))
        .values_list(
            "id",
            "account_id",
            "posted_on",
            "amount_minor",
            "payee_id",
            "payee__name",
            "memo",
            "statement_text",
            "category_id",
        )
    )
    return [
        Candidate(row_id, account, day, minor, payee_id, payee or "", f"{memo} {text}", category)
        for row_id, account, day, minor, payee_id, payee, memo, text, category in found
    ]
