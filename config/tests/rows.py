"""A row in every table that leads to a person, found by introspection, with words to look for in each."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils import timezone

from accounts.erasure_plan import tables
from accounts.ids import new_id

# What a generic row cannot guess: columns that a constraint ties together.
TIED: dict[str, dict[str, Any]] = {
    "Transaction": {"transfer": None},
    "Goal": {"importance": 3},
    "LedgerPreferences": {"auto_categorise_above": Decimal("0.5")},
}


def rows_everywhere(owner: Any, canary: str) -> list[models.Model]:
    """One more row of the owner in every table, every free text of it the canary. Parents first."""
    made: dict[type[models.Model], models.Model] = {type(owner): owner}
    for table in reversed(tables()):
        if table.model.__name__ == "Clock":
            continue  # there is one from the start
        made[table.model] = _row(table.model, made, canary)
    return list(made.values())


def _row(model: type[models.Model], made: dict[Any, Any], canary: str) -> models.Model:
    there = model._base_manager.filter(**{f: made[f_model] for f, f_model in _one_to_one(model)})
    if _one_to_one(model) and there.exists():
        return there.get()
    values = {
        field.name: _value(field, made, canary)
        for field in model._meta.concrete_fields
        if not (field.primary_key and not field.is_relation and field.has_default())
        and not isinstance(field, models.AutoField)
    }
    values |= TIED.get(model.__name__, {})
    return model._base_manager.create(**values)


def _one_to_one(model: Any) -> list[tuple[str, Any]]:
    return [
        (field.name, field.related_model)
        for field in model._meta.concrete_fields
        if isinstance(field, models.OneToOneField)
    ]


def _value(field: Any, made: dict[Any, Any], canary: str) -> Any:
    if field.is_relation:
        if field.related_model is field.model:
            return None
        target = field.related_model
        return made.get(target) or target._base_manager.first() or target._base_manager.create()
    if field.choices:
        return field.flatchoices[0][0]
    if isinstance(field, models.JSONField):
        said = {"code": "x", "said": [canary]}
        return [said] if field.default is list else said
    if isinstance(field, models.EmailField):
        return f"{canary}@example.org"
    if isinstance(field, models.TextField | models.CharField):
        if field.max_length == 3:
            return "EUR"
        return (canary * 9)[: min(field.max_length or 99, len(canary))]
    if isinstance(field, models.BinaryField):
        return canary.encode()
    if isinstance(field, models.GenericIPAddressField):
        return "203.0.113.77"
    if isinstance(field, models.BooleanField):
        return field.default if isinstance(field.default, bool) else False
    if isinstance(field, models.UUIDField):
        return new_id()
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return date(2026, 1, 31)
    if isinstance(field, models.TimeField):
        return time(7)
    return Decimal(7) if isinstance(field, models.DecimalField) else 7


def dump() -> str:
    """Every value of every table of the database, whichever it is."""
    parts = []
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{name}"')
            for row in cursor.fetchall():
                values = (bytes(v) if isinstance(v, memoryview) else v for v in row)
                parts.append(f"{name} {tuple(values)}")
    return "\n".join(parts)
