"""A balance to come: what is known, what is to be expected beside it, and how sure that is. Pure.

Minor units of one currency throughout. What is known is never part of the history that the rest is
modelled from, so that nothing is counted twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from insights.forecasting import Fit, fit
from insights.spending_months import NOTHING, Past


@dataclass(frozen=True, slots=True)
class Item:
    """One known movement: of a recurring transaction, or in the books already.

    spends: it is of a category of expenses (a refund, too), or money spent without a category.
    """

    on: date
    minor: int
    category: str | None = None
    rule: str | None = None
    spends: bool = False


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a forecast rests on; a stored forecast keeps this.

    balance: at the end of today, without pending rows. history: daily nets up to today, without
    what recurring transactions explain; empty where it is too short. rates: what each category
    brings or takes per day beside the known (None: no category), to share out the modelled total.
    spending: what whole months took by category beside the known.
    """

    today: date
    currency: str
    balance: int
    known: tuple[Item, ...] = ()
    history: tuple[int, ...] = ()
    rates: tuple[tuple[str | None, float], ...] = ()
    spending: Past = NOTHING
    warnings: tuple[dict[str, Any], ...] = ()
    rates_used: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """The end of one day. known and modelled are its own movements; p50 adds up from them."""

    on: date
    p10: int
    p50: int
    p90: int
    known: int
    modelled: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one category does over the whole forecast."""

    category: str | None
    known: int
    modelled: int


@dataclass(frozen=True, slots=True)
class Forecast:
    days: list[Day]
    low_point: Day
    below_zero: float
    by_category: list[Share]
    fit: Fit | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """What if: these recurring transactions stop, and this happens once."""

    skipped: frozenset[str] = frozenset()
    extra: tuple[Item, ...] = field(default=())

    def apply(self, inputs: Inputs) -> Inputs:
        kept = tuple(item for item in inputs.known if item.rule not in self.skipped)
        return replace(inputs, known=kept + self.extra)


def forecast(inputs: Inputs, days: int) -> Forecast:
    """The next `days` days, from tomorrow on. What is overdue happens tomorrow."""
    found = fit(inputs.history, inputs.today, days) if inputs.history else None
    known = _by_day(inputs, days)
    modelled = found.by_day if found else [0.0] * days
    shown: list[Day] = []
    expected, minor, before = 0.0, inputs.balance, inputs.balance
    for k in range(days):
        expected += modelled[k]
        minor += known[k]
        p50 = minor + round(expected)
        low, high = found.band(k + 1) if found else (0.0, 0.0)
        shown.append(
            Day(
                on=inputs.today + timedelta(days=k + 1),
                p10=p50 + round(low),
                p50=p50,
                p90=p50 + round(high),
                known=known[k],
                # The difference, so that balances add up to the last cent.
                modelled=p50 - before - known[k],
            )
        )
        before = p50
    lowest = min(shown, key=lambda day: (day.p50, day.on))
    return Forecast(
        shown, lowest, chance_below(0, shown, found), _by_category(inputs, shown), found
    )


def _by_day(inputs: Inputs, days: int) -> list[int]:
    known = [0] * days
    for item in _ahead(inputs, days):
        known[max(0, (item.on - inputs.today).days - 1)] += item.minor
    return known


def _ahead(inputs: Inputs, days: int) -> Iterable[Item]:
    last = inputs.today + timedelta(days=days)
    return (item for item in inputs.known if item.on <= last)


def chance_below(floor: int, days: Sequence[Day], found: Fit | None) -> float:
    """The share of past errors with which the balance would end some day below this."""
    if found is None or not found.errors:
        return float(any(day.p50 < floor for day in days))
    below = sum(
        any(day.p50 + found.error(path, k) < floor for k, day in enumerate(days, 1))
        for path in found.errors
    )
    return below / len(found.errors)


def _by_category(inputs: Inputs, days: Sequence[Day]) -> list[Share]:
    """Shares that sum to the days' known and modelled totals, the largest movement first.

    Each category's own rate, put right in proportion to its size where the rates miss the total.
    """
    known: dict[str | None, int] = {}
    for item in _ahead(inputs, len(days)):
        known[item.category] = known.get(item.category, 0) + item.minor
    total = sum(day.modelled for day in days)
    modelled: dict[str | None, int] = {}
    if total:
        raw = {category: rate * len(days) for category, rate in inputs.rates if rate}
        size = sum(abs(value) for value in raw.values())
        gap = total - sum(raw.values())
        modelled = {c: round(v + gap * abs(v) / size) for c, v in raw.items()}
        rest = total - sum(modelled.values())
        modelled[None] = modelled.get(None, 0) + rest
    shares = [
        Share(category, known.get(category, 0), modelled.get(category, 0))
        for category in {**known, **modelled}
    ]
    kept = [share for share in shares if share.known or share.modelled]
    return sorted(kept, key=lambda s: (-abs(s.known + s.modelled), s.category or ""))


def first_below(floor: int, days: Sequence[Day]) -> date | None:
    """The first day whose expected balance is below this."""
    return next((day.on for day in days if day.p50 < floor), None)


def pinball(actual: float, quantile: float, expected: float) -> float:
    """The loss of saying `expected` for a quantile when `actual` came; smaller is better."""
    gap = actual - expected
    return gap * quantile if gap >= 0 else gap * (quantile - 1)


__all__ = [
    "Day",
    "Forecast",
    "Inputs",
    "Item",
    "Scenario",
    "Share",
    "chance_below",
    "first_below",
    "forecast",
    "pinball",
]
