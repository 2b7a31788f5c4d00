"""Rules that the owner's own edits ask for: the same category given by hand, again and again.

The evidence is the audit trail: what the owner changed, row by row. Rows that a rule, an import or
the program changed are not counted.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import AuditEntry
from ledger import naming
from ledger.models import Transaction
from ledger.search import Term, to_text
from ledger.selectors.names import named_by, names_of, subjects_of
from ledger.services import books
from ledger.services.books import Row
from ledger.services.rule_book import compiled, written_rules

ENTRIES_MAX = 2000  # how far back in the trail, in entries
ROWS_MAX = 2000
ROWS_MIN = 3  # twice may be chance
SHOWN_MAX = 10
BY_HAND = {"api", "batch", "admin"}
# Card numbers, dates and places of a bank's line vary; the words before the first digit do not.
STEM = re.compile(r"[^\d#*/]{4,}")


@dataclass(slots=True)
class Suggestion:
    """A rule to make, and the rows that ask for it."""

    name: str
    query: str
    category_id: UUID | None
    category_name: str
    rows: int
    transactions: list[UUID] = field(default_factory=list)
    last_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    category_id: UUID
    at: datetime


def suggestions(user_id: UUID) -> list[Suggestion]:
    """What the owner could leave to rules, most rows first. Seven statements at most."""
    edits = _edits(user_id)
    if len(edits) < ROWS_MIN:
        return []
    chosen = Transaction.objects.for_user(user_id).filter(id__in=list(edits)[:ROWS_MAX])
    rows = [row for row in books.load(user_id, list(chosen)) if _still(row, edits)]
    groups: dict[Term, list[Row]] = defaultdict(list)
    names = names_of(user_id, named_by(rows))
    for row in rows:
        payee = names.get("payee", row.transaction.payee_id)
        for term in _terms(payee.name if payee else "", row.transaction.statement_text):
            groups[term].append(row)
    found = [
        _suggestion(term, group, edits, names)
        for term, group in groups.items()
        if len(group) >= ROWS_MIN and len({r.transaction.category_id for r in group}) == 1
    ]
    found = _widest(found)
    return _not_covered(user_id, found, rows, names)


def _edits(user_id: UUID) -> dict[UUID, Edit]:
    """The category that the owner last gave to each row, from the trail, newest first."""
    entries = AuditEntry.objects.filter(user_id=user_id).order_by("-id")
    edits: dict[UUID, Edit] = {}
    recent = entries.values_list("action", "at", "data")[:ENTRIES_MAX]
    for action, at, data in recent:
        if action != "transaction.updated" or data.get("source") not in BY_HAND:
            continue
        for change in data.get("changes", ()):
            category = change.get("category")
            if isinstance(category, list) and category[1] not in ("None", category[0]):
                edits.setdefault(UUID(change["id"]), Edit(UUID(category[1]), at))
    return edits


def _still(row: Row, edits: dict[UUID, Edit]) -> bool:
    return row.transaction.category_id == edits[row.transaction.id].category_id


def _terms(payee: str, text: str) -> Iterable[Term]:
    """What rows like this one have in common: the very payee, or the stem of what the bank wrote."""
    if payee:
        yield Term("payee", "is", payee)
    for field_name, words in (("payee", payee), ("text", text)):
        stem = STEM.match(naming.tidy(words))
        if stem and stem.end() < len(naming.tidy(words)):
            yield Term(field_name, "like", stem.group().strip().upper() + "*")


def _suggestion(
    term: Term, group: Sequence[Row], edits: dict[UUID, Edit], names: Any
) -> Suggestion:
    ids = [row.transaction.id for row in group]
    category_id = group[0].transaction.category_id
    assert category_id is not None, "a group is of rows that were given one category"
    category = names.get("category", category_id)
    shown = term.value.rstrip("*").strip()
    return Suggestion(
        name=f"{shown} → {category.name}"[:100],
        query=to_text(term),
        category_id=category_id,
        category_name=category.name,
        rows=len(group),
        transactions=ids[:SHOWN_MAX],
        last_changed_at=max(edits[row_id].at for row_id in ids),
    )


def _widest(found: list[Suggestion]) -> list[Suggestion]:
    """One suggestion per set of rows: of two that are about the same rows, the first named one."""
    kept: list[Suggestion] = []
    for one in sorted(found, key=lambda s: -s.rows):
        shown = set(one.transactions)
        if not any(shown <= set(k.transactions) and one.category_id == k.category_id for k in kept):
            kept.append(one)
    return kept


def _not_covered(
    user_id: UUID, found: list[Suggestion], rows: Sequence[Row], names: Any
) -> list[Suggestion]:
    """Without those whose rows an existing rule gives a category already."""
    rules, _ = compiled(user_id, written_rules(user_id))
    givers = [
        rule for rule in rules if any(a.kind in {"set_category", "split"} for a in rule.actions)
    ]
    subjects = {
        row.transaction.id: subject
        for row, subject in zip(rows, subjects_of(rows, names), strict=True)
    }
    return [
        one
        for one in found
        if not any(all(rule.meets(subjects[i]) for i in one.transactions) for rule in givers)
    ]
