"""An owner's ways out of debt, for people: curves for the console and tables for the terminal."""

from dataclasses import dataclass

from accounts.days import today_of
from accounts.models import User
from debts.comparison import Comparison, compare
from debts.selectors import states_of
from debts.state import State
from ledger.charts import Series, lines
from ledger.money import from_minor

# A plan that never ends, and minimums that run for decades, would flatten every other curve.
SHOWN_MONTHS_MAX = 240


@dataclass(frozen=True, slots=True)
class Payoff:
    """One currency's debts: as they stand, the orders compared, and their curves as SVG."""

    currency: str
    states: list[State]
    comparison: Comparison
    chart: str


def payoffs_of(user: User, monthly: dict[str, int] | None = None) -> list[Payoff]:
    """By currency. monthly: the pool in minor units where it is given; refuses one too small."""
    states, today = states_of(user), today_of(user)
    found = []
    for currency in sorted({s.currency for s in states if s.payoff}):
        comparison = compare(
            user, states, currency=currency, today=today, monthly=(monthly or {}).get(currency)
        )
        mine = [s for s in states if s.currency == currency and s.payoff]
        found.append(Payoff(currency, mine, comparison, _chart(comparison, mine)))
    return found


def _chart(comparison: Comparison, states: list[State]) -> str:
    """What is owed month by month, one line per order; paid off, a line ends."""
    start, currency = sum(s.payoff for s in states), comparison.currency
    curves = {
        name.replace("_", " "): [start, *outcome.path[:SHOWN_MONTHS_MAX]]
        for name, outcome in comparison.outcomes.items()
    }
    months = max(map(len, curves.values()))
    series = [
        Series(
            name,
            [float(from_minor(minor, currency)) for minor in path] + [None] * (months - len(path)),
        )
        for name, path in curves.items()
    ]
    return lines(f"Owed by month, {currency}", [f"{month} mo" for month in range(months)], series)
