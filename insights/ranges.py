"""Ranges around what is expected of single steps, from how far off the past was. Pure.

Split conformal (Vovk et al. 2005) on errors measured in the usual error of their step, so that a few
origins with many steps each make one pool. Errors of one origin hang together: the ranges are right
on average over series, not for each one.
"""

from dataclasses import dataclass

import numpy as np

from insights.smoothing import Floats, Smoothed

# Smoothers are weighed by the very errors that their range is made of, and months ahead are less like
# those behind than one would wish: so much wider, 80 % ranges held 80 % of M1's last training window.
HINDSIGHT = 2.2


@dataclass(frozen=True, slots=True)
class Ranges:
    """usual: the mean absolute error by step, never falling. pool: past errors in these, sorted."""

    usual: Floats
    pool: Floats

    def quantile(self, share: float) -> Floats:
        """By step: what the error stays below in this share of cases."""
        count = len(self.pool)
        place = np.ceil(share * (count + 1)) if share > 0.5 else np.floor(share * (count + 1))
        found: Floats = self.pool[int(np.clip(place - 1, 0, count - 1))] * self.usual
        return found


def ranges_of(errors: Floats, ahead: int) -> Ranges:
    """errors: origins x steps, actual less expected, NaN where the series had ended.

    Further ahead than the steps counted, errors go on growing with the root of the step.
    """
    steps = errors.shape[1]
    known = ~np.isnan(errors)
    size = np.where(known, np.abs(errors), 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    usual = np.maximum.accumulate(size)
    usual = np.where(usual > 0, usual, 1e-12)
    pool = np.sort((errors / usual)[known])
    if ahead > steps:
        further = np.sqrt(np.arange(steps + 1, ahead + 1) / steps) * usual[-1]
        usual = np.concatenate([usual, further])
    return Ranges(usual[:ahead], pool)


def errors_at(series: Floats, origin: int, expected: Floats) -> Floats:
    """What followed an origin less what was expected of it; NaN where the series had ended."""
    found = np.full(len(expected), np.nan)
    known = series[origin : origin + len(expected)]
    found[: len(known)] = known - expected[: len(known)]
    return found


def ranges_around(series: Floats, smoothed: Smoothed) -> Ranges:
    """The ranges of what was smoothed."""
    pairs = zip(smoothed.origins, smoothed.past, strict=True)
    errors = np.array([errors_at(series, origin, expected) for origin, expected in pairs])
    found = ranges_of(errors, len(smoothed.expected))
    return Ranges(found.usual * HINDSIGHT, found.pool)


__all__ = ["Ranges", "errors_at", "ranges_around", "ranges_of"]
