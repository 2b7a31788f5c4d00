"""Budgets as charts and tables, for the admin and the terminal."""

from collections.abc import Sequence

from budgeting.rollover import State
from ledger.charts import Series, bars
from ledger.money import from_minor


def history_chart(name: str, currency: str, states: Sequence[State]) -> str:
    """Available and spent by period, as SVG."""

    def shown(minor: int) -> float:
        return float(from_minor(minor, currency))

    return bars(
        f"{name} in {currency}",
        [f"{state.span.start:%Y-%m-%d}" for state in states],
        [
            Series("available", [shown(state.available) for state in states]),
            Series("spent", [shown(state.spent) for state in states]),
        ],
    )
