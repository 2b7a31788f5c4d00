"""Many new rows of one table at once: COPY on PostgreSQL, one prepared INSERT on SQLite.

Values are made ready column by column, because a column has one type and often one value: that is
several times cheaper than row by row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import repeat
from typing import Any, TypeVar
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model
from django.db.models.base import ModelState

AnyModel = TypeVar("AnyModel", bound=Model)
NULL = "\\N"
# What would end a value, a row or an escape inside COPY's text form.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SQL_TYPES = {UUID: "uuid", bool: "boolean", int: "bigint", str: "text", date: "date"}


@cache
def defaults_of(model: type[Model]) -> Mapping[str, Any]:
    """What the columns of a new row hold where nothing is said. Mutable ones are for replacing."""
    return {
        field.attname: None if field.primary_key else field.get_default()
        for field in model._meta.concrete_fields
    }


def made(model: type[AnyModel], values: dict[str, Any]) -> AnyModel:
    """A new, unsaved row with every column in `values`: at a tenth of what Model.__init__ costs."""
    row = model.__new__(model)
    values["_state"] = ModelState()
    row.__dict__ = values
    return row


def insert_many(rows: Sequence[Model]) -> None:
    """INSERT new rows of one model, every column of theirs, in one statement."""
    columns = columns_of(type(rows[0]))
    table = type(rows[0])._meta.db_table
    names = ", ".join(f'"{field.attname}"' for field in columns)
    values = [[row.__dict__[field.attname] for row in rows] for field in columns]
    if connection.vendor == "postgresql":
        texts = [
            _ready(field, column, _texts) for field, column in zip(columns, values, strict=True)
        ]
        _copy(f"COPY {table} ({names}) FROM STDIN", texts)
        return
    adapted = [
        _ready(field, column, _adapted) for field, column in zip(columns, values, strict=True)
    ]
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
            list(zip(*adapted, strict=True)),
        )


@cache
def columns_of(model: type[Model]) -> tuple["Field[Any, Any]", ...]:
    """The columns that a new row brings: all but an id that the database makes."""
    fields = model._meta.concrete_fields
    return tuple(field for field in fields if not isinstance(field, AutoField))


def _copy(sql: str, columns: Sequence[Iterable[str]]) -> None:
    connection.ensure_connection()
    block = "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"
    with (
        connection.wrap_database_errors,
        connection.connection.cursor() as cursor,
        cursor.copy(sql) as copy,
    ):
        copy.write(block.encode())


Ready = Callable[["Field[Any, Any]", list[Any]], list[Any]]


def _ready(field: "Field[Any, Any]", values: list[Any], convert: Ready) -> Iterable[Any]:
    """A column as the database takes it; where every row holds the same, that is converted once."""
    if not field.primary_key and values.count(values[0]) == len(values):
        return repeat(convert(field, values[:1])[0], len(values))
    return convert(field, values)


def _texts(field: "Field[Any, Any]", values: list[Any]) -> list[str]:
    """In COPY's text form."""
    kind = _kind(field)
    if field.primary_key and kind == "UUIDField":
        return [value.hex for value in values]
    if kind == "UUIDField":
        known = {None: NULL}
        known.update((value, value.hex) for value in set(values) if value is not None)
        return [known[value] for value in values]
    if kind == "BooleanField":
        return [NULL if value is None else "t" if value else "f" for value in values]
    if kind == "JSONField":
        values = [orjson.dumps(value).decode() for value in values]
    texts = list(map(str, values))
    if set("".join(texts)) & {"\\", "\t", "\n", "\r"}:
        texts = [text.translate(_ESCAPES) for text in texts]
    if None in values:
        texts = [NULL if v is None else text for v, text in zip(values, texts, strict=True)]
    return texts


def _adapted(field: "Field[Any, Any]", values: list[Any]) -> list[Any]:
    """As SQLite keeps it."""
    kind = _kind(field)
    if kind == "UUIDField":
        return [value and value.hex for value in values]
    if kind == "JSONField":
        return [orjson.dumps(value).decode() for value in values]
    if kind == "DateTimeField":
        adapt = connection.ops.adapt_datetimefield_value
        return [value and adapt(value) for value in values]
    if kind == "DateField":
        return [value and value.isoformat() for value in values]
    return values


@cache
def _kind(field: "Field[Any, Any]") -> str:
    """The type of a column; of a foreign key, that of what it points at."""
    return "JSONField" if isinstance(field, JSONField) else _target(field).get_internal_type()


def _target(field: Any) -> Any:
    while field.is_relation:
        field = field.target_field
    return field


def as_arrays(rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """(the arrays' marks with their types, one array per column) for INSERT … SELECT FROM unnest.

    Nine parameters instead of nine per row: the driver reads a statement mark by mark. Only texts are
    left to the driver, which looks into each value for what to escape; the others have nothing.
    """
    columns = [list(column) for column in zip(*rows, strict=True)]
    types = [_SQL_TYPES[type(column[0])] for column in columns]
    values = [
        column if kind == "text" else _array_of(column)
        for column, kind in zip(columns, types, strict=True)
    ]
    return ", ".join(f"%s::{kind}[]" for kind in types), values


def _array_of(values: list[Any]) -> str:
    """PostgreSQL's text form of an array of ids, days, whole numbers or truth values."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
