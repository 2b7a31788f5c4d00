"""Fitting rows that were kept into books that went on without them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ledger.models import Category, ImportBatch, ImportStatus, Payee, PayeeAlias, Tag
from ledger.services.books import Row


def mend(user_id: UUID, rows: Sequence[Row]) -> None:
    """Let go of what revived rows name and is gone: a category or tag leaves none in its place.

    A payee that was merged is the one that it became: its alias has its old id. The import that
    booked a row is still its import, unless that was undone. Five queries at most, none for what
    no row names. Call under the owner's clock, before the rows are booked.
    """
    transactions = [row.transaction for row in rows]
    splits = [split for row in rows for split in row.splits]
    parts: list[Any] = [*transactions, *splits]
    categories = _standing(user_id, Category, {part.category_id for part in parts})
    for part in parts:
        if part.category_id not in categories:
            part.category_id = None
    payees = _payees(user_id, {row.payee_id for row in transactions})
    tags = _standing(user_id, Tag, {tag_id for row in rows for tag_id in row.tag_ids})
    imports = _committed(user_id, {row.import_batch_id for row in transactions})
    for row in rows:
        if row.transaction.import_batch_id not in imports:
            row.transaction.import_batch_id = None
        row.transaction.payee_id = payees.get(row.transaction.payee_id)
        row.tag_ids = [tag_id for tag_id in row.tag_ids if tag_id in tags]
        row.transaction.tag_count = len(row.tag_ids)


def _standing(user_id: UUID, model: Any, ids: set[UUID | None]) -> set[UUID]:
    """Those of the ids that are still the owner's rows."""
    wanted = ids - {None}
    if not wanted:
        return set()
    return set(model.objects.for_user(user_id).filter(id__in=wanted).values_list("id", flat=True))


def _committed(user_id: UUID, ids: set[UUID | None]) -> set[UUID]:
    """Those of the imports that are in the books."""
    wanted = ids - {None}
    if not wanted:
        return set()
    batches = ImportBatch.objects.for_user(user_id).filter(status=ImportStatus.COMMITTED)
    return set(batches.filter(id__in=wanted).values_list("id", flat=True))


def _payees(user_id: UUID, ids: set[UUID | None]) -> dict[UUID | None, UUID]:
    """Each payee's id → itself, or the payee that it was merged into."""
    wanted = ids - {None}
    standing: dict[UUID | None, UUID] = {i: i for i in _standing(user_id, Payee, ids)}
    if merged := wanted - standing.keys():
        aliases = PayeeAlias.objects.for_user(user_id).filter(id__in=merged)
        standing.update(aliases.values_list("id", "payee_id"))
    return standing
