"""What is remembered of an owner's rows: counters, so that any row can be taken out again exactly.

A profile is a plain dict of counters that is a function of the *set* of rows it holds and of today
(short windows forget days that are over). No order, no averages, no "last seen" that a deletion
could not undo. Its size depends on how varied the amounts are, not on how many rows there are.

Layout, by kind (all keys are texts, all values counts or sums in minor units):
  account, category, payee (one per currency): `o`/`i` sketches of outflows and inflows; `m` months
  {n, sum out, n in}; `w` weeks {n}; `d` last days of outflows {n, sum} (account),
  {n, sum, amounts} (payee); `c` categories of a payee; `e` recent days of outflows of an account
  {n, sum of their buckets}; `x` days of a payee's confirmed frauds {n}, which stand nowhere else.
  owner: `n`; `h` hours of the day (UTC); `r` rows by hour; `t` payees of tiny payments by hour;
  `p` payees by day; `k` rows by currency; `l` payments just below a limit, by day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from security_monitor.engine.buckets import index_of
from security_monitor.engine.scale import minor_of

State = dict[str, Any]
Key = tuple[str, UUID, str]  # kind, id, currency
OWNER, ACCOUNT, CATEGORY, PAYEE = "owner", "account", "category", "payee"
WEEKS, MONTHS = 14, 14
DAYS, PAYEE_DAYS, LIMIT_DAYS = 4, 15, 8
LEVEL_DAYS, FRAUD_DAYS = 14, 92
HOURS = 3
TINY_UNITS = 2
LIMITS = (1000, 2000, 5000, 10000)
JUST_BELOW = 0.95
SLOTS = 4093  # prime: equal amounts meet in a slot in every currency, others hardly ever


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as the watch sees it. Days count from 0001-01-01, instants are seconds since 1970."""

    id: UUID
    user_id: UUID
    account_id: UUID
    currency: str
    exponent: int
    amount_minor: int
    day: int
    month: int  # year * 12 + month - 1
    payee_id: UUID | None = None
    category_id: UUID | None = None
    instant: int | None = None
    created_day: int = 0
    is_transfer: bool = False

    @property
    def size(self) -> int:
        return abs(self.amount_minor)

    @property
    def is_out(self) -> bool:
        return self.amount_minor < 0


def keys_of(entry: Entry) -> Iterator[Key]:
    """The profiles that a row stands in: four at most."""
    yield OWNER, entry.user_id, ""
    yield ACCOUNT, entry.account_id, entry.currency
    if entry.category_id is not None:
        yield CATEGORY, entry.category_id, entry.currency
    if entry.payee_id is not None:
        yield PAYEE, entry.payee_id, entry.currency


def short(row_id: UUID) -> str:
    """An id as a key inside a profile: the random end of a UUIDv7."""
    return row_id.hex[-8:]


def limit_of(entry: Entry) -> int | None:
    """The limit that a payment stays just below, in units; None for all others."""
    if entry.size < JUST_BELOW * minor_of(LIMITS[0], entry.currency, entry.exponent):
        return None
    for units in LIMITS:
        limit = minor_of(units, entry.currency, entry.exponent)
        if JUST_BELOW * limit <= entry.size < limit:
            return units
    return None


def count(state: State, name: str, key: str, sign: int) -> None:
    """Add one to a counter, or take one away; what falls to zero leaves no trace."""
    table = state.setdefault(name, {})
    value = table.get(key, 0) + sign
    if value > 0:
        table[key] = value
    else:
        table.pop(key, None)
        if not table:
            del state[name]


def total(state: State, name: str, key: str, sign: int, sums: tuple[int, ...]) -> None:
    """Add figures to the bin of a window; its first figure counts rows."""
    table = state.setdefault(name, {})
    old = table.get(key) or [0] * len(sums)
    new = [a + sign * b for a, b in zip(old, sums, strict=True)]
    if any(new):
        table[key] = new
    else:
        table.pop(key, None)
        if not table:
            del state[name]


def nested(state: State, name: str, key: str, inner: str, sign: int) -> None:
    table = state.setdefault(name, {})
    count(table, key, inner, sign)
    if not table:
        del state[name]


def apply(state: State, kind: str, entry: Entry, sign: int, today: int) -> None:
    """Count a row in (sign 1) or out (sign -1)."""
    if kind == OWNER:
        _apply_owner(state, entry, sign, today)
    else:
        _apply_money(state, kind, entry, sign, today)


def _apply_money(state: State, kind: str, entry: Entry, sign: int, today: int) -> None:
    size, out = entry.size, entry.is_out
    count(state, "o" if out else "i", str(index_of(size)), sign)
    if entry.day > today - WEEKS * 7:
        count(state, "w", str(entry.day // 7), sign)
    if entry.month > month_of(today) - MONTHS:
        sums = (1, size, 0) if out else (0, 0, 1)
        total(state, "m", str(entry.month), sign, sums)
    if kind == ACCOUNT and out and entry.day > today - LEVEL_DAYS:
        total(state, "e", str(entry.day), sign, (1, index_of(size)))
    if kind == PAYEE and entry.category_id is not None:
        count(state, "c", short(entry.category_id), sign)
    if kind != CATEGORY and out and entry.day > today - DAYS:
        total(state, "d", str(entry.day), sign, (1, size))
        if kind == PAYEE:
            nested(state, "a", str(entry.day), str(size % SLOTS), sign)


def mark_fraud(state: State, entry: Entry, sign: int, today: int) -> None:
    """Count a confirmed fraud in the profile of its payee: it teaches that, and nothing else."""
    if entry.day > today - FRAUD_DAYS:
        count(state, "x", str(entry.day), sign)


def _apply_owner(state: State, entry: Entry, sign: int, today: int) -> None:
    state["n"] = state.get("n", 0) + sign
    if state["n"] <= 0:
        del state["n"]
    count(state, "k", entry.currency, sign)
    if entry.instant is not None:
        hour = entry.instant // 3600
        count(state, "h", str(hour % 24), sign)
        if entry.day > today - HOURS:
            count(state, "r", str(hour), sign)
            tiny = minor_of(TINY_UNITS, entry.currency, entry.exponent)
            if entry.is_out and entry.payee_id and entry.size <= tiny:
                nested(state, "t", str(hour), short(entry.payee_id), sign)
    if entry.payee_id and entry.day > today - PAYEE_DAYS:
        nested(state, "p", str(entry.day), short(entry.payee_id), sign)
    if entry.is_out and entry.day > today - LIMIT_DAYS:
        units = limit_of(entry)
        if units is not None:
            nested(state, "l", str(entry.day), str(units), sign)


@lru_cache(maxsize=1000)
def month_of(day: int) -> int:
    """The month of a day, counted in the proleptic Gregorian calendar: year * 12 + month - 1."""
    found = date.fromordinal(day)
    return found.year * 12 + found.month - 1


def prune(state: State, today: int) -> State:
    """Forget what the windows have left behind. Called before a profile is stored or compared."""
    last = {
        "w": (today - WEEKS * 7) // 7, "m": month_of(today) - MONTHS, "d": today - DAYS,
        "a": today - DAYS, "e": today - LEVEL_DAYS, "x": today - FRAUD_DAYS,
        "p": today - PAYEE_DAYS, "l": today - LIMIT_DAYS,
        "r": (today - HOURS - UNIX_DAY) * 24, "t": (today - HOURS - UNIX_DAY) * 24,
    }  # fmt: skip
    return forget_upto(state, last)


def forget_upto(state: State, floors: Mapping[str, int]) -> State:
    """Drop from each table what stands at its floor or below, and the table when nothing is left."""
    for name, floor in floors.items():
        table = state.get(name)
        if table:
            for key in [key for key in table if int(key) <= floor]:
                del table[key]
            if not table:
                del state[name]
    return state


UNIX_DAY = 719_163  # 1970-01-01 as an ordinal


def merge(into: State, gone: State) -> State:
    """The profile of two payees or categories that became one."""
    for name, value in gone.items():
        into[name] = _merged(into.get(name), value)
    return into


def _merged(a: Any, b: Any) -> Any:
    if a is None:
        return b
    if isinstance(b, dict):
        return {key: _merged(a.get(key), b.get(key)) if key in b else a[key] for key in {*a, *b}}
    if isinstance(b, list):
        return [x + y for x, y in zip(a, b, strict=True)]
    return a + b
