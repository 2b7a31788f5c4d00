"""How a household stands: the inputs of the health score, read from totals and balances."""

from datetime import date

from insights.cashflow import Bucket, settled
from insights.health import Health, Situation, health_of
from insights.selectors.cash_flow import Question, cash_flow
from insights.selectors.flows import ILLIQUID
from insights.selectors.incomes import streams_of
from insights.selectors.reading import Reading
from ledger.buckets import cut
from ledger.periods import Span
from ledger.rates import Converter

MONTHS = 6


def monthly(reading: Reading) -> Question:
    """The months of a reading, without sums by category."""
    spans = cut(Span(reading.since, reading.today), "monthly")
    return Question(spans, "monthly", reading.today, diagram=False)


def situation_of(reading: Reading) -> tuple[Health, Situation, Converter]:
    """The score, what it is made of, and the converter with its warnings."""
    flow = cash_flow(reading, monthly(reading))
    converter = flow.converter
    full = settled(flow.buckets)[-MONTHS:]
    liquid = debt = 0
    for account in reading.standing:
        minor = reading.held[account.account_id]
        home = converter.convert(minor, account.currency, reading.today) if minor else 0
        if home is None:
            continue
        if home < 0:
            debt -= home
        elif account.type not in ILLIQUID:
            liquid += home
    streams, _ = streams_of(reading.incomes, converter)
    paid = [
        sum(minor for on, minor in stream.by_day.items() if _is_within(on, full))
        for stream in streams
    ]
    expenses = [bucket.expense for bucket in full]
    situation = Situation(
        months=len(full),
        income=sum(bucket.income for bucket in full),
        expense=sum(expenses),
        deficit_months=sum(bucket.net < 0 for bucket in full),
        liquid=liquid,
        debt=debt,
        other_income=sum(paid) - max(paid, default=0),
        dearest=max(expenses, default=0),
    )
    return health_of(situation), situation, converter


def _is_within(on: date, full: list[Bucket]) -> bool:
    return bool(full) and full[0].span.start <= on <= full[-1].span.end


__all__ = ["monthly", "situation_of"]
