"""/api/accounts/{id}/balances and /api/accounts/summary: what was there and what is."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MoneyField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.days import today_of
from accounts.errors import Refusal
from ledger.api.serializers import DayField
from ledger.api.summary import WarningOutput
from ledger.buckets import BUCKETS_MAX, GRANULARITIES, TooManyBuckets, bucket_end, cut, recent
from ledger.errors import Reason
from ledger.models import Account
from ledger.money import format_minor
from ledger.periods import Span
from ledger.rates import Converter
from ledger.selectors.balances import Bucket, Month, balance_history, month_by_account
from ledger.selectors.rates import converter_for
from ledger.services.posting import account_of, check_day


class BalancesQuery(StrictSerializer):
    granularity = serializers.ChoiceField(GRANULARITIES, default="monthly")
    date_from = DayField(required=False)
    date_to = DayField(required=False, help_text="the owner's today if not sent")


class BalanceBucket(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()
    opening = MoneyField()
    inflow = MoneyField()
    outflow = MoneyField(help_text="positive")
    closing = MoneyField(help_text="opening + inflow - outflow, pending rows included")
    cleared_closing = MoneyField(help_text="the same without pending rows")
    count = serializers.IntegerField()
    partial = serializers.BooleanField(  # type: ignore[assignment]
        help_text="cut short by the span, or not over yet"
    )


class BalancesOutput(serializers.Serializer[Any]):
    account = serializers.UUIDField()
    currency = serializers.CharField()
    granularity = serializers.ChoiceField(GRANULARITIES)
    date_from = serializers.DateField()
    date_to = serializers.DateField()
    buckets = BalanceBucket(many=True, help_text=f"at most {BUCKETS_MAX}, empty ones included")


class AccountLine(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.CharField()
    currency = serializers.CharField()
    closed = serializers.BooleanField()
    balance = MoneyField()
    available = MoneyField()
    month_income = MoneyField(help_text="of the owner's current month, in the account's currency")
    month_expense = MoneyField(help_text="positive, refunds taken off")
    month_net = MoneyField()
    month_count = serializers.IntegerField()
    home_balance = MoneyField(allow_null=True, help_text="in the home currency; null without rate")


class AccountsSummaryOutput(serializers.Serializer[Any]):
    currency = serializers.CharField(help_text="the home currency of all totals")
    on = serializers.DateField()
    total_accounts = serializers.IntegerField()
    total_balance = MoneyField(allow_null=True, help_text="null when a rate is missing")
    total_assets = MoneyField(allow_null=True)
    total_liabilities = MoneyField(allow_null=True, help_text="positive")
    month_income = MoneyField(allow_null=True)
    month_expense = MoneyField(allow_null=True)
    month_net = MoneyField(allow_null=True)
    results = AccountLine(many=True)
    rates = serializers.ListField(child=serializers.DictField())
    warnings = WarningOutput(many=True)


def span_of(parameters: dict[str, Any], today: date) -> Span:
    """The days asked for; open ends are those of a recent chart."""
    for name in ("date_from", "date_to"):
        if name in parameters:
            check_day(parameters[name], f"?{name}")
    usual = recent(parameters["granularity"], parameters.get("date_to", today))
    span = Span(parameters.get("date_from", usual.start), parameters.get("date_to", usual.end))
    if span.start > span.end:
        raise Refusal(Reason.PERIOD_BACKWARDS, pointer="?date_from")
    return span


def shown_bucket(bucket: Bucket, currency: str, granularity: str, today: date) -> dict[str, Any]:
    span = bucket.span
    whole = (
        bucket_end(span.start, granularity) == span.end
        and bucket_end(span.end, granularity) == span.end
        and span.end < today
    )
    return {
        "start": span.start,
        "end": span.end,
        "opening": format_minor(bucket.opening, currency),
        "inflow": format_minor(bucket.inflow, currency),
        "outflow": format_minor(bucket.outflow, currency),
        "closing": format_minor(bucket.closing, currency),
        "cleared_closing": format_minor(bucket.cleared, currency),
        "count": bucket.count,
        "partial": not whole,
    }


class AccountBalances(ApiView):
    quota = "report"
    query = BalancesQuery

    @extend_schema(parameters=[BalancesQuery], responses=BalancesOutput, tags=["accounts"])
    def get(self, request: Request, row_id: UUID) -> Response:
        """Show an account's balance over time, by day, week, month or year."""
        parameters = self.parameters()
        account = account_of(self.owner.pk, row_id)
        today = today_of(self.owner)
        granularity: str = parameters["granularity"]
        span = span_of(parameters, today)
        try:
            spans = cut(span, granularity)
        except TooManyBuckets:
            raise Refusal(Reason.TOO_MANY_BUCKETS, pointer="?date_from") from None

        def build() -> dict[str, Any]:
            buckets = balance_history(account, spans, granularity)
            return {
                "account": account.id,
                "currency": account.currency,
                "granularity": granularity,
                "date_from": span.start,
                "date_to": span.end,
                "buckets": [shown_bucket(b, account.currency, granularity, today) for b in buckets],
            }

        return report(request, build)


class AccountsSummary(ApiView):
    @extend_schema(responses=AccountsSummaryOutput, tags=["accounts"])
    def get(self, request: Request) -> Response:
        """Sum up all accounts, each in its currency and all in the home currency."""
        self.parameters()
        today = today_of(self.owner)
        return report(request, lambda: summary_of(self.owner.pk, self.owner.currency, today))


def summary_of(user_id: UUID, home: str, today: date) -> dict[str, Any]:
    """Per account and in all: three queries at most, whatever the history."""
    accounts = list(Account.objects.for_user(user_id).order_by("name", "id"))
    months = month_by_account(user_id, today.replace(day=1))
    converter = converter_for(user_id, home, {(a.currency, today) for a in accounts})
    lines, sums = [], Totals(converter, today)
    for account in accounts:
        month = months.get(account.id, Month())
        balance = sums.add(account, month)
        lines.append(_line(account, month, balance, home))
    return {
        "currency": home,
        "on": today,
        "total_accounts": len(accounts),
        **sums.shown(home),
        "results": lines,
        "rates": converter.rates(),
        "warnings": converter.warnings(),
    }


class Totals:
    """Sums in the home currency; null when the rate of an amount other than zero is missing."""

    def __init__(self, converter: Converter, today: date) -> None:
        self.converter, self.today = converter, today
        self.assets = self.liabilities = self.income = self.expense = 0
        self.balances_known = self.months_known = True

    def add(self, account: Account, month: Month) -> int | None:
        """Count an account in; its balance in the home currency."""
        balance = self._home(account.balance_minor, account.currency)
        if balance is None:
            self.balances_known = False
        elif balance > 0:
            self.assets += balance
        else:
            self.liabilities -= balance
        income = self._home(month.income, account.currency)
        expense = self._home(month.expense, account.currency)
        if income is None or expense is None:
            self.months_known = False
        else:
            self.income += income
            self.expense += expense
        return balance

    def _home(self, minor: int, currency: str) -> int | None:
        return self.converter.convert(minor, currency, self.today) if minor else 0

    def shown(self, home: str) -> dict[str, str | None]:
        def text(minor: int, known: bool) -> str | None:
            return format_minor(minor, home) if known else None

        return {
            "total_balance": text(self.assets - self.liabilities, self.balances_known),
            "total_assets": text(self.assets, self.balances_known),
            "total_liabilities": text(self.liabilities, self.balances_known),
            "month_income": text(self.income, self.months_known),
            "month_expense": text(self.expense, self.months_known),
            "month_net": text(self.income - self.expense, self.months_known),
        }


def _line(account: Account, month: Month, balance: int | None, home: str) -> dict[str, Any]:
    def shown(minor: int) -> str:
        return format_minor(minor, account.currency)

    return {
        "id": account.id,
        "name": account.name,
        "type": account.type,
        "currency": account.currency,
        "closed": account.closed,
        "balance": shown(account.balance_minor),
        "available": shown(account.available_minor),
        "month_income": shown(month.income),
        "month_expense": shown(month.expense),
        "month_net": shown(month.income - month.expense),
        "month_count": month.count,
        "home_balance": None if balance is None else format_minor(balance, home),
    }
