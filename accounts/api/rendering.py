"""Answers as JSON by orjson, or as CSV where the client asks for it."""

import csv
import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

# A datetime without a zone comes from a database of ours, and those keep UTC.
OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS
# The lists that reports are about, by name: what stands beside them is for JSON.
TABLES = (
    "results", "buckets", "days", "by_category", "payments", "streams", "budgets", "points",
    "spendings", "subscriptions", "moods", "trends", "factors", "envelopes", "payoff_order",
    "by_type", "by_currency", "by_importance", "suggestions",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")  # never a float: 0.1 must stay 0.1
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, set | tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not for clients")


def to_json(value: Any) -> bytes:
    return orjson.dumps(value, default=_default, option=OPTIONS)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return b"" if data is None else to_json(data)


def cell(value: Any) -> Any:
    """One CSV cell. Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date | Decimal):
        return value
    if isinstance(value, list | tuple):
        if all(isinstance(item, str | int) for item in value):
            return cell("; ".join(str(item) for item in value))
        return to_json(value).decode()
    if isinstance(value, Mapping):
        return to_json(value).decode()
    text = str(value)
    return text if is_number(text) or not text.startswith(FORMULA_STARTS) else "'" + text


def is_number(text: str) -> bool:
    """Plain decimal digits with at most a sign and a point: safe in a cell, and amounts are such."""
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


def write_csv(rows: list[Mapping[str, Any]], columns: list[str] | None = None) -> bytes:
    buffer = io.StringIO()
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([cell(row.get(name)) for name in names] for row in rows)
    return buffer.getvalue().encode("utf-8")


class CsvRenderer(BaseRenderer):
    """Lists and reports as a table: `results`, else the report's one list, else the object as a row."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        response = (renderer_context or {}).get("response")
        if response is not None and response.status_code >= 400:
            response.content_type = response["Content-Type"] = "application/problem+json"
            return to_json(data)
        if data is None:
            return b""
        return write_csv(table_of(data))


def table_of(data: Any) -> list[Mapping[str, Any]]:
    if isinstance(data, list):
        return data
    for name in TABLES:
        if isinstance(data.get(name), list):
            rows: list[Mapping[str, Any]] = data[name]
            return rows
    return [data]
