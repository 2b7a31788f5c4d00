"""What the analytics endpoints have in common: their span, their currency, and `explain`."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer
from accounts.errors import Refusal
from accounts.models import User
from insights.selectors.reading import Reading
from ledger.api.serializers import DayField
from ledger.buckets import GRANULARITIES, TooManyBuckets, cut, recent
from ledger.errors import Reason
from ledger.models import Account
from ledger.periods import Span
from ledger.rates import Converter
from ledger.services.posting import check_day


class ExplainQuery(StrictSerializer):
    explain = serializers.BooleanField(
        default=False, help_text="also say inputs, rates, and what was left out and why"
    )


class SpanQuery(ExplainQuery):
    granularity = serializers.ChoiceField(GRANULARITIES, default="monthly")
    date_from = DayField(required=False)
    date_to = DayField(required=False, help_text="the owner's today if not sent")


class AnyWarning(serializers.Serializer[Any]):
    """`fx_missing` also has base, quote and day."""

    code = serializers.CharField()
    message = serializers.CharField()
    base = serializers.CharField(required=False)
    quote = serializers.CharField(required=False)
    day = serializers.DateField(required=False)


class Explained(serializers.Serializer[Any]):
    """Only with `explain=true`."""

    inputs = serializers.DictField()
    rates = serializers.ListField(child=serializers.DictField())
    left_out = serializers.ListField(child=serializers.DictField())


def spans_of(parameters: dict[str, Any], today: date) -> list[Span]:
    """The buckets asked for; open ends are those of a recent chart."""
    for name in ("date_from", "date_to"):
        if name in parameters:
            check_day(parameters[name], f"?{name}")
    granularity = parameters["granularity"]
    # A week that begins on Sunday is an ISO week, a day later.
    shift = timedelta(granularity == "weekly" and parameters.get("week_start") == "sunday")
    usual = recent(granularity, parameters.get("date_to", today) + shift)
    start = parameters.get("date_from", usual.start - shift)
    span = Span(start, parameters.get("date_to", usual.end - shift))
    if span.start > span.end:
        raise Refusal(Reason.PERIOD_BACKWARDS, pointer="?date_from")
    try:
        spans = cut(Span(span.start + shift, span.end + shift), granularity)
        return [Span(part.start - shift, part.end - shift) for part in spans]
    except TooManyBuckets:
        raise Refusal(Reason.TOO_MANY_BUCKETS, pointer="?date_from") from None


def reading_of(owner: User, today: date, span: Span, account_id: UUID | None = None) -> Reading:
    return Reading(owner.pk, owner.currency, today, span.start, account_id, span.end)


def refuse_foreign_account(user_id: UUID, account_id: UUID | None) -> None:
    if account_id is not None and not Account.objects.for_user(user_id).filter(id=account_id):
        raise Refusal(Reason.ACCOUNT_NOT_FOUND, pointer="?account")


def explanation(
    inputs: dict[str, Any], converter: Converter, left_out: list[dict[str, Any]]
) -> dict[str, Any]:
    """The member `explain`: what a figure rests on."""
    return {"inputs": inputs, "rates": converter.rates(), "left_out": left_out}


def left_out(what: str, why: str, count: int | None = None) -> dict[str, Any]:
    return {"what": what, "why": why} | ({} if count is None else {"count": count})
