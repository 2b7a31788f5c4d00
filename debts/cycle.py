"""A card's cycle as it stands: what its statement says and what the present days cost."""

from datetime import date, timedelta
from typing import Any

from debts.amortization import period_interest
from debts.cards import average_daily_balance, cycle_interest, statement, utilisation_percent
from debts.due_days import period_of, period_span
from debts.interest import rounded, stretches_of
from debts.selectors import net_by_day
from debts.state import State
from ledger.money import format_minor


def cycle_of(state: State, day: date) -> dict[str, Any]:
    """The statement before a day and the cycle that it lies in."""
    debt, currency = state.debt, state.currency
    begin, end = period_span(
        debt.start_on, debt.due_day, period_of(debt.start_on, debt.due_day, day)
    )
    moves = net_by_day(debt, begin)
    opening = -debt.account.balance_minor - sum(m for d, m in moves.items() if d > begin)
    inflows = [(d, amount) for d, amount in state.inflows.items() if d > begin]
    stated = statement(begin, debt.grace_days, opening, inflows, day)
    until = min(max(day, begin) + timedelta(1), end)
    inside = [(d, amount) for d, amount in moves.items() if begin < d < until]
    parts = stretches_of(begin, until, opening, inside, state.rates, debt.apr)
    in_grace = opening <= 0 or stated.paid_in_full
    method = "daily" if debt.compounding == "daily" else "average"
    used = utilisation_percent(state.owed, debt.account.credit_limit_minor)
    minimum = state.minimum.due(stated.balance, period_interest(stated.balance, state.apr))
    limit = debt.account.credit_limit_minor
    return {
        "debt": debt.pk,
        "currency": currency,
        "balance": format_minor(state.owed, currency),
        "credit_limit": None if limit is None else format_minor(limit, currency),
        "utilisation_percent": None if used is None else float(used),
        "statement": None
        if begin == debt.start_on
        else {
            "closed_on": stated.closed_on,
            "due_on": stated.due_on,
            "balance": format_minor(stated.balance, currency),
            "minimum_payment": format_minor(minimum, currency),
            "paid": format_minor(stated.paid, currency),
            "paid_in_full": stated.paid_in_full,
        },
        "cycle": {
            "start": begin,
            "end": end,
            "average_daily_balance": format_minor(rounded(average_daily_balance(parts)), currency),
            "interest_so_far": format_minor(
                cycle_interest(parts, method, in_grace=in_grace), currency
            ),
            "in_grace": in_grace,
        },
    }
