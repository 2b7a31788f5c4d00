"""How well the forecasting models do on published series, against seasonal naive. Pure.

Each series is forecast once from its training part and held against its test part. sMAPE is
200 |y - f| / (|y| + |f|), MASE is scaled by the in-sample error of seasonal naive: both as in the
M competitions (Makridakis et al. 1982; Hyndman and Koehler 2006).
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean

from insights.forecasting import TRAIN_MIN, fit

SEASONS = {"DAILY": 7}  # the models know days; other periods are left out
LAST = date(2000, 1, 1)  # any: day-of-month patterns mean nothing in these files


class Unreadable(ValueError):
    """The file holds no series."""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    season: int
    train: list[float]
    test: list[float | None]


@dataclass(frozen=True, slots=True)
class Result:
    """Means over all series; coverage is of the 80 % band of the sum after each number of steps."""

    count: int
    smape: float
    mase: float
    naive_smape: float
    naive_mase: float
    coverage: float


def read_series(path: Path) -> Iterator[Series]:
    """Daily series of JSON lines (`id, period, train, test`); gaps in training take the value of
    the week before."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if not isinstance(row, dict) or not row.keys() >= {"id", "period", "train", "test"}:
                raise Unreadable("no series of id, period, train and test")
            season = SEASONS.get(row["period"])
            if season is not None and len(row["train"]) >= 2 * TRAIN_MIN:
                yield Series(row["id"], season, _filled(row["train"], season), row["test"])


def _filled(values: Sequence[float | None], season: int) -> list[float]:
    found: list[float] = []
    for k, value in enumerate(values):
        before = found[k - season] if k >= season else 0.0
        found.append(before if value is None else value)
    return found


def evaluate(series: Iterable[Series]) -> Result:
    ours, naive, inside = [], [], []
    for one in series:
        ahead = len(one.test)
        found = fit(one.train, LAST, ahead)
        weekly = [one.train[len(one.train) - one.season + k % one.season] for k in range(ahead)]
        ours.append(_errors(one, found.by_day))
        naive.append(_errors(one, weekly))
        error = 0.0
        for k, actual in enumerate(one.test):
            error += 0.0 if actual is None else actual - found.by_day[k]
            low, high = found.band(k + 1)
            inside.append(low <= error <= high)
    if not ours:
        raise Unreadable("no daily series of two months and more")
    return Result(
        len(ours),
        fmean(smape for smape, _ in ours),
        fmean(mase for _, mase in ours),
        fmean(smape for smape, _ in naive),
        fmean(mase for _, mase in naive),
        fmean(inside),
    )


def _errors(series: Series, expected: Sequence[float]) -> tuple[float, float]:
    """(sMAPE, MASE) over the steps that are known."""
    pairs = [(y, f) for y, f in zip(series.test, expected, strict=True) if y is not None]
    train, season = series.train, series.season
    scale = fmean(abs(train[k] - train[k - season]) for k in range(season, len(train)))
    smape = fmean(200 * abs(y - f) / (abs(y) + abs(f) or 1) for y, f in pairs)
    return smape, fmean(abs(y - f) for y, f in pairs) / (scale or 1)


__all__ = ["Result", "Series", "Unreadable", "evaluate", "read_series"]
