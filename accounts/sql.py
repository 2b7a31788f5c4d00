"""Lean SQL for the hot paths: parameters as each database wants them, rows from the driver's own cursor.

Measured (docs/performance.md): Django's cursor and ORM instances cost several times the statement
itself. What runs here is still compiled by the ORM or written out once as a constant.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

CHUNK = 500  # rows per statement: far below both databases' parameter limits


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


def execute(sql: str, params: Iterable[Any] = ()) -> int:
    """Run one statement on the current connection; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, adapt(params))
        return int(cursor.rowcount)


def fetch(sql: str, params: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one query, all rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, adapt(params))
        return list(cursor.fetchall())


def fetch_compiled(queryset: QuerySet[Any]) -> list[tuple[Any, ...]]:
    """Rows of a `.values_list()` queryset by Django's cursor, without its per-value converters.

    What comes back is the driver's own: on SQLite ids are hex text and dates ISO text.
    """
    sql, params = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


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
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    tail = f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {adding}"
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        execute(head + ", ".join([one] * len(chunk)) + tail, [v for row in chunk for v in row])
