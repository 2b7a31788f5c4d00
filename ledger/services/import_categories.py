"""The tree of categories of another program, made before its rows are booked."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.ids import new_id
from ledger import naming
from ledger.models import Category
from ledger.services.categories import DEPTH_MAX
from ledger.services.import_text import name_of
from ledger.statements.model import ParsedFile
from ledger.statements.rivals import NAMES as RIVALS

NAME_MAX = 100


def missing_categories(user_id: UUID, parsed: ParsedFile) -> list[Category]:
    """The categories of the file's tree that the owner has not, unsaved, parents first.

    One that the owner has by that name stays as it is. What would stand deeper than the books nest,
    or below a parent of the other kind, goes as near to its place as it may.
    """
    tree: Any = parsed.mapping.get("categories", ()) if parsed.format in RIVALS else ()
    if not tree:
        return []
    known = {row.name_key: row for row in Category.objects.for_user(user_id)}
    depths = _depths(known)
    made: list[Category] = []
    for node in tree:
        name = name_of(node["name"], NAME_MAX)
        key = naming.key(name)
        if not name or key in known:
            continue
        parent = known.get(naming.key(name_of(node["parent"], NAME_MAX)))
        while parent is not None and depths[parent.id] >= DEPTH_MAX:
            parent = parent.parent
        if parent is not None and parent.kind != node["kind"]:
            parent = None
        category = Category(
            id=new_id(), user_id=user_id, name=name, name_key=key, kind=node["kind"], parent=parent
        )
        known[key] = category
        depths[category.id] = depths[parent.id] + 1 if parent else 1
        made.append(category)
    return made


def _depths(known: Mapping[str, Category]) -> dict[UUID, int]:
    """At which level each category stands, 1 at the root. Ties parents to the rows at hand."""
    by_id = {row.id: row for row in known.values()}
    depths = {}
    for row in known.values():
        if row.parent_id is not None:
            row.parent = by_id[row.parent_id]
    for row in known.values():
        level, above = 1, row.parent
        while above is not None:
            level, above = level + 1, above.parent
        depths[row.id] = level
    return depths


def make_categories(user_id: UUID, seq: int, parsed: ParsedFile) -> int:
    """Make what is missing of the file's tree; how many. Under the owner's clock."""
    missing = missing_categories(user_id, parsed)
    for category in missing:
        category.seq = seq
    Category.objects.bulk_create(missing, batch_size=500)
    return len(missing)
