"""The question of a forecast: how far, of what, and what it is to suppose."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.api.serializers import MoneyField
from accounts.errors import Refusal
from insights.api.asked import ExplainQuery
from insights.errors import Reason
from insights.forecast import Inputs, Item, Scenario
from insights.forecasting import DAYS_MAX
from insights.scenarios import Loan, Raise
from insights.selectors.spending import TRANSFERS
from ledger.api.serializers import DayField
from ledger.errors import Reason as Ledger
from ledger.models import RecurringTransaction
from ledger.services.posting import minor_of

DAYS = 30
LOAN_MONTHS_MAX = 600
SKIPS_MAX = 50
NEEDS = {
    "one_off_on": ("one_off",),
    "loan": ("loan_apr", "loan_months"),
    "loan_apr": ("loan",),
    "loan_months": ("loan",),
    "loan_on": ("loan",),
    "salary_percent": ("salary",),
    "salary_amount": ("salary",),
    "salary_on": ("salary",),
}


class IdsField(serializers.CharField):
    """Ids by commas, each counted once."""

    def to_internal_value(self, data: Any) -> Any:
        told = super().to_internal_value(data).split(",")
        if len(told) > SKIPS_MAX:
            said = serializers.ListField.default_error_messages["max_length"]
            message = said.format(max_length=SKIPS_MAX)
            raise serializers.ValidationError(message, code="max_length")
        one = serializers.UUIDField()
        return list(dict.fromkeys(one.run_validation(value.strip()) for value in told))


class ForecastQuery(ExplainQuery):
    days = serializers.IntegerField(min_value=1, max_value=DAYS_MAX, default=DAYS)
    account = serializers.UUIDField(
        required=False, help_text="only this account, in its own currency"
    )
    skip = IdsField(
        required=False, help_text="what if these recurring transactions were stopped: ids by commas"
    )
    one_off = MoneyField(
        required=False, help_text="what if this signed amount moved once, in the answer's currency"
    )
    threshold = MoneyField(
        required=False, help_text="also say the chance of falling below this, in its currency"
    )
    one_off_on = DayField(required=False, help_text="when; tomorrow if not sent")

    loan = MoneyField(required=False, help_text="what if this were borrowed, in its currency")
    loan_apr = serializers.DecimalField(
        max_digits=9, decimal_places=8, min_value=Decimal(0), max_value=Decimal(1), required=False,
        help_text="a year's interest as a fraction",
    )  # fmt: skip
    loan_months = serializers.IntegerField(
        min_value=1, max_value=LOAN_MONTHS_MAX, required=False, help_text="monthly installments"
    )
    loan_on = DayField(required=False, help_text="when; tomorrow if not sent")
    salary = serializers.UUIDField(
        required=False,
        help_text="what if this recurring income changed: by percent or to an amount",
    )
    salary_percent = serializers.DecimalField(
        max_digits=7, decimal_places=2, min_value=Decimal(-100), max_value=Decimal(1000),
        required=False,
    )  # fmt: skip
    salary_amount = MoneyField(required=False, help_text="each time, in the answer's currency")
    salary_on = DayField(required=False, help_text="from when; tomorrow if not sent")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A part of a supposition is a typing error, and supposing nothing would hide it."""
        for name, needed in NEEDS.items():
            for other in needed:
                if name in attrs and other not in attrs:
                    said = self.fields[other].error_messages["required"]
                    raise serializers.ValidationError({other: [said]}, code="required")
        return attrs


def supposed(user_id: UUID, parameters: dict[str, Any], inputs: Inputs) -> Inputs:
    """The inputs as they were if all that is supposed came true, one thing after the other.

    Refuses another owner's rule, a salary that is none, and days that are not to come.
    """
    extra: list[Item] = []
    skipped: frozenset[str] = frozenset()
    if "skip" in parameters:
        skipped = frozenset(str(rule.id) for rule in _rules(user_id, parameters["skip"], "?skip"))
    on = _day(parameters, "one_off_on", inputs)
    if "one_off" in parameters:
        minor = minor_of(parameters["one_off"], inputs.currency, "?one_off")
        extra.append(Item(on, minor, spends=minor < 0))
    if "loan" in parameters:
        minor = minor_of(parameters["loan"], inputs.currency, "?loan")
        if minor <= 0:
            raise Refusal(Reason.LOAN_IS_POSITIVE, pointer="?loan")
        borrowed = Loan(
            _day(parameters, "loan_on", inputs),
            minor,
            parameters["loan_apr"],
            parameters["loan_months"],
            TRANSFERS,
        )
        extra += borrowed.items(inputs.today + timedelta(days=DAYS_MAX))
    found = Scenario(skipped, tuple(extra)).apply(inputs)
    if "salary" in parameters:
        raised = _raise(user_id, parameters, inputs)
        found = replace(found, known=raised.apply(found.known))
    return found


def _raise(user_id: UUID, parameters: dict[str, Any], inputs: Inputs) -> Raise:
    (rule,) = _rules(user_id, [parameters["salary"]], "?salary")
    if rule.amount_minor <= 0:
        raise Refusal(Reason.SALARY_IS_INCOME, pointer="?salary")
    percent, amount = parameters.get("salary_percent"), parameters.get("salary_amount")
    if (percent is None) == (amount is None):
        raise Refusal(Reason.PERCENT_OR_AMOUNT, pointer="?salary_percent")
    minor = None
    if amount is not None:
        minor = minor_of(amount, inputs.currency, "?salary_amount")
        if minor < 0:
            raise Refusal(Reason.SALARY_IS_INCOME, pointer="?salary_amount")
    return Raise(str(rule.id), _day(parameters, "salary_on", inputs), percent, minor)


def _rules(user_id: UUID, ids: list[UUID], pointer: str) -> list[RecurringTransaction]:
    """One statement; refuses where one of them is not the owner's."""
    found = list(RecurringTransaction.objects.for_user(user_id).filter(id__in=ids))
    if len(found) < len(ids):
        raise Refusal(Ledger.RECURRING_NOT_FOUND, pointer=pointer)
    return found


def _day(parameters: dict[str, Any], name: str, inputs: Inputs) -> date:
    """The day of a supposition, tomorrow if none was sent."""
    on: date = parameters.get(name, inputs.today + timedelta(days=1))
    if not inputs.today < on <= inputs.today + timedelta(days=DAYS_MAX):
        raise Refusal(Reason.ONE_OFF_AHEAD, pointer=f"?{name}")
    return on


__all__ = ["ForecastQuery", "supposed"]
