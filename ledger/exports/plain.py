"""CSV, which our own import reads again, and JSON, which leaves nothing out."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from accounts.api.rendering import cell, to_json
from ledger.exports.model import Book, Part, Row
from ledger.money import format_minor

COLUMNS = (
    "posted_on", "amount", "currency", "payee", "memo", "category", "account", "status", "tags",
    "splits", "statement_text", "external_id", "transfer", "id",
)  # fmt: skip


def write_csv(book: Book, rows: Iterable[Row]) -> Iterator[str]:
    """One line a row. Text that a spreadsheet would run as a formula is made harmless."""
    names = {category.id: category.path[-1] for category in book.categories}
    yield _line(COLUMNS)
    for row in rows:
        shown = _fields(row, names)
        yield _line([cell(shown[column]) for column in COLUMNS])


def _line(cells: Iterable[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def write_json(book: Book, rows: Iterable[Row]) -> Iterator[str]:
    """One object: accounts, categories, transactions. Amounts are decimal strings."""
    names = {category.id: category.path[-1] for category in book.categories}
    yield f'{{"starts_on":"{book.starts_on.isoformat()}",\n"accounts":['
    yield ",\n".join(to_json(_account(account)).decode() for account in book.accounts)
    yield '],\n"categories":['
    yield ",\n".join(to_json(_category(category)).decode() for category in book.categories)
    yield '],\n"transactions":['
    between = ""
    for row in rows:
        shown = _fields(row, names) | {
            "occurred_at": row.occurred_at,
            "tags": row.tags,
            "splits": [_part(part, row.currency, names) for part in row.parts if row.is_split],
        }
        yield between + to_json(shown).decode()
        between = ",\n"
    yield "]}\n"


def _fields(row: Row, names: dict[UUID, str]) -> dict[str, Any]:
    parts = row.parts if row.is_split else ()
    return {
        "posted_on": row.posted_on,
        "amount": format_minor(row.amount_minor, row.currency),
        "currency": row.currency,
        "payee": row.payee,
        "memo": row.memo,
        "category": row.category,
        "account": row.account,
        "status": row.status,
        "tags": "; ".join(row.tags),
        "splits": "; ".join(_shown(part, row.currency, names) for part in parts),
        "statement_text": row.statement_text,
        "external_id": row.external_id,
        "transfer": str(row.transfer_id or ""),
        "id": str(row.id),
    }


def _shown(part: Part, currency: str, names: dict[UUID, str]) -> str:
    name = names.get(part.category_id, "") if part.category_id else ""
    return f"{name} {format_minor(part.amount_minor, currency)}".strip()


def _part(part: Part, currency: str, names: dict[UUID, str]) -> dict[str, Any]:
    category = names.get(part.category_id) if part.category_id else None
    amount = format_minor(part.amount_minor, currency)
    return {"amount": amount, "category": category, "memo": part.memo}


def _account(account: Any) -> dict[str, Any]:
    return {
        "id": str(account.id),
        "name": account.name,
        "type": account.type,
        "currency": account.currency,
        "opening_balance": format_minor(account.opening_minor, account.currency),
        "closed": account.closed,
    }


def _category(category: Any) -> dict[str, Any]:
    kind = "income" if category.is_income else "expense"
    return {"id": str(category.id), "path": list(category.path), "kind": kind}
