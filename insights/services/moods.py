"""Verbs on moods. Trail and stream hold ids alone: what was felt is for the author's eyes."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.audit import audit
from accounts.clock import tick
from accounts.errors import Reason as Common
from accounts.errors import Refusal
from accounts.ids import new_id
from insights.errors import Reason
from insights.models import MoodPreferences, TransactionMood
from ledger.errors import Reason as Ledger
from ledger.models import Transaction
from ledger.services.owned import hold, trace

KIND = "transaction_mood"


@dataclass(frozen=True, slots=True)
class Felt:
    """What the author says about one purchase."""

    transaction_id: UUID
    mood: str
    intensity: int = 5
    note: str = ""


@atomic
def record_mood(*, user_id: UUID, felt: Felt) -> tuple[TransactionMood, bool]:
    """Put a mood on a transaction, or replace the one that is there. True where it is new."""
    seq = tick(user_id)
    _refuse_foreign_row(user_id, felt.transaction_id)
    rows = TransactionMood.objects.for_user(user_id)
    row = rows.filter(transaction_id=felt.transaction_id).first()
    is_new = row is None
    row = row or TransactionMood(
        id=new_id(), user_id=user_id, transaction_id=felt.transaction_id, created_at=timezone.now()
    )
    _fill(row, seq, {"mood": felt.mood, "intensity": felt.intensity, "note": felt.note})
    trace(user_id, seq, KIND, "created" if is_new else "updated", row.id)
    return row, is_new


@atomic
def change_mood(
    *, user_id: UUID, mood_id: UUID, fields: dict[str, Any], expected_seq: int | None = None
) -> TransactionMood:
    """Change mood, intensity, note, or the transaction that it is about."""
    seq = tick(user_id)
    rows = TransactionMood.objects.for_user(user_id)
    row: TransactionMood = hold(rows, mood_id, Reason.MOOD_NOT_FOUND, expected_seq)
    moved = fields.get("transaction", row.transaction_id)
    if moved != row.transaction_id:
        _refuse_foreign_row(user_id, moved)
        if rows.filter(transaction_id=moved).exists():
            raise Refusal(Reason.MOOD_TAKEN, status=409, pointer="/transaction")
        row.transaction_id = moved
    _fill(row, seq, fields)
    trace(user_id, seq, KIND, "updated", mood_id)
    return row


def _refuse_foreign_row(user_id: UUID, transaction_id: UUID) -> None:
    if not Transaction.objects.for_user(user_id).filter(id=transaction_id).exists():
        raise Refusal(Ledger.TRANSACTION_NOT_FOUND, pointer="/transaction")


def _fill(row: TransactionMood, seq: int, fields: dict[str, Any]) -> None:
    for name in ("mood", "intensity", "note"):
        setattr(row, name, fields.get(name, getattr(row, name)))
    row.seq, row.updated_at = seq, timezone.now()
    row.save()


@atomic
def remove_mood(*, user_id: UUID, mood_id: UUID, expected_seq: int | None = None) -> None:
    seq = tick(user_id)
    rows = TransactionMood.objects.for_user(user_id)
    row = hold(rows, mood_id, Reason.MOOD_NOT_FOUND, expected_seq)
    row.delete()
    bury(user_id, seq, KIND, [mood_id])
    trace(user_id, seq, KIND, "deleted", mood_id)


@atomic
def erase_moods(*, user_id: UUID) -> int:
    """Delete every mood of the owner's for good; how many there were."""
    seq = tick(user_id)
    rows = TransactionMood.objects.for_user(user_id)
    ids = list(rows.values_list("id", flat=True))
    rows.delete()
    bury(user_id, seq, KIND, ids)
    audit(f"{KIND}.erased", user_id=user_id, target=KIND, data={"count": len(ids)})
    push(user_id, seq, f"{KIND}.erased", [{"count": len(ids)}])
    return len(ids)


@atomic
def set_preferences(
    *, user_id: UUID, nudge: bool, expected_seq: int | None = None
) -> MoodPreferences:
    """Opt in to nudges, or out. Purchases of before are never looked at."""
    seq = tick(user_id)
    row = MoodPreferences.objects.for_user(user_id).first()
    if row is None:
        row = MoodPreferences(id=new_id(), user_id=user_id)
    if expected_seq is not None and expected_seq != row.seq:
        raise Refusal(Common.STALE, status=412)
    if nudge and not row.nudge:
        row.nudged_seq = seq
    row.nudge, row.seq = nudge, seq
    row.save()
    trace(user_id, seq, "mood_preferences", "updated", row.id, nudge=nudge)
    return row
