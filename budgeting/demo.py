"""Budgets for the demo household, from what it spends: one of each kind of rollover and limit."""

from datetime import date
from typing import Any

from accounts.models import User
from budgeting.selectors.history import recommendations
from budgeting.services.book import open_budget
from ledger.money import from_minor
from ledger.periods import add_months

KINDS: tuple[dict[str, Any], ...] = (
    {"rollover": {"mode": "surplus"}},
    {"rollover": {"mode": "both"}},
    {"limit": "warn", "thresholds": [50, 80, 100]},
    {"rollover": {"mode": "none"}, "start_day": 25, "weekend": "previous"},
)
BUDGETS_MAX = 6


def plan(user: User, today: date) -> int:
    """Open monthly budgets for the largest categories of the last year; how many."""
    found = recommendations(user.pk, user.currency, today).advice
    largest = sorted(found, key=lambda each: -each.found.median)[:BUDGETS_MAX]
    for number, each in enumerate(largest):
        fields = {
            "categories": [each.category.id],
            "amount": from_minor(each.found.amount, user.currency),
            "starts_on": add_months(today, -6),
            "thresholds": [80, 100],
            **KINDS[number % len(KINDS)],
        }
        open_budget(user, fields)
    return len(largest)
