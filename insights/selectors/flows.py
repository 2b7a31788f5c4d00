"""What flowed, by category: whole months from the monthly totals, days of a bounded window from rows.

Totals cost the number of their own rows, whatever the history. Rows are read for days only: what
lies outside a cut month, and amounts abroad, which are converted at the rate of each day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from accounts.sql import as_id, fetch
from ledger.effects import NIL
from ledger.periods import Span


@dataclass(frozen=True, slots=True)
class Flow:
    """Sums of one day (or of a month, on its first day), category and nature, in minor units.

    `kind` is the category's, None without one. inflow and outflow are both positive.
    """

    on: date
    account_id: UUID
    currency: str
    category_id: UUID | None
    name: str | None
    kind: str | None
    is_transfer: bool
    is_pending: bool
    inflow: int
    outflow: int
    count: int

    @property
    def net(self) -> int:
        return self.inflow - self.outflow

    def taken_off(self) -> "Flow":
        """The same with the other sign: what a month's total has too much."""
        return replace(self, inflow=-self.inflow, outflow=-self.outflow, count=-self.count)


MONTHS = """
SELECT t.month, t.account_id, t.currency, t.category_id, c.name, c.kind, t.is_transfer, t.is_pending,
    SUM(t.inflow_minor), SUM(t.outflow_minor), SUM(t.count)
FROM ledger_monthlytotal t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.month >= %s{more}
GROUP BY t.month, t.account_id, t.currency, t.category_id, c.name, c.kind, t.is_transfer, t.is_pending
"""
IN = "SUM(CASE WHEN {0} > 0 THEN {0} ELSE 0 END), SUM(CASE WHEN {0} < 0 THEN -{0} ELSE 0 END)"
DAYS = f"""
SELECT t.posted_on, t.account_id, t.currency, t.category_id, c.name, c.kind, t.transfer_id IS NOT NULL,
    t.status = 'pending', {IN.format("t.amount_minor")}, COUNT(*)
FROM ledger_transaction t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.split_count = 0 AND ({{days}}){{more}}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
UNION ALL
SELECT t.posted_on, t.account_id, t.currency, s.category_id, c.name, c.kind, t.transfer_id IS NOT NULL,
    t.status = 'pending', {IN.format("s.amount_minor")}, COUNT(*)
FROM ledger_transaction t JOIN ledger_split s ON s.transaction_id = t.id
LEFT JOIN ledger_category c ON c.id = s.category_id
WHERE t.user_id = %s AND t.split_count > 0 AND ({{days}}){{more}}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
"""  # noqa: S608 (constants only)
SINCE = """
SELECT a.id, a.type, a.currency, a.cleared_minor, a.balance_minor, a.closed,
    COALESCE(SUM(CASE WHEN d.is_pending THEN 0 ELSE d.inflow_minor - d.outflow_minor END), 0),
    COALESCE(SUM(d.inflow_minor - d.outflow_minor), 0)
FROM ledger_account a LEFT JOIN ledger_dailytotal d
    ON d.user_id = a.user_id AND d.account_id = a.id AND d.day >= %s
WHERE a.user_id = %s{more}
GROUP BY a.id, a.type, a.currency, a.cleared_minor, a.balance_minor, a.closed
"""


def as_day(value: Any) -> date:
    """A date as the driver gave it: SQLite keeps texts."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def months_since(user_id: UUID, first: date, account_id: UUID | None = None) -> list[Flow]:
    """All months from `first` on, those to come included: one statement over the totals."""
    more, values = "", [user_id, first]
    if account_id is not None:
        more = " AND t.account_id = %s"
        values.append(account_id)
    return [flow_of(row) for row in fetch(MONTHS.format(more=more), values)]


def days_of(
    user_id: UUID,
    spans: Sequence[Span],
    account_id: UUID | None = None,
    abroad_of: str | None = None,
) -> list[Flow]:
    """The days of some spans from their rows: one statement, none without spans.

    abroad_of: only rows in other currencies than this one.
    """
    if not spans:
        return []
    days = " OR ".join(["t.posted_on BETWEEN %s AND %s"] * len(spans))
    more, values = "", [user_id, *(day for span in spans for day in (span.start, span.end))]
    if account_id is not None:
        more += " AND t.account_id = %s"
        values.append(account_id)
    if abroad_of is not None:
        more += " AND t.currency <> %s"
        values.append(abroad_of)
    return [flow_of(row) for row in fetch(DAYS.format(days=days, more=more), [*values, *values])]


def flow_of(row: tuple[Any, ...]) -> Flow:
    on, account, currency, category, name, kind, transfer, pending, inflow, outflow, count = row
    category_id = None if category is None else as_id(category)
    return Flow(
        as_day(on),
        as_id(account),
        currency,
        None if category_id == NIL else category_id,
        name,
        kind,
        bool(transfer),
        bool(pending),
        int(inflow),
        int(outflow),
        int(count),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An account now, and its balance at the end of the day before, in minor units."""

    account_id: UUID
    type: str
    currency: str
    closed: bool
    cleared: int  # without pending rows
    balance: int  # with them
    cleared_now: int  # with what is booked ahead


def standing_before(user_id: UUID, day: date, account_id: UUID | None = None) -> list[Standing]:
    """Every account's balance before a day: what it holds now less what moved since. One statement.

    Counted backwards, so that it costs the days since, never the history before.
    """
    more, values = "", [day, user_id]
    if account_id is not None:
        more = " AND a.id = %s"
        values.append(account_id)
    return [
        Standing(
            as_id(row_id),
            kind,
            currency,
            bool(closed),
            cleared - int(cleared_since),
            balance - int(since),
            cleared,
        )
        for row_id, kind, currency, cleared, balance, closed, cleared_since, since in fetch(
            SINCE.format(more=more), values
        )
    ]


DAILY = """
SELECT d.day, d.currency, SUM(d.inflow_minor), SUM(d.outflow_minor), SUM(d.count)
FROM ledger_account a JOIN ledger_dailytotal d ON d.user_id = a.user_id AND d.account_id = a.id
WHERE a.user_id = %s AND d.day BETWEEN %s AND %s AND d.is_transfer = %s AND d.is_pending = %s{more}
GROUP BY d.day, d.currency ORDER BY d.day, d.currency
"""
ILLIQUID = ("loan", "investment", "property")


@dataclass(frozen=True, slots=True)
class Gross:
    """What a day brought and took on all accounts together, transfers and pending rows left out.

    Gross: money back from a shop is an inflow here, as totals by day know no categories.
    """

    on: date
    currency: str
    inflow: int
    outflow: int
    count: int


def daily(user_id: UUID, span: Span, *, liquid: bool = False) -> list[Gross]:
    """Days with rows, in order, from the daily totals; liquid: without loans, funds and property."""
    values: list[Any] = [user_id, span.start, span.end, False, False]
    more = ""
    if liquid:
        more = f" AND a.type NOT IN ({', '.join(['%s'] * len(ILLIQUID))})"
        values.extend(ILLIQUID)
    return [
        Gross(as_day(day), currency, int(inflow), int(outflow), int(count))
        for day, currency, inflow, outflow, count in fetch(DAILY.format(more=more), values)
    ]


NETS = """
SELECT d.account_id, d.day, SUM(d.inflow_minor - d.outflow_minor)
FROM ledger_account a JOIN ledger_dailytotal d ON d.user_id = a.user_id AND d.account_id = a.id
WHERE a.user_id = %s AND d.day >= %s AND d.is_pending = %s
GROUP BY d.account_id, d.day
"""


def nets_since(user_id: UUID, first: date) -> list[tuple[UUID, date, int]]:
    """(account, day, cleared net) of all days from `first` on, those to come included."""
    return [
        (as_id(account), as_day(day), int(net))
        for account, day, net in fetch(NETS, [user_id, first, False])
    ]


__all__ = [
    "Flow",
    "Gross",
    "Standing",
    "as_day",
    "daily",
    "days_of",
    "flow_of",
    "months_since",
    "nets_since",
    "standing_before",
]
