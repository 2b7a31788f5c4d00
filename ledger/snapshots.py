"""A row as plain JSON and back: what undo and restore keep."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.ids import new_id
from ledger.models import Split, Transaction
from ledger.services.books import Row

COLUMNS = (
    "id", "account_id", "posted_on", "occurred_at", "amount_minor", "currency", "payee_id",
    "category_id", "status", "memo", "statement_text", "external_id", "fingerprint",
    "verdict", "verdict_note", "created_at", "import_batch_id",
)  # fmt: skip


def snapshot(row: Row, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every column that the owner or the bank gave, with splits and tags, as JSON values.

    before: the category and splits that a transfer's leg had before it was linked; they are kept
    while they still fit its amount, because it comes back as a plain row.
    """
    columns = {name: _plain(getattr(row.transaction, name)) for name in COLUMNS}
    splits = [
        {"amount_minor": s.amount_minor, "category_id": _plain(s.category_id), "memo": s.memo}
        for s in row.splits
    ]
    if before is not None:
        columns["category_id"] = before["category_id"]
        fits = sum(p["amount_minor"] for p in before["splits"]) == row.transaction.amount_minor
        splits = before["splits"] if fits else []
    return {**columns, "splits": splits, "tags": [str(tag_id) for tag_id in row.tag_ids]}


def revive(kept: dict[str, Any], user_id: UUID, seq: int) -> Row:
    """The row of a snapshot, unsaved, under its old id. A reconciled row comes back as cleared."""
    transaction = Transaction(
        id=UUID(kept["id"]),
        user_id=user_id,
        seq=seq,
        account_id=UUID(kept["account_id"]),
        posted_on=date.fromisoformat(kept["posted_on"]),
        occurred_at=datetime.fromisoformat(kept["occurred_at"]) if kept["occurred_at"] else None,
        amount_minor=kept["amount_minor"],
        currency=kept["currency"],
        payee_id=_uuid(kept["payee_id"]),
        category_id=_uuid(kept["category_id"]),
        status="pending" if kept["status"] == "pending" else "cleared",
        memo=kept["memo"],
        statement_text=kept["statement_text"],
        external_id=kept["external_id"],
        fingerprint=kept["fingerprint"],
        verdict=kept["verdict"],
        verdict_note=kept["verdict_note"],
        import_batch_id=_uuid(kept.get("import_batch_id")),  # unknown to snapshots of before
        created_at=datetime.fromisoformat(kept["created_at"]),
        updated_at=timezone.now(),
        split_count=len(kept["splits"]),
        tag_count=len(kept["tags"]),
    )
    splits = [
        Split(
            id=new_id(),
            user_id=user_id,
            transaction_id=transaction.id,
            position=position,
            amount_minor=split["amount_minor"],
            category_id=_uuid(split["category_id"]),
            memo=split["memo"],
        )
        for position, split in enumerate(kept["splits"])
    ]
    return Row(transaction, splits, [UUID(tag) for tag in kept["tags"]])


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
