"""The path of a goal as a chart: what was saved by month, the plan from today on, and the target."""

from collections.abc import Sequence
from datetime import date

from goals.maths import plan
from goals.selectors import Standing
from ledger.charts import Series, lines
from ledger.money import from_minor
from ledger.periods import add_months

MONTHS_BACK = 12
MONTHS_AHEAD_MAX = 36


def saved_on(saved: int, flows: Sequence[tuple[date, int]], day: date) -> int:
    """What was saved at the end of a day, from what is saved now and all that came after that day."""
    return saved - sum(amount for on, amount in flows if on > day)


def path_chart(standing: Standing, today: date) -> str:
    """A year back, and ahead as far as the plan goes, as SVG. Both lines meet today."""
    goal = standing.goal
    past = [add_months(today, n) for n in range(1 - MONTHS_BACK, 1)]
    dues = plan(standing.path.remaining, goal.target_on, today) if goal.target_on else []
    ahead = [add_months(today, n) for n in range(1, min(len(dues), MONTHS_AHEAD_MAX) + 1)]
    saved = [saved_on(standing.saved, standing.inflow, day) for day in past]
    # The plan's payment of each month has been made a month later, its first one today.
    planned = [
        standing.saved + sum(amount for due_on, amount in dues if due_on < day) for day in ahead
    ]

    def shown(minor: int) -> float:
        return float(from_minor(minor, goal.currency))

    blank_past, blank_ahead = [None] * (len(past) - 1), [None] * len(ahead)
    return lines(
        f"{goal.name} in {goal.currency}",
        [f"{day:%Y-%m}" for day in (*past, *ahead)],
        [
            Series("saved", [*map(shown, saved), *blank_ahead]),
            Series("plan", [*blank_past, *map(shown, (standing.saved, *planned))]),
            Series("target", [shown(goal.target_minor)] * (len(past) + len(ahead))),
        ],
    )
