"""The socket for budgets: what a row means to them, and whether a hard limit forbids it.

What is plugged in is named in settings; the ledger never learns of budgets.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from ledger.services.books import Row

# (owner, seq, rows that went, rows that came, how they came) → what an answer says, by row id.
Gate = Callable[[UUID, int, "Sequence[Row]", "Sequence[Row]", str], Mapping[UUID, dict[str, Any]]]


def consider(
    user_id: UUID, seq: int, before: "Sequence[Row]", after: "Sequence[Row]", source: str
) -> None:
    """Ask the gate, once the rows are counted and while the owner's clock is held.

    It may refuse, which takes everything back. Rows without a category touch no budget.
    """
    if not settings.SPENDING_GATE or not any(_has_category(row) for row in after):
        return
    gate: Gate = import_string(settings.SPENDING_GATE)
    said = gate(user_id, seq, before, after, source)
    for row in after:
        row.budget = said.get(row.transaction.id)


def _has_category(row: "Row") -> bool:
    return row.transaction.category_id is not None or bool(row.splits)
