"""/api/transactions/summary and /api/transactions/category/{name}: the original's reports, done right."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField, ReferenceField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.errors import Refusal
from accounts.models import User
from ledger.api.filters import TransactionQuery, account_id, category_ids, in_categories
from ledger.api.serializers import DayField, PageOutput, TransactionOutput
from ledger.api.transactions import page_of
from ledger.errors import Reason
from ledger.periods import TIMEFRAMES, Span, rolling
from ledger.summary import Scope, answer, summarise


class SpanQuery(StrictSerializer):
    """Which days: explicit ones, else a timeframe that ends today (the month up to today)."""

    timeframe = serializers.CharField(required=False, help_text="daily, weekly, monthly or yearly")
    date_from = DayField(required=False)
    date_to = DayField(required=False)


class SummaryQuery(SpanQuery):
    account = serializers.UUIDField(required=False)
    pending = serializers.ChoiceField(("exclude", "include"), default="exclude")


class CategoryQuery(TransactionQuery):
    timeframe = serializers.CharField(required=False, help_text="daily, weekly, monthly or yearly")


class CategoryLine(serializers.Serializer[Any]):
    category = serializers.CharField(allow_null=True, help_text="its name; null for none")
    category_id = serializers.UUIDField(allow_null=True)
    kind = serializers.CharField(allow_null=True)
    amount = MoneyField(allow_null=True, help_text="signed net; null where a rate is missing")
    count = serializers.IntegerField()


class WarningOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    base = serializers.CharField()
    quote = serializers.CharField()
    day = serializers.DateField()


class SummaryOutput(serializers.Serializer[Any]):
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    currency = serializers.CharField()
    income = MoneyField(allow_null=True)
    expense = MoneyField(
        allow_null=True, help_text="positive, refunds taken off, transfers left out"
    )
    net = MoneyField(allow_null=True)
    count = serializers.IntegerField()
    by_category = CategoryLine(many=True)
    rates = serializers.ListField(
        child=serializers.DictField(), help_text="the rates that were used"
    )
    warnings = WarningOutput(many=True)


class CategoryPage(PageOutput):
    category = serializers.CharField()
    summary = SummaryOutput()
    results = TransactionOutput(many=True)


def span_of(user: User, parameters: dict[str, Any], default: str = "monthly") -> Span:
    """The days that a query is about. Open ends: from the beginning, until today."""
    timeframe = parameters.get("timeframe", default)
    if timeframe not in TIMEFRAMES:
        raise Refusal(Reason.UNKNOWN_TIMEFRAME, pointer="?timeframe")
    today = today_of(user)
    if "date_from" not in parameters and "date_to" not in parameters:
        return rolling(timeframe, today)
    span = Span(
        parameters.get("date_from", date(1900, 1, 1)),
        parameters.get("date_to", max(today, parameters.get("date_from", today))),
    )
    if span.start > span.end:
        raise Refusal(Reason.PERIOD_BACKWARDS, pointer="?date_from")
    return span


class TransactionSummary(ApiView):
    quota = "report"
    query = SummaryQuery

    @extend_schema(parameters=[SummaryQuery], responses=SummaryOutput, tags=["transactions"])
    def get(self, request: Request) -> Response:
        """Sum income and spending over a span, in all and by category."""
        parameters = self.parameters()
        span = span_of(self.owner, parameters)

        def build() -> dict[str, Any]:
            if "account" in parameters:
                account_id(self.owner.pk, parameters["account"])
            scope = Scope(parameters["pending"] == "include", parameters.get("account"))
            return answer(summarise(self.owner.pk, self.owner.currency, span, scope))

        return report(request, build)


class CategoryTransactions(ApiView):
    query = CategoryQuery

    @extend_schema(parameters=[CategoryQuery], responses=CategoryPage, tags=["transactions"])
    def get(self, request: Request, name: str) -> Response:
        """List a category's transactions of a span, with their sums."""
        parameters = self.parameters()
        span = span_of(self.owner, parameters)
        reference = ReferenceField().to_internal_value(name)

        def build() -> dict[str, Any]:
            ids = self._ids(reference)
            days = Q(posted_on__gte=span.start, posted_on__lte=span.end)
            named = in_categories(self.owner.pk, ids)
            page = page_of(self.owner.pk, parameters, extra=named & days)
            summary = summarise(
                self.owner.pk, self.owner.currency, span, Scope(category_ids=tuple(ids))
            )
            return {"category": name, "summary": answer(summary), **page}

        return report(request, build)

    def _ids(self, reference: UUID | str) -> list[UUID]:
        try:
            return category_ids(self.owner.pk, reference)
        except Refusal:  # It stands in the address: what is not there is no bad parameter.
            raise Refusal(Reason.CATEGORY_NOT_FOUND, status=404) from None
