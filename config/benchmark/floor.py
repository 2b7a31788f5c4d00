"""The floor: a bare WSGI callable that runs recorded statements by the driver and encodes by orjson.

It checks the token by PyJWT, as any server must; it validates nothing, owns nothing, explains
nothing. Started by the benchmark under the same server as the program.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import jwt
import orjson

PLAN = json.loads(open(os.environ["FLOOR_PLAN"]).read())  # noqa: SIM115
KEY = os.environ["JWT_SIGNING_KEY"]
AUDIENCE = os.environ.get("JWT_AUDIENCE", "household-books-api")
URL = os.environ.get("DATABASE_URL", "")
local = threading.local()


def connect() -> Any:
    if getattr(local, "connection", None) is None:
        if URL:
            import psycopg

            parts = urlsplit(URL)
            local.connection = psycopg.connect(
                host=parts.hostname, port=parts.port or 5432, user=unquote(parts.username or ""),
                password=unquote(parts.password or "") or None, dbname=parts.path[1:],
                autocommit=True, prepare_threshold=1,
            )  # fmt: skip
        else:
            import sqlite3

            path = os.path.join(os.environ["DATA_DIR"], "books.sqlite3")
            local.connection = sqlite3.connect(path, timeout=30, isolation_level=None)
            local.connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            )
    return local.connection


def default(value: Any) -> Any:
    return str(value)


def values(params: list[Any], fresh: dict[str, str]) -> list[Any]:
    return [fresh.get(p, p) if isinstance(p, str) else p for p in params]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    token = environ.get("HTTP_AUTHORIZATION", "")[7:]
    jwt.decode(token, KEY, algorithms=["HS256"], audience=AUDIENCE)
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    plan = PLAN[environ["PATH_INFO"].rsplit("/", 1)[1]]
    connection = connect()
    fresh = {
        old: (str(UUID(old)) and (uuid4().hex if "-" not in old else str(uuid4())))
        for old in plan["fresh"]
    }
    answer: list[Any] = []
    cursor = connection.cursor()
    for sql, params in plan["statements"]:
        cursor.execute(sql, values(params, fresh))
        if cursor.description:
            names = [column[0] for column in cursor.description]
            answer = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    cursor.close()
    body = orjson.dumps({"results": answer}, default=default)
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
