"""From scores to figures: what a method is worth, and what the rules said of each named scenario."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from uuid import UUID

from security_monitor.engine.scores import Bands
from security_monitor.evaluation.files import Labelled
from security_monitor.evaluation.measures import (
    Bin,
    Curve,
    Delay,
    Interval,
    calibration,
    card_precision,
    cost_per_row,
    curve,
    detection_delay,
    intervals,
)
from security_monitor.evaluation.methods import Method

FALSE_SHARES = (0.001, 0.005, 0.01)
MONTH_DAYS = 30.4
NOTIFY = Bands().notify


@dataclass(frozen=True, slots=True)
class Result:
    """One method on one window. recall: at 0.1, 0.5 and 1 % of honest rows flagged."""

    name: str
    curve: Curve
    ap_interval: Interval
    recall_intervals: tuple[Interval, ...]
    card_precision: float
    flagged: int
    flagged_fraud: int
    alerts_per_user_month: float  # on honest rows
    delay: Delay
    cost: float  # per row, in units of the currency
    cost_without: float  # with no alert at all
    bins: list[Bin]  # of methods whose score means a chance

    @property
    def auc(self) -> float:
        return self.curve.auc

    @property
    def average_precision(self) -> float:
        return self.curve.average_precision

    @property
    def recall(self) -> tuple[float, ...]:
        return tuple(self.curve.recall_at(share) for share in FALSE_SHARES)


def result_of(
    method: Method, rows: Sequence[Labelled], scores: Sequence[float], review: float
) -> Result:
    """review: what handling one alert costs, in units of the currency."""
    both = list(zip(rows, scores, strict=True))
    by_day: dict[int, list[tuple[UUID, float, bool]]] = defaultdict(list)
    for row, score in both:
        by_day[row.entry.day].append((row.entry.user_id, score, row.is_fraud))
    alarmed = [method.alerts(row.entry, score) for row, score in both]
    alerts = [row for row, is_alarm in zip(rows, alarmed, strict=True) if is_alarm]
    honest = sum(not row.is_fraud for row in alerts)
    days = max(by_day, default=0) - min(by_day, default=0) + 1
    months = len({row.entry.user_id for row in rows}) * days / MONTH_DAYS
    found = intervals(
        [(row.entry.user_id, score, row.is_fraud) for row, score in both],
        [_average_precision, *(partial(_recall, share) for share in FALSE_SHARES)],
    )
    full = getattr(method, "certain", None)  # the score that means certainty, where one does
    cost, without = cost_per_row(
        ((row.entry.size / 10**row.entry.exponent, row.is_fraud, is_alarm)
         for row, is_alarm in zip(rows, alarmed, strict=True)), review)  # fmt: skip
    return Result(
        method.name,
        curve((score, row.is_fraud) for row, score in both),
        found[0],
        tuple(found[1:]),
        card_precision([by_day[day] for day in sorted(by_day)]),
        len(alerts),
        len(alerts) - honest,
        honest / months if months else 0.0,
        detection_delay(
            (row.entry.user_id, _hour(row), row.is_fraud, is_alarm)
            for row, is_alarm in zip(rows, alarmed, strict=True)
        ),
        cost,
        without,
        calibration((score / full, row.is_fraud) for row, score in both) if full else [],
    )


def _average_precision(one: Curve) -> float:
    return one.average_precision


def _recall(share: float, one: Curve) -> float:
    return one.recall_at(share)


def _hour(row: Labelled) -> float:
    entry = row.entry
    return entry.instant / 3600 if entry.instant is not None else entry.day * 24.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the rules said of an attack, or of the honest thing that looks like it.

    seen: owners where the rule named in the scenario spoke; caught: owners told of it (a score of
    30 and more); flagged: owners with a case. days: from its first row to the first such word.
    """

    name: str
    is_attack: bool
    rows: int
    owners: int
    seen: int
    caught: int
    flagged: int
    days: float | None
    alerts: int  # rows told of


def scenarios_of(
    rows: Sequence[Labelled], codes: Mapping[UUID, Sequence[str]], scores: Sequence[float]
) -> list[Scenario]:
    """Rows in the order of time. Scenarios begin with the code of the rule that is meant."""
    by_name: dict[str, list[tuple[Labelled, float]]] = defaultdict(list)
    for row, score in zip(rows, scores, strict=False):
        if row.scenario and row.entry.id in codes:
            by_name[row.scenario].append((row, score))
    return [_scenario(name, found, codes) for name, found in sorted(by_name.items())]


def _scenario(
    name: str, found: Sequence[tuple[Labelled, float]], codes: Mapping[UUID, Sequence[str]]
) -> Scenario:
    code = name.split()[0]
    first: dict[UUID, int] = {}
    told: dict[UUID, int] = {}
    for row, score in found:
        owner, day = row.entry.user_id, row.entry.created_day
        begun = first.setdefault(owner, day)
        if score >= NOTIFY:
            told.setdefault(owner, day - begun)
    return Scenario(
        name,
        any(row.is_fraud for row, _ in found),
        len(found),
        len(first),
        len({row.entry.user_id for row, _ in found if code in codes[row.entry.id]}),
        len(told),
        len({row.entry.user_id for row, score in found if score >= Bands().review}),
        median(told.values()) if told else None,
        sum(score >= NOTIFY for _, score in found),
    )
