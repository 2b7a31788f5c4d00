"""From hits to a score: noisy-OR over groups, in whole numbers, so that no order matters.

    score = round(100 · (1 − Π_g (1 − w_g / 100))),   w_g = the largest weight of group g

Bounded by 100, monotone in every weight, and each reason's contribution is exact: the score less
the score without it. An allowed payee caps the score; nothing is ever subtracted from one, so trust
cannot be bought.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

WEIGHT_MAX = 95
STRENGTH_MAX = 0.999
FINE_MAX = 0.999_999  # so that no rank reaches the next score
NOTHING_NEAR: Mapping[tuple[str, str], float] = MappingProxyType({})


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
    rank: float = 0.0  # score + fine: orders rows of one score (engine.nearness)
    near: dict[str, float] = field(default_factory=dict)  # what `fine` is made of


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


def judge(
    hits: Sequence[Hit],
    cap: int = 100,
    bands: Bands = DEFAULT,
    near: Mapping[tuple[str, str], float] = NOTHING_NEAR,
) -> Judgement:
    """The word of the watch on one row. near: {(code, group): strength}, each at most STRENGTH_MAX."""
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
        score + fine_of(near),
        {code: round(strength, 4) for (code, _), strength in near.items()},
    )


def fine_of(near: Mapping[tuple[str, str], float]) -> float:
    """Noisy-OR of how near rules came, over groups: at least 0, below 1."""
    groups: dict[str, float] = {}
    for (_, group), strength in near.items():
        groups[group] = max(groups.get(group, 0.0), min(strength, STRENGTH_MAX))
    left = 1.0
    for group in sorted(groups):  # one order, so that rounding is the same in every replay
        left *= 1.0 - groups[group]
    return min(1.0 - left, FINE_MAX)
