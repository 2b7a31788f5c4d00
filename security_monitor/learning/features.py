"""A payment as numbers: what the model sees. Pure, O(1) per row, no missing values.

Ratios of amounts are in steps of the sketches (24 to a decade), counts are plain, shares 0 to 1. All
of it is known when the row comes: the row itself is in none of the counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from security_monitor.engine.buckets import PER_DECADE
from security_monitor.engine.facts import Facts, Known
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, PAYEE, Entry, State
from security_monitor.engine.scale import minor_of
from security_monitor.engine.scores import Judgement
from security_monitor.learning.recent import counts
from security_monitor.learning.shared import ShopRisk

HIGH = 9  # steps above the usual: 2.4 times
SHORT, LONG = (1, 3, 7, 14), 30
CELL_SMOOTH, SHOP_SMOOTH = 20.0, 2.0
BASE_RATE = 0.005
OWN = (
    "amount", "hour", "night", "weekend", "hour_share",
    "account_ratio", "account_z", "account_above", "account_n",
    "category_ratio", "category_z", "category_above", "category_n",
    "payee_ratio", "payee_n", "payee_new", "category_new",
    "n_1", "n_3", "n_7", "n_14", "n_30",
    "mean_1", "mean_3", "mean_7", "mean_14",
    "high_1", "high_3", "high_7", "high_14", "high_30",
    "pace_1", "pace_7", "idle_hours", "n_hour", "n_day", "sum_day", "high_day", "rules",
)  # fmt: skip
SHOP = (
    "shop_n_7", "shop_n_28", "shop_fraud_1", "shop_fraud_7", "shop_fraud_14", "shop_fraud_28",
    "shop_rate_7", "shop_rate_28", "shop_usual", "shop_first", "shop_last", "shop_since",
)  # fmt: skip
CELLS = ("cell_rate", "cell_n", "kind_rate")
NAMES = OWN + SHOP + CELLS
INDEX = {name: position for position, name in enumerate(NAMES)}
USUAL_STEPS = 6  # a fraud below 1.8 times the usual: not the owner was robbed, the shop was


@dataclass(frozen=True, slots=True)
class Burst:
    """The last days and hours of an owner, compared with the account's median."""

    n: tuple[int, ...]
    mean: tuple[float, ...]
    high: tuple[int, ...]
    n_30: int
    high_30: int
    idle_hours: int
    n_hour: int
    n_day: int
    sum_day: float
    high_day: int


def burst_of(state: State, entry: Entry, median: int) -> Burst:
    n, mean, high = [0] * len(SHORT), [0.0] * len(SHORT), [0] * len(SHORT)
    n_30 = high_30 = 0
    for day, bucket, count in counts(state, "b"):
        age = entry.day - day
        if 0 <= age < LONG:
            is_high = bucket - median >= HIGH
            n_30 += count
            high_30 += count * is_high
            for position, days in enumerate(SHORT):
                if age < days:
                    n[position] += count
                    mean[position] += count * (bucket - median)
                    high[position] += count * is_high
    means = [total / many if many else 0.0 for total, many in zip(mean, n, strict=True)]
    idle, n_hour, n_day, sum_day, high_day = _hours(state, entry, median)
    return Burst(tuple(n), tuple(means), tuple(high), n_30, high_30, idle, n_hour, n_day, sum_day,
                 high_day)  # fmt: skip


def _hours(state: State, entry: Entry, median: int) -> tuple[int, int, int, float, int]:
    """(hours since the last payment, payments of this hour, of 24 hours, their sum in medians, high)."""
    if entry.instant is None:
        return 72, 0, 0, 0.0, 0
    now = entry.instant // 3600
    idle, n_hour, n_day, sum_day, high_day = 72, 0, 0, 0.0, 0
    for hour, bucket, count in counts(state, "h"):
        age = now - hour
        if age < 0:
            continue
        idle = min(idle, age)
        if age < 24:
            n_day += count
            n_hour += count if age <= 1 else 0
            sum_day += count * 10 ** ((bucket - median) / PER_DECADE)
            high_day += count * (bucket - median >= HIGH)
    return idle, n_hour, n_day, sum_day, high_day


def _compared(facts: Facts, known: Known) -> tuple[float, float, float, float]:
    """(steps above the median, robust z, share of amounts above, rows) of a profile."""
    if not known.n:
        return 0.0, 0.0, 0.5, 0.0
    median, spread = known.spread
    steps = float(facts.bucket - median)
    above = (known.sketch.above(facts.bucket) + 0.5) / (known.n + 1)
    return steps, steps / max(spread, 2), above, float(known.n)


def own(facts: Facts, recent: State, word: Judgement) -> list[float]:
    """What the owner's own habits and the rules say; in the order of OWN."""
    entry = facts.entry
    account, payee = facts.known(ACCOUNT), facts.known(PAYEE)
    account_side = _compared(facts, account)
    category = _compared(facts, facts.known(CATEGORY))
    burst = burst_of(recent, entry, account.median if account.n else facts.bucket)
    hour = -1 if entry.instant is None else entry.instant // 3600 % 24
    hours = facts.owner.get("h", {})
    share = 0.0
    if hour >= 0:
        near = sum(hours.get(str((hour + step) % 24), 0) for step in (-1, 0, 1))
        share = (near + 0.5) / (sum(hours.values()) + 4)
    payee_steps = float(facts.bucket - payee.median) if payee.n else 0.0
    return [
        log10(entry.size / facts.units(1)),
        float(hour), float(0 <= hour <= 6), float((entry.day - 1) % 7 >= 5), share,
        *account_side, *category,
        payee_steps, float(payee.n), float(entry.payee_id is not None and not payee.n),
        float(entry.category_id is not None and not category[3]),
        *map(float, burst.n), float(burst.n_30), *burst.mean, *map(float, burst.high),
        float(burst.high_30),
        burst.n[0] * LONG / (burst.n_30 + 1), burst.n[2] * LONG / (7 * (burst.n_30 + 1)),
        float(burst.idle_hours), float(burst.n_hour), float(burst.n_day), burst.sum_day,
        float(burst.high_day),
        float(word.score),
    ]  # fmt: skip


def shop(risk: ShopRisk) -> list[float]:
    """What labels of others say of the shop; in the order of SHOP."""
    return [
        float(risk.rows[1]), float(risk.rows[3]), *map(float, risk.frauds),
        (risk.frauds[1] + SHOP_SMOOTH * BASE_RATE) / (risk.rows[1] + SHOP_SMOOTH),
        (risk.frauds[3] + SHOP_SMOOTH * BASE_RATE) / (risk.rows[3] + SHOP_SMOOTH),
        float(risk.usual), float(risk.first), float(risk.last), float(risk.since),
    ]  # fmt: skip


def shared(risk: ShopRisk, cell: tuple[int, int], kind: tuple[int, int]) -> list[float]:
    """What labels of all owners say; in the order of SHOP and CELLS.

    cell, kind: (rows, frauds) of this category, amount and hour, and of the category and amount.
    """
    return [
        *shop(risk),
        (cell[1] + CELL_SMOOTH * BASE_RATE) / (cell[0] + CELL_SMOOTH),
        float(cell[0]),
        (kind[1] + CELL_SMOOTH * BASE_RATE) / (kind[0] + CELL_SMOOTH),
    ]


def is_usual(row: Sequence[float]) -> bool:
    """Whether the amount is one that this owner pays anyway."""
    return row[INDEX["account_ratio"]] < USUAL_STEPS


def places_of(entry: Entry, shop_name: str, category: str) -> tuple[str, str, str]:
    """The names under which labels of this row are shared: shop ("" without one), cell, kind.

    Amounts by the quarter of a decade, hours by two.
    """
    units = entry.size / minor_of(1, entry.currency, entry.exponent)
    size = int(4 * log10(units) + 100)
    hour = "" if entry.instant is None else str(entry.instant // 3600 % 24 // 2)
    return (
        f"shop|{shop_name}" if shop_name else "",
        f"cell|{category}|{size}|{hour}",
        f"kind|{category}|{size}",
    )
