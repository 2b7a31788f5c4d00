"""A debt as it stands: terms, balance, interest charged and paid. Values read once, then pure.

Nothing here is stored twice: what is owed is the account's balance, what was paid are rows of the
books, what is due is the calendar's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from debts.amortization import Lump, Minimum, Plan, Terms, level_payment, period_interest, plan
from debts.due_days import due_on, period_of
from debts.interest import Rate, rate_on
from debts.models import Accrual, Debt, DebtPayment
from debts.strategies import Owed


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment as the books have it. Amounts are positive."""

    payment: DebtPayment
    posted_on: date
    interest: int
    fee: int
    principal: int
    account_id: UUID | None

    @property
    def amount(self) -> int:
        return self.interest + self.fee + self.principal


@dataclass(frozen=True, slots=True)
class Due:
    """An installment somebody must pay. `overdue`: its day has passed, and it is not covered."""

    due_on: date
    amount: int
    overdue: bool


@dataclass(slots=True)
class State:
    """One debt on one day. `inflows`: by day, what came into its account since `accrues_from`."""

    debt: Debt
    today: date
    rates: list[Rate]
    accruals: list[Accrual]
    payments: list[Paid]
    inflows: dict[date, int]

    @property
    def currency(self) -> str:
        return str(self.debt.account.currency)

    @property
    def owed(self) -> int:
        """Principal still owed; a credit on the account counts as nothing."""
        return max(0, -self.debt.account.balance_minor)

    def interest_due(self, day: date | None = None) -> int:
        """Charged and not yet paid, of spans that began before the day."""
        charged = sum(a.interest_minor for a in self._charged(day))
        return max(0, charged - sum(p.interest for p in self.payments))

    def fees_due(self, day: date | None = None) -> int:
        charged = sum(a.fee_minor for a in self._charged(day))
        return max(0, charged - sum(p.fee for p in self.payments))

    def _charged(self, day: date | None) -> list[Accrual]:
        own = [a for a in self.accruals if a.row_id is None]  # a card's are in its balance
        if day is None or not own:
            return own
        # A payment before the first day is for the first period, as one on its due day is.
        until = max(day, own[0].ends_on)
        return [a for a in own if a.starts_on < until]

    @property
    def payoff(self) -> int:
        """What clears the debt now."""
        return self.owed + self.interest_due() + self.fees_due()

    @property
    def apr(self) -> Decimal:
        return rate_on(self.rates, max(self.today, self.debt.start_on), self.debt.apr)

    @property
    def current_period(self) -> int:
        return period_of(self.debt.start_on, self.debt.due_day, self.today)

    def due_day_of(self, number: int) -> date:
        """When the installment of a period is due; a card's, some days after it closed."""
        closing = due_on(self.debt.start_on, self.debt.due_day, number)
        return closing + timedelta(self.debt.grace_days)

    def apr_from(self, first: int) -> Callable[[int], Decimal]:
        """APR by number of a plan whose installment 1 is that of period `first`."""
        debt = self.debt

        def apr(number: int) -> Decimal:
            begins = due_on(debt.start_on, debt.due_day, first + number - 2)
            return rate_on(self.rates, max(begins, debt.start_on), debt.apr)

        return apr if self.rates else lambda number: debt.apr

    @property
    def minimum(self) -> Minimum:
        """The rule that says what is paid at least: the level payment of a term counts as such."""
        debt = self.debt
        if debt.minimum_percent is not None:
            return Minimum(percent=debt.minimum_percent, floor=debt.minimum_floor_minor)
        agreed = debt.minimum_minor
        if debt.term_months:
            agreed = max(agreed, level_payment(debt.principal_minor, debt.apr, debt.term_months))
        return Minimum(agreed)

    @property
    def minimum_now(self) -> int:
        return self.minimum.due(self.owed, period_interest(self.owed, self.apr))

    @property
    def is_untouched(self) -> bool:
        """Nothing was paid yet: the schedule is that of the whole contract."""
        return not self.payments and self.owed == self.debt.principal_minor

    def paid_between(self, after: date, until: date) -> int:
        """Paid after one day and up to another: what reached the account, and interest and fees."""
        into = sum(amount for day, amount in self.inflows.items() if after < day <= until)
        beside = sum(p.interest + p.fee for p in self.payments if after < p.posted_on <= until)
        return into + beside

    @property
    def next_period(self) -> int:
        """The period whose installment is the next one to pay: the present one unless it is paid."""
        _, missed, late = self._missed()
        return self.current_period + (late >= missed + self.minimum_now)

    def schedule(
        self, *, extra: int = 0, lumps: tuple[Lump, ...] = (), whole: bool = True
    ) -> tuple[int, Plan]:
        """(period of installment 1, the plan). whole: an untouched debt's from its very start."""
        if whole and self.is_untouched:
            first, first_interest = 1, None
        else:
            first = self.next_period
            unpaid = self.interest_due()
            first_interest = unpaid + self._uncharged(first) if unpaid else None
        term = self.debt.term_months
        terms = Terms(
            balance=self.owed,
            apr=self.apr_from(first),
            minimum=self.minimum,
            term=term - first + 1 if term and term >= first else None,
            first_interest=first_interest,
        )
        return first, plan(terms, extra=extra, lumps=lumps)

    def _uncharged(self, period: int) -> int:
        """Interest that the period itself will still bring."""
        begin = due_on(self.debt.start_on, self.debt.due_day, period - 1)
        if any(a.starts_on >= begin for a in self.accruals):
            return 0
        return period_interest(self.owed, self.apr_from(period)(1))

    def arrears(self) -> tuple[date | None, int]:
        """(since when, how much) installments that fell due before today are not covered."""
        since, missed, late = self._missed()
        arrears = min(max(0, missed - late), self.payoff)
        return (since, arrears) if arrears else (None, 0)

    def _missed(self) -> tuple[date | None, int, int]:
        """(since when, how much) was missing when the present period began, and what was paid in it.

        Counted from `accrues_from` on: what was before is in the balance as it was entered.
        A late payment covers the oldest first; what is paid beyond an installment is extra.
        """
        debt = self.debt
        first = period_of(debt.start_on, debt.due_day, debt.accrues_from + timedelta(1))
        since: date | None = None
        missed, begin, wanted = 0, debt.accrues_from, self.minimum_now
        for number in range(first, self.current_period + 1):
            due = self.due_day_of(number)
            if due >= self.today:
                break
            missed = max(0, missed + wanted - self.paid_between(begin, due))
            since = (since or due) if missed else None
            begin = due
        return since, missed, self.paid_between(begin, self.today)

    def dues(self, first: date, last: date) -> list[Due]:
        """Installments due between two days, both included; before them what is overdue."""
        if self.owed == 0 and self.payoff == 0:
            return []
        since, arrears = self.arrears()
        found = [Due(since, arrears, overdue=True)] if since else []
        period, made = self.schedule(whole=False)
        rest = self.payoff - arrears
        for row in made.installments:
            due = self.due_day_of(period + row.number - 1)
            if due > last or rest <= 0:
                break
            if due >= max(first, self.today):
                found.append(Due(due, row.payment, overdue=False))
        return found

    def as_owed(self) -> Owed:
        """The debt as a strategy sees it: everything due now is part of the balance."""
        return Owed(
            str(self.debt.pk), self.payoff, self.apr_from(self.current_period), self.minimum
        )
