"""What tests of recurring transactions begin with."""

from datetime import UTC, date, datetime
from typing import Any

from ledger.models import RecurringOccurrence, RecurringTransaction, Transaction
from ledger.services.recurring import make_recurring
from ledger.services.recurring_run import materialise

D = date.fromisoformat


def rule_of(account: Any, amount: str = "-10.00", anchor: str = "2026-01-31", **fields: Any) -> Any:
    """A rule by the real verb; parts of a schedule beside the fields of the rule."""
    from decimal import Decimal

    own = {"payee", "category", "memo", "at_time", "starts_on", "auto_approve", "variable",
           "catch_up"}  # fmt: skip
    schedule = {name: fields.pop(name) for name in list(fields) if name not in own}
    return make_recurring(
        user_id=account.user_id,
        fields={
            "account": account.id,
            "amount": Decimal(amount),
            "auto_approve": True,
            "schedule": {"frequency": "monthly", "anchor_on": anchor, **schedule},
            **fields,
        },
    )


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def run(user: Any, day: str, hour: int = 12) -> int:
    return materialise(user.pk, at(day, hour))


def booked(user: Any) -> list[str]:
    rows = Transaction.objects.for_user(user).order_by("posted_on", "id")
    return [row.posted_on.isoformat() for row in rows]


def statuses(rule: RecurringTransaction) -> list[str]:
    rows = RecurringOccurrence.objects.filter(rule=rule).order_by("nominal_on")
    return [f"{row.nominal_on} {row.status}" for row in rows]


def fresh(rule: RecurringTransaction) -> RecurringTransaction:
    return RecurringTransaction.objects.get(pk=rule.pk)
