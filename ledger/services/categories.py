"""Verbs on categories: make, change, remove with what is in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError, Q, RestrictedError
from django.db.transaction import atomic
from django.utils import timezone

from accounts.announce import bury, push
from accounts.clock import tick
from accounts.errors import Refusal
from accounts.sql import execute
from ledger import naming
from ledger.effects import NIL
from ledger.errors import Reason
from ledger.models import Category, MonthlyTotal, Split, Transaction
from ledger.risk import tell_merge
from ledger.services.owned import hold, refuse_taken, trace

DEPTH_MAX = 5  # Deeper trees are no help to people, and a list reads its paths by one join.

MOVE_TOTALS = """
INSERT INTO ledger_monthlytotal (user_id, month, account_id, category_id, is_transfer, is_pending,
    currency, inflow_minor, outflow_minor, count)
SELECT user_id, month, account_id, %s, is_transfer, is_pending,
    currency, inflow_minor, outflow_minor, count
FROM ledger_monthlytotal WHERE user_id = %s AND category_id = %s
ON CONFLICT (user_id, month, account_id, category_id, is_transfer, is_pending) DO UPDATE SET
    inflow_minor = ledger_monthlytotal.inflow_minor + excluded.inflow_minor,
    outflow_minor = ledger_monthlytotal.outflow_minor + excluded.outflow_minor,
    count = ledger_monthlytotal.count + excluded.count
"""


class Tree:
    """The owner's categories as parents and children: one query."""

    def __init__(self, user_id: UUID) -> None:
        self.parents: dict[UUID, UUID | None] = dict(
            Category.objects.for_user(user_id).values_list("id", "parent_id")
        )
        self.children: dict[UUID, list[UUID]] = {}
        for row_id, parent_id in self.parents.items():
            if parent_id is not None:
                self.children.setdefault(parent_id, []).append(row_id)

    def depth(self, row_id: UUID | None) -> int:
        """How many levels lie at and above a category; 0 for none."""
        levels = 0
        while row_id is not None:
            levels += 1
            row_id = self.parents[row_id]
        return levels

    def below(self, row_id: UUID) -> list[list[UUID]]:
        """The levels under a category, nearest first."""
        levels = []
        level = self.children.get(row_id, [])
        while level:
            levels.append(level)
            level = [child for parent in level for child in self.children.get(parent, ())]
        return levels


@atomic
def make_category(
    *,
    user_id: UUID,
    name: str,
    kind: str | None = None,
    parent: UUID | None = None,
    archived: bool = False,
) -> Category:
    """A new category. Without a kind it takes its parent's, else it is for expenses."""
    seq = tick(user_id)
    category = Category(user_id=user_id, seq=seq, archived=archived)
    _rename(category, name)
    above = _parent_of(user_id, parent)
    category.kind = kind or (above.kind if above else category.kind)
    _refuse_misplaced(category, above, Tree(user_id))
    category.parent = above
    category.save(force_insert=True)
    trace(user_id, seq, "category", "created", category.id, kind=category.kind)
    return category


@atomic
def change_category(
    *,
    user_id: UUID,
    category_id: UUID,
    fields: dict[str, Any],
    expected_seq: int | None = None,
) -> Category:
    """Change name, kind, parent or archived. A new kind goes down to everything below.

    Refuses a loop, a parent of the other kind, a sixth level, a taken name.
    """
    seq = tick(user_id)
    category: Category = hold(
        Category.objects.for_user(user_id), category_id, Reason.CATEGORY_NOT_FOUND, expected_seq
    )
    if "name" in fields:
        _rename(category, fields["name"])
    category.archived = fields.get("archived", category.archived)
    category.kind = fields.get("kind", category.kind)
    tree = Tree(user_id)
    above = _parent_of(user_id, fields.get("parent", category.parent_id))
    _refuse_misplaced(category, above, tree)
    category.parent = above
    category.seq = seq
    category.save()
    # Their paths, and perhaps their kind, changed with it.
    below = [row_id for level in tree.below(category_id) for row_id in level]
    if below and {"name", "kind", "parent"} & fields.keys():
        Category.objects.for_user(user_id).filter(id__in=below).update(kind=category.kind, seq=seq)
    said = {name: "changed" if name == "name" else str(value) for name, value in fields.items()}
    trace(user_id, seq, "category", "updated", category_id, **said)
    return category


def _rename(category: Category, name: str) -> None:
    category.name = naming.checked(name, pointer="/name")
    category.name_key = naming.key(name)
    same = Category.objects.for_user(category.user_id).filter(name_key=category.name_key)
    refuse_taken(same, category.id)


def _parent_of(user_id: UUID, parent_id: UUID | None) -> Category | None:
    if parent_id is None:
        return None
    parent: Category | None = Category.objects.for_user(user_id).filter(id=parent_id).first()
    if parent is None:
        raise Refusal(Reason.CATEGORY_NOT_FOUND, pointer="/parent")
    return parent


def _refuse_misplaced(category: Category, above: Category | None, tree: Tree) -> None:
    levels = tree.below(category.id)
    if above is None:
        return
    if above.id == category.id or any(above.id in level for level in levels):
        raise Refusal(Reason.CATEGORY_LOOP, status=409, pointer="/parent")
    if above.kind != category.kind:
        raise Refusal(Reason.CATEGORY_KINDS_DIFFER, status=409, pointer="/kind")
    if tree.depth(above.id) + 1 + len(levels) > DEPTH_MAX:
        raise Refusal(Reason.CATEGORY_TOO_DEEP, status=409, pointer="/parent")


@dataclass(frozen=True, slots=True)
class MoveTo:
    """Where the rows of a category go that is removed; None: to no category at all."""

    category_id: UUID | None


@atomic
def remove_category(
    *,
    user_id: UUID,
    category_id: UUID,
    move_to: MoveTo | None = None,
    expected_seq: int | None = None,
) -> None:
    """Delete a category; its children move up to its parent, its rows to `move_to`.

    In use without `move_to`: 409. The number of statements does not depend on the rows that move.
    """
    seq = tick(user_id)
    category: Category = hold(
        Category.objects.for_user(user_id), category_id, Reason.CATEGORY_NOT_FOUND, expected_seq
    )
    moved = 0
    if move_to is not None:
        moved = _move_rows(category, _target(category, move_to), seq)
    elif _in_use(user_id, category_id):
        raise Refusal(Reason.CATEGORY_IN_USE, status=409)
    below = [row_id for level in Tree(user_id).below(category_id) for row_id in level]
    children = Category.objects.for_user(user_id).filter(parent_id=category_id)
    children.update(parent=category.parent_id)
    Category.objects.for_user(user_id).filter(id__in=below).update(seq=seq)
    MonthlyTotal.objects.for_user(user_id).filter(category_id=category_id).delete()
    try:
        category.delete()
    except (ProtectedError, RestrictedError):
        raise Refusal(
            Reason.CATEGORY_IN_USE, status=409, detail="Plans or budgets refer to this category."
        ) from None
    bury(user_id, seq, "category", [category_id])
    to = str(move_to.category_id) if move_to else None
    trace(user_id, seq, "category", "deleted", category_id, moved=moved, to=to)


def _in_use(user_id: UUID, category_id: UUID) -> bool:
    rows: Sequence[Any] = (Transaction, Split)
    return any(
        model.objects.for_user(user_id).filter(category_id=category_id).exists() for model in rows
    )


def _target(category: Category, move_to: MoveTo) -> UUID | None:
    if move_to.category_id is None:
        return None
    target = (
        Category.objects.for_user(category.user_id)
        .filter(id=move_to.category_id)
        .exclude(id=category.id)
        .first()
    )
    if target is None:
        raise Refusal(Reason.CATEGORY_NOT_FOUND, pointer="?move_to")
    if target.kind != category.kind:
        # Income rows would turn into refunds, expenses into negative income, without a word.
        raise Refusal(Reason.CATEGORY_KINDS_DIFFER, status=409, pointer="?move_to")
    target_id: UUID = target.id
    return target_id


def _move_rows(category: Category, target_id: UUID | None, seq: int) -> int:
    """Move rows, parts and totals to another category or to none; the number of rows touched."""
    user_id = category.user_id
    parts = Split.objects.for_user(user_id).filter(category_id=category.id)
    rows = Transaction.objects.for_user(user_id).filter(
        Q(category_id=category.id) | Q(split_count__gt=0, id__in=parts.values("transaction_id"))
    )
    moved = rows.update(seq=seq, updated_at=timezone.now())
    parts.update(category=target_id)
    Transaction.objects.for_user(user_id).filter(category_id=category.id).update(category=target_id)
    key = target_id or NIL
    execute(MOVE_TOTALS, [key, user_id, category.id])
    tell_merge(user_id, "category", [category.id], target_id)
    if moved:
        push(user_id, seq, "transactions.changed", [{"count": moved, "what": "recategorised"}])
    return moved
