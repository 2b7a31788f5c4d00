"""/api/exchange-rates: own rates, beside the common ones that nobody here may change."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lists import ListQuery, Order, Window
from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer
from accounts.api.views import ApiView, expected_seq, item
from accounts.errors import Refusal
from ledger.api.serializers import DayField, PageOutput
from ledger.errors import Reason
from ledger.models import ExchangeRate
from ledger.services.own_rates import add_rate, change_rate, remove_rate

DIGITS_MAX = 15  # What SQLite keeps of a number to the last digit.
DECIMALS_MAX = 12
COLUMNS = ("base", "quote", "day", "id")  # The order of the table's unique index.


class RateField(MoneyField):
    """A rate: a positive decimal string in, exact as far as both databases keep it."""

    def to_internal_value(self, data: Any) -> Decimal:
        rate = super().to_internal_value(data)
        if rate <= 0:
            raise serializers.ValidationError(
                str(Reason.RATE_MUST_BE_POSITIVE.label), code=Reason.RATE_MUST_BE_POSITIVE.value
            )
        _, digits, places = rate.normalize().as_tuple()
        if len(digits) > DIGITS_MAX or -int(places) > DECIMALS_MAX or rate.adjusted() >= 11:
            raise serializers.ValidationError(
                str(Reason.RATE_TOO_FINE.label), code=Reason.RATE_TOO_FINE.value
            )
        return rate


class RateQuery(ListQuery):
    base = CurrencyField(required=False)
    quote = CurrencyField(required=False)
    date_from = DayField(required=False)
    date_to = DayField(required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        ("own", "common", "all"), default="all"
    )
    sort = serializers.ChoiceField(
        ("pair", "-pair"), default="pair", help_text="by base, quote and day"
    )


class RateInput(StrictSerializer):
    """1 `base` = `rate` `quote` on `day`."""

    base = CurrencyField()
    quote = CurrencyField()
    day = DayField()
    rate = RateField()


class RatePatch(RateInput):
    """The fields to change; the others stay."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)


class RateOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    base = serializers.CharField()
    quote = serializers.CharField()
    day = serializers.DateField()
    rate = serializers.CharField(help_text="decimal string")
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="manual, or who published it"
    )
    common = serializers.BooleanField(help_text="kept by the operator, read-only")
    etag = serializers.CharField()


class RatePage(PageOutput):
    results = RateOutput(many=True)


EXAMPLE = OpenApiExample(
    "rate",
    {"base": "EUR", "quote": "USD", "day": "2026-01-15", "rate": "1.0853"},
    request_only=True,
)


def represent(row: ExchangeRate) -> dict[str, Any]:
    text = format(row.rate, "f")
    return {
        "id": row.id,
        "base": row.base,
        "quote": row.quote,
        "day": row.day,
        "rate": text.rstrip("0").rstrip(".") if "." in text else text,
        "source": row.source,
        "common": row.user_id is None,
        "etag": row.etag,
    }


def visible_to(user_id: UUID) -> QuerySet[ExchangeRate]:
    """The owner's own rates and the common ones, never another owner's."""
    return ExchangeRate.objects.filter(Q(user_id=user_id) | Q(user__isnull=True))


def chosen(user_id: UUID, parameters: dict[str, Any]) -> QuerySet[ExchangeRate]:
    rows = {
        "own": ExchangeRate.objects.for_user(user_id),
        "common": ExchangeRate.objects.filter(user__isnull=True),
        "all": visible_to(user_id),
    }[parameters["source"]]
    names = {"base": "base", "quote": "quote", "date_from": "day__gte", "date_to": "day__lte"}
    return rows.filter(**{names[n]: v for n, v in parameters.items() if n in names})


class RateList(ApiView):
    query = RateQuery

    @extend_schema(parameters=[RateQuery], responses=RatePage, tags=["exchange rates"])
    def get(self, request: Request) -> Response:
        """List own and common exchange rates."""
        parameters = self.parameters()
        order = Order(parameters["sort"], COLUMNS, parameters["sort"].startswith("-"))
        window = Window.of(parameters, order, (str, str, date.fromisoformat, UUID))
        rows = chosen(self.owner.pk, parameters)
        page = window.page(list(window.apply(rows)), lambda row: [getattr(row, c) for c in COLUMNS])
        page["results"] = [represent(row) for row in page["results"]]
        if parameters["count"]:
            page["count"] = rows.count()
        return Response(page)

    @extend_schema(
        request=RateInput, responses={201: RateOutput}, examples=[EXAMPLE], tags=["exchange rates"]
    )
    def post(self, request: Request) -> Response:
        """Add an own rate for a pair and a day; it stands before a common one."""
        row = add_rate(user_id=self.owner.pk, **self.body(RateInput))
        response = item(request, lambda: represent(row), row.seq, status=201)
        response["Location"] = f"/api/exchange-rates/{row.id}"
        return response


class RateItem(ApiView):
    @extend_schema(responses=RateOutput, tags=["exchange rates"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Read one rate."""
        row = visible_to(self.owner.pk).filter(id=row_id).first()
        if row is None:
            raise Refusal(Reason.RATE_NOT_FOUND, status=404)
        return item(request, lambda: represent(row), row.seq)

    @extend_schema(
        request=RateInput, responses=RateOutput, examples=[EXAMPLE], tags=["exchange rates"]
    )
    def put(self, request: Request, row_id: UUID) -> Response:
        """Replace an own rate."""
        return self._change(request, row_id, self.body(RateInput))

    @extend_schema(request=RatePatch, responses=RateOutput, tags=["exchange rates"])
    def patch(self, request: Request, row_id: UUID) -> Response:
        """Change the fields that are sent of an own rate."""
        return self._change(request, row_id, self.body(RatePatch))

    @extend_schema(responses={204: None}, tags=["exchange rates"])
    def delete(self, request: Request, row_id: UUID) -> Response:
        """Delete an own rate."""
        remove_rate(user_id=self.owner.pk, rate_id=row_id, expected_seq=expected_seq(request))
        return Response(status=204)

    def _change(self, request: Request, row_id: UUID, fields: dict[str, Any]) -> Response:
        row = change_rate(
            user_id=self.owner.pk, rate_id=row_id, fields=fields, expected_seq=expected_seq(request)
        )
        return item(request, lambda: represent(row), row.seq)
