"""Serializers and fields with the house's strictness: unknown fields, floats and foreign ids refused."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cached_property
from types import NoneType
from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from accounts.api.parsing import JsonFloat, is_storable
from accounts.currencies import exponent
from accounts.errors import Reason

AMOUNT_PATTERN = r"^-?\d{1,18}(\.\d{1,4})?$"


def fail(reason: TextChoices, detail: str = "") -> serializers.ValidationError:
    return serializers.ValidationError(detail or str(reason.label), code=reason.value)


class Words(dict[str, str]):
    """Query parameters: words that stand for values, where JSON has the values themselves."""


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know, instead of ignoring a typing error in a money order.

    In JSON a truth value is `true` or `false`; a word for it ("yes") is taken from queries and forms.
    """

    @cached_property
    def truths(self) -> list[str]:
        return [n for n, f in self.fields.items() if isinstance(f, serializers.BooleanField)]

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError(
                {"non_field_errors": [fail(Reason.BODY_MUST_BE_AN_OBJECT).detail[0]]}  # type: ignore[index]
            )
        known = {name for name, field in self.fields.items() if not field.read_only}
        unknown = [str(name) for name in data if name not in known]
        if unknown:
            raise serializers.ValidationError(
                {name: [fail(Reason.UNKNOWN_FIELD).detail[0]] for name in unknown[:20]}  # type: ignore[index]
            )
        if not isinstance(data, Words | QueryDict):
            wrong = [n for n in self.truths if not isinstance(data.get(n), bool | NoneType)]
            if wrong:
                raise serializers.ValidationError(
                    {n: [ErrorDetail("Send true or false.", code="invalid")] for n in wrong}
                )
        return super().to_internal_value(data)


@extend_schema_field(
    {
        "type": "string",
        "pattern": AMOUNT_PATTERN,
        "examples": ["12.30"],
        "description": "decimal string",
    }
)
class MoneyField(serializers.Field[Decimal, Any, Any, Any]):
    """An amount: a decimal string or an integer in, an exact Decimal out. Never a float.

    How many decimals are right depends on the currency and is checked where that is known.
    """

    def __init__(self, *, positive: bool = False, **kwargs: Any) -> None:
        self.positive = positive
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, JsonFloat | float):
            raise fail(Reason.MONEY_MUST_BE_A_STRING)
        if isinstance(data, bool) or not isinstance(data, str | int):
            raise fail(Reason.INVALID_AMOUNT)
        text = str(data)
        digits = text.removeprefix("-").removeprefix("+")
        if (
            len(text) > 40
            or not digits.replace(".", "", 1).isascii()
            or not digits.replace(".", "", 1).isdigit()
        ):
            raise fail(Reason.INVALID_AMOUNT)
        try:
            amount = Decimal(text)
        except InvalidOperation:
            raise fail(Reason.INVALID_AMOUNT) from None
        if self.positive and amount <= 0:
            raise serializers.ValidationError(
                "Send a positive amount here.", code="amount_must_be_positive"
            )
        return amount + 0  # "-0" is plain zero

    def to_representation(self, value: Any) -> Any:
        return value  # read rows carry text that is formatted already


class TextField(serializers.CharField):
    """Text as it came: never escaped, never folded. NUL and lone surrogates are refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        kwargs.setdefault("allow_blank", True)
        kwargs.setdefault("max_length", 500)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send a string here.", code="invalid")
        if not is_storable(data):
            raise fail(Reason.INVALID_TEXT)
        return str(super().to_internal_value(data))


@extend_schema_field({"type": "string", "description": "id of an owned row, or its name"})
class ReferenceField(TextField):
    """The id of an owned row, or a name: what looks like an id is one."""

    def run_validators(self, value: Any) -> None:
        if not isinstance(value, UUID):  # lengths and characters are matters of names
            super().run_validators(value)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        if len(text) == 36 and text.count("-") == 4:
            try:
                return UUID(text)
            except ValueError:
                pass
        return text


class CurrencyField(serializers.CharField):
    """An ISO 4217 code of a currency that has a minor unit (no gold, no test codes)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_length=3, max_length=3, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        code = str(super().to_internal_value(data)).upper()
        if exponent(code) is None:
            raise fail(Reason.UNKNOWN_CURRENCY)
        return code
