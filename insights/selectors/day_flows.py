"""What flowed by day, from the daily totals, put right where these cannot tell.

A daily total knows inflow and outflow of rows, not what they were for. That is the same as income
and expense except for two things, which the monthly totals betray: a refund or a correction (an
inflow of an expense category, an outflow of an income category), whose few rows are then read by
their category; and a split whose parts have both signs, which makes the month's parts sum to more
than its rows: then the days of that month are read from their rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from accounts.sql import as_id, fetch
from insights.selectors.flows import IN, Flow, as_day, flow_of
from insights.selectors.reading import Reading
from ledger.periods import Span, month_end

TOTALS = """
SELECT d.day, d.account_id, d.currency, d.is_transfer, d.is_pending,
    d.inflow_minor, d.outflow_minor, d.count
FROM ledger_account a JOIN ledger_dailytotal d ON d.user_id = a.user_id AND d.account_id = a.id
WHERE a.user_id = %s AND d.day BETWEEN %s AND %s{more}
"""
ODD = """
(c.kind = 'expense' AND {0} > 0 OR c.kind = 'income' AND {0} < 0)
"""
OTHER_WAY = f"""
SELECT t.posted_on, t.account_id, t.currency, t.category_id, c.name, c.kind, 1 = 0,
    t.status = 'pending', {IN.format("t.amount_minor")}, 0
FROM ledger_transaction t JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.category_id IN ({{marks}}) AND t.posted_on BETWEEN %s AND %s
    AND t.split_count = 0 AND {ODD.format("t.amount_minor")}{{more}}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
UNION ALL
SELECT t.posted_on, t.account_id, t.currency, s.category_id, c.name, c.kind, 1 = 0,
    t.status = 'pending', {IN.format("s.amount_minor")}, 0
FROM ledger_split s JOIN ledger_category c ON c.id = s.category_id
JOIN ledger_transaction t ON t.id = s.transaction_id
WHERE s.user_id = %s AND s.category_id IN ({{marks}}) AND t.posted_on BETWEEN %s AND %s
    AND {ODD.format("s.amount_minor")}{{more}}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""  # noqa: S608 (constants only)
Key = tuple[date, UUID, bool]  # month, account, is_pending


def day_flows(reading: Reading, span: Span) -> list[Flow]:
    """The days of a span that begins in the month of `reading.since`: four statements at most.

    Flows without a category are income and expense as they stand.
    """
    whole = Span(span.start.replace(day=1), month_end(span.end))
    days = _totals(reading, whole)
    months = [flow for flow in reading.months if flow.on <= whole.end]
    by_rows = _months_told_by_parts(days, months)
    rest = [
        Span(max(month, span.start), min(month_end(month), span.end)) for month in sorted(by_rows)
    ]
    found = reading.days(*rest) if rest else []
    mixed = {
        flow.category_id
        for flow in months
        if flow.category_id is not None
        and (flow.inflow if flow.kind == "expense" else flow.outflow)
    }
    put_right = _other_way(reading, sorted(mixed, key=str), span) if mixed else []
    corrections = [
        part
        for flow in put_right
        for part in (replace(flow.taken_off(), category_id=None, name=None, kind=None), flow)
    ]
    inside = (flow for flow in [*days, *corrections] if span.start <= flow.on <= span.end)
    return [*found, *(flow for flow in inside if flow.on.replace(day=1) not in by_rows)]


def _totals(reading: Reading, span: Span) -> list[Flow]:
    more, values = "", [reading.user_id, span.start, span.end]
    if reading.account_id is not None:
        more = " AND a.id = %s"
        values.append(reading.account_id)
    return [
        Flow(
            as_day(day), as_id(account), currency, None, None, None, bool(transfer), bool(pending),
            int(inflow), int(outflow), int(count),
        )
        for day, account, currency, transfer, pending, inflow, outflow, count in fetch(
            TOTALS.format(more=more), values
        )
    ]  # fmt: skip


def _months_told_by_parts(days: Sequence[Flow], months: Sequence[Flow]) -> set[date]:
    """Months with splits of both signs: their parts sum to more than their rows, never to less."""
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for flows, sign in ((days, 1), (months, -1)):
        for flow in flows:
            if not flow.is_transfer:
                key = (flow.on.replace(day=1), flow.account_id, flow.is_pending)
                sums[key][0] += sign * flow.inflow
                sums[key][1] += sign * flow.outflow
    return {month for (month, _, _), differing in sums.items() if any(differing)}


def _other_way(reading: Reading, category_ids: Sequence[Any], span: Span) -> list[Flow]:
    marks = ", ".join(["%s"] * len(category_ids))
    more, values = "", [reading.user_id, *category_ids, span.start, span.end]
    if reading.account_id is not None:
        more = " AND t.account_id = %s"
        values.append(reading.account_id)
    sql = OTHER_WAY.format(marks=marks, more=more)
    return [flow_of(row) for row in fetch(sql, [*values, *values])]


__all__ = ["day_flows"]
