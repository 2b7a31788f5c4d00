"""What is usual, from the nearest profile to the widest: payee, then category, then account.

A young profile leans on the wider one: its median and its scale are those of its own n rows and of
the wider profile's, weighed n : PRIOR (empirical-Bayes shrinkage). All in buckets: logarithms of money.
"""

from dataclasses import dataclass

from security_monitor.engine.facts import Facts, Known
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, PAYEE

PRIOR = 8  # rows: as many as make a profile warm
PRIOR_SCALE = 24  # a few alike payments say little about how far they can differ
TAIL_ROWS = 20
NORMAL_90 = 1.2816  # the 90 % quantile of a standard normal distribution
SCALE = 0.6745  # of the MAD of a normal distribution (Iglewicz and Hoaglin, 1993)
WIDER = {PAYEE: CATEGORY, CATEGORY: ACCOUNT}


@dataclass(frozen=True, slots=True)
class Usual:
    """A median and the scale above it, in buckets. n: own rows behind it."""

    median: float
    scale: float
    n: int

    def z(self, bucket: int) -> float:
        """How many scales an amount lies above the median; below it 0."""
        return max(0.0, (bucket - self.median) / self.scale)


def scale_above(known: Known) -> float:
    """The scale of the upper half: from the 90 % quantile, of few rows from the MAD; at least as
    wide as a MAD of one bucket. Spending leans: small payments say nothing about large ones."""
    floor = 1 / SCALE
    if known.n < TAIL_ROWS:
        return max(floor, known.spread[1] / SCALE)
    return max(floor, (known.sketch.quantile(0.9) - known.median) / NORMAL_90)


def usual(f: Facts, kind: str) -> Usual | None:
    """What is usual for this row at a payee, in a category or on the account; None in young books."""
    if kind not in f.usuals:
        f.usuals[kind] = _usual(f, kind)
    found: Usual | None = f.usuals[kind]
    return found


def _usual(f: Facts, kind: str) -> Usual | None:
    known = f.known(kind)
    wider = usual(f, WIDER[kind]) if kind in WIDER else None
    if wider is None:
        return Usual(known.median, scale_above(known), known.n) if known.is_warm else None
    if not known.n:
        return Usual(wider.median, wider.scale, 0)
    part, wide = known.n / (known.n + PRIOR), known.n / (known.n + PRIOR_SCALE)
    return Usual(
        part * known.median + (1 - part) * wider.median,
        wide * scale_above(known) + (1 - wide) * wider.scale,
        known.n,
    )
