"""Recording the very statements that an endpoint runs, so that the floor can run the same."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.sql import is_postgres

Statement = tuple[str, list[Any]]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement with its parameters, transaction bounds included."""
    found: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append(
            (sql if is_postgres() else sql.replace("%s", "?"), [plain(p) for p in params or ()])
        )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def plain(value: Any) -> Any:
    """A parameter as JSON keeps it; the drivers read the texts back as what the column is."""
    if isinstance(value, UUID | Decimal | IPv4Address | IPv6Address):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if hasattr(value, "obj"):  # psycopg's JSON wrapper
        return json.dumps(value.obj)
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, list):
        return [plain(item) for item in value]
    raise TypeError(f"a plan cannot keep {type(value).__name__}")


def fresh_ids(statements: list[Statement]) -> list[str]:
    """Ids that an INSERT brought: the floor needs new ones at each request. Table by table, the first
    parameter of an INSERT into a table with an id of its own."""
    found = []
    for sql, params in statements:
        if sql.startswith("INSERT INTO") and '("id"' in sql and isinstance(params[0], str):
            found.append(params[0])
    return found
