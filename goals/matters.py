"""What of goals an owner is told, in words: a milestone that was passed."""

from collections.abc import Sequence
from uuid import UUID

from accounts.inbox.matters import Data, Matter, Words
from accounts.inbox.speech import Speech, plain_words
from goals.models import Goal
from ledger.money import format_minor


def _named(user_id: UUID, found: Sequence[Data]) -> list[Data]:
    rows = Goal.objects.for_user(user_id).filter(id__in=[one["id"] for one in found])
    goals = {str(goal.id): goal for goal in rows}
    named = []
    for one in found:
        goal = goals.get(one["id"])
        if goal is not None:
            saved = format_minor(one["saved_minor"], goal.currency)
            target = format_minor(goal.target_minor, goal.currency)
            one = {**one, "name": goal.name, "saved": saved, "target": target,
                   "currency": goal.currency}  # fmt: skip
        named.append(one)
    return named


def _milestone(data: Data, speech: Speech) -> Words:
    mark = max(data["milestones"])
    name = plain_words(data.get("name")) or "A goal"
    title = f"{name}: reached" if mark >= 100 else f"{name}: {mark} % saved"
    body = ""
    if "saved" in data:
        saved, target = (speech.money(data[what], data["currency"]) for what in ("saved", "target"))
        body = f"{saved} of {target}."
    return Words(title, body, f"/api/goals/{data['id']}")


MATTERS = [
    Matter(
        kind="goal.progress",
        topic="goals",
        words=_milestone,
        many="{} goals passed a milestone",
        counts=lambda data: bool(data["milestones"]),
        # A goal that loses money and gains it again passes a mark once.
        key=lambda data: f"{data['id']}:{max(data['milestones'])}",
        named=_named,
    )
]
