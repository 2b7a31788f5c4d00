"""How old money is when it is spent: first in, first out. Pure."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

OUTFLOWS_MEANT = 10  # the last days with spending that the figure is the mean of


@dataclass(frozen=True, slots=True)
class Movement:
    """What one day brought in and took out, both positive, in minor units."""

    on: date
    inflow: int
    outflow: int


@dataclass(frozen=True, slots=True)
class Spent:
    """One day's spending: how old its money was on average, weighted by amount."""

    on: date
    minor: int
    days: Decimal


@dataclass(frozen=True, slots=True)
class AgeOfMoney:
    """days: mean of the last ten spendings; None without any that was funded.

    unfunded: minor units that were spent with no money left to spend; they have no age.
    """

    days: Decimal | None
    spent: tuple[Spent, ...]
    unfunded: int


def age_of_money(movements: Iterable[Movement]) -> AgeOfMoney:
    """Match each day's outflow with the oldest inflow that is left. Days in order.

    What comes in and goes out on one day comes in first.
    """
    pool: deque[list[int]] = deque()  # [ordinal of the day, minor units left]
    spent: list[Spent] = []
    unfunded = 0
    for movement in movements:
        if movement.inflow > 0:
            pool.append([movement.on.toordinal(), movement.inflow])
        left, weighted, funded = movement.outflow, 0, 0
        while left > 0 and pool:
            taken = min(left, pool[0][1])
            weighted += taken * (movement.on.toordinal() - pool[0][0])
            funded += taken
            left -= taken
            pool[0][1] -= taken
            if not pool[0][1]:
                pool.popleft()
        unfunded += max(left, 0)
        if funded:
            spent.append(Spent(movement.on, funded, Decimal(weighted) / funded))
    last = tuple(spent[-OUTFLOWS_MEANT:])
    mean = sum((s.days for s in last), Decimal(0)) / len(last) if last else None
    return AgeOfMoney(mean, last, unfunded)
