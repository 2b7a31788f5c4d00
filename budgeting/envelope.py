"""Envelope budgeting: every coin of income is given a job, or waits to be given one. Pure.

to budget = income + what was not budgeted and what was held last month - last month's overspending
            - budgeted - held
An envelope that ends below zero without deficit rollover starts again at zero, and the next month's
money pays for it, once. These rules give the figures of Actual to the cent (the tests hold them).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Envelope:
    """One envelope in one month, in minor units: `spent` positive for spending."""

    budgeted: int = 0
    spent: int = 0
    keeps_debt: bool = False  # a balance below zero stays in the envelope


@dataclass(frozen=True, slots=True)
class Month:
    income: int
    envelopes: Mapping[str, Envelope]
    hold: int = 0  # asked to be kept for the next month


@dataclass(frozen=True, slots=True)
class Result:
    """A month worked out. `overspent` is last month's, zero or negative."""

    income: int
    from_last: int
    overspent: int
    budgeted: int
    held: int
    to_budget: int
    balances: dict[str, int] = field(default_factory=dict)

    @property
    def available_income(self) -> int:
        return self.income + self.from_last


def envelopes(months: Sequence[Month]) -> list[Result]:
    """Work the months out, in order. A hold takes at most what is left to budget at that moment."""
    results: list[Result] = []
    balances: dict[str, int] = {}
    keeps: dict[str, bool] = {}
    from_last = 0
    for month in months:
        overspent = sum(b for name, b in balances.items() if b < 0 and not keeps[name])
        carried = {n: b if b > 0 or keeps[n] else 0 for n, b in balances.items()}
        budgeted = sum(envelope.budgeted for envelope in month.envelopes.values())
        free = month.income + from_last + overspent - budgeted
        held = max(min(month.hold, free), 0)
        balances = {
            name: carried.get(name, 0) + envelope.budgeted - envelope.spent
            for name, envelope in month.envelopes.items()
        }
        keeps = {name: envelope.keeps_debt for name, envelope in month.envelopes.items()}
        result = Result(
            month.income, from_last, overspent, budgeted, held, free - held, dict(balances)
        )
        results.append(result)
        from_last = result.to_budget + held
    return results
