"""Goals for mirrors and the stream: what the owner set and put aside.

Without the figures of GET /api/goals: those move with the ledger and the day, not with these rows.
"""

from typing import Any

from accounts.mirror import Kind, showing
from goals.api.incomes import shown_hook
from goals.api.shapes import shown_fields
from goals.models import Contribution, Goal, IncomeHook, SharedIncome
from ledger.money import format_minor


def shown_contribution(row: Contribution) -> dict[str, Any]:
    earmark = row.transfer_id is None
    return {
        "id": row.id,
        "goal": row.goal_id,
        # That of a transfer is its leg's, which may change without this row.
        "amount": format_minor(row.amount_minor, row.goal.currency) if earmark else None,
        "posted_on": row.made_on,
        "account": row.account_id,
        "transfer": row.transfer_id,
        "memo": row.memo,
    }


def shown_shared(row: SharedIncome) -> dict[str, Any]:
    return {
        "id": row.id,
        "transaction": row.transaction_id,
        "amount": format_minor(row.amount_minor, row.currency),
        "currency": row.currency,
    }


KINDS = [
    Kind("goal", Goal, showing(Goal.objects.for_user, shown_fields)),
    Kind(
        "contribution",
        Contribution,
        showing(
            lambda user_id: Contribution.objects.for_user(user_id).select_related("goal"),
            shown_contribution,
        ),
    ),
    Kind("income_hook", IncomeHook, showing(IncomeHook.objects.for_user, shown_hook)),
    Kind("shared_income", SharedIncome, showing(SharedIncome.objects.for_user, shown_shared)),
]
