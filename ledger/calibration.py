"""From a learner's share of belief to a confidence that keeps its word: of 0.9s, nine in ten are right.

Fitted on the owner's own latest rows, each guessed before it was learned. With few rows the fit
stays near the identity, and no confidence is higher than so short a history can support. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

SIDE = 12.0  # log-odds are cut here: beyond it a share is rounding
STEPS = 8
PRIOR = (0.0, 1.0, 0.0)  # bias, slope of the log-odds, known context
TRUST = (1.0, 6.0, 1.0)  # how many rows' worth of doubt it takes to leave the prior
SLOPE_MIN = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """One guess that was judged: the share it had, whether a context was known, whether it was right."""

    share: float
    known: bool
    right: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """A monotone map from share to confidence. `rows`: what the learner knew when it was fitted."""

    bias: float = PRIOR[0]
    slope: float = PRIOR[1]
    known: float = PRIOR[2]

    def confidence(self, share: float, *, known: bool, rows: int) -> float:
        """Between 0 and 1, and never above what `rows` of history can support."""
        odds = self.bias + self.slope * _log_odds(share) + self.known * known
        return min(_chance(odds), (rows + 1) / (rows + 2))


def fitted(outcomes: Sequence[Outcome]) -> Calibration:
    """The most likely calibration given the outcomes and the prior, by Newton's method."""
    points = [((1.0, _log_odds(o.share), float(o.known)), float(o.right)) for o in outcomes]
    theta = list(PRIOR)
    for _ in range(STEPS):
        slope = [t * (p - x) for t, p, x in zip(TRUST, PRIOR, theta, strict=True)]
        curve = [[TRUST[i] if i == j else 0.0 for j in range(3)] for i in range(3)]
        for x, right in points:
            chance = _chance(sum(t * v for t, v in zip(theta, x, strict=True)))
            weight = chance * (1 - chance)
            for i in range(3):
                slope[i] += (right - chance) * x[i]
                for j in range(3):
                    curve[i][j] += weight * x[i] * x[j]
        step = _solved(curve, slope)
        theta = [t + max(-2.0, min(2.0, s)) for t, s in zip(theta, step, strict=True)]
    return Calibration(theta[0], max(SLOPE_MIN, theta[1]), theta[2])


def _log_odds(share: float) -> float:
    if share <= 0:
        return -SIDE
    return SIDE if share >= 1 else max(-SIDE, min(SIDE, log(share / (1 - share))))


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, odds))))


def _solved(matrix: Sequence[Sequence[float]], values: Sequence[float]) -> list[float]:
    """Gauss; the matrix is positive definite because the prior is in it."""
    rows = [[*row, value] for row, value in zip(matrix, values, strict=True)]
    size = len(rows)
    for i in range(size):
        for j in range(i + 1, size):
            factor = rows[j][i] / rows[i][i]
            rows[j] = [b - factor * a for a, b in zip(rows[i], rows[j], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * found[j] for j in range(i + 1, size))
        found[i] = (rows[i][size] - known) / rows[i][i]
    return found
