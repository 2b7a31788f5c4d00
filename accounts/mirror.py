"""What a client's mirror holds: every kind of owned row, and how the API shows it.

The floors above name their kinds in lists that the settings point to (MIRRORED), so that the change
feed and the stream speak of all of them and this floor knows none.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.module_loading import import_string

from accounts.api.rendering import to_json

Show = Callable[[UUID, Sequence[UUID]], dict[UUID, dict[str, Any]]]
VERBS = ("created", "updated", "deleted")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of owned row. `show` gives the rows of an owner by id, just as a GET gives them."""

    name: str
    model: type[Model]
    show: Show


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name, in the order in which a mirror should learn of them."""
    listed: Iterable[Kind] = (kind for path in settings.MIRRORED for kind in import_string(path))
    return {kind.name: kind for kind in listed}


def row_events() -> set[str]:
    """Kinds of events that only say that a row changed; the row itself says it better."""
    return {f"{name}.{verb}" for name in kinds() for verb in VERBS}


def plain(shown: Any) -> Any:
    """What a client would read: plain JSON values."""
    return orjson.loads(to_json(shown))


def showing(
    rows_of: Callable[[UUID], QuerySet[Any]], represent: Callable[[Any], dict[str, Any]]
) -> Show:
    """A `show` for kinds whose rows are represented one by one."""

    def show(user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        return {row.pk: plain(represent(row)) for row in rows_of(user_id).filter(pk__in=ids)}

    return show
