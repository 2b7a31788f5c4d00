"""Which debt first. Pure: several debts, one monthly pool, month by month until all are gone.

Each month: interest (rounded), every minimum, then the whole rest of the pool to the first debt in
order, on to the next when that is gone. Minimums of debts that are gone stay in the pool.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from debts.amortization import MONTHS_MAX, Minimum, Terms, period_interest, plan

QUICK_WIN_MONTHS = 3  # hybrid: what the pool clears in so many months goes first


@dataclass(frozen=True, slots=True)
class Owed:
    """One debt at the start of the plan. `key` is its id; equal debts are ordered by it."""

    key: str
    balance: int
    apr: Callable[[int], Decimal]  # by number of the month, from 1
    minimum: Minimum


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an order leads to. `path` is the sum owed after each month, `balances` each debt's."""

    months: int | None  # None: never
    total_interest: int | None
    payoff_order: tuple[tuple[str, int], ...]
    path: tuple[int, ...]
    balances: Mapping[str, tuple[int, ...]]

    @property
    def never_pays_off(self) -> bool:
        return self.months is None


def first_minimums(debts: Sequence[Owed]) -> int:
    """What the minimums of the first month come to: a smaller pool is no plan."""
    return sum(d.minimum.due(d.balance, period_interest(d.balance, d.apr(1))) for d in debts)


def avalanche(debts: Sequence[Owed]) -> list[str]:
    """Highest APR first; of equals the smaller balance, then the id."""
    return [d.key for d in sorted(debts, key=lambda d: (-d.apr(1), d.balance, d.key))]


def snowball(debts: Sequence[Owed]) -> list[str]:
    """Smallest balance first; of equals the dearer, then the id."""
    return [d.key for d in sorted(debts, key=lambda d: (d.balance, -d.apr(1), d.key))]


def hybrid(debts: Sequence[Owed], monthly: int) -> list[str]:
    """Small debts that the pool clears soon first, smallest first; the others by APR."""
    quick = [d for d in debts if d.balance <= monthly * QUICK_WIN_MONTHS]
    rest = [d for d in debts if d.balance > monthly * QUICK_WIN_MONTHS]
    return snowball(quick) + avalanche(rest)


def pay_in_order(
    debts: Sequence[Owed], order: Sequence[str], monthly: int, once: Mapping[int, int] | None = None
) -> Outcome:
    """The outcome of one order. once: one-off payments by number of the month.

    An order may name some of the debts; the others follow by APR.
    """
    by_key = {d.key: d for d in debts}
    named = list(dict.fromkeys(order))
    ranks = [by_key[key] for key in [*named, *(k for k in avalanche(debts) if k not in named)]]
    balances = {d.key: d.balance for d in debts}
    history: dict[str, list[int]] = {d.key: [] for d in debts}
    paid_off = [(d.key, 0) for d in debts if d.balance <= 0]
    interest_sum, month = 0, 0
    while any(balance > 0 for balance in balances.values()):
        month += 1
        if month > MONTHS_MAX:
            return Outcome(None, None, tuple(paid_off), *_paths(history))
        pool = monthly + (once or {}).get(month, 0)
        open_before = [key for key, balance in balances.items() if balance > 0]
        interest_sum += _accrue_and_pay(ranks, balances, month, pool)
        paid_off += [(d.key, month) for d in ranks if d.key in open_before and not balances[d.key]]
        for key, balance in balances.items():
            history[key].append(balance)
    return Outcome(month, interest_sum, tuple(paid_off), *_paths(history))


def _accrue_and_pay(ranks: Sequence[Owed], balances: dict[str, int], month: int, pool: int) -> int:
    """One month on `balances`; the interest it charged."""
    charged, minimums = 0, {}
    for debt in ranks:
        balance = balances[debt.key]
        if balance <= 0:
            continue
        interest = period_interest(balance, debt.apr(month))
        minimums[debt.key] = debt.minimum.due(balance, interest)
        balances[debt.key] = balance + interest
        charged += interest
    # A pool that does not reach for all minimums (they may grow) serves them in order.
    for debt in ranks:
        paid = min(minimums.get(debt.key, 0), balances[debt.key], pool)
        balances[debt.key] -= paid
        pool -= paid
    for debt in ranks:
        paid = min(balances[debt.key], pool)
        balances[debt.key] -= paid
        pool -= paid
    return charged


def _paths(history: Mapping[str, list[int]]) -> tuple[tuple[int, ...], dict[str, tuple[int, ...]]]:
    each = {key: tuple(values) for key, values in history.items()}
    return tuple(map(sum, zip(*each.values(), strict=True))), each


def minimums_only(debts: Sequence[Owed]) -> Outcome:
    """Each debt by itself, with nothing added and nothing carried over."""
    plans = {d.key: plan(Terms(d.balance, d.apr, d.minimum)) for d in debts}
    ends = {key: len(p.installments) for key, p in plans.items()}
    longest = max(ends.values(), default=0)
    each = {}
    for key, p in plans.items():
        left = tuple(row.balance for row in p.installments)
        each[key] = left + (left[-1] if left else 0,) * (longest - len(left))
    path = tuple(map(sum, zip(*each.values(), strict=True)))
    never = any(p.never_pays_off for p in plans.values())
    order = sorted((ends[k], k) for k, p in plans.items() if not p.never_pays_off)
    return Outcome(
        None if never else longest,
        None if never else sum(p.total_interest for p in plans.values()),
        tuple((key, month) for month, key in order),
        path,
        each,
    )
