"""Cutting a span of days into calendar buckets. Pure."""

from datetime import date, timedelta

from ledger.periods import Span, add_months, month_end

GRANULARITIES = ("daily", "weekly", "monthly", "yearly")
BUCKETS_MAX = 1000


class TooManyBuckets(ValueError):
    """The span has more than BUCKETS_MAX buckets."""


def bucket_end(day: date, granularity: str) -> date:
    """The last day of the bucket that holds a day. Weeks are ISO weeks: Monday to Sunday."""
    if granularity == "daily":
        return day
    if granularity == "weekly":
        return day + timedelta(6 - day.weekday())
    if granularity == "monthly":
        return month_end(day)
    return date(day.year, 12, 31)


def cut(span: Span, granularity: str) -> list[Span]:
    """The buckets of a span, without gap or overlap; the outer ones are cut where it is."""
    found: list[Span] = []
    start = span.start
    while start <= span.end:
        if len(found) == BUCKETS_MAX:
            raise TooManyBuckets
        end = min(bucket_end(start, granularity), span.end)
        found.append(Span(start, end))
        start = end + timedelta(1)
    return found


def recent(granularity: str, today: date) -> Span:
    """What a chart shows unless asked otherwise: 31 days, 26 weeks, 12 months or 5 years."""
    if granularity == "daily":
        return Span(today - timedelta(30), today)
    if granularity == "weekly":
        return Span(today - timedelta(today.weekday() + 25 * 7), today)
    if granularity == "monthly":
        return Span(add_months(today.replace(day=1), -11), today)
    return Span(date(today.year - 4, 1, 1), today)
