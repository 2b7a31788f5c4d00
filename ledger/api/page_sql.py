"""The SQL of the plain transaction list, compiled by the ORM once per shape of query.

Compiling costs a third of the whole request. The text depends only on which filters are there, on
the sort and on the limit; the values follow in the order in which the filters are applied. What
was compiled is checked against that order before it is kept, so a mistake here costs speed, never
a wrong row.
"""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.api.lists import Window
from accounts.sql import adapt

# Filters that add exactly one value each, in the order `filtered` applies them.
ONE_VALUE = ("date_from", "date_to", "status")
PLAIN = {"limit", "count", "sort", "cursor", *ONE_VALUE}
SHAPES_MAX = 500

Shape = tuple[Any, ...]
_texts: dict[Shape, str] = {}


def statement(
    user_id: UUID,
    parameters: dict[str, Any],
    window: Window,
    build: Callable[[], QuerySet[Any]],
    columns: Sequence[str],
) -> tuple[str, Sequence[Any]]:
    """The page's SQL and values. `build` makes the queryset where no text is known yet."""
    given = {name for name, value in parameters.items() if value is not None}
    if not given <= PLAIN:
        return _compiled(build, columns)
    names = [name for name in ONE_VALUE if name in given]
    shape = (*names, window.order, window.limit, window.keys is not None, window.backwards)
    values = adapt([user_id, *(parameters[name] for name in names), *(window.keys or ())])
    if shape in _texts:
        return _texts[shape], values
    sql, params = _compiled(build, columns)
    if list(params) == values and len(_texts) < SHAPES_MAX:
        _texts[shape] = sql
    return sql, params


def _compiled(
    build: Callable[[], QuerySet[Any]], columns: Sequence[str]
) -> tuple[str, Sequence[Any]]:
    sql, params = build().values_list(*columns).query.sql_with_params()
    return sql, params
