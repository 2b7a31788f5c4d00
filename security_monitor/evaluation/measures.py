"""The measures of the field, by their definitions; ties count as ties.

Card precision@k as in the Fraud Detection Handbook (Le Borgne et al., 2022, chapter 4): per day the k
cards with the highest score, how many of them are compromised; cards found on an earlier day are
out. Average precision: Σ (R_n - R_{n-1}) P_n over distinct thresholds.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random
from statistics import median

Scored = tuple[float, bool]  # the score, and whether it was fraud


@dataclass(frozen=True, slots=True)
class Curve:
    """One pass over rows by falling score: what all the measures are made of."""

    points: list[tuple[int, int]]  # (frauds, honest rows) at or above each threshold
    frauds: int
    honest: int

    @property
    def auc(self) -> float:
        """The area under the ROC curve; a tie counts one half."""
        area, last_true, last_false = 0.0, 0, 0
        for true, false in self.points:
            area += (false - last_false) * (true + last_true) / 2
            last_true, last_false = true, false
        return area / (self.frauds * self.honest) if self.frauds and self.honest else 0.0

    @property
    def average_precision(self) -> float:
        total, last = 0.0, 0
        for true, false in self.points:
            total += (true - last) * true / (true + false)
            last = true
        return total / self.frauds if self.frauds else 0.0

    def recall_at(self, false_share: float) -> float:
        """Recall with at most this share of honest rows flagged; between thresholds, interpolated."""
        allowed, last_true, last_false = false_share * self.honest, 0, 0
        for true, false in self.points:
            if false > allowed:
                part = (allowed - last_false) / (false - last_false)
                return (last_true + part * (true - last_true)) / max(self.frauds, 1)
            last_true, last_false = true, false
        return last_true / max(self.frauds, 1)


def curve(rows: Iterable[Scored]) -> Curve:
    points, true, false = [], 0, 0
    for _, tied in groupby(sorted(rows, key=lambda row: -row[0]), key=lambda row: row[0]):
        for _, is_fraud in tied:
            true, false = true + is_fraud, false + (not is_fraud)
        points.append((true, false))
    return Curve(points, true, false)


def card_precision(days: Sequence[Sequence[tuple[Hashable, float, bool]]], k: int = 100) -> float:
    """Mean over days of (compromised cards among the k with the highest score) / k."""
    found: set[Hashable] = set()
    shares = []
    for rows in days:
        best: dict[Hashable, float] = defaultdict(float)
        bad = set()
        for card, score, is_fraud in rows:
            if card not in found:
                best[card] = max(best[card], score)
                if is_fraud:
                    bad.add(card)
        top = sorted(best, key=lambda card: (-best[card], str(card)))[:k]
        hit = bad.intersection(top)
        found |= hit
        shares.append(len(hit) / k)
    return sum(shares) / len(shares) if shares else 0.0


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of a measure over files made of the same owners, drawn with replacement."""

    low: float
    high: float


def intervals(
    rows: Sequence[tuple[Hashable, float, bool]],
    measures: Sequence[Callable[[Curve], float]],
    rounds: int = 100,
    seed: int = 7,
) -> list[Interval]:
    """One interval per measure (bootstrap over owners: rows of one owner are not independent).

    rows: (owner, score, is fraud). Sorted once; a round gives each owner a weight and counts along.
    """
    numbers = {owner: n for n, owner in enumerate(dict.fromkeys(owner for owner, _, _ in rows))}
    ordered = sorted(rows, key=lambda row: -row[1])
    ties = [
        ([numbers[owner] for owner, _, bad in tied if bad],
         [numbers[owner] for owner, _, bad in tied if not bad])
        for tied in (list(group) for _, group in groupby(ordered, key=lambda row: row[1]))
    ]  # fmt: skip
    random, found = Random(seed), []  # noqa: S311 (statistics, no secret)
    for _ in range(rounds if numbers else 0):
        weights = [0] * len(numbers)
        for drawn in random.choices(range(len(numbers)), k=len(numbers)):
            weights[drawn] += 1
        points, true, false = [], 0, 0
        for bad, good in ties:
            for owner in bad:
                true += weights[owner]
            for owner in good:
                false += weights[owner]
            if true or false:
                points.append((true, false))
        found.append([measure(Curve(points, true, false)) for measure in measures])
    return [_middle(sorted(values)) for values in zip(*found, strict=True)] or [
        Interval(0.0, 0.0) for _ in measures
    ]


def _middle(values: Sequence[float]) -> Interval:
    return Interval(
        values[int(0.025 * len(values))], values[min(int(0.975 * len(values)), len(values) - 1)]
    )


@dataclass(frozen=True, slots=True)
class Delay:
    """From the first fraud on a card to the first alert on one of its frauds, in hours."""

    cards: int
    caught: int
    median_hours: float | None


def detection_delay(rows: Iterable[tuple[Hashable, float, bool, bool]]) -> Delay:
    """rows: (card, hour, is fraud, is alert), in the order of time."""
    first: dict[Hashable, float] = {}
    waited: dict[Hashable, float] = {}
    for card, hour, is_fraud, is_alert in rows:
        if is_fraud:
            begun = first.setdefault(card, hour)
            if is_alert:
                waited.setdefault(card, hour - begun)
    return Delay(len(first), len(waited), median(waited.values()) if waited else None)


def cost_per_row(rows: Iterable[tuple[float, bool, bool]], review: float) -> tuple[float, float]:
    """(with the alerts, with none) per row, in units of the currency.

    rows: (amount, is fraud, is alert). A missed fraud costs its amount, an alert costs `review`
    whether it was right or not; what an alert saves is the amount of that row alone.
    """
    paid, lost, count = 0.0, 0.0, 0
    for amount, is_fraud, is_alert in rows:
        count += 1
        lost += amount if is_fraud else 0.0
        paid += review if is_alert else amount if is_fraud else 0.0
    return (paid / count, lost / count) if count else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose score, as a chance, lies in one tenth: what was said, and what came true."""

    said: float
    true: float
    rows: int


def calibration(rows: Iterable[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """rows: (chance between 0 and 1, is fraud). Bins without rows are left out."""
    found: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, is_fraud in rows:
        found[min(int(chance * bins), bins - 1)].append((chance, is_fraud))
    return [
        Bin(
            sum(chance for chance, _ in rows) / len(rows),
            sum(bad for _, bad in rows) / len(rows),
            len(rows),
        )
        for _, rows in sorted(found.items())
    ]
