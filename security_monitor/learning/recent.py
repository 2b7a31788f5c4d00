"""The last days of an owner's payments in one currency, flagged ones too: what a burst looks like.

Like a profile it is a function of the *set* of rows and of today, so every row can be taken out
again: `b` counts of amounts (24 buckets to a decade) by day, `h` the same by hour.
"""

from collections.abc import Iterator

from security_monitor.engine import profiles
from security_monitor.engine.buckets import index_of
from security_monitor.engine.profiles import UNIX_DAY, Entry, Key, State, nested

RECENT = "recent"
DAYS = 30
HOURS_DAYS = 3


def key_of(entry: Entry) -> Key:
    return RECENT, entry.user_id, entry.currency


def apply(state: State, entry: Entry, sign: int, today: int) -> None:
    """Count a payment in (sign 1) or out (sign -1). Money that comes in is not counted."""
    if not entry.is_out or entry.day <= today - DAYS:
        return
    bucket = str(index_of(entry.size))
    nested(state, "b", str(entry.day), bucket, sign)
    if entry.instant is not None and entry.day > today - HOURS_DAYS:
        nested(state, "h", str(entry.instant // 3600), bucket, sign)


def prune(state: State, today: int) -> State:
    """Forget what the windows have left behind."""
    return profiles.forget_upto(
        state, {"b": today - DAYS, "h": (today - HOURS_DAYS - UNIX_DAY) * 24}
    )


def counts(state: State, name: str) -> Iterator[tuple[int, int, int]]:
    """(day or hour, bucket, how many)."""
    for when, buckets in state.get(name, {}).items():
        for bucket, n in buckets.items():
            yield int(when), int(bucket), n


def pruned(state: State, key: Key, today: int) -> State:
    """Any profile of the owner without what its windows left behind."""
    return prune(state, today) if key[0] == RECENT else profiles.prune(state, today)
