"""Shapes of transactions on the wire: strict on the way in, documented on the way out."""

from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from accounts.api.serializers import MoneyField, ReferenceField, StrictSerializer, TextField
from ledger.errors import Reason
from ledger.models import Status, Verdict
from ledger.services.drafts import SplitDraft

SPLITS_MAX = 100
TAGS_MAX = 50
INPUT_TYPES = ("income", "expense", "refund")


class DayField(serializers.DateField):
    """A calendar date, YYYY-MM-DD and nothing else: an instant has no place in a booking."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != 10:
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        return day


class SplitInput(StrictSerializer):
    amount = MoneyField(help_text="signed as its transaction")
    category = ReferenceField(required=False, allow_null=True)
    memo = TextField(required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> Any:
        return SplitDraft(
            amount=attrs["amount"], category=attrs.get("category") or None, memo=attrs["memo"]
        )


def plainly(attrs: dict[str, Any]) -> dict[str, Any]:
    """Fields with one `category`, by id or name, and a signed amount: what names and types stand for."""
    if "category_name" in attrs:
        if attrs.get("category"):
            raise serializers.ValidationError(
                {"category_name": "Send category or category_name, not both."}, code="invalid"
            )
        attrs["category"] = attrs.pop("category_name") or None
    if "amount" in attrs:
        attrs["amount"] = signed(attrs["amount"], attrs.pop("type", None))
    elif "type" in attrs:
        raise serializers.ValidationError(
            {"type": "Send the amount together with its type."}, code="invalid"
        )
    return attrs


class TransactionInput(StrictSerializer):
    """A transaction to post or replace. `amount` is signed, or positive beside `type`."""

    account = serializers.UUIDField()
    amount = MoneyField()
    type = serializers.ChoiceField(INPUT_TYPES, required=False)
    posted_on = DayField()
    occurred_at = serializers.DateTimeField(required=False, allow_null=True)
    payee = ReferenceField(
        required=False, allow_null=True, help_text="id or name; a new name is made"
    )
    category = ReferenceField(required=False, allow_null=True, help_text="id or name")
    category_name = TextField(required=False, max_length=100, write_only=True)
    memo = TextField(required=False)
    tags = serializers.ListField(
        child=ReferenceField(max_length=60), required=False, max_length=TAGS_MAX
    )
    external_id = TextField(required=False, max_length=120)
    status = serializers.ChoiceField(Status.choices, required=False)
    splits = serializers.ListField(child=SplitInput(), required=False, max_length=SPLITS_MAX)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return plainly(attrs)


class TransactionPatch(TransactionInput):
    """The fields to change; the others stay."""

    always: frozenset[str] = frozenset()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not `partial`: that would also make the parts of a split optional.
        fields = super().get_fields()
        for name, field in fields.items():
            field.required = name in self.always
        return fields


def signed(amount: Decimal, kind: str | None) -> Decimal:
    """The signed amount; beside a type it must be positive, as in the original API."""
    if amount == 0:
        raise _about("amount", Reason.AMOUNT_MUST_NOT_BE_ZERO)
    if kind is None:
        return amount
    if amount < 0:
        raise _about("amount", Reason.AMOUNT_MUST_BE_POSITIVE)
    return -amount if kind == "expense" else amount


def _about(field: str, reason: Reason) -> serializers.ValidationError:
    return serializers.ValidationError({field: [str(reason.label)]}, code=reason.value)


class ReviewInput(StrictSerializer):
    verdict = serializers.ChoiceField(Verdict.choices)
    note = TextField(required=False, default="")


class ReasonOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    contribution = serializers.FloatField()
    message = serializers.CharField()
    evidence = serializers.DictField()


class RiskOutput(serializers.Serializer[Any]):
    score = serializers.IntegerField(allow_null=True, help_text="0-100; null while unscored")
    level = serializers.CharField()
    action = serializers.CharField()
    reasons = ReasonOutput(many=True)


class ReviewOutput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(Verdict.choices)
    by = serializers.UUIDField(allow_null=True)
    at = serializers.DateTimeField()
    note = serializers.CharField()


class SplitOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    amount = MoneyField()
    category = serializers.UUIDField(allow_null=True)
    category_name = serializers.CharField(allow_null=True)
    memo = serializers.CharField()


class TransactionOutput(serializers.Serializer[Any]):
    """What `ledger.api.rows.represent` gives; a test holds the two together."""

    id = serializers.UUIDField()
    account = serializers.UUIDField()
    account_name = serializers.CharField()
    amount = MoneyField()
    currency = serializers.CharField()
    type = serializers.ChoiceField(("income", "expense", "refund", "transfer"))
    posted_on = serializers.DateField()
    occurred_at = serializers.DateTimeField(allow_null=True)
    payee = serializers.CharField(allow_null=True)
    payee_id = serializers.UUIDField(allow_null=True)
    category = serializers.UUIDField(allow_null=True)
    category_name = serializers.CharField(allow_null=True)
    memo = serializers.CharField()
    statement_text = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    splits = SplitOutput(many=True)
    attachments = serializers.IntegerField(help_text="how many files it has")
    external_id = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    transfer = serializers.UUIDField(allow_null=True)
    # `import` is a word of Python's, so the field is added by name below.
    flagged = serializers.BooleanField()
    risk = RiskOutput()
    review = ReviewOutput(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    seq = serializers.IntegerField(help_text="the owner's clock at the last change; also the ETag")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        fields["import"] = serializers.UUIDField(allow_null=True)
        return fields


class PostedOutput(TransactionOutput):
    """The answer to a post: the row, and the budget that it touched."""

    budget = serializers.DictField(
        allow_null=True, help_text="name, limit, available, spent, left, overspend, percent"
    )


class PageOutput(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    count = serializers.IntegerField(required=False, help_text="only with count=true")


class TransactionPage(PageOutput):
    results = TransactionOutput(many=True)
