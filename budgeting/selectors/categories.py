"""Categories by id or name, as bodies refer to them. None is made: a budget plans what exists."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from accounts.errors import Refusal
from ledger import naming
from ledger.errors import Reason
from ledger.models import Category

Reference = UUID | str


def categories_named(
    user_id: UUID, references: Sequence[Reference], pointer: str
) -> list[Category]:
    """Own categories in the order given; refuses the first that is not there.

    pointer: of the field; `{}` in it stands for the position.
    """
    keys = [r if isinstance(r, UUID) else naming.key(r) for r in references]
    rows = Category.objects.for_user(user_id).filter(
        Q(id__in=[k for k in keys if isinstance(k, UUID)])
        | Q(name_key__in=[k for k in keys if isinstance(k, str)])
    )
    by_key: dict[Reference, Category] = {}
    for row in rows:
        by_key[row.id] = by_key[row.name_key] = row
    for position, key in enumerate(keys):
        if key not in by_key:
            raise Refusal(Reason.CATEGORY_NOT_FOUND, pointer=pointer.format(position))
    return [by_key[key] for key in keys]
