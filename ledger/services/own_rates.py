"""Verbs on the owner's own exchange rates. Common ones are the operator's (`load_ecb_rates`)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.db.transaction import atomic

from accounts.announce import bury
from accounts.clock import tick
from accounts.errors import Refusal
from ledger.errors import Reason
from ledger.models import ExchangeRate
from ledger.services.owned import hold, trace
from ledger.services.posting import check_day


@atomic
def add_rate(*, user_id: UUID, base: str, quote: str, day: date, rate: Decimal) -> ExchangeRate:
    """Say what 1 `base` was worth on a day. One rate per pair, day and owner."""
    seq = tick(user_id)
    row = ExchangeRate(user_id=user_id, seq=seq, base=base, quote=quote, day=day, rate=rate)
    _check(row)
    row.save(force_insert=True)
    trace(user_id, seq, "exchange_rate", "created", row.id, **_said(row))
    return row


@atomic
def change_rate(
    *,
    user_id: UUID,
    rate_id: UUID,
    fields: dict[str, str | date | Decimal],
    expected_seq: int | None = None,
) -> ExchangeRate:
    """Change base, quote, day or rate of an own rate."""
    seq = tick(user_id)
    row = _own(user_id, rate_id, expected_seq)
    for name, value in fields.items():
        setattr(row, name, value)
    _check(row)
    row.seq = seq
    row.save()
    trace(user_id, seq, "exchange_rate", "updated", row.id, **_said(row))
    return row


@atomic
def remove_rate(*, user_id: UUID, rate_id: UUID, expected_seq: int | None = None) -> None:
    seq = tick(user_id)
    row = _own(user_id, rate_id, expected_seq)
    bury(user_id, seq, "exchange_rate", [row.id])
    trace(user_id, seq, "exchange_rate", "deleted", row.id, **_said(row))
    row.delete()


def _own(user_id: UUID, rate_id: UUID, expected_seq: int | None) -> ExchangeRate:
    """An own rate; 403 for a common one, which everybody sees and nobody here may change."""
    visible = ExchangeRate.objects.filter(Q(user_id=user_id) | Q(user__isnull=True))
    row: ExchangeRate = hold(visible, rate_id, Reason.RATE_NOT_FOUND, expected_seq)
    if row.user_id is None:
        raise Refusal(Reason.COMMON_RATE, status=403)
    return row


def _check(row: ExchangeRate) -> None:
    if row.base == row.quote:
        raise Refusal(Reason.CURRENCIES_MUST_DIFFER, pointer="/quote")
    check_day(row.day, "/day")
    same = ExchangeRate.objects.for_user(row.user_id).filter(
        base=row.base, quote=row.quote, day=row.day
    )
    if same.exclude(id=row.id).exists():
        raise Refusal(Reason.RATE_TAKEN, status=409, pointer="/day")


def _said(row: ExchangeRate) -> dict[str, str]:
    return {"base": row.base, "quote": row.quote, "day": str(row.day), "rate": str(row.rate)}
