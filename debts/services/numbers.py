"""Account numbers under another key: what the owner sees stays the same."""

from uuid import UUID

from django.db.transaction import atomic

from accounts.audit import audit
from accounts.clock import tick
from debts import vault
from debts.models import Debt


@atomic
def reseal(*, user_id: UUID, debt_id: UUID) -> bool:
    """Encrypt one debt's number with the first key; False when it is gone. Nothing shown changes."""
    tick(user_id)
    debt = Debt.objects.for_user(user_id).filter(id=debt_id).exclude(number_encrypted="").first()
    if debt is None:
        return False
    debt.number_encrypted = vault.resealed(debt.number_encrypted)
    debt.save(update_fields=["number_encrypted"])
    audit("debt.number_resealed", user_id=user_id, target="debt", target_id=debt_id)
    return True


def reseal_all() -> int:
    """Encrypt every number under the first key, each in a commit of its own; how many."""
    rows = Debt.objects.exclude(number_encrypted="").values_list("user_id", "id")
    return sum(reseal(user_id=user_id, debt_id=debt_id) for user_id, debt_id in rows.iterator())
