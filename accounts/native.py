"""psycopg's own cursor on Django's connection. Imported only where PostgreSQL is in use.

Django registers a loader for instants that is written in Python and costs several calls a row; the
driver's own, in C, gives the same aware instants.
"""

from typing import Any

import psycopg

try:
    from psycopg_binary._psycopg import TimestamptzLoader  # type: ignore[attr-defined]
except ImportError:  # the pure-Python driver: slower, and right
    from psycopg.types.datetime import TimestamptzLoader


class NativeCursor(psycopg.Cursor[tuple[Any, ...]]):
    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        super().__init__(connection)
        self.adapters.register_loader("timestamptz", TimestamptzLoader)
