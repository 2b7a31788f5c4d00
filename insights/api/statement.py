"""/api/analytics/statement: a month on one page, as JSON, CSV, HTML or PDF."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.rendering import write_csv
from accounts.api.serializers import MoneyField, StrictSerializer
from accounts.api.views import ApiView, report
from accounts.audit import audit
from accounts.days import today_of
from accounts.errors import Refusal
from insights.api.asked import AnyWarning
from insights.api.cash_flow import CashFlowBucket, shown_bucket
from insights.errors import Reason
from insights.selectors.statement import CategoryLine, MonthStatement, month_statement
from insights.statements.paper import to_html, to_pdf
from ledger.api.exports import FormatDecides
from ledger.money import format_minor
from ledger.periods import add_months

MONTH = re.compile(r"(19|20|21)\d\d-(0[1-9]|1[0-2])")
FILES = {"csv": "text/csv", "html": "text/html", "pdf": "application/pdf"}


class StatementQuery(StrictSerializer):
    month = serializers.CharField(
        required=False, max_length=7, help_text="YYYY-MM; the last month that is over by default"
    )
    format = serializers.ChoiceField(("json", *FILES), default="json")


class StatementAccount(serializers.Serializer[Any]):
    name = serializers.CharField()
    currency = serializers.CharField()
    opening = MoneyField()
    inflow = MoneyField()
    outflow = MoneyField(help_text="positive")
    closing = MoneyField()


class StatementCategory(serializers.Serializer[Any]):
    category_name = serializers.CharField(allow_null=True)
    amount = MoneyField(help_text="positive, refunds taken off")
    usual = MoneyField(help_text="mean of the three months before")
    share_percent = serializers.FloatField(allow_null=True)


class StatementBudget(serializers.Serializer[Any]):
    name = serializers.CharField()
    currency = serializers.CharField()
    available = MoneyField()
    spent = MoneyField()
    left = MoneyField()


class StatementPayment(serializers.Serializer[Any]):
    posted_on = serializers.DateField()
    payee = serializers.CharField(allow_null=True)
    category_name = serializers.CharField(allow_null=True)
    amount = MoneyField(help_text="negative, in its own currency")
    currency = serializers.CharField()


class StatementMonth(serializers.Serializer[Any]):
    month = serializers.CharField()
    income = MoneyField(allow_null=True)
    expense = MoneyField(allow_null=True)
    net_worth = MoneyField(allow_null=True)


class StatementOutput(CashFlowBucket):
    """The month as a bucket of the cash flow, and what it is made of."""

    start = end = None  # type: ignore[assignment]
    month = serializers.CharField()
    currency = serializers.CharField(help_text="the home currency")
    date_from = serializers.DateField()
    date_to = serializers.DateField(help_text="today where the month is not over")
    net_worth = MoneyField(allow_null=True)
    accounts = StatementAccount(many=True)
    spent = StatementCategory(many=True, help_text="the largest first")
    earned = StatementCategory(many=True)
    budgets = StatementBudget(many=True)
    largest_payments = StatementPayment(many=True)
    months = StatementMonth(many=True, help_text="twelve, this one the last")
    warnings = AnyWarning(many=True)


def month_of(text: str | None, today: date) -> date:
    """The first day of the month asked for; one that has not begun, or is none, is refused."""
    if text is None:
        return add_months(today.replace(day=1), -1)
    if not MONTH.fullmatch(text):
        raise Refusal(Reason.NOT_A_MONTH, pointer="?month")
    first = date.fromisoformat(f"{text}-01")
    if first > today:
        raise Refusal(Reason.MONTH_AHEAD, pointer="?month")
    return first


class StatementReport(ApiView):
    quota = "report"
    query = StatementQuery
    content_negotiation_class = FormatDecides

    @extend_schema(
        parameters=[StatementQuery],
        tags=["analytics"],
        responses={
            (200, "application/json"): StatementOutput,
            **{
                (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="the file")
                for media_type in FILES.values()
            },
        },
    )
    def get(self, request: Request) -> Response | HttpResponse:
        """Show a month on one page: balances, categories beside a usual month, budgets, payments."""
        asked = self.parameters()
        today = today_of(self.owner)
        month = month_of(asked.get("month"), today)

        def found() -> MonthStatement:
            return month_statement(self.owner, month, today)

        if asked["format"] == "json":
            return report(request, lambda: shown_statement(found()))
        audit("statement.exported", user_id=self.owner.pk, data={"format": asked["format"]})
        return file_of(found(), asked["format"])


def file_of(found: MonthStatement, format: str) -> HttpResponse:
    """As a download: a page of ours never runs in the origin of the API."""
    if format == "pdf":
        content = to_pdf(found)
    elif format == "html":
        content = to_html(found).encode()
    else:
        content = write_csv(csv_rows(found))
    name = f"statement-{found.month.span.start:%Y-%m}.{format}"
    charset = "" if format == "pdf" else "; charset=utf-8"
    return HttpResponse(
        content,
        content_type=FILES[format] + charset,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def csv_rows(found: MonthStatement) -> list[Mapping[str, Any]]:
    """Accounts, categories and budgets below one another: part, name, amount, currency."""
    shown = shown_statement(found)
    rows: list[Mapping[str, Any]] = [
        {"part": part, "name": name, "amount": amount, "currency": currency}
        for part, name, amount, currency in (
            *(("account", a["name"], a["closing"], a["currency"]) for a in shown["accounts"]),
            *(("income", c["category_name"], c["amount"], found.currency) for c in shown["earned"]),
            *(("expense", c["category_name"], c["amount"], found.currency) for c in shown["spent"]),
            *(("budget left", b["name"], b["left"], b["currency"]) for b in shown["budgets"]),
        )
    ]
    return rows or [{"part": "account", "name": None, "amount": None, "currency": found.currency}]


def shown_statement(found: MonthStatement) -> dict[str, Any]:
    currency = found.currency
    return {
        "month": f"{found.month.span.start:%Y-%m}",
        "currency": currency,
        "date_from": found.month.span.start,
        "date_to": found.month.span.end,
        **{
            name: value
            for name, value in shown_bucket(found.month, currency).items()
            if name not in ("start", "end")
        },
        "net_worth": _money(found.worth[-1].net, currency),
        "accounts": [
            {
                "name": line.name,
                "currency": line.currency,
                **{
                    name: format_minor(getattr(line, name), line.currency)
                    for name in ("opening", "inflow", "outflow", "closing")
                },
            }
            for line in found.accounts
        ],
        "spent": _categories(found.spent, currency),
        "earned": _categories(found.earned, currency),
        "budgets": [
            {
                "name": budget.name,
                "currency": budget.currency,
                **{
                    name: format_minor(getattr(state, name), budget.currency)
                    for name in ("available", "spent", "left")
                },
            }
            for budget, state in found.budgets
        ],
        "largest_payments": [
            {
                "posted_on": line.on,
                "payee": line.payee,
                "category_name": line.category,
                "amount": format_minor(line.minor, line.currency),
                "currency": line.currency,
            }
            for line in found.payments
        ],
        "months": [
            {
                "month": f"{bucket.span.start:%Y-%m}",
                "income": _money(bucket.income if bucket.is_complete else None, currency),
                "expense": _money(bucket.expense if bucket.is_complete else None, currency),
                "net_worth": _money(point.net, currency),
            }
            for bucket, point in zip(found.months, found.worth, strict=True)
        ],
        "warnings": found.warnings,
    }


def _categories(lines: Sequence[CategoryLine], currency: str) -> list[dict[str, Any]]:
    total = sum(line.minor for line in lines)
    return [
        {
            "category_name": line.name,
            "amount": format_minor(line.minor, currency),
            "usual": format_minor(line.usual, currency),
            "share_percent": round(100 * line.minor / total, 1) if total > 0 else None,
        }
        for line in lines
    ]


def _money(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_minor(minor, currency)
