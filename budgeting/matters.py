"""What of budgets an owner is told, in words: a threshold that was reached."""

from decimal import Decimal

from accounts.inbox.matters import Data, Matter, Words
from accounts.inbox.speech import Speech, plain_words


def _threshold(data: Data, speech: Speech) -> Words:
    name, currency = plain_words(data["name"]) or "A budget", data["currency"]
    spent, available = (speech.money(data[what], currency) for what in ("spent", "available"))
    if Decimal(data["overspend"]) > 0:
        over = speech.money(data["overspend"], currency)
        title = f"{name}: overspent by {over}"
    else:
        title = f"{name}: {data['threshold']} % spent"
    body = f"{spent} of {available}, {speech.day(data['start'])} to {speech.day(data['end'])}."
    return Words(title, body, f"/api/budgets/{data['id']}")


MATTERS = [
    Matter(
        kind="budget.threshold",
        topic="budgets",
        words=_threshold,
        many="{} thresholds of budgets were reached",
        key=lambda data: f"{data['id']}:{data['start']}:{data['threshold']}",
    )
]
