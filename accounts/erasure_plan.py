"""Which tables hold rows of a person: found by their foreign keys, so that none can be left out.

A new table is erased from its first day. Whoever wants rows of one to outlive their owner lets its
foreign key say SET_NULL, and makes them say nothing about the owner (settings.ERASERS).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.db.models import SET_NULL, Exists, ForeignKey, Model, OuterRef, Q, QuerySet

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one table by the lookups that lead to their owner. kept: they lose the owner and stay."""

    model: type[Model]
    lookups: tuple[str, ...]
    kept: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()  # foreign keys to the table itself

    def rows(self, user_id: Any) -> QuerySet[Any]:
        """What is to be deleted; of a tree only the leaves, so that no row loses its parent."""
        manager: Any = self.model._base_manager
        is_owned = Q()
        for lookup in self.lookups:
            is_owned |= Q(**{lookup: user_id})
        rows: QuerySet[Any] = manager.filter(is_owned) if self.lookups else manager.none()
        for name in self.inner:
            rows = rows.exclude(Exists(manager.filter(**{name: OuterRef("pk")})))
        return rows

    def is_there(self, user_id: Any) -> bool:
        """Whether anything in the table still leads to this person."""
        manager: Any = self.model._base_manager
        return any(manager.filter(**{name: user_id}).exists() for name in self.lookups + self.kept)


@cache
def tables() -> tuple[Table, ...]:
    """Every table with rows of people but that of the people itself, children before their parents."""
    found: dict[type[Model], Table] = {User: Table(User, ("pk",))}
    models: list[type[Model]] = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model is not User
    ]
    while added := [table for model in models if (table := _table(model, found))]:
        found |= {table.model: table for table in added}
        models = [model for model in models if model not in found]
    del found[User]
    graph = {model: set(_parents(model)) & found.keys() - {model} for model in found}
    children_first = reversed(list(TopologicalSorter(graph).static_order()))
    return tuple(found[model] for model in children_first)


def _table(model: type[Model], found: dict[type[Model], Table]) -> Table | None:
    """How rows of this model belong to a person: by themselves, or else by what they hang on."""
    keys = [key for key in _keys(model) if key.related_model in found]
    direct = [key for key in keys if key.related_model is User]
    chosen = direct or [key for key in keys if found[key.related_model].lookups]
    kept = tuple(key.name for key in chosen if _on_delete(key) is SET_NULL)
    lookups = tuple(
        key.attname if key.related_model is User else f"{key.name}__{lookup}"
        for key in chosen
        if key.name not in kept
        for lookup in found[key.related_model].lookups
    )
    if not lookups and not (kept and direct):
        return None
    inner = tuple(key.name for key in _keys(model) if key.related_model is model)
    return Table(model, lookups, kept if direct else (), inner)


def _keys(model: type[Model]) -> Iterator[Any]:
    return (key for key in model._meta.concrete_fields if isinstance(key, ForeignKey))


def _parents(model: type[Model]) -> Iterator[type[Model]]:
    """Models whose rows cannot go before those of this one."""
    return (key.related_model for key in _keys(model) if key.db_constraint)


def _on_delete(key: Any) -> Any:
    return key.remote_field.on_delete
