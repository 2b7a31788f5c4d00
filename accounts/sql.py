"""Lean SQL for the hot paths: parameters as each database wants them, rows from the driver's own cursor.

Measured (docs/performance.md): Django's cursor and ORM instances cost several times the statement
itself. What runs here is still compiled by the ORM or written out once as a constant.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import InterfaceError, OperationalError, connection
from django.db.models import JSONField, Model

from accounts.bulk import as_arrays, columns_of, insert_many

CHUNK = 500  # rows per statement: far below both databases' parameter limits
MANY = 20  # Past it PostgreSQL takes rows as arrays: the driver reads a statement mark by mark.


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def adapt(values: Iterable[Any]) -> list[Any]:
    """Parameters for the connected database: SQLite keeps UUIDs as hex and instants as text."""
    if is_postgres():
        return list(values)
    return [
        value.hex
        if isinstance(value, UUID)
        else connection.ops.adapt_datetimefield_value(value)
        if isinstance(value, datetime)
        else value.isoformat()
        if isinstance(value, date)
        else value
        for value in values
    ]


def _cursor() -> Any:
    """The driver's own cursor where PostgreSQL is connected, so that what its C code loads is not
    loaded again in Python; Django's where statements are watched (tests, the benchmark)."""
    connection.ensure_connection()
    if not is_postgres() or connection.queries_logged or connection.execute_wrappers:
        return connection.cursor()
    from accounts.native import NativeCursor

    return NativeCursor(connection.connection)


def execute(sql: str, params: Iterable[Any] = ()) -> int:
    """Run one statement on the current connection; the number of rows it touched."""
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(sql, adapt(params))
        return int(cursor.rowcount)


def fetch(sql: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one query, all rows, with plain values as parameters."""
    return fetch_lean(sql, adapt(params))


def fetch_lean(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows as the driver makes them, for parameters that are adapted already.

    Same connection, same transaction. PostgreSQL gives ids, dates and aware instants as objects and
    JSON as text; SQLite gives hex ids and ISO texts. `iso_id` and `iso_instant` even that out.
    """
    with connection.wrap_database_errors, _cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def fetch_first(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The first query of a request, which also finds out whether the kept connection still lives.

    A database that was restarted costs one reconnect here, instead of a `SELECT 1` on each request.
    """
    try:
        return fetch_lean(sql, params)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return fetch_lean(sql, params)


def as_id(value: Any) -> UUID:
    """An id as the driver gave it, as an object: SQLite keeps 32 hex digits."""
    return value if isinstance(value, UUID) else UUID(value)


def iso_instant(value: Any) -> Any:
    """An instant for JSON: what SQLite gives, naive text or datetime in UTC, gets its zone."""
    if isinstance(value, str):
        return value.replace(" ", "T") + "Z"
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def iso_id(value: Any) -> Any:
    """An id for JSON: SQLite's 32 hex digits get their dashes; objects and null pass."""
    if isinstance(value, str):
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
    return value


@cache
def _columns(model: type[Model]) -> tuple[str, str, tuple[tuple[str, bool], ...]]:
    """(INSERT up to its VALUES, one row of marks, (attribute, holds JSON) by column) of a model."""
    fields = [(field.attname, isinstance(field, JSONField)) for field in columns_of(model)]
    names = ", ".join(f'"{name}"' for name, _ in fields)
    marks = "(" + ", ".join(["%s"] * len(fields)) + ")"
    head = f"INSERT INTO {model._meta.db_table} ({names}) VALUES "  # noqa: S608
    return head, marks, tuple(fields)


def insert_rows(rows: Sequence[Model]) -> None:
    """INSERT new rows of one model, whose ids are made here: what bulk_create does, at a third of its
    cost, because nothing is compiled. Ids that the database makes are not read back."""
    if len(rows) > CHUNK:
        insert_many(rows)
    elif rows:
        _insert_few(rows)
    for row in rows:
        row._state.adding, row._state.db = False, "default"


def _insert_few(rows: Sequence[Model]) -> None:
    """In one statement of plain VALUES: for few rows cheaper than to begin a COPY."""
    head, marks, columns = _columns(type(rows[0]))
    values = [
        orjson.dumps(getattr(row, name)).decode() if holds_json else getattr(row, name)
        for row in rows
        for name, holds_json in columns
    ]
    execute(head + ", ".join([marks] * len(rows)), values)


def upsert_adding(
    table: str,
    keys: Sequence[str],
    sums: Sequence[str],
    rows: Sequence[Sequence[Any]],
    also: Sequence[str] = (),
) -> None:
    """Insert rows of (keys, also, sums); where the key stands already, add the sums to it."""
    columns = [*keys, *also, *sums]
    one = "(" + ", ".join(["%s"] * len(columns)) + ")"
    adding = ", ".join(f"{c} = {table}.{c} + excluded.{c}" for c in sums)
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608
    tail = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {adding}"
    if is_postgres() and len(rows) > MANY:
        arrays, values = as_arrays(rows)
        execute(f"{head.removesuffix('VALUES ')}SELECT * FROM unnest({arrays}){tail}", values)  # noqa: S608
        return
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        execute(head + ", ".join([one] * len(chunk)) + tail, [v for row in chunk for v in row])
