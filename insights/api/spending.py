"""Spending to come, as the forecast shows it: by month and category, with ranges."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import MoneyField
from insights.spending import Amounts, Spending
from ledger.money import format_minor


class SpendingAmounts(serializers.Serializer[Any]):
    known = MoneyField(help_text="of it what is scheduled, booked ahead or waiting")
    p10 = MoneyField(
        allow_null=True, help_text="in one of ten cases it is less; null below a year of history"
    )
    p50 = MoneyField(help_text="what is expected, known and modelled")
    p90 = MoneyField(allow_null=True, help_text="in one of ten cases it is more")


class SpendingMonth(SpendingAmounts):
    date_from = serializers.DateField(help_text="the first day of this calendar month ahead")
    date_to = serializers.DateField(help_text="the last one")


class SpendingCategory(SpendingAmounts):
    category = serializers.CharField(allow_null=True, help_text="its name; null for none")
    model = serializers.CharField(
        allow_null=True, help_text="which model weighs most; null where nothing is modelled"
    )
    intermittent = serializers.BooleanField(help_text="nothing in a quarter of the months or more")


class SpendingOutput(serializers.Serializer[Any]):
    """p50 of months and of categories each add up to the total; ranges do not."""

    total = SpendingAmounts()
    months = SpendingMonth(many=True)
    by_category = SpendingCategory(many=True, help_text="the largest first")


def shown_spending(found: Spending, currency: str) -> dict[str, Any]:
    def money(minor: int | None) -> str | None:
        return None if minor is None else format_minor(minor, currency)

    def amounts(one: Amounts) -> dict[str, Any]:
        return {
            "known": money(one.known),
            "p10": money(one.p10),
            "p50": money(one.p50),
            "p90": money(one.p90),
        }

    return {
        "total": amounts(found.total),
        "months": [
            {"date_from": row.span.start, "date_to": row.span.end, **amounts(row.amounts)}
            for row in found.months
        ],
        "by_category": [
            {
                "category": row.name,
                **amounts(row.amounts),
                "model": row.model,
                "intermittent": row.intermittent,
            }
            for row in found.by_category
        ],
    }


__all__ = ["SpendingOutput", "shown_spending"]
