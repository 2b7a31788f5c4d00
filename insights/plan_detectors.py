"""What budgets and goals add to the feed. Apart from the ledger's detectors: plans are read by
statements of their own, which the dashboard, whose statements are bounded, does not make."""

from collections.abc import Iterable

from budgeting.rollover import pace
from budgeting.selectors.plans import at_risk
from goals.selectors import outlook
from insights.feed import Finding
from insights.selectors.reading import Reading
from ledger.money import format_minor


def plan_findings(reading: Reading) -> list[Finding]:
    return [*budgets_at_risk(reading), *goals_behind(reading)]


def budgets_at_risk(reading: Reading) -> Iterable[Finding]:
    """Budgets that are overspent, or that will be if spending goes on like this."""
    for budget, state in at_risk(reading.user_id, reading.today):
        going = pace(state, reading.today)
        over = going.status == "over"
        available = format_minor(state.available, budget.currency)
        spent = format_minor(state.spent, budget.currency)
        projected = format_minor(going.projected, budget.currency)
        yield Finding(
            "budget_at_risk",
            f"budget_at_risk:{budget.id}:{state.span.start:%Y-%m-%d}:{going.status}",
            "warning" if over else "info",
            reading.today,
            f"{budget.name} is overspent" if over else f"{budget.name} may not last",
            f"{spent} of {available} {budget.currency} is spent"
            + ("." if over else f"; going on like this makes {projected} by {state.span.end}."),
            max(going.projected - state.available, 0) if budget.currency == reading.home else 0,
            {
                "budget": budget.id,
                "start": state.span.start,
                "end": state.span.end,
                "available": available,
                "spent": spent,
                "projected": projected,
            },
        )


def goals_behind(reading: Reading) -> Iterable[Finding]:
    """Goals whose pace does not reach their day, or whose day is past."""
    for standing in outlook(reading.user_id, reading.today).behind:
        goal, path = standing.goal, standing.path
        required = format_minor(path.required_per_month or 0, goal.currency)
        has = format_minor(path.pace_per_month, goal.currency)
        yield Finding(
            "goal_behind",
            f"goal_behind:{goal.id}:{path.status}",
            "warning" if path.status == "overdue" else "info",
            reading.today,
            f"{goal.name} is {path.status}",
            f"It needs {required} {goal.currency} a month and gets {has}.",
            path.remaining if goal.currency == reading.home else 0,
            {
                "goal": goal.id,
                "target_on": goal.target_on,
                "remaining": format_minor(path.remaining, goal.currency),
                "required_per_month": required,
                "pace_per_month": has,
            },
        )
