"""What debts and goals will take from accounts, and which rows of the past were theirs.

A debt's installments come from its schedule; a goal's contributions from the plan to its day, a
month after the last one. Cards are left out: their payments move money between accounts at hand, and
what is bought with them counts when it is bought. A goal without a day is left to the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accounts.models import User
from debts.models import Debt, DebtType
from debts.selectors import PaymentDue, payments_due
from goals.maths import plan
from goals.selectors import Standing, standings
from ledger.periods import add_months
from ledger.selectors.upcoming import Upcoming

SAME_PERCENT = 10  # how far a recurring payment may be from an installment and still be it
SAME_DAYS = 7


@dataclass(frozen=True, slots=True)
class Planned:
    """Money that a plan moves on a day: out of one account into another. minor is positive.

    source: None where the owner did not say which account pays. plan: the debt or goal.
    """

    on: date
    minor: int
    currency: str
    source: UUID | None
    target: UUID
    plan: UUID


@dataclass(frozen=True, slots=True)
class Plans:
    """accounts: transfers with these in the past were of plans that are known ahead, or are over."""

    ahead: list[Planned]
    accounts: frozenset[UUID]


def plans_ahead(user: User, today: date, last: date, coming: Sequence[Upcoming]) -> Plans:
    """Debts and goals up to a day, without installments that a recurring payment pays: at most
    twelve statements, four where there is neither.

    coming: what recurring transactions bring in that time.
    """
    debts = Debt.objects.for_user(user).exclude(type=DebtType.CREDIT_CARD)
    by_id = dict(debts.values_list("id", "account_id"))
    dues = [due for due in payments_due(user, today, last) if due.debt_id in by_id] if by_id else []
    ahead = [
        Planned(d.due_on, d.amount_minor, d.currency, d.pay_from_id, d.account_id, d.debt_id)
        for d in unscheduled(dues, coming)
    ]
    accounts = set(by_id.values())
    for standing in standings(user.pk, today):
        goal = standing.goal
        over = standing.path.status in ("done", "paused")
        if goal.account_id is not None and (over or goal.target_on is not None):
            accounts.add(goal.account_id)
            ahead += contributions(standing, today, last)
    return Plans(ahead, frozenset(accounts))


def contributions(standing: Standing, today: date, last: date) -> list[Planned]:
    """What a goal with a day asks for; nothing where it is met, paused or has no account."""
    goal = standing.goal
    if goal.target_on is None or goal.account_id is None or goal.paused:
        return []
    latest = max((on for on, minor in standing.inflow if minor > 0), default=None)
    start = today if latest is None else max(today, add_months(latest, 1))
    return [
        Planned(on, minor, goal.currency, None, goal.account_id, goal.id)
        for on, minor in plan(standing.path.remaining, goal.target_on, start)
        if on <= last
    ]


def unscheduled(dues: Sequence[PaymentDue], coming: Sequence[Upcoming]) -> list[PaymentDue]:
    """Installments that no recurring payment is: within a week, a tenth, and the paying account.

    Each recurring payment pays one installment, the nearest in time; it stays, the installment goes.
    """
    free = [one for one in coming if one.amount_minor < 0]
    kept = []
    for due in dues:
        alike = [
            one
            for one in free
            if one.currency == due.currency
            and due.pay_from_id in (None, one.account_id)
            and abs((one.posted_on - due.due_on).days) <= SAME_DAYS
            and abs(-one.amount_minor - due.amount_minor) * 100 <= due.amount_minor * SAME_PERCENT
        ]
        if alike:
            free.remove(min(alike, key=lambda one: abs((one.posted_on - due.due_on).days)))
        else:
            kept.append(due)
    return kept


__all__ = ["Planned", "Plans", "contributions", "plans_ahead", "unscheduled"]
