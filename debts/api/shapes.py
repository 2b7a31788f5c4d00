"""Shapes of debts on the wire, and how a state becomes one."""

from decimal import ROUND_DOWN, Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import CurrencyField, MoneyField, StrictSerializer, TextField
from debts.cards import utilisation_percent
from debts.models import Compounding, DayCount, DebtType, InterestMode
from debts.state import State
from ledger.api.serializers import DayField, PageOutput
from ledger.money import format_minor

APR_MAX = Decimal(2)  # 200 %: what is larger was typed as a percentage
APR_PLACES = 8


@extend_schema_field(
    {
        "type": "string",
        "pattern": r"^[0-2](\.\d{1,8})?$",
        "examples": ["0.0499"],
        "description": "a fraction: 0.0499 is 4.99 %",
    }
)
class AprField(MoneyField):
    """An annual rate as a fraction, a decimal string in, exact to eight decimals."""

    def to_internal_value(self, data: Any) -> Decimal:
        apr = super().to_internal_value(data)
        if not 0 <= apr <= APR_MAX:
            raise serializers.ValidationError(
                "An APR is a fraction from 0 to 2: 0.0499 is 4.99 %.", code="invalid"
            )
        if -int(apr.normalize().as_tuple().exponent) > APR_PLACES:
            raise serializers.ValidationError(
                "An APR has at most eight decimals.", code="max_decimal_places"
            )
        return apr


class MinimumRule(StrictSerializer):
    percent = MoneyField(positive=True, help_text="of the balance: 1.5 is one and a half percent")
    floor = MoneyField(required=False, help_text="0 if not sent")

    def validate_percent(self, value: Decimal) -> Decimal:
        if value > 100 or value != round(value, 2):
            raise serializers.ValidationError(
                "Send a percentage up to 100 with at most two decimals.", code="invalid"
            )
        return value

    def validate_floor(self, value: Decimal) -> Decimal:
        if value < 0:
            raise serializers.ValidationError(
                "Send zero or a positive amount.", code="amount_must_not_be_negative"
            )
        return value


class DebtInput(StrictSerializer):
    """A debt to take up or replace. Without `account` it opens a liability account of its own."""

    name = TextField(max_length=100)
    type = serializers.ChoiceField(DebtType.choices)
    principal = MoneyField(positive=True, help_text="what was borrowed")
    balance = MoneyField(required=False, help_text="what is owed today; the principal if not sent")
    currency = CurrencyField(required=False)
    apr = AprField()
    start_on = DayField()
    term_months = serializers.IntegerField(
        min_value=1, max_value=1200, required=False, allow_null=True
    )
    minimum_payment = MoneyField(positive=True, required=False, allow_null=True)
    minimum_rule = MinimumRule(required=False, allow_null=True)
    day_count = serializers.ChoiceField(DayCount.choices, required=False)
    compounding = serializers.ChoiceField(Compounding.choices, required=False)
    interest = serializers.ChoiceField(
        InterestMode.choices, required=False, help_text="by_bank: a bank file brings it as rows"
    )
    due_day = serializers.IntegerField(
        min_value=1, max_value=31, required=False, help_text="that of start_on; a card closes on it"
    )
    grace_days = serializers.IntegerField(min_value=0, max_value=60, required=False)
    fee = MoneyField(required=False, help_text="charged with each period")
    account = serializers.UUIDField(
        required=False, allow_null=True, help_text="the liability (loan, credit_card or other)"
    )
    pay_from = serializers.UUIDField(required=False, allow_null=True)
    accrues_from = DayField(
        required=False, help_text="interest before it is in the balance; the present period's begin"
    )
    lender = TextField(max_length=100, required=False)
    account_number = TextField(max_length=64, required=False, write_only=True)
    notes = TextField(max_length=2000, required=False)
    archived = serializers.BooleanField(required=False)


class DebtPatch(DebtInput):
    """The fields to change; the others stay. A new `apr` holds from today on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["partial"] = True
        super().__init__(*args, **kwargs)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        del fields["accrues_from"]
        return fields


class DebtPaymentInput(StrictSerializer):
    """A payment: interest and fees that are due first, the rest off the principal."""

    amount = MoneyField(positive=True)
    account = serializers.UUIDField(
        required=False, allow_null=True, help_text="who pays; pay_from if not sent"
    )
    from_account = serializers.UUIDField(
        required=False, allow_null=True, help_text="another word for account, as of transfers"
    )
    posted_on = DayField(required=False, help_text="today if not sent")
    cap = serializers.BooleanField(
        required=False, default=False, help_text="pay what is owed where the amount is more"
    )
    memo = TextField(required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        other = attrs.pop("from_account", None)
        if other and attrs.get("account") and attrs["account"] != other:
            raise serializers.ValidationError(
                {"from_account": "Send account or from_account, not both."}, code="invalid"
            )
        attrs["account"] = attrs.get("account") or other
        return attrs


class DebtRateInput(StrictSerializer):
    """Another APR from a day on; with `until_on` a promotion."""

    apr = AprField()
    from_on = DayField()
    until_on = DayField(required=False, allow_null=True)


class DebtRateOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    apr = serializers.CharField()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True)


class DebtRatePage(PageOutput):
    results = DebtRateOutput(many=True)


class DebtAccrualOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    interest = MoneyField()
    fee = MoneyField()
    currency = serializers.CharField()


class DebtAccrualPage(PageOutput):
    results = DebtAccrualOutput(many=True)


class DebtPaymentOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    debt = serializers.UUIDField()
    posted_on = serializers.DateField()
    amount = MoneyField()
    interest = MoneyField()
    fee = MoneyField()
    principal = MoneyField()
    currency = serializers.CharField()
    account = serializers.UUIDField(allow_null=True)
    transfer = serializers.UUIDField(allow_null=True)
    interest_transaction = serializers.UUIDField(allow_null=True)
    fee_transaction = serializers.UUIDField(allow_null=True)
    balance = MoneyField(required=False, help_text="owed after it; in the answer to a payment")
    payoff_amount = MoneyField(required=False)
    created_at = serializers.DateTimeField()


class DebtPaymentPage(PageOutput):
    results = DebtPaymentOutput(many=True)


class DebtDueOutput(serializers.Serializer[Any]):
    due_on = serializers.DateField()
    amount = MoneyField()
    overdue = serializers.BooleanField()


class DebtPaidOutput(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    total = MoneyField()
    interest = MoneyField()
    principal = MoneyField()


class DebtOutput(serializers.Serializer[Any]):
    """What `represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(DebtType.choices)
    status = serializers.ChoiceField(("active", "overdue", "paid_off"))
    account = serializers.UUIDField()
    pay_from = serializers.UUIDField(allow_null=True)
    currency = serializers.CharField()
    principal = MoneyField()
    balance = MoneyField(help_text="the principal still owed: the balance of the account")
    accrued_interest = MoneyField(help_text="charged and not yet paid")
    accrued_fees = MoneyField()
    payoff_amount = MoneyField(help_text="what clears it now")
    apr = serializers.CharField(help_text="today's, as a fraction")
    start_on = serializers.DateField()
    accrues_from = serializers.DateField()
    due_day = serializers.IntegerField()
    grace_days = serializers.IntegerField()
    term_months = serializers.IntegerField(allow_null=True)
    minimum_payment = MoneyField(help_text="of the next installment")
    minimum_rule = MinimumRule(allow_null=True)
    day_count = serializers.ChoiceField(DayCount.choices)
    compounding = serializers.ChoiceField(Compounding.choices)
    interest = serializers.ChoiceField(InterestMode.choices)
    fee = MoneyField()
    progress_percent = serializers.FloatField()
    utilisation_percent = serializers.FloatField(allow_null=True)
    next_due = DebtDueOutput(allow_null=True)
    paid = DebtPaidOutput()
    months_left = serializers.IntegerField(allow_null=True)
    payoff_on = serializers.DateField(allow_null=True)
    interest_left = MoneyField(allow_null=True)
    never_pays_off = serializers.BooleanField()
    lender = serializers.CharField()
    account_number = serializers.CharField(help_text="its last four characters at most")
    notes = serializers.CharField()
    archived = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    etag = serializers.CharField()


class DebtPage(PageOutput):
    results = DebtOutput(many=True)


def fraction(apr: Decimal) -> str:
    """An APR as text, without trailing zeros."""
    return format(apr.normalize(), "f") if apr else "0"


def masked(state: State) -> str:
    debt = state.debt
    return f"••••{debt.number_tail}" if debt.number_encrypted else ""


def _minimum_rule(state: State) -> dict[str, str] | None:
    debt = state.debt
    if debt.minimum_percent is None:
        return None
    floor = format_minor(debt.minimum_floor_minor, state.currency)
    return {"percent": str(debt.minimum_percent), "floor": floor}


def represent(state: State) -> dict[str, Any]:
    """A debt as the API gives it, as of the state's day."""
    debt, currency = state.debt, state.currency

    def shown(minor: int) -> str:
        return format_minor(minor, currency)

    first, made = state.schedule(whole=False)
    months = None if made.never_pays_off else len(made.installments)
    next_due = next(iter(state.dues(state.today, state.due_day_of(first))), None)
    used = utilisation_percent(state.owed, debt.account.credit_limit_minor)
    repaid = max(0, debt.principal_minor - state.owed)
    progress = Decimal(repaid * 100) / debt.principal_minor
    status = "paid_off" if not state.payoff else "overdue" if state.arrears()[0] else "active"
    return {
        "id": debt.pk,
        "name": debt.name,
        "type": debt.type,
        "status": status,
        "account": debt.account_id,
        "pay_from": debt.pay_from_id,
        "currency": currency,
        "principal": shown(debt.principal_minor),
        "balance": shown(state.owed),
        "accrued_interest": shown(state.interest_due()),
        "accrued_fees": shown(state.fees_due()),
        "payoff_amount": shown(state.payoff),
        "apr": fraction(state.apr),
        "start_on": debt.start_on,
        "accrues_from": debt.accrues_from,
        "due_day": debt.due_day,
        "grace_days": debt.grace_days,
        "term_months": debt.term_months,
        "minimum_payment": shown(state.minimum_now),
        "minimum_rule": _minimum_rule(state),
        "day_count": debt.day_count,
        "compounding": debt.compounding,
        "interest": debt.interest,
        "fee": shown(debt.fee_minor),
        "progress_percent": float(progress.quantize(Decimal("0.01"), ROUND_DOWN)),
        "utilisation_percent": None if used is None else float(used),
        "next_due": next_due
        and {
            "due_on": next_due.due_on,
            "amount": shown(next_due.amount),
            "overdue": next_due.overdue,
        },
        "paid": _paid(state),
        "months_left": months,
        "payoff_on": state.due_day_of(first + months - 1) if months else None,
        "interest_left": None if months is None else shown(made.total_interest),
        "never_pays_off": made.never_pays_off,
        "lender": debt.lender,
        "account_number": masked(state),
        "notes": debt.notes,
        "archived": debt.archived,
        "created_at": debt.created_at,
        "etag": debt.etag,
    }


def _paid(state: State) -> dict[str, Any]:
    currency, paid = state.currency, state.payments
    return {
        "count": len(paid),
        "total": format_minor(sum(p.amount for p in paid), currency),
        "interest": format_minor(sum(p.interest for p in paid), currency),
        "principal": format_minor(sum(p.principal for p in paid), currency),
    }
