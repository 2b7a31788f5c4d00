"""Debts as they stand, read in a number of statements that depends on neither debts nor history."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.days import today_of
from accounts.models import User
from debts.interest import Rate
from debts.models import Accrual, Debt, DebtPayment, DebtRate
from debts.state import Paid, State
from ledger.models import DailyTotal, Transaction


@dataclass(frozen=True, slots=True)
class PaymentDue:
    """What a floor above asks for: one payment that is to leave the owner's accounts.

    amount_minor is positive, in `currency`. account_id: the liability; pay_from_id: who pays, if said.
    """

    debt_id: UUID
    name: str
    account_id: UUID
    pay_from_id: UUID | None
    due_on: date
    amount_minor: int
    currency: str
    overdue: bool


def payments_due(user: User, first: date, last: date) -> list[PaymentDue]:
    """Payments of all debts of a user due between two days, both included, by day.

    Overdue ones come first, whatever `first` is. Days before the owner's today bring nothing else.
    """
    found = [
        PaymentDue(
            debt_id=state.debt.pk,
            name=state.debt.name,
            account_id=state.debt.account_id,
            pay_from_id=state.debt.pay_from_id,
            due_on=due.due_on,
            amount_minor=due.amount,
            currency=state.currency,
            overdue=due.overdue,
        )
        for state in states_of(user)
        for due in state.dues(first, last)
    ]
    return sorted(found, key=lambda due: (not due.overdue, due.due_on, due.name, due.debt_id))


def states_of(user: User, *, archived: bool = False) -> list[State]:
    """Every debt of a user, oldest first. Six statements, whatever there is."""
    rows = Debt.objects.for_user(user)
    return read_states(rows if archived else rows.filter(archived=False), today_of(user))


def read_states(debts: QuerySet[Any] | Sequence[Debt], today: date) -> list[State]:
    """The states of debts in the order given."""
    if isinstance(debts, QuerySet):
        debts = list(debts.select_related("account").order_by("id"))
    if not debts:
        return []
    owner, ids = debts[0].user_id, [debt.pk for debt in debts]
    rates: dict[UUID, list[Rate]] = defaultdict(list)
    for row in DebtRate.objects.for_user(owner).filter(debt_id__in=ids).order_by("from_on", "id"):
        rates[row.debt_id].append(Rate(row.from_on, row.apr, row.until_on))
    accruals: dict[UUID, list[Accrual]] = defaultdict(list)
    for accrual in Accrual.objects.for_user(owner).filter(debt_id__in=ids).order_by("starts_on"):
        accruals[accrual.debt_id].append(accrual)
    paid = _payments(owner, ids)
    inflows = _inflows(debts)
    return [
        State(d, today, rates[d.pk], accruals[d.pk], paid[d.pk], inflows[d.account_id])
        for d in debts
    ]


def _inflows(debts: Sequence[Debt]) -> dict[UUID, dict[date, int]]:
    earliest = min(debt.accrues_from for debt in debts)
    totals = DailyTotal.objects.for_user(debts[0].user_id).filter(
        account_id__in=[debt.account_id for debt in debts], day__gte=earliest, inflow_minor__gt=0
    )
    found: dict[UUID, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for account_id, day, amount in totals.values_list("account_id", "day", "inflow_minor"):
        found[account_id][day] += amount
    return found


def _payments(user_id: UUID, debt_ids: Iterable[UUID]) -> dict[UUID, list[Paid]]:
    """Payments by debt as the books have them; one whose rows are all gone is none any more."""
    rows = list(DebtPayment.objects.for_user(user_id).filter(debt_id__in=debt_ids).order_by("id"))
    found: dict[UUID, list[Paid]] = defaultdict(list)
    for paid in as_booked(user_id, rows):
        found[paid.payment.debt_id].append(paid)
    return found


def as_booked(user_id: UUID, rows: Sequence[DebtPayment]) -> list[Paid]:
    """The payments with the amounts of their rows: two statements."""
    if not rows:
        return []
    ids = [row_id for row in rows for row_id in (row.interest_id, row.fee_id) if row_id]
    columns = ("amount_minor", "posted_on", "account_id")
    books = Transaction.objects.for_user(user_id)
    by_id = {key: values for key, *values in books.filter(id__in=ids).values_list("id", *columns)}
    legs = books.filter(
        transfer_id__in=[row.transfer_id for row in rows if row.transfer_id], amount_minor__lt=0
    )
    by_id |= {key: values for key, *values in legs.values_list(F("transfer_id"), *columns)}
    found = []
    for row in rows:
        parts = [by_id.get(key) for key in (row.interest_id, row.fee_id, row.transfer_id)]
        there = [part for part in parts if part]
        if there:
            interest, fee, principal = (-part[0] if part else 0 for part in parts)
            found.append(
                Paid(row, max(p[1] for p in there), interest, fee, principal, there[-1][2])
            )
    return found


def net_by_day(debt: Debt, since: date) -> dict[date, int]:
    """By day from `since` on: by how much the account's rows changed what is owed (+ more)."""
    totals = DailyTotal.objects.for_user(debt.user_id).filter(
        account_id=debt.account_id, day__gte=since
    )
    found: dict[date, int] = defaultdict(int)
    for day, inflow, outflow in totals.values_list("day", "inflow_minor", "outflow_minor"):
        found[day] += outflow - inflow
    return found
