"""The verb on the owner's ledger preferences."""

from typing import Any
from uuid import UUID

from django.db.transaction import atomic

from accounts.clock import tick
from accounts.errors import Reason, Refusal
from ledger.models import LedgerPreferences
from ledger.selectors.suggestions import preferences_of
from ledger.services.owned import trace


@atomic
def change_preferences(
    *, user_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> LedgerPreferences:
    """Change the named preferences. 412 where they are not of the version expected (0: none yet)."""
    seq = tick(user_id)
    row = preferences_of(user_id)
    if expected_seq is not None and expected_seq != row.seq:
        raise Refusal(Reason.STALE, status=412)
    for name, value in fields.items():
        setattr(row, name, value)
    row.seq = seq
    row.save(force_insert=row._state.adding)
    said = {name: None if value is None else str(value) for name, value in fields.items()}
    trace(user_id, seq, "ledger_preferences", "updated", row.id, **said)
    return row
