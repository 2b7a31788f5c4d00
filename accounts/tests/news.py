"""Events worth a word, for the tests of the inbox."""

from django.db.transaction import atomic

from accounts.announce import push
from accounts.clock import tick
from accounts.ids import new_id


def threshold(**fields):
    """What a budget says when one of its thresholds is reached (budgeting.services.gate)."""
    return {
        "id": str(new_id()), "name": "Groceries", "limit": "warn", "currency": "EUR",
        "start": "2026-11-01", "end": "2026-11-30", "available": "1500.00", "spent": "1234.50",
        "left": "265.50", "overspend": "0.00", "percent": 82.3, "threshold": 80, **fields,
    }  # fmt: skip


def happen(user, *payloads, kind="budget.threshold"):
    """One commit of the user's with an event per payload; its seq."""
    with atomic():
        seq = tick(user.pk)
        push(user.pk, seq, kind, payloads)
    return seq
