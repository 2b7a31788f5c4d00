"""What the goals of a user come to together, and how a sum could be shared out. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from goals.allocation import Strategy, allocate
from goals.maths import progress
from goals.models import Goal
from goals.selectors import Standing, open_goals, standings
from ledger.selectors.rates import converter_for

SUGGESTED: tuple[Strategy, ...] = ("urgency", "balanced", "proportional", "priority")
UPCOMING_MAX = 10


@dataclass(slots=True)
class Total:
    """Sums in minor units of one currency. Goals without a rate are counted, but not summed."""

    goals: int = 0
    target: int = 0
    saved: int = 0
    remaining: int = 0
    required: int = 0

    @property
    def progress_percent(self) -> int:
        """By what remains, so that a goal with too much does not hide one that lacks."""
        return progress(self.target - self.remaining, self.target) if self.target else 0


@dataclass(frozen=True, slots=True)
class Overall:
    total: Total
    by_status: dict[str, int]
    by_importance: dict[int, Total]
    at_risk: list[Standing]
    upcoming: list[Standing]
    warnings: list[dict[str, Any]]
    rates: list[dict[str, Any]]


def overall(user_id: UUID, currency: str, today: date) -> Overall:
    """All goals in one currency at the rates of a day; a missing rate is named, never 1."""
    found = standings(user_id, today)
    converter = converter_for(user_id, currency, {(s.goal.currency, today) for s in found})
    total, by_status = Total(), dict[str, int]()
    by_importance: dict[int, Total] = {}
    for standing in found:
        goal, path = standing.goal, standing.path
        by_status[path.status] = by_status.get(path.status, 0) + 1
        asked = 0 if path.status == "paused" else path.required_per_month or 0
        figures = [
            converter.convert(minor, goal.currency, today)
            for minor in (goal.target_minor, standing.saved, path.remaining, asked)
        ]
        for sum_ in (total, by_importance.setdefault(goal.importance, Total())):
            _add(sum_, figures)
    return Overall(
        total=total,
        by_status=by_status,
        by_importance=dict(sorted(by_importance.items(), reverse=True)),
        at_risk=[s for s in found if s.path.status in ("behind", "overdue")],
        upcoming=_upcoming(found, today),
        warnings=converter.warnings(),
        rates=converter.rates(),
    )


def _add(total: Total, figures: Sequence[int | None]) -> None:
    total.goals += 1
    target, saved, remaining, required = figures
    if target is None or saved is None or remaining is None or required is None:
        return
    total.target += target
    total.saved += saved
    total.remaining += remaining
    total.required += required


def _upcoming(found: Sequence[Standing], today: date) -> list[Standing]:
    """Open goals by their day, which `standings` orders by already."""
    ahead = [
        s
        for s in found
        if s.goal.target_on and s.goal.target_on >= today and s.path.status != "done"
    ]
    return ahead[:UPCOMING_MAX]


@dataclass(frozen=True, slots=True)
class Suggested:
    """What one goal would get, and what it has. Minor units."""

    goal: Goal
    saved: int
    remaining: int
    amount: int


@dataclass(frozen=True, slots=True)
class Suggestions:
    """By strategy, those who would get something. left_out: open goals of other currencies."""

    strategies: dict[Strategy, list[Suggested]]
    left_out: list[UUID]


def suggestions(user_id: UUID, available: int, currency: str) -> Suggestions:
    """How a sum could be shared out by each strategy. Nothing is booked."""
    found = open_goals(user_id, currency)
    needs = [need for _, _, need in found]
    strategies: dict[Strategy, list[Suggested]] = {}
    for strategy in SUGGESTED:
        given = allocate(available, needs, strategy)
        strategies[strategy] = [
            Suggested(goal, saved, need.remaining, given[need.key])
            for goal, saved, need in found
            if given[need.key] > 0
        ]
    others = Goal.objects.for_user(user_id).filter(paused=False).exclude(currency=currency)
    return Suggestions(strategies, list(others.order_by("id").values_list("id", flat=True)))
