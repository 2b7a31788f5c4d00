"""Verbs on suggestions: put them on rows that have no category, and only on those."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models.fields.tuple_lookups import Tuple, TupleLessThan
from django.db.transaction import atomic

from accounts.clock import tick
from accounts.sql import insert_rows
from ledger.learning_features import Example
from ledger.models import ChangeSet, SuggestedCategory, Transaction
from ledger.selectors.suggestions import preferences_of, suggester_for
from ledger.services.books import Row
from ledger.services.change_sets import before_of, keep
from ledger.services.drafts import Change
from ledger.services.editing import edit
from ledger.suggesting import Suggestion

EXAMINED_MAX = 2_000  # rows one call looks at; the next call goes on behind them
COLUMNS = ("id", "seq", "payee__name", "statement_text", "amount_minor", "account_id", "posted_on")


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What one call did, or would do. `behind`: where the next call goes on; None: all were seen."""

    examined: int
    accepted: Counter[tuple[UUID, str]]  # (category, its name) → rows
    change_set: ChangeSet | None  # undone by one call; None: nothing was changed
    behind: tuple[date, UUID] | None

    @property
    def count(self) -> int:
        return sum(self.accepted.values())


def categorise_new(
    user_id: UUID, rows: Sequence[Example], *, seq: int | None = None
) -> list[Suggestion | None]:
    """For rows about to be booked: the suggestion where the owner's threshold lets it act, else None.

    Changes nothing. At most four statements, whatever the rows; call it before the transaction that
    books, so that what was learned is kept for the next call.
    """
    threshold = preferences_of(user_id).auto_categorise_above
    if threshold is None or not rows:
        return [None] * len(rows)
    with suggester_for(user_id, seq) as suggester:
        found = suggester.suggest(rows)
    return [s if s.category is not None and s.confidence >= threshold else None for s in found]


def mark_suggested(user_id: UUID, categories: dict[UUID, UUID]) -> None:
    """Remember which rows (id → category) have their category from a suggestion. In the caller's commit."""
    insert_rows(
        [
            SuggestedCategory(user_id=user_id, transaction_id=row_id, category_id=category_id)
            for row_id, category_id in categories.items()
        ]
    )


def uncategorised(user_id: UUID) -> Any:
    """The owner's rows that could have a category and have none."""
    return Transaction.objects.for_user(user_id).filter(
        category__isnull=True, split_count=0, transfer__isnull=True
    )


def accept_suggestions(
    user_id: UUID,
    *,
    threshold: Decimal,
    dry_run: bool = False,
    behind: tuple[date, UUID] | None = None,
    seq: int | None = None,
) -> Acceptance:
    """Put suggestions of at least this confidence on uncategorised rows, newest first, in one commit.

    A row that somebody changed while the suggestions were made keeps what it has.
    """
    rows = uncategorised(user_id)
    if behind is not None:
        rows = rows.filter(TupleLessThan(Tuple("posted_on", "id"), behind))
    found = list(rows.order_by("-posted_on", "-id").values_list(*COLUMNS)[: EXAMINED_MAX + 1])
    more, found = len(found) > EXAMINED_MAX, found[:EXAMINED_MAX]
    with suggester_for(user_id, seq) as suggester:
        suggestions = suggester.suggest([example_of(row) for row in found])
    chosen = {
        (row[0], row[1]): suggestion
        for row, suggestion in zip(found, suggestions, strict=True)
        if suggestion.category is not None and suggestion.confidence >= threshold
    }
    change_set = None
    if chosen and not dry_run:
        chosen, change_set = _apply(user_id, chosen)
    return Acceptance(
        examined=len(found),
        accepted=Counter((_id(s), s.category_name) for s in chosen.values()),
        change_set=change_set,
        behind=(found[-1][6], found[-1][0]) if more else None,
    )


@atomic
def _apply(
    user_id: UUID, chosen: dict[tuple[UUID, int], Suggestion]
) -> tuple[dict[tuple[UUID, int], Suggestion], ChangeSet | None]:
    """Book the categories under the owner's clock, where the rows are as they were."""
    seq = tick(user_id)
    rows = uncategorised(user_id).filter(id__in=[row_id for row_id, _ in chosen])
    still = {(row.id, row.seq): row for row in rows}
    applied = {known: suggestion for known, suggestion in chosen.items() if known in still}
    if not applied:
        return {}, None
    changes = [
        Change(id=row_id, fields={"category": suggestion.category})
        for (row_id, _), suggestion in applied.items()
    ]
    entries = [before_of(Row(still[known]), {"category"}) for known in applied]
    edit(user_id, changes, source="suggestion", seq=seq)
    mark_suggested(user_id, {row_id: _id(s) for (row_id, _), s in applied.items()})
    kept = keep(user_id, seq, kind="suggestion", title="Suggested categories", entries=entries)
    return applied, kept


def example_of(row: Sequence[Any]) -> Example:
    """A row of COLUMNS as the learner sees it."""
    _, _, payee, text, amount, account_id, posted_on = row
    return Example(payee or "", text, amount, account_id, posted_on)


def _id(suggestion: Suggestion) -> UUID:
    assert isinstance(suggestion.category, UUID)
    return suggestion.category
