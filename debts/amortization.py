"""Paying down a debt, period by period. Pure: minor units as int, rates as Decimal, no clock.

Interest of a period is balance x APR / 12, rounded half up before it is charged, because that is
the figure a statement shows; the last payment takes what the roundings left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from debts.interest import PRECISION, rounded

MONTHS_MAX = 1200  # a century: past this the plan is none
SHORTEN, LOWER = "shorten", "lower"


@dataclass(frozen=True, slots=True)
class Installment:
    number: int
    payment: int  # interest + principal, extra payments included
    interest: int
    principal: int
    balance: int  # still owed after this payment


@dataclass(frozen=True, slots=True)
class Lump:
    """A single payment right after installment number `after`."""

    after: int
    amount: int
    mode: str = SHORTEN  # or LOWER: the payments fall instead and the end stays


@dataclass(frozen=True, slots=True)
class Minimum:
    """What must be paid at least: a fixed amount, or percent of the balance plus interest, with a floor."""

    amount: int = 0
    percent: Decimal | None = None  # 1 is one percent
    floor: int = 0

    def due(self, balance: int, interest: int) -> int:
        """At most what is owed. min(balance + interest, max(floor, percent of balance + interest))."""
        wanted = self.amount
        if self.percent is not None:
            wanted = max(self.floor, rounded(balance * self.percent / 100) + interest)
        return min(wanted, balance + interest)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan starts from. `term`: payments after which the debt is to be gone, if agreed."""

    balance: int
    apr: Callable[[int], Decimal]  # by number of the period, from 1
    minimum: Minimum
    term: int | None = None
    first_interest: int | None = None  # of a period whose interest is charged already
    per_year: int = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole schedule. `never_pays_off`: the payments do not end within MONTHS_MAX."""

    installments: tuple[Installment, ...]
    lumps_paid: int = 0
    never_pays_off: bool = False
    growth: int = 0  # minor units by which the first period makes the debt larger

    @property
    def total_interest(self) -> int:
        return sum(row.interest for row in self.installments)


def level_payment(principal: int, apr: Decimal, payments: int, per_year: int = 12) -> int:
    """The equal payment that clears a debt: P r / (1 - (1 + r)^-n), rounded half up."""
    if payments < 1:
        raise ValueError("a debt is cleared by one payment at least")
    with localcontext() as context:
        context.prec = PRECISION
        rate = apr / per_year
        if rate == 0:
            return rounded(Decimal(principal) / payments)
        return rounded(principal * rate / (1 - (1 + rate) ** -payments))


def period_interest(balance: int, apr: Decimal, per_year: int = 12) -> int:
    """A period's interest. The division comes last, so that a half cent is one only if it is exact."""
    with localcontext() as context:
        context.prec = PRECISION
        return rounded(balance * apr / per_year)


def plan(terms: Terms, *, extra: int = 0, lumps: Sequence[Lump] = ()) -> Plan:
    """The schedule until nothing is owed; extra is paid on top of each payment.

    At the end of the agreed term the last payment takes the rest, unless that were a whole payment
    more. Ends after MONTHS_MAX whatever is paid: then `never_pays_off`, with the growth of a period.
    """
    by_number: dict[int, list[Lump]] = {}
    for lump in lumps:
        by_number.setdefault(lump.after, []).append(lump)
    balance, minimum, rows, lumped = terms.balance, terms.minimum, [], 0
    for number in range(1, MONTHS_MAX + 1):
        if balance <= 0:
            break
        interest = period_interest(balance, terms.apr(number), terms.per_year)
        if number == 1 and terms.first_interest is not None:
            interest = terms.first_interest
        owed = balance + interest
        payment = min(minimum.due(balance, interest) + extra, owed)
        if number == terms.term and owed - payment <= payment:
            payment = owed
        balance = owed - payment
        rows.append(Installment(number, payment, interest, payment - interest, balance))
        for lump in by_number.get(number, ()):
            paid = min(lump.amount, balance)
            balance, lumped = balance - paid, lumped + paid
            if lump.mode == LOWER and terms.term and number < terms.term:
                minimum = replace(
                    minimum,
                    amount=level_payment(
                        balance, terms.apr(number + 1), terms.term - number, terms.per_year
                    ),
                )
            rows[-1] = replace(rows[-1], balance=balance)
    if balance > 0:
        first = rows[1 if terms.first_interest is not None else 0]
        return Plan(tuple(rows), lumped, True, max(first.interest - first.payment, 0))
    return Plan(tuple(rows), lumped)
