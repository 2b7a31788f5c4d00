"""An owner's ways out of debt, for people: curves for the console and tables for the terminal."""

from dataclasses import dataclass

from accounts.days import today_of
from accounts.models import User
from debts.charts import payoff_chart
from debts.comparison import Comparison, compare
from debts.selectors import states_of
from debts.state import State
from ledger.money import format_minor

AXIS_STEPS = 4
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
    start, currency = sum(s.payoff for s in states), comparison.currency
    curves = {
        name.replace("_", " "): [start, *outcome.path[:SHOWN_MONTHS_MAX]]
        for name, outcome in comparison.outcomes.items()
    }
    top = max(max(points) for points in curves.values())
    labels = [format_minor(top * step // AXIS_STEPS, currency) for step in range(AXIS_STEPS + 1)]
    return payoff_chart(f"Owed by month, {currency}", curves, labels)
