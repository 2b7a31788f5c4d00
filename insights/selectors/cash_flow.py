"""The cash flow of an owner: at most five statements, whatever the history."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from insights.cashflow import Bucket, Stream, chain, sides
from insights.selectors.flows import Flow
from insights.selectors.reading import Reading
from ledger.buckets import bucket_end
from ledger.periods import Span, month_end
from ledger.rates import Converter


@dataclass(frozen=True, slots=True)
class Question:
    """What a cash flow is asked about."""

    spans: Sequence[Span]
    granularity: str
    today: date
    account_id: UUID | None = None
    include_pending: bool = False

    @property
    def span(self) -> Span:
        return Span(self.spans[0].start, self.spans[-1].end)


@dataclass(slots=True)
class CashFlow:
    currency: str
    buckets: list[Bucket]
    converter: Converter
    streams: list[Stream] = field(default_factory=list)
    pending_count: int = 0  # rows left out because they are pending
    transfer_count: int = 0  # legs that count as neither income nor expense


def cash_flow(reading: Reading, asked: Question) -> CashFlow:
    """Income, expense, transfers and balances by bucket, in the home currency.

    Whole months in the home currency come from the monthly totals; amounts abroad and other
    granularities from the rows of the window. Balances carry each amount at the rate of its day.
    At most four statements; `reading.since` is the first day of the span.
    """
    converter = reading.converter()
    eve = asked.span.start - timedelta(1)
    opening: int | None = 0
    for account in reading.standing:
        minor = account.balance if asked.include_pending else account.cleared
        held = converter.convert(minor, account.currency, eve) if minor else 0
        opening = None if held is None or opening is None else opening + held
    buckets = [_bucket(span, asked) for span in asked.spans]
    result = CashFlow(reading.home, buckets, converter)
    _fill(result, _flows(reading, asked), asked)
    chain(buckets, opening)
    return result


def _bucket(span: Span, asked: Question) -> Bucket:
    whole = (
        bucket_end(span.end, asked.granularity) == span.end
        and span.end < asked.today
        and _starts(span, asked.granularity)
    )
    return Bucket(span, partial=not whole)


def _starts(span: Span, granularity: str) -> bool:
    before = span.start - timedelta(1)
    return bucket_end(before, granularity) == before


def _flows(reading: Reading, asked: Question) -> list[Flow]:
    span, home = asked.span, reading.home
    currencies = {account.currency for account in reading.standing}
    if asked.granularity in ("daily", "weekly") or (currencies and home not in currencies):
        return reading.days(span)
    if not currencies - {home}:
        return _whole_months(reading, span)
    at_home = [flow for flow in _whole_months(reading, span) if flow.currency == home]
    return at_home + reading.days(span, abroad=True)


def _whole_months(reading: Reading, span: Span) -> list[Flow]:
    """The months of the span; days of the outer two that lie outside are taken off again."""
    first, last = span.start.replace(day=1), month_end(span.end)
    outside = []
    if first < span.start:
        outside.append(Span(first, span.start - timedelta(1)))
    if span.end < last:
        # Up to today this holds no more than what is booked ahead.
        outside.append(Span(span.end + timedelta(1), last))
    inside = [flow for flow in reading.months if flow.on <= span.end]
    return inside + [flow.taken_off() for flow in reading.days(*outside)]


def _fill(result: CashFlow, flows: Iterable[Flow], asked: Question) -> None:
    starts = [span.start for span in asked.spans]
    sums: dict[tuple[UUID | None, bool], Stream] = {}
    for flow in flows:
        if flow.is_pending and not asked.include_pending:
            result.pending_count += flow.count
            continue
        # A month's total stands on its first day, which a span may begin after; what is taken off
        # a month stands on its own day, which may lie behind the span's end.
        bucket = result.buckets[max(0, bisect_right(starts, flow.on) - 1)]
        came = result.converter.convert(flow.inflow, flow.currency, flow.on)
        went = result.converter.convert(flow.outflow, flow.currency, flow.on)
        if flow.is_transfer:
            result.transfer_count += flow.count
        else:
            bucket.count += flow.count
        if came is None or went is None:
            bucket.is_complete = False
        elif flow.is_transfer:
            bucket.transfers += came - went
        else:
            income, expense = sides(flow.kind, came, went)
            bucket.income += income
            bucket.expense += expense
            for is_income, minor in ((True, income), (False, expense)):
                if minor:
                    key = (flow.category_id, is_income)
                    known = sums.get(key)
                    total = minor + (known.minor if known else 0)
                    sums[key] = Stream(flow.name, is_income, total)
    result.streams = [stream for stream in sums.values() if stream.minor]


__all__ = ["CashFlow", "Question", "cash_flow"]
