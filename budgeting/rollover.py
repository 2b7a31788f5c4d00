"""What a period has, and what it leaves to the next (semantics, part 1). Pure, in minor units.

available = assigned + carried; left = available - spent; carried into the next = carry(left).
Nothing of it is stored: a row of three months ago changes every period after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ledger.periods import Span

MODES = ("none", "surplus", "deficit", "both")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds from a day on: the amount of each period, and what is carried out of it."""

    from_on: date
    amount: int
    mode: str = "none"
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """One period of a budget. `spent` is net: refunds are taken off and may make it negative."""

    span: Span
    terms: Terms
    moved: int
    carried: int
    spent: int

    @property
    def assigned(self) -> int:
        return self.terms.amount + self.moved

    @property
    def available(self) -> int:
        return self.assigned + self.carried

    @property
    def left(self) -> int:
        return self.available - self.spent

    @property
    def carries(self) -> int:
        return carry(self.left, self.terms.mode, self.terms.cap)

    @property
    def percent(self) -> float | None:
        """Spent of available, two decimals; None where nothing is available."""
        return percent_of(self.spent, self.available)


def carry(left: int, mode: str, cap: int | None = None) -> int:
    """What goes into the next period: surplus, deficit, both or none of it, at most `cap` each way."""
    if mode == "none":
        return 0
    if (left > 0 and mode == "deficit") or (left < 0 and mode == "surplus"):
        return 0
    return left if cap is None else max(min(left, cap), -cap)


def terms_on(terms: Sequence[Terms], day: date) -> Terms:
    """The terms that hold on a day; before the first, the first."""
    held = [each for each in terms if each.from_on <= day]
    return held[-1] if held else terms[0]


def chain(
    spans: Sequence[Span], terms: Sequence[Terms], moved: Sequence[int], spent: Sequence[int]
) -> list[State]:
    """The states of successive periods, the first of which carries nothing in.

    terms: by `from_on`, those of a period are those of its first day. moved, spent: by period.
    """
    states: list[State] = []
    for span, came, went in zip(spans, moved, spent, strict=True):
        carried = states[-1].carries if states else 0
        states.append(State(span, terms_on(terms, span.start), came, carried, went))
    return states


def percent_of(part: int, whole: int) -> float | None:
    if whole <= 0:
        return None
    return float((Decimal(part) * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Pace:
    """Where a period is heading: spending so far, continued evenly to its end."""

    projected: int
    safe_per_day: int | None  # what may be spent each remaining day, today included
    status: str  # on_track, at_risk or over


def pace(state: State, today: date) -> Pace:
    """200 of 400 spent by day 10 of 30: projected 600, at risk, 9.52 a day for the 21 days left."""
    span = state.span
    if today < span.start or today > span.end:
        projected, per_day = state.spent, None
    else:
        elapsed, whole = (today - span.start).days + 1, (span.end - span.start).days + 1
        days_left = whole - elapsed + 1
        projected = rounded(Decimal(state.spent) * whole / elapsed)
        per_day = max(rounded(Decimal(state.left) / days_left), 0)
    if state.spent > state.available:
        return Pace(projected, per_day, "over")
    return Pace(projected, per_day, "at_risk" if projected > state.available else "on_track")


def rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
