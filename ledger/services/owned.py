"""What a verb on one owned row does around its change: hold the row, leave the trace."""

from typing import Any
from uuid import UUID

from django.db.models import TextChoices

from accounts.announce import push
from accounts.audit import audit
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.ownership import OwnedQuerySet
from ledger.errors import Reason


def hold(
    rows: OwnedQuerySet, row_id: UUID, missing: TextChoices, expected_seq: int | None = None
) -> Any:
    """The row, read under the owner's clock; 404 when it is not there, 412 when it moved on.

    Call after `tick`: only then can no other writer come between this read and the change.
    """
    row = rows.filter(id=row_id).first()
    if row is None:
        raise Refusal(missing, status=404)
    if expected_seq is not None and expected_seq != row.seq:
        raise Refusal(Common.STALE, status=412)
    return row


def refuse_taken(others: OwnedQuerySet, own_id: UUID | None = None) -> None:
    """Refuse a name that another row of `others` has. Under the clock no race can follow."""
    if others.exclude(id=own_id).exists():
        raise Refusal(Reason.NAME_TAKEN, status=409, pointer="/name")


def trace(user_id: UUID, seq: int, target: str, what: str, row_id: UUID, **data: Any) -> None:
    """The audit entry and the event of a change, in its commit. `data`: ids and figures only."""
    audit(f"{target}.{what}", user_id=user_id, target=target, target_id=row_id, data=data)
    push(user_id, seq, f"{target}.{what}", [{"id": str(row_id)}])
