"""Shapes of what plans answer."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import MoneyField
from ledger.api.serializers import PageOutput


class InstallmentOutput(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    due_on = serializers.DateField()
    payment = MoneyField()
    interest = MoneyField()
    principal = MoneyField()
    balance = MoneyField()


class PlanSummary(serializers.Serializer[Any]):
    payment = MoneyField(help_text="the first one")
    months = serializers.IntegerField(allow_null=True, help_text="null: never")
    total_interest = MoneyField(allow_null=True)
    total_paid = MoneyField(allow_null=True)
    last_payment = MoneyField(allow_null=True)
    payoff_on = serializers.DateField(allow_null=True)
    never_pays_off = serializers.BooleanField()
    growth_per_month = MoneyField(allow_null=True, help_text="only of a debt that grows")
    months_saved = serializers.IntegerField(allow_null=True, help_text="by extra and lump")
    interest_saved = MoneyField(allow_null=True)


class DebtScheduleOutput(serializers.Serializer[Any]):
    debt = serializers.UUIDField()
    currency = serializers.CharField()
    apr = serializers.CharField()
    balance = MoneyField()
    payments = InstallmentOutput(many=True)
    summary = PlanSummary()


class PayoffOutput(serializers.Serializer[Any]):
    debt = serializers.UUIDField()
    month = serializers.IntegerField()


class DebtOutcomeOutput(serializers.Serializer[Any]):
    months = serializers.IntegerField(allow_null=True, help_text="null: never")
    total_interest = MoneyField(allow_null=True)
    never_pays_off = serializers.BooleanField()
    payoff_order = PayoffOutput(many=True)
    months_saved = serializers.IntegerField(allow_null=True, help_text="against minimums_only")
    interest_saved = MoneyField(allow_null=True)
    balances = serializers.ListField(
        child=serializers.CharField(), help_text="owed in all after each month"
    )


class DebtBudgetOutput(serializers.Serializer[Any]):
    monthly = MoneyField()
    minimums = MoneyField()
    surplus = MoneyField(
        allow_null=True, help_text="median of what was left in the last six full months"
    )
    source = serializers.ChoiceField(("given", "history", "minimums"))  # type: ignore[assignment]


class DebtStrategiesOutput(serializers.Serializer[Any]):
    currency = serializers.CharField()
    budget = DebtBudgetOutput()
    recommended = serializers.CharField(allow_null=True)
    avalanche = DebtOutcomeOutput()
    snowball = DebtOutcomeOutput()
    hybrid = DebtOutcomeOutput()
    custom = DebtOutcomeOutput(required=False, help_text="only with order")
    minimums_only = DebtOutcomeOutput()
    warnings = serializers.ListField(child=serializers.CharField())


class DebtUpcomingRow(serializers.Serializer[Any]):
    debt = serializers.UUIDField()
    name = serializers.CharField()
    account = serializers.UUIDField()
    pay_from = serializers.UUIDField(allow_null=True)
    due_on = serializers.DateField()
    days_until_due = serializers.IntegerField(help_text="negative: overdue")
    amount = MoneyField()
    currency = serializers.CharField()
    overdue = serializers.BooleanField()


class CurrencyTotal(serializers.Serializer[Any]):
    currency = serializers.CharField()
    amount = MoneyField()


class DebtUpcomingOutput(PageOutput):
    results = DebtUpcomingRow(many=True)
    count = serializers.IntegerField()
    totals = CurrencyTotal(many=True)


class TypeTotal(serializers.Serializer[Any]):
    type = serializers.CharField()
    owed = MoneyField()


class DearestOutput(serializers.Serializer[Any]):
    debt = serializers.UUIDField()
    apr = serializers.CharField()


class CurrencySummary(serializers.Serializer[Any]):
    currency = serializers.CharField()
    count = serializers.IntegerField()
    total_owed = MoneyField()
    minimum_payments = MoneyField()
    by_type = TypeTotal(many=True)
    highest_apr = DearestOutput()
    avalanche_order = serializers.ListField(child=serializers.UUIDField())
    snowball_order = serializers.ListField(child=serializers.UUIDField())


class DebtSummaryOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    by_currency = CurrencySummary(many=True)


class DebtStatementOutput(serializers.Serializer[Any]):
    closed_on = serializers.DateField()
    due_on = serializers.DateField()
    balance = MoneyField()
    minimum_payment = MoneyField()
    paid = MoneyField(help_text="from the closing day to the due day, or to now")
    paid_in_full = serializers.BooleanField()


class PresentCycle(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField(help_text="the next closing day")
    average_daily_balance = MoneyField()
    interest_so_far = MoneyField()
    in_grace = serializers.BooleanField()


class DebtCycleOutput(serializers.Serializer[Any]):
    debt = serializers.UUIDField()
    currency = serializers.CharField()
    balance = MoneyField()
    credit_limit = MoneyField(allow_null=True)
    utilisation_percent = serializers.FloatField(allow_null=True)
    statement = DebtStatementOutput(allow_null=True, help_text="null before the first closing day")
    cycle = PresentCycle()
