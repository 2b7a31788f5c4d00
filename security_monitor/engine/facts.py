"""What a rule may look at: the row, the profiles it would join (without it), and what the owner said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any
from uuid import UUID

from security_monitor.engine.buckets import Sketch, index_of, value_of
from security_monitor.engine.profiles import ACCOUNT, CATEGORY, OWNER, PAYEE, Entry, State
from security_monitor.engine.scale import minor_of

COLD_ROWS = 8
COLD_WEEKS = 2
LIVE_DAYS = 7
NOTHING: State = {}


@dataclass(frozen=True, slots=True)
class Said:
    """What the owner or staff said about payees and categories that this row names."""

    denied: str = ""  # a note where the payee stands on a deny list
    is_denied: bool = False
    is_allowed: bool = False
    is_snoozed: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """A model's word. threshold: from which probability on it alarms this owner."""

    probability: float
    threshold: float
    message: str
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StrangeLogin:
    """The login by which a row is booked, where something about it was odd."""

    risk: int
    minutes: int  # how long ago it was
    why: str
    steps: frozenset[str] = frozenset()  # what else it did: "export", "ways_in"


class Known:
    """One side of a profile: outflows or inflows. What is asked twice is worked out once."""

    __slots__ = ("_is_warm", "_median", "_spread", "sketch", "state")

    def __init__(self, state: State, side: str, sketch: Sketch | None = None) -> None:
        self.state = state
        self.sketch = Sketch(state.get(side, NOTHING)) if sketch is None else sketch
        self._is_warm: bool | None = None
        self._median: int | None = None
        self._spread: tuple[int, int] | None = None

    @property
    def n(self) -> int:
        return self.sketch.n

    @property
    def is_warm(self) -> bool:
        """Enough rows over enough time for statistics: until then no rule compares with it."""
        if self._is_warm is None:
            self._is_warm = self.n >= COLD_ROWS and self._is_long()
        return self._is_warm

    def _is_long(self) -> bool:
        weeks = self.state.get("w", NOTHING)
        if sum(weeks.values()) < self.n:
            return True  # older rows than the window holds
        seen = [int(week) for week in weeks]
        return max(seen) - min(seen) >= COLD_WEEKS

    @property
    def spread(self) -> tuple[int, int]:
        if self._spread is None:
            self._spread = self.sketch.spread()
        return self._spread

    @property
    def median(self) -> int:
        if self._median is None:
            self._median = self.sketch.quantile(0.5)
        return self._median


@dataclass(slots=True)
class Facts:
    """Built per row. Profiles are those of the row's account, category, payee and owner."""

    entry: Entry
    profiles: Mapping[str, State]
    today: int
    payee: str = ""
    category: str = ""
    balance_minor: int | None = None  # before this row; None: not a balance that can be drained
    said: Said = field(default_factory=Said)
    before: Entry | None = None  # the row as it was, when this is an edit
    was_reconciled: bool = False
    shown: Any = None  # (minor units, currency) → the amount as people read it
    zone: tzinfo = UTC  # the owner's, for sentences: counts of hours are of UTC
    login: StrangeLogin | None = None
    shop: tuple[int, int] = (0, 0)  # owners robbed there of late, owners who know it
    usuals: dict[str, Any] = field(default_factory=dict)  # worked out once per row: engine.usual
    learned: Learned | None = None  # a model's word, once the rules have spoken
    _known: dict[str, Known] = field(default_factory=dict)
    _bucket: int = -1

    def state(self, kind: str) -> State:
        return self.profiles.get(kind, NOTHING)

    def known(self, kind: str) -> Known:
        """The row's own side of a profile."""
        if kind not in self._known:
            self._known[kind] = Known(self.state(kind), "o" if self.entry.is_out else "i")
        return self._known[kind]

    @property
    def bucket(self) -> int:
        if self._bucket < 0:
            self._bucket = index_of(self.entry.size)
        return self._bucket

    def units(self, amount: float) -> int:
        """So many units of about one euro, in this row's minor units."""
        return minor_of(amount, self.entry.currency, self.entry.exponent)

    @property
    def payee_id(self) -> UUID | None:
        return self.entry.payee_id

    @property
    def is_new_payee(self) -> bool:
        state = self.state(PAYEE)
        return self.payee_id is not None and "o" not in state and "i" not in state

    def at_least(self, kind: str, share: float) -> bool:
        """Whether the amount reaches this quantile of a warm profile."""
        known = self.known(kind)
        return known.is_warm and self.bucket >= known.sketch.quantile(share)

    @property
    def is_live(self) -> bool:
        """Booked about when it happened: how fast rows come says something only then."""
        return abs(self.entry.created_day - self.entry.day) <= LIVE_DAYS

    @property
    def usual(self) -> Known | None:
        """The nearest profile with enough history: category, else account."""
        for kind in (CATEGORY, ACCOUNT):
            if self.known(kind).is_warm:
                return self.known(kind)
        return None

    def money(self, minor: float) -> str:
        """An amount with its currency, as a person reads it."""
        return f"{self.plain(minor)} {self.entry.currency}"

    def plain(self, minor: float) -> str:
        return str(self.shown(round(minor), self.entry.currency)) if self.shown else str(minor)

    def typical(self, known: Known) -> str:
        return self.plain(value_of(known.median))

    @property
    def at(self) -> str:
        """Where the money went, for sentences."""
        return f" at {self.payee}" if self.payee else ""

    @property
    def months(self) -> dict[str, list[int]]:
        """The payee's months in the window: {month: [outflows, their sum, inflows]}."""
        found: dict[str, list[int]] = self.state(PAYEE).get("m", NOTHING)
        return found

    @property
    def owner(self) -> State:
        return self.state(OWNER)
