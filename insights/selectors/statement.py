"""What a month says of all accounts: figures, accounts, categories, budgets, largest payments.

At most twelve statements, whatever the history: the totals of twelve months carry all but the payments.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import User
from budgeting.models import Budget
from budgeting.rollover import State
from budgeting.selectors.plans import plans_of, work_out
from insights.cashflow import Bucket, Stream
from insights.selectors.cash_flow import Question, cash_flow, streams_by_span
from insights.selectors.reading import Reading
from insights.selectors.worth import Point, net_worth
from ledger.models import Account, Transaction
from ledger.periods import Span, add_months, month_end
from ledger.rates import Converter

MONTHS = 12  # of the charts, the statement's own included
COMPARED_MONTHS = 3
PAYMENTS_MAX = 5


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account's month in its own currency, in minor units, pending rows left out."""

    name: str
    currency: str
    opening: int
    inflow: int
    outflow: int

    @property
    def closing(self) -> int:
        return self.opening + self.inflow - self.outflow


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category's month, and the mean of the months before it. In minor units of home, positive."""

    name: str | None
    minor: int
    usual: int


@dataclass(frozen=True, slots=True)
class PaymentLine:
    on: date
    payee: str | None
    category: str | None
    minor: int  # negative, in the currency it was paid in
    currency: str


@dataclass(slots=True)
class MonthStatement:
    """Everything that the statement shows. `months` end with the statement's own."""

    owner: User
    today: date
    months: list[Bucket]
    worth: list[Point]
    accounts: list[AccountLine] = field(default_factory=list)
    spent: list[CategoryLine] = field(default_factory=list)
    earned: list[CategoryLine] = field(default_factory=list)
    budgets: list[tuple[Budget, State]] = field(default_factory=list)
    payments: list[PaymentLine] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def month(self) -> Bucket:
        return self.months[-1]

    @property
    def currency(self) -> str:
        return self.owner.currency


def month_statement(owner: User, month: date, today: date) -> MonthStatement:
    """The statement of the month that begins on `month`, as far as it has come by today."""
    span = Span(month, min(month_end(month), max(today, month)))
    spans = [
        Span(first, month_end(first))
        for first in (add_months(month, n - MONTHS + 1) for n in range(MONTHS - 1))
    ] + [span]
    reading = Reading(owner.pk, owner.currency, today, spans[0].start, None, span.end)
    asked = Question(spans, "monthly", today)
    flow, streams = cash_flow(reading, asked), streams_by_span(reading, asked)
    points, _ = net_worth(reading, spans, "monthly")
    found = MonthStatement(owner, today, flow.buckets, points)
    found.accounts = _accounts(reading, month)
    found.spent = _compared(streams, is_income=False)
    found.earned = _compared(streams, is_income=True)
    found.budgets, missed = _budgets(owner.pk, span.end)
    found.payments = _payments(reading, span, flow.converter)
    found.warnings = [*reading.warnings(), *missed]
    return found


def _compared(months: Sequence[Sequence[Stream]], *, is_income: bool) -> list[CategoryLine]:
    """Categories of one side in the last of the months, the largest first."""
    usual: dict[str | None, int] = defaultdict(int)
    month: dict[str | None, int] = defaultdict(int)
    for n, streams in enumerate(months[-1 - COMPARED_MONTHS :]):
        sums = month if n == COMPARED_MONTHS else usual
        for stream in streams:
            if stream.is_income == is_income:
                sums[stream.name] += stream.minor
    lines = [
        CategoryLine(name, month.get(name, 0), round(usual.get(name, 0) / COMPARED_MONTHS))
        for name in {*month, *usual}
    ]
    return sorted(
        (line for line in lines if line.minor or line.usual),
        key=lambda line: (-line.minor, -line.usual, line.name or ""),
    )


def _accounts(reading: Reading, month: date) -> list[AccountLine]:
    """Accounts that hold something or moved in the month, in the order of their names."""
    before: dict[UUID, int] = defaultdict(int)
    moved: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    for flow in reading.months:
        if flow.is_pending:
            continue
        if flow.on < month:
            before[flow.account_id] += flow.net
        elif flow.on == month:
            moved[flow.account_id][0] += flow.inflow
            moved[flow.account_id][1] += flow.outflow
    for flow in (
        reading.days(*reading.booked_ahead) if month == reading.today.replace(day=1) else ()
    ):
        if not flow.is_pending:  # The month's total has it already, the statement not yet.
            moved[flow.account_id][0] -= flow.inflow
            moved[flow.account_id][1] -= flow.outflow
    names = dict(Account.objects.for_user(reading.user_id).values_list("id", "name"))
    lines = [
        AccountLine(
            names[account.account_id],
            account.currency,
            account.cleared + before[account.account_id],
            *moved[account.account_id],
        )
        for account in reading.standing
        if account.account_id in names
    ]
    kept = [line for line in lines if line.opening or line.inflow or line.outflow]
    return sorted(kept, key=lambda line: (line.name.casefold(), line.name))


def _budgets(user_id: UUID, day: date) -> tuple[list[tuple[Budget, State]], list[dict[str, Any]]]:
    plans = [plan for plan in plans_of(user_id).values() if plan.budget.active]
    worked = work_out(user_id, plans, day)
    states = worked.states
    shown = [(p.budget, states[p.budget.id][-1]) for p in plans if p.budget.id in states]
    return shown, worked.warnings


def _payments(reading: Reading, span: Span, converter: Converter) -> list[PaymentLine]:
    """The largest payments by what they are at home: one statement per currency of the accounts.

    Those without a rate come last.
    """
    rows = Transaction.objects.for_user(reading.user_id).filter(
        posted_on__range=(span.start, span.end), transfer__isnull=True, amount_minor__lt=0
    )
    found: list[tuple[int, PaymentLine]] = []
    for currency in sorted({account.currency for account in reading.standing}):
        largest = rows.filter(currency=currency).exclude(status="pending").order_by("amount_minor")
        columns = ("posted_on", "payee__name", "category__name", "amount_minor", "currency")
        for line in largest.values_list(*columns)[:PAYMENTS_MAX]:
            payment = PaymentLine(*line)
            home = converter.convert(payment.minor, currency, payment.on)
            found.append((home or 0, payment))
    found.sort(key=lambda item: (item[0], item[1].on))
    return [payment for _, payment in found[:PAYMENTS_MAX]]
