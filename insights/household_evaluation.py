"""How well households are forecast from their own past: balances by day, spending by month. Pure.

Every household is forecast again and again, each time from what came before that day alone.
"""

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from statistics import fmean

from insights.forecast_evaluation import Unreadable
from insights.forecasting import fit
from insights.spending import band_of, together
from insights.spending_months import MONTHS_MAX, fit_months

HISTORY_DAYS = 730
AHEAD = (7, 14, 30, 60, 90)
EVERY_DAYS = 29  # walks through the days of the month: 61 stood near the same ones
MONTHS_MIN, MONTHS_AHEAD, YEAR = 36, 12, 12
SHARES = (0.8, 0.95)
OWN = ("Assets:US:BofA", "Liabilities:US:Chase")  # money at hand and the card


@dataclass(slots=True)
class Household:
    """nets: cents by day of the accounts at hand. spent: cents by category and month, positive."""

    nets: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    spent: dict[str, dict[date, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


@dataclass(frozen=True, slots=True)
class Horizon:
    """Mean absolute errors in cents at so many days or months ahead, and how many ranges held."""

    ahead: int
    count: int
    error: float
    naive: float
    coverage_80: float
    coverage_95: float


def read_households(folder: Path) -> list[Household]:
    """Those of a folder with `postings.csv.gz` (accounting signs) and `txns.csv` anywhere below."""
    found: dict[str, Household] = defaultdict(Household)
    for path in sorted(folder.rglob("postings.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        for (user, _), legs in groupby(rows, lambda row: (row["user"], row["txn"])):
            _postings(found[f"{path}:{user}"], list(legs))
    for path in sorted(folder.rglob("txns.csv")):
        with path.open(encoding="utf-8") as lines:
            once = {row["id"]: row for row in csv.DictReader(lines)}
        for row in once.values():
            _transaction(found[str(path)], row)
    if not found:
        raise Unreadable("no postings.csv.gz and no txns.csv in this folder")
    return list(found.values())


def _postings(household: Household, legs: list[dict[str, str]]) -> None:
    """One transaction. Spending is what its expenses took from the accounts at hand: what is kept
    back from wages never came in."""
    on = date.fromisoformat(legs[0]["date"])
    if legs[0]["narration"].startswith("Opening"):
        return
    cents = [(row["account"], round(float(row["usd"]) * 100)) for row in legs]
    own = sum(minor for account, minor in cents if account.startswith(OWN))
    household.nets[on] += own
    if own < 0:
        for account, minor in cents:
            if account.startswith("Expenses:"):
                household.spent[account][on.replace(day=1)] += minor


def _transaction(household: Household, row: dict[str, str]) -> None:
    on, cents = date.fromisoformat(row["date"]), round(float(row["amount"]) * 100)
    if row["category"] == "Opening Balance":
        return
    household.nets[on] += cents
    if row["category"] and cents < 0:  # transfers have none
        household.spent[row["category"]][on.replace(day=1)] -= cents


def balances(households: list[Household]) -> list[Horizon]:
    """The balance so many days ahead, against the last four weeks once more."""
    rows: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for household in households:
        first, last = min(household.nets), max(household.nets)
        nets = [household.nets[first + timedelta(k)] for k in range((last - first).days + 1)]
        for end in range(HISTORY_DAYS, len(nets) - AHEAD[-1], EVERY_DAYS):
            past = nets[end - HISTORY_DAYS : end]
            found = fit(past, first + timedelta(end - 1), AHEAD[-1])
            for ahead in AHEAD:
                came = sum(nets[end : end + ahead])
                off = came - sum(found.by_day[:ahead])
                naive = came - sum(past[-28 + k % 28] for k in range(ahead))
                bands = [found.band(ahead, coverage) for coverage in (0.8, 0.95)]
                inside = [low <= off <= high for low, high in bands]
                rows[ahead].append((abs(off), abs(naive), *inside))
    return _horizons(rows)


@dataclass(frozen=True, slots=True)
class Spent:
    """Spending a year ahead: by single month, and of so many months together."""

    months: list[Horizon]
    sums: list[Horizon]


def months(households: list[Household]) -> Spent:
    """Spending of every category added up, against the same months of the year before."""
    singles: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    sums: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for household in households:
        whole = sorted({month for spent in household.spent.values() for month in spent})[1:-1]
        series = [[spent[month] for month in whole] for spent in household.spent.values()]
        totals = [sum(row) for row in zip(*series, strict=True)]
        for end in range(MONTHS_MIN, len(whole) - MONTHS_AHEAD + 1, 3):
            past = [row[max(0, end - MONTHS_MAX) : end] for row in series]
            fitted = [fit_months(row, MONTHS_AHEAD) for row in past if any(row)]
            band = band_of(together(fitted))
            said = [sum(fit.expected[k] for fit in fitted) for k in range(MONTHS_AHEAD)]
            off = [totals[end + k] - said[k] for k in range(MONTHS_AHEAD)]
            naive = [totals[end + k] - totals[end + k - YEAR] for k in range(MONTHS_AHEAD)]
            for count in range(1, MONTHS_AHEAD + 1):
                one, two = off[count - 1], naive[count - 1]
                held = [low <= one <= high for low, high in (band.month(1, s) for s in SHARES)]
                singles[count].append((abs(one), abs(two), *held))
                one, two = sum(off[:count]), sum(naive[:count])
                held = [low <= one <= high for low, high in (band.months(count, s) for s in SHARES)]
                sums[count].append((abs(one), abs(two), *held))
    return Spent(_horizons(singles), _horizons(sums))


def _horizons(rows: dict[int, list[tuple[float, ...]]]) -> list[Horizon]:
    return [
        Horizon(ahead, len(found), *(fmean(column) for column in zip(*found, strict=True)))
        for ahead, found in rows.items()
    ]


__all__ = ["Horizon", "Household", "Spent", "balances", "months", "read_households"]
