"""The one description of a transaction as clients see it, read by one lean query.

Lists, single items, the stream and exports all come from here, so they cannot differ. The SQL is
compiled by the ORM once per shape of filters and then run on the driver's own cursor: instances
and serializers cost a list of fifty ten times what the query does (docs/performance.md).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from accounts.api.rendering import to_json
from accounts.ids import new_id
from accounts.sql import adapt, as_id, fetch_lean, iso_id, iso_instant
from ledger.models import Split, Transaction, TransactionTag
from ledger.money import format_minor

COLUMNS = (
    "id", "account_id", "account__name", "amount_minor", "currency", "posted_on", "occurred_at",
    "payee_id", "payee__name", "category_id", "category__name", "category__kind", "transfer_id",
    "status", "memo", "statement_text", "external_id", "split_count", "tag_count",
    "attachment_count", "import_batch_id", "risk_score", "risk_level", "risk_action",
    "risk_reasons", "flagged",
    "verdict", "verdict_by_id", "verdict_at", "verdict_note", "created_at", "updated_at", "seq",
)  # fmt: skip
UNSCORED: dict[str, Any] = {"score": None, "level": "unscored", "action": "none", "reasons": []}


def type_of(amount_minor: int, is_transfer: bool, category_kind: str | None) -> str:
    """income, expense, refund (money back in an expense category) or transfer."""
    if is_transfer:
        return "transfer"
    if amount_minor <= 0:
        return "expense"
    return "refund" if category_kind == "expense" else "income"


def represent(row: tuple[Any, ...]) -> dict[str, Any]:
    """A row of COLUMNS as the API gives it; splits and tags are empty until `with_parts`."""
    (
        row_id, account_id, account_name, amount_minor, currency, posted_on, occurred_at,
        payee_id, payee_name, category_id, category_name, category_kind, transfer_id,
        status, memo, statement_text, external_id, split_count, tag_count,
        attachment_count, import_id, score, level, action, reasons, flagged,
        verdict, verdict_by, verdict_at, verdict_note, created_at, updated_at, seq,
    ) = row  # fmt: skip
    return {
        "id": iso_id(row_id),
        "account": iso_id(account_id),
        "account_name": account_name,
        "amount": format_minor(amount_minor, currency),
        "currency": currency,
        "type": type_of(amount_minor, transfer_id is not None, category_kind),
        "posted_on": posted_on,
        "occurred_at": iso_instant(occurred_at),
        "payee": payee_name,
        "payee_id": iso_id(payee_id),
        "category": iso_id(category_id),
        "category_name": category_name,
        "memo": memo,
        "statement_text": statement_text,
        "tags": tag_count or [],
        "splits": split_count or [],
        "attachments": attachment_count,
        "external_id": external_id,
        "status": status,
        "transfer": iso_id(transfer_id),
        "import": iso_id(import_id),
        "flagged": bool(flagged),
        "risk": UNSCORED
        if score is None
        else {
            "score": score,
            "level": level,
            "action": action,
            "reasons": orjson.loads(reasons) if isinstance(reasons, str) else reasons,
        },
        "review": {
            "verdict": verdict,
            "by": iso_id(verdict_by),
            "at": iso_instant(verdict_at),
            "note": verdict_note,
        }
        if verdict
        else None,
        "created_at": iso_instant(created_at),
        "updated_at": iso_instant(updated_at),
        "seq": seq,
    }


def with_parts(user_id: UUID, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fill in splits and tags: no query where no row has any, one for each otherwise."""
    if any(row["splits"] for row in rows):
        _fill_splits(user_id, {str(row["id"]): row for row in rows if row["splits"]})
    if any(row["tags"] for row in rows):
        _fill_tags(user_id, {str(row["id"]): row for row in rows if row["tags"]})
    return rows


def _fill_splits(user_id: UUID, rows: dict[str, dict[str, Any]]) -> None:
    for row in rows.values():
        row["splits"] = []
    parts = Split.objects.for_user(user_id).filter(transaction_id__in=rows).order_by("position")
    names = ("id", "transaction_id", "amount_minor", "category_id", "category__name", "memo")
    for split_id, row_id, amount, category_id, category_name, memo in parts.values_list(*names):
        row = rows[str(row_id)]
        row["splits"].append(
            {
                "id": split_id,
                "amount": format_minor(amount, row["currency"]),
                "category": category_id,
                "category_name": category_name,
                "memo": memo,
            }
        )


def _fill_tags(user_id: UUID, rows: dict[str, dict[str, Any]]) -> None:
    for row in rows.values():
        row["tags"] = []
    links = TransactionTag.objects.for_user(user_id).filter(transaction_id__in=rows).order_by("id")
    for row_id, name in links.values_list("transaction_id", "tag__name"):
        rows[str(row_id)]["tags"].append(name)


def fetch_transactions(user_id: UUID, rows: QuerySet[Any]) -> list[dict[str, Any]]:
    """The queryset's rows as the API gives them, in its order: one statement, three at most."""
    return run(user_id, lambda: rows.values_list(*COLUMNS).query.sql_with_params())


def run(user_id: UUID, statement: Callable[[], tuple[str, Sequence[Any]]]) -> list[dict[str, Any]]:
    """The rows of a statement over COLUMNS, as the API gives them."""
    try:
        sql, params = statement()
    except EmptyResultSet:  # the filters contradict themselves: no row can meet them
        return []
    return with_parts(user_id, [represent(row) for row in fetch_lean(sql, params)])


def transactions_by_id(user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Owned transactions by id; ids that are not there, or not the owner's, are simply absent."""
    wanted: Sequence[UUID] = list(ids)
    if not wanted:
        return {}
    if len(wanted) == 1:
        found = run(user_id, lambda: (_sql_of_one(), adapt([user_id, wanted[0]])))
    else:
        rows = Transaction.objects.for_user(user_id).filter(id__in=wanted)
        found = fetch_transactions(user_id, rows)
    return {as_id(row["id"]): row for row in found}


@cache
def _sql_of_one() -> str:
    """The statement for one row, compiled by the ORM once."""
    one = Transaction.objects.for_user(new_id()).filter(id=new_id()).values_list(*COLUMNS)
    text: str = one.query.sql_with_params()[0]
    return text


def stream_payload(user_id: UUID, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """What the live stream sends of transactions: exactly what a GET would, as plain JSON values."""
    found = transactions_by_id(user_id, ids)
    return {row_id: orjson.loads(to_json(row)) for row_id, row in found.items()}
