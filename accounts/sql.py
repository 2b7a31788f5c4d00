"""Lean SQL for the hot paths: parameters as each database wants them, rows from the driver's own cursor.

Measured (docs/performance.md): Django's cursor and ORM instances cost several times the statement
itself. What runs here is still compiled by the ORM or written out once as a constant.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

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


def fetch_lean(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows as the driver makes them, past Django's cursor and its per-value converters.

    Same connection, same transaction. PostgreSQL gives ids, dates and aware instants as objects and
    JSON as text; SQLite gives hex ids and ISO texts. `iso_id` and `iso_instant` even that out.
    """
    if not is_postgres() or connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())
    from accounts.native import NativeCursor

    connection.ensure_connection()
    with NativeCursor(connection.connection) as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def iso_instant(value: Any) -> Any:
    """An instant for JSON: SQLite's naive UTC text gets its zone; objects pass."""
    return value.replace(" ", "T") + "Z" if isinstance(value, str) else value


def iso_id(value: Any) -> Any:
    """An id for JSON: SQLite's 32 hex digits get their dashes; objects and null pass."""
    if isinstance(value, str):
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"
    return value


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
