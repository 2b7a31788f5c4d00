"""How near each rule came: strengths between 0 and 1 that order rows which the score cannot tell apart.

A rule speaks from a threshold on and in whole points, so most rows have a score of 0 and many share
one. The rank breaks those ties and nothing else: `rank = score + fine`, with

    fine = 1 - Π_g (1 - s_g),   s_g = the largest strength of group g, each below 1

so a higher score never ranks lower, no order of rules matters, and every part is named.
"""

from collections.abc import Callable, Mapping
from math import exp, log10

from security_monitor.engine.facts import Facts
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, LEVEL_DAYS, PAYEE
from security_monitor.engine.usual import usual

Nearness = Callable[[Facts], float]
LEAST = 0.001  # less is nothing
STRENGTH_MAX = 0.999
FINE_MAX = 0.999_999  # so that no rank reaches the next score
SHOP_REPORTS = (0.0, 0.1, 0.5)  # of none, one, and more other owners


def rising(value: float, half: float, steepness: float) -> float:
    """A logistic curve: 1/2 at `half`."""
    return 1 / (1 + exp(-max(-60.0, min(60.0, steepness * (value - half)))))


def _tail(f: Facts, kind: str) -> float:
    found = usual(f, kind)
    return found.z(f.bucket) if found is not None and f.entry.is_out else 0.0


def level_z(f: Facts) -> float:
    """How far the account's payments of the last days lie above its usual, in standard errors."""
    found = usual(f, ACCOUNT)
    days = f.state(ACCOUNT).get("e")
    if found is None or not days or not f.entry.is_out:
        return 0.0
    recent = [
        value for day, value in days.items() if f.entry.day - LEVEL_DAYS < int(day) <= f.entry.day
    ]
    n, total = 1 + sum(n for n, _ in recent), f.bucket + sum(total for _, total in recent)
    return max(0.0, float((total / n - found.median) * n**0.5 / found.scale))


def hour_rarity(f: Facts) -> float:
    """-log10 of the smoothed share of the owner's payments around this hour; 0 without hours."""
    hours = f.owner.get("h")
    if not hours or f.entry.instant is None or not f.entry.is_out:
        return 0.0
    hour, n = f.entry.instant // 3600 % 24, sum(hours.values())
    around = hours.get(str((hour - 1) % 24), 0) + hours.get(str((hour + 1) % 24), 0)
    return -log10((hours.get(str(hour), 0) + 0.5 * around + 0.5) / (2 * n + 12))


def near_of(f: Facts) -> dict[tuple[str, str], float]:
    """{(code, group): strength} of the rules that can come near; empty for money that comes in."""
    if not f.entry.is_out:
        return {}
    account = _tail(f, ACCOUNT)
    found = {
        ("TX01", "amount"): rising(_tail(f, CATEGORY), 3.0, 2.5),
        ("TX02", "amount"): rising(_tail(f, PAYEE), 4.0, 1.5),
        ("TX03", "amount"): rising(account, 3.0, 2.5),
        ("TX13", "hour"): rising(hour_rarity(f), 3.2, 4.0),
        ("TX29", "level"): rising(level_z(f), 3.0, 1.5) if account >= 1 else 0.0,
        ("TX30", "shop"): SHOP_REPORTS[min(f.shop[0], 2)],
    }
    return {key: strength for key, strength in found.items() if strength > LEAST}


def fine_of(near: Mapping[tuple[str, str], float]) -> float:
    """Noisy-OR of how near rules came, over groups: at least 0, below 1."""
    groups: dict[str, float] = {}
    for (_, group), strength in near.items():
        groups[group] = max(groups.get(group, 0.0), min(strength, STRENGTH_MAX))
    left = 1.0
    for group in sorted(groups):  # one order, so that rounding is the same in every replay
        left *= 1.0 - groups[group]
    return min(1.0 - left, FINE_MAX)


def rank_of(f: Facts, score: int) -> float:
    """The place of a row among those of one score. A booking does not ask: its queue goes by score."""
    return score + fine_of(near_of(f))
