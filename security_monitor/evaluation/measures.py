"""The measures of the field, by their definitions; ties count as ties.

Card precision@k as in the Fraud Detection Handbook (Le Borgne et al., 2022, chapter 4): per day the k
cards with the highest score, how many of them are compromised; cards found on an earlier day are
out. Average precision: Σ (R_n - R_{n-1}) P_n over distinct thresholds.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from random import Random

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


def interval(
    groups: Sequence[Sequence[Scored]], rounds: int = 60, seed: int = 7
) -> tuple[float, float]:
    """95 % of the average precisions of files made of the same owners, drawn with replacement."""
    random, found = Random(seed), []  # noqa: S311 (statistics, no secret)
    for _ in range(rounds):
        drawn = random.choices(groups, k=len(groups))
        found.append(curve(row for group in drawn for row in group).average_precision)
    found.sort()
    return found[int(0.025 * rounds)], found[min(int(0.975 * rounds), rounds - 1)]
