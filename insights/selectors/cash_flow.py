"""The cash flow of an owner: at most five statements, whatever the history."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from insights.cashflow import Bucket, Stream, chain, sides
from insights.selectors.day_flows import day_flows
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
    sunday_weeks: bool = False
    diagram: bool = True  # whether sums by category are wanted, too

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

    Months come from the monthly totals, days and weeks from the daily ones; where accounts in other
    currencies are there, amounts are read from rows by day. Balances carry each amount at the rate
    of its day. At most six statements; `reading.since` is the first day of the span.
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
    flows, categorised = _flows(reading, asked)
    _fill(result, flows, asked)
    if asked.diagram:
        result.streams = _streams(converter, categorised, asked)
    chain(buckets, opening)
    return result


def streams_by_span(reading: Reading, asked: Question) -> list[list[Stream]]:
    """What each category brought or took in each of the spans. No statement beyond `cash_flow`'s."""
    starts = [span.start for span in asked.spans]
    parts: list[list[Flow]] = [[] for _ in starts]
    for flow in _flows(reading, asked)[1]:
        parts[max(0, bisect_right(starts, flow.on) - 1)].append(flow)
    converter = reading.converter()
    return [_streams(converter, part, asked) for part in parts]


def _bucket(span: Span, asked: Question) -> Bucket:
    shift = timedelta(asked.sunday_weeks and asked.granularity == "weekly")
    edges = (span.start + shift - timedelta(1), span.end + shift)
    whole = all(bucket_end(day, asked.granularity) == day for day in edges)
    return Bucket(span, partial=not (whole and span.end < asked.today))


def _flows(reading: Reading, asked: Question) -> tuple[list[Flow], list[Flow]]:
    """(flows for the buckets, flows with their categories for the diagram)."""
    span, home = asked.span, reading.home
    currencies = {account.currency for account in reading.standing}
    if currencies and home not in currencies:
        rows = reading.days(span)
        return rows, rows
    by_day = asked.granularity in ("daily", "weekly")
    if by_day and not currencies - {home}:
        return day_flows(reading, span), _whole_months(reading, span) if asked.diagram else []
    if by_day:
        rows = reading.days(span)
        return rows, rows
    found = _whole_months(reading, span)
    if currencies - {home}:
        found = [flow for flow in found if flow.currency == home]
        found += reading.days(span, abroad=True)
    return found, found


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


def _streams(converter: Converter, flows: Iterable[Flow], asked: Question) -> list[Stream]:
    """What each category brought or took over the whole span; amounts without a rate are left out."""
    sums: dict[tuple[UUID | None, bool], Stream] = {}
    for flow in flows:
        if flow.is_transfer or (flow.is_pending and not asked.include_pending):
            continue
        came = converter.convert(flow.inflow, flow.currency, flow.on)
        went = converter.convert(flow.outflow, flow.currency, flow.on)
        if came is None or went is None:
            continue
        income, expense = sides(flow.kind, came, went)
        for is_income, minor in ((True, income), (False, expense)):
            if minor:
                known = sums.get((flow.category_id, is_income))
                total = minor + (known.minor if known else 0)
                sums[flow.category_id, is_income] = Stream(flow.name, is_income, total)
    return [stream for stream in sums.values() if stream.minor]


__all__ = ["CashFlow", "Question", "cash_flow", "streams_by_span"]
