"""Who gets how much of a sum: exact to the minor unit, never more than a goal needs.

Largest remainder (Hamilton): every share is floored, the units left go to the largest fractions,
ties to the one that comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Strategy = Literal["percent", "urgency", "balanced", "proportional", "priority"]


@dataclass(frozen=True, slots=True)
class Need:
    """A goal that takes money: minor units that it lacks, and what speaks for it."""

    key: str
    remaining: int
    importance: int = 3
    target_on: date | None = None
    basis_points: int = 0  # hundredths of a percent of an income


def largest_remainder(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares of `amount` by weight; they sum to `amount` exactly (to 0 where no weight is)."""
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    shares = [amount * weight // total for weight in weights]
    by_fraction = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for position in by_fraction[: amount - sum(shares)]:
        shares[position] += 1
    return shares


def capped(amount: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    """Shares by weight, none above its cap; what a cap cuts off goes to the others by weight."""
    given = [0] * len(weights)
    open_ = [i for i, weight in enumerate(weights) if weight > 0 and caps[i] > 0]
    left = amount
    while left and open_:
        shares = dict(zip(open_, largest_remainder(left, [weights[i] for i in open_]), strict=True))
        full = [i for i in open_ if shares[i] >= caps[i]]
        for i in full or open_:
            given[i] = caps[i] if full else shares[i]
            left -= given[i]
        if not full:
            break
        open_ = [i for i in open_ if i not in full]
    return given


def allocate(amount: int, needs: Sequence[Need], strategy: Strategy) -> Mapping[str, int]:
    """Minor units by key. percent takes only its percents of `amount`; the others all they can use."""
    caps = [need.remaining for need in needs]
    if strategy == "percent":
        weights = [need.basis_points for need in needs]
        given = capped(amount * min(sum(weights), 10_000) // 10_000, weights, caps)
    elif strategy == "proportional":
        given = capped(amount, caps, caps)
    elif strategy == "balanced":
        given = capped(amount, [need.importance for need in needs], caps)
    else:
        given = _in_turn(amount, needs, strategy)
    return {need.key: share for need, share in zip(needs, given, strict=True)}


def _in_turn(amount: int, needs: Sequence[Need], strategy: Strategy) -> list[int]:
    """Fill one goal after another: the nearest day first, or the most important first."""

    def rank(i: int) -> tuple[object, ...]:
        day = needs[i].target_on or date.max
        first = (day, -needs[i].importance)
        return (*(first if strategy == "urgency" else first[::-1]), i)

    given, left = [0] * len(needs), amount
    for i in sorted(range(len(needs)), key=rank):
        given[i] = min(left, needs[i].remaining)
        left -= given[i]
    return given
