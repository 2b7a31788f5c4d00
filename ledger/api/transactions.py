"""/api/transactions: list, post, read, replace, change, delete, restore, review."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import Order, Window
from accounts.api.views import ApiView, expected_seq, item
from ledger.api.filters import TransactionQuery, filtered, view_of
from ledger.api.page_sql import statement
from ledger.api.rows import COLUMNS, run, transactions_by_id
from ledger.api.serializers import (
    PostedOutput,
    ReviewInput,
    TransactionInput,
    TransactionOutput,
    TransactionPage,
    TransactionPatch,
)
from ledger.services.drafts import Change, Draft
from ledger.services.editing import edit, restore
from ledger.services.posting import remove
from ledger.services.review import review
from ledger.services.rules_by_hand import post_by_hand

EMPTY: dict[str, Any] = {
    "occurred_at": None,
    "payee": None,
    "category": None,
    "memo": "",
    "external_id": "",
    "status": "cleared",
}
ORDERS: dict[str, tuple[tuple[str, ...], tuple[Callable[[Any], Any], ...]]] = {
    "posted_on": (("posted_on", "id"), (date.fromisoformat, UUID)),
    "amount": (("amount_minor", "id"), (int, UUID)),
}


def draft_of(fields: dict[str, Any], pointer: str = "") -> Draft:
    """The draft of a validated TransactionInput."""
    given = {
        name: value for name, value in fields.items() if name not in {"account", "tags", "splits"}
    }
    return Draft(
        account_id=fields["account"],
        tags=tuple(fields.get("tags", ())),
        splits=tuple(fields.get("splits", ())),
        pointer=pointer,
        **given,
    )


def page_of(user_id: UUID, parameters: dict[str, Any], extra: Any = None) -> dict[str, Any]:
    """One keyset page of the owner's transactions under the query's filters and sort."""
    if "view" in parameters:
        view = view_of(user_id, parameters["view"])
        parameters = {"sort": view.sort, **parameters, "view": view}
    sort: str = parameters.get("sort", "-posted_on")
    columns, parsers = ORDERS[sort.removeprefix("-")]
    order = Order(sort, columns, sort.startswith("-"))
    window = Window.of(parameters, order, parsers)

    def rows() -> QuerySet[Any]:
        found = filtered(user_id, parameters)
        return found if extra is None else found.filter(extra)

    found = run(
        user_id,
        lambda: statement(
            user_id,
            parameters if extra is None else {**parameters, "extra": extra},
            window,
            lambda: window.apply(rows()),
            COLUMNS,
        ),
    )
    page = window.page(found, lambda row: _keys(row, columns))
    if parameters["count"]:
        page["count"] = rows().count()
    return page


def _keys(row: dict[str, Any], columns: Sequence[str]) -> list[Any]:
    if columns[0] == "amount_minor":
        return [int(row["amount"].replace(".", "")), str(row["id"])]
    return [str(row["posted_on"]), str(row["id"])]


def one(user_id: UUID, row_id: UUID) -> dict[str, Any]:
    """An owned transaction as the API gives it; 404 otherwise."""
    found = transactions_by_id(user_id, [row_id])
    if row_id not in found:
        raise Http404
    return found[row_id]


def shown(request: Request, row_id: UUID, *, status: int = 200) -> Response:
    user: Any = request.user
    row = one(user.pk, row_id)
    names = [row[field] for field in ("account_name", "payee", "category_name", "type", "tags")]
    return item(request, lambda: row, row["seq"], status=status, names=names)


class TransactionList(ApiView):
    query = TransactionQuery

    @extend_schema(parameters=[TransactionQuery], responses=TransactionPage, tags=["transactions"])
    def get(self, request: Request) -> Response:
        """List transactions, newest first."""
        return Response(page_of(self.owner.pk, self.parameters()))

    @extend_schema(request=TransactionInput, responses={201: PostedOutput}, tags=["transactions"])
    def post(self, request: Request) -> Response:
        """Post a transaction; the answer holds its risk and its reasons.

        Rules for rows typed in fill the payee, category and tags that the body does not name."""
        fields = self.body(TransactionInput)
        rows = post_by_hand(self.owner.pk, draft_of(fields), fields.keys())
        response = shown(request, rows[0].transaction.id, status=201)
        response.data["budget"] = rows[0].budget
        response["Location"] = f"/api/transactions/{rows[0].transaction.id}"
        return response


class TransactionItem(ApiView):
    @extend_schema(responses=TransactionOutput, tags=["transactions"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one transaction."""
        return shown(request, row_id)

    @extend_schema(request=TransactionInput, responses=TransactionOutput, tags=["transactions"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a transaction. Splits and tags that are not sent stay."""
        return self._edit(request, row_id, {**EMPTY, **self.body(TransactionInput)})

    @extend_schema(request=TransactionPatch, responses=TransactionOutput, tags=["transactions"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent."""
        return self._edit(request, row_id, self.body(TransactionPatch))

    @extend_schema(responses={204: None}, tags=["transactions"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a transaction, and with a transfer's leg its other leg."""
        expected = expected_seq(request)
        remove(self.owner.pk, [row_id], expected={} if expected is None else {row_id: expected})
        return Response(status=204)

    def _edit(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        if {"category", "splits"} <= fields.keys() and fields["splits"]:
            del fields["category"]  # the splits say what the parts are for
        change = Change(id=row_id, fields=fields, expected_seq=expected_seq(request))
        edit(self.owner.pk, [change])
        return shown(request, row_id)


class TransactionRestore(ApiView):
    @extend_schema(request=None, responses=TransactionOutput, tags=["transactions"])
    def post(self, request: Request, row_id: UUID) -> Response:
        """Bring a deleted transaction back as it was."""
        return shown(request, restore(self.owner.pk, row_id).transaction.id)


class TransactionReview(ApiView):
    @extend_schema(request=ReviewInput, responses=TransactionOutput, tags=["transactions"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Say whether a transaction was legitimate or fraud. The evidence is kept."""
        fields = self.body(ReviewInput)
        review(
            self.owner.pk,
            row_id,
            verdict=fields["verdict"],
            note=fields["note"],
            reviewer_id=self.owner.pk,
            expected_seq=expected_seq(request),
        )
        return shown(request, row_id)


class FlaggedTransactions(ApiView):
    query = TransactionQuery

    @extend_schema(parameters=[TransactionQuery], responses=TransactionPage, tags=["transactions"])
    def get(self, request: Request) -> Response:
        """List the transactions that the watch flagged and nobody cleared."""
        return Response(page_of(self.owner.pk, {**self.parameters(), "flagged": True}))
