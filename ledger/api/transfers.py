"""/api/transfers: money between own accounts, also across currencies."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, simple_page
from accounts.api.serializers import MoneyField, StrictSerializer, TextField
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger.api.exchange_rates import RateField
from ledger.api.rows import fetch_transactions
from ledger.api.serializers import DayField, PageOutput, TransactionOutput
from ledger.errors import Reason
from ledger.models import Account, Status, Transaction, Transfer
from ledger.money import format_minor, to_minor
from ledger.rates import RateTable
from ledger.selectors.rates import rates_for
from ledger.services.transfers import (
    TransferDraft,
    change_transfer,
    make_transfer,
    remove_transfer,
)

STATUSES = (Status.PENDING.value, Status.CLEARED.value)  # Only a statement makes a row reconciled.
EMPTY: dict[str, Any] = {"memo": ""}  # What PUT sets where it is not sent; the status stays.


class TransferQuery(ListQuery):
    account = serializers.UUIDField(required=False, help_text="from or to this account")
    date_from = DayField(required=False)
    date_to = DayField(required=False)


class TransferInput(StrictSerializer):
    """Money from one own account to another; across currencies with `to_amount` or `rate`."""

    from_account = serializers.UUIDField()
    to_account = serializers.UUIDField()
    amount = MoneyField(positive=True, help_text="what leaves, in from_account's currency")
    to_amount = MoneyField(
        positive=True, required=False, help_text="what arrives, in to_account's currency"
    )
    rate = RateField(required=False, help_text="to_amount = amount x rate, rounded half up")
    posted_on = DayField()
    to_posted_on = DayField(required=False, help_text="the day of arrival, if it is another")
    memo = TextField(required=False)
    status = serializers.ChoiceField(STATUSES, required=False)


class TransferPatch(TransferInput):
    """The fields to change; the others stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class FxOutput(serializers.Serializer[Any]):
    mid_rate = serializers.CharField(help_text="of the day of departure")
    result = MoneyField(help_text="gain (+) or loss (-) against it, in to_account's currency")
    currency = serializers.CharField()


class TransferOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    from_account = serializers.UUIDField()
    to_account = serializers.UUIDField()
    amount = MoneyField()
    currency = serializers.CharField()
    to_amount = MoneyField()
    to_currency = serializers.CharField()
    rate = serializers.CharField(help_text="to_amount / amount, to twelve digits")
    posted_on = serializers.DateField()
    to_posted_on = serializers.DateField()
    memo = serializers.CharField()
    legs = TransactionOutput(many=True, help_text="what leaves, then what arrives")
    fx = FxOutput(allow_null=True, help_text="null within a currency, or when no rate is known")
    created_at = serializers.DateTimeField()
    etag = serializers.CharField()


class TransferPage(PageOutput):
    results = TransferOutput(many=True)


def represent_all(user_id: UUID, transfers: Sequence[Transfer]) -> list[dict[str, Any]]:
    """Transfers with their legs: one query for the legs, one for rates where currencies differ."""
    legs: dict[UUID, list[dict[str, Any]]] = {}
    rows = Transaction.objects.for_user(user_id).filter(transfer_id__in=[t.id for t in transfers])
    for leg in fetch_transactions(user_id, rows.order_by("amount_minor")) if transfers else ():
        legs.setdefault(UUID(str(leg["transfer"])), []).append(leg)
    pairs = [
        (out["currency"], into["currency"], _day(out["posted_on"]))
        for out, into in (legs[transfer.id] for transfer in transfers)
    ]
    table = rates_for(user_id, pairs)
    return [represent(transfer, legs[transfer.id], table) for transfer in transfers]


def represent(
    transfer: Transfer, legs: Sequence[dict[str, Any]], table: RateTable
) -> dict[str, Any]:
    """A transfer as the API gives it. Its ETag is that of the youngest of its three rows."""
    out, into = legs
    seq = max(transfer.seq, out["seq"], into["seq"])
    return {
        "id": transfer.id,
        "from_account": out["account"],
        "to_account": into["account"],
        "amount": out["amount"].removeprefix("-"),
        "currency": out["currency"],
        "to_amount": into["amount"],
        "to_currency": into["currency"],
        "rate": _ratio(Decimal(into["amount"]), -Decimal(out["amount"])),
        "posted_on": out["posted_on"],
        "to_posted_on": into["posted_on"],
        "memo": transfer.memo,
        "legs": [out, into],
        "fx": _fx(out, into, table),
        "created_at": transfer.created_at,
        "etag": f'"{seq}"',
    }


def _ratio(arrived: Decimal, left: Decimal) -> str:
    text = f"{arrived / left:.12g}"
    return format(Decimal(text), "f")


def _fx(out: dict[str, Any], into: dict[str, Any], table: RateTable) -> dict[str, Any] | None:
    """What the exchange cost against the day's mid-rate: neither income nor spending, but shown."""
    currency = into["currency"]
    if out["currency"] == currency:
        return None
    rate = table.rate(out["currency"], currency, _day(out["posted_on"]))
    if rate is None:
        return None
    fair = rate.apply(-to_minor(Decimal(out["amount"]), out["currency"]))
    result = to_minor(Decimal(into["amount"]), currency) - fair
    return {
        "mid_rate": format(rate.value, "f"),
        "result": format_minor(result, currency),
        "currency": currency,
    }


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def shown(request: Request, transfer_id: UUID, *, status: int = 200) -> Response:
    user_id: UUID = request.user.pk  # type: ignore[assignment]
    transfer = Transfer.objects.for_user(user_id).filter(id=transfer_id).first()
    if transfer is None:
        raise Refusal(Reason.TRANSFER_NOT_FOUND, status=404)
    (row,) = represent_all(user_id, [transfer])
    if row["currency"] != row["to_currency"]:
        # `fx` rests on a rate, which may be corrected while the rows stay: never a 304.
        return Response(row, status=status, headers={"ETag": row["etag"]})
    return item(request, lambda: row, int(row["etag"].strip('"')), status=status)


def chosen(user_id: UUID, parameters: dict[str, Any]) -> Any:
    """The owner's transfers that meet the filters, by either leg."""
    rows = Transfer.objects.for_user(user_id)
    legs = Transaction.objects.for_user(user_id).filter(transfer_id=OuterRef("pk"))
    conditions = {}
    if "account" in parameters:
        if not Account.objects.for_user(user_id).filter(id=parameters["account"]).exists():
            raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer="?account")
        conditions["account_id"] = parameters["account"]
    if "date_from" in parameters:
        conditions["posted_on__gte"] = parameters["date_from"]
    if "date_to" in parameters:
        conditions["posted_on__lte"] = parameters["date_to"]
    return rows.filter(Exists(legs.filter(**conditions))) if conditions else rows


class TransferList(ApiView):
    query = TransferQuery

    @extend_schema(parameters=[TransferQuery], responses=TransferPage, tags=["transfers"])
    def get(self, request: Request) -> Response:
        """List the transfers, newest first."""
        parameters = self.parameters()
        rows = chosen(self.owner.pk, parameters)
        page = simple_page(rows, parameters, lambda row: row, descending=True)
        page["results"] = represent_all(self.owner.pk, page["results"])
        return Response(page)

    @extend_schema(
        request=TransferInput,
        responses={201: TransferOutput},
        tags=["transfers"],
    )
    def post(self, request: Request) -> Response:
        """Move money between two own accounts."""
        draft = TransferDraft(**self.body(TransferInput))
        transfer = make_transfer(user_id=self.owner.pk, draft=draft)
        response = shown(request, transfer.id, status=201)
        response["Location"] = f"/api/transfers/{transfer.id}"
        return response


class TransferItem(ApiView):
    @extend_schema(responses=TransferOutput, tags=["transfers"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one transfer with its two legs."""
        return shown(request, row_id)

    @extend_schema(request=TransferInput, responses=TransferOutput, tags=["transfers"])
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace a transfer; both legs move together."""
        fields = self.body(TransferInput)
        fields.setdefault("to_posted_on", fields["posted_on"])
        return self._change(request, row_id, {**EMPTY, **fields})

    @extend_schema(request=TransferPatch, responses=TransferOutput, tags=["transfers"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent; both legs move together."""
        return self._change(request, row_id, self.body(TransferPatch))

    @extend_schema(responses={204: None}, tags=["transfers"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete a transfer, both legs."""
        remove_transfer(
            user_id=self.owner.pk, transfer_id=row_id, expected_seq=expected_seq(request)
        )
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        change_transfer(
            user_id=self.owner.pk,
            transfer_id=row_id,
            fields=fields,
            expected_seq=expected_seq(request),
        )
        return shown(request, row_id)
