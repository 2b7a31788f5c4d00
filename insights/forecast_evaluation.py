"""How well series are forecast, ours against seasonal naive and a library's methods. Pure.

Each series is forecast once from its training part and held against its test part. sMAPE is
200 |y - f| / (|y| + |f|), MASE is scaled by the in-sample error of seasonal naive: both as in the
M competitions (Makridakis et al. 1982; Hyndman and Koehler 2006). Pinball is the mean loss at 10, 50
and 90 %, in the same scale as MASE.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from time import process_time

import numpy as np

from insights.forecast import pinball
from insights.forecasting import TRAIN_MIN, fit, origins_of
from insights.ranges import Ranges, errors_at, ranges_around, ranges_of
from insights.smoothing import smooth

SEASONS = {"DAILY": 7, "MONTHLY": 12}  # the models know these periods; others are left out
SHORTEST = {"DAILY": 2 * TRAIN_MIN, "MONTHLY": 30}
LAST = date(2000, 1, 1)  # any: day-of-month patterns mean nothing in these files
QUANTILES = (0.1, 0.5, 0.9)


class Unreadable(ValueError):
    """The file holds no series."""


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    season: int
    train: list[float]
    test: list[float | None]


@dataclass(frozen=True, slots=True)
class Said:
    """What a method says of the steps to come: quantiles by their share, 0.5 among them."""

    quantiles: dict[float, Sequence[float]]

    @property
    def expected(self) -> Sequence[float]:
        return self.quantiles[0.5]


@dataclass(frozen=True, slots=True)
class Result:
    """Means over all series; coverage is of single steps."""

    count: int
    smape: float
    mase: float
    pinball: float
    coverage_80: float
    coverage_95: float
    seconds: float  # of one series


Method = Callable[[Series], Said]
SHARES = (0.025, 0.1, 0.5, 0.9, 0.975)


def read_series(path: Path) -> Iterator[Series]:
    """Daily and monthly series of JSON lines (`id, period, train, test`); gaps in training take the
    value of the season before."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if not isinstance(row, dict) or not row.keys() >= {"id", "period", "train", "test"}:
                raise Unreadable("no series of id, period, train and test")
            season = SEASONS.get(row["period"])
            if season is not None and len(row["train"]) >= SHORTEST[row["period"]]:
                yield Series(row["id"], season, _filled(row["train"], season), row["test"])


def _filled(values: Sequence[float | None], season: int) -> list[float]:
    found: list[float] = []
    for k, value in enumerate(values):
        before = found[k - season] if k >= season else 0.0
        found.append(before if value is None else value)
    return found


def ours(series: Series) -> Said:
    """What the program does: smoothers for months, the weighed models of a balance for days."""
    ahead = len(series.test)
    train = np.array(series.train)
    if series.season == SEASONS["MONTHLY"]:
        smoothed = smooth(train, series.season, ahead)
        return _said(smoothed.expected.tolist(), ranges_around(train, smoothed))
    found = fit(series.train, LAST, ahead)
    steps = [[path[0], *(b - a for a, b in pairwise(path))] for path in found.errors]
    return _said(found.by_day, ranges_of(np.array(steps), ahead))


def seasonal_naive(series: Series) -> Said:
    """The last season once more; ranges from how that went before."""
    train, season, ahead = np.array(series.train), series.season, len(series.test)
    again = np.arange(ahead) % season
    count = len(train)
    reach = min(ahead, count // 3)
    origins = origins_of(count, reach) if season == SEASONS["DAILY"] else range(season, count)
    errors = np.array([errors_at(train, o, train[o - season + again]) for o in origins])
    return _said(train[count - season + again].tolist(), ranges_of(errors, ahead))


def _said(expected: list[float], ranges: Ranges) -> Said:
    beside = {share: ranges.quantile(share).tolist() for share in SHARES if share != 0.5}
    return Said(
        {
            0.5: expected,
            **{
                share: [e + off for e, off in zip(expected, offs, strict=True)]
                for share, offs in beside.items()
            },
        }
    )


def library_methods() -> dict[str, Method]:
    """ETS and Theta of statsforecast where it is installed: for measuring only, the program needs
    none of it."""
    try:
        library = import_module("statsforecast.models")
    except ImportError:
        return {}

    def of(kind: Callable[[int], object]) -> Method:
        def said(series: Series) -> Said:
            made = kind(series.season).forecast(  # type: ignore[attr-defined]
                y=np.array(series.train), h=len(series.test), level=[80, 95]
            )
            names = {0.025: "lo-95", 0.1: "lo-80", 0.5: "mean", 0.9: "hi-80", 0.975: "hi-95"}
            return Said({share: made[name].tolist() for share, name in names.items()})

        return said

    return {"ETS": of(library.AutoETS), "Theta": of(library.Theta)}


def evaluate(series: Iterable[Series], methods: dict[str, Method]) -> dict[str, Result]:
    """Every method's figures over all series."""
    figures: dict[str, list[tuple[float, ...]]] = {name: [] for name in methods}
    for one in series:
        for name, method in methods.items():
            began = process_time()
            said = method(one)
            figures[name].append((*_figures(one, said), process_time() - began))
    if not all(figures.values()):
        raise Unreadable("no daily series of two months or monthly ones of thirty months and more")
    return {
        name: Result(len(rows), *(fmean(column) for column in zip(*rows, strict=True)))
        for name, rows in figures.items()
    }


def _figures(series: Series, said: Said) -> tuple[float, ...]:
    """(sMAPE, MASE, pinball, inside 80 %, inside 95 %) over the steps that are known."""
    train, season = series.train, series.season
    scale = fmean(abs(train[k] - train[k - season]) for k in range(season, len(train))) or 1
    known = [k for k, actual in enumerate(series.test) if actual is not None]
    pairs = [(series.test[k] or 0.0, said.expected[k]) for k in known]

    def inside(low: float, high: float) -> float:
        lows, highs = said.quantiles[low], said.quantiles[high]
        return fmean(lows[k] <= (series.test[k] or 0.0) <= highs[k] for k in known)

    return (
        fmean(200 * abs(y - f) / (abs(y) + abs(f) or 1) for y, f in pairs),
        fmean(abs(y - f) for y, f in pairs) / scale,
        fmean(
            pinball(y, share, said.quantiles[share][k])
            for k, (y, _) in zip(known, pairs, strict=True)
            for share in QUANTILES
        )
        / scale,
        inside(0.1, 0.9),
        inside(0.025, 0.975),
    )


__all__ = [
    "Method",
    "Result",
    "Said",
    "Series",
    "Unreadable",
    "evaluate",
    "library_methods",
    "ours",
    "read_series",
    "seasonal_naive",
]
