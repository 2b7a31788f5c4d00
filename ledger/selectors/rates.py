"""The exchange rates that a report needs, in one query whatever the number of amounts and days."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from ledger.models import ExchangeRate
from ledger.rates import BRIDGES, DAYS_BACK_MAX, Converter, Quotation, RateTable


def rates_for(user_id: UUID, wanted: Iterable[tuple[str, str, date]]) -> RateTable:
    """The table that answers for these (from, to, day), the owner's own rates over common ones.

    One query; none at all where every pair is of one currency.
    """
    pairs = [(base, quote, day) for base, quote, day in wanted if base != quote]
    if not pairs:
        return RateTable()
    currencies = {code for base, quote, _ in pairs for code in (base, quote)} | set(BRIDGES)
    days = [day for _, _, day in pairs]
    rows = ExchangeRate.objects.filter(
        Q(user_id=user_id) | Q(user__isnull=True),
        base__in=currencies,
        quote__in=currencies,
        day__range=(min(days) - timedelta(days=DAYS_BACK_MAX), max(days)),
    ).values_list("base", "quote", "day", "rate", "user_id")
    return RateTable(
        Quotation(base, quote, day, rate, own=owner is not None)
        for base, quote, day, rate, owner in rows.iterator()
    )


def converter_for(user_id: UUID, to: str, wanted: Iterable[tuple[str, date]]) -> Converter:
    """A converter into one currency for amounts of these (currency, day)."""
    return Converter(rates_for(user_id, ((currency, to, day) for currency, day in wanted)), to)
