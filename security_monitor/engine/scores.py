"""From hits to a score: noisy-OR over groups, in whole numbers, so that no order matters.

    score = round(100 · (1 − Π_g (1 − w_g / 100))),   w_g = the largest weight of group g

Bounded by 100, monotone in every weight, and each reason's contribution is exact: the score less
the score without it. An allowed payee caps the score; nothing is ever subtracted from one, so trust
cannot be bought.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

WEIGHT_MAX = 95


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that spoke: its weight for this row (0-95), and why, in the owner's words."""

    code: str
    group: str
    weight: int
    message: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bands:
    """From which score on something is done. Below `notify` nobody hears of it."""

    notify: int = 30
    review: int = 60
    hold: int = 80

    def level(self, score: int) -> str:
        words = ((self.hold, "critical"), (self.review, "high"), (self.notify, "medium"))
        return next((word for floor, word in words if score >= floor), "low")

    def action(self, score: int) -> str:
        words = ((self.hold, "hold"), (self.review, "review"), (self.notify, "notify"))
        return next((word for floor, word in words if score >= floor), "silent")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A score with its reasons, most telling first."""

    score: int
    level: str
    action: str
    reasons: list[dict[str, Any]]
    flagged: bool


def score_of(hits: Iterable[Hit], cap: int = 100) -> int:
    """0 to 100; 0 without hits. Half points go up."""
    groups: dict[str, int] = {}
    for hit in hits:
        groups[hit.group] = max(groups.get(hit.group, 0), min(hit.weight, WEIGHT_MAX))
    left, whole = 1, 1
    for weight in groups.values():
        left *= 100 - weight
        whole *= 100
    return min(cap, (200 * (whole - left) + whole) // (2 * whole))


DEFAULT = Bands()


def judge(hits: Sequence[Hit], cap: int = 100, bands: Bands = DEFAULT) -> Judgement:
    """The word of the watch on one row."""
    score = score_of(hits, cap)
    reasons: list[dict[str, Any]] = [
        {
            "code": hit.code,
            "contribution": score - score_of([h for h in hits if h is not hit], cap),
            "message": hit.message,
            "evidence": hit.evidence,
        }
        for hit in hits
        if hit.weight > 0
    ]
    reasons.sort(key=lambda reason: (-reason["contribution"], reason["code"]))
    return Judgement(
        score,
        bands.level(score),
        bands.action(score),
        reasons,
        score >= bands.review,
    )
