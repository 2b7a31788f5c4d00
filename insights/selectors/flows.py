"""What flowed, by category: whole months from the monthly totals, days of a bounded window from rows.

Totals cost the number of their own rows, whatever the history. Rows are read for days only: what
lies outside a cut month, and amounts abroad, which are converted at the rate of each day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
        return Flow(
            self.on,
            self.currency,
            self.category_id,
            self.name,
            self.kind,
            self.is_transfer,
            self.is_pending,
            -self.inflow,
            -self.outflow,
            -self.count,
        )


MONTHS = """
SELECT t.month, t.currency, t.category_id, c.name, c.kind, t.is_transfer, t.is_pending,
    SUM(t.inflow_minor), SUM(t.outflow_minor), SUM(t.count)
FROM ledger_monthlytotal t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.month >= %s{more}
GROUP BY t.month, t.currency, t.category_id, c.name, c.kind, t.is_transfer, t.is_pending
"""
IN = "SUM(CASE WHEN {0} > 0 THEN {0} ELSE 0 END), SUM(CASE WHEN {0} < 0 THEN -{0} ELSE 0 END)"
DAYS = f"""
SELECT t.posted_on, t.currency, t.category_id, c.name, c.kind, t.transfer_id IS NOT NULL,
    t.status = 'pending', {IN.format("t.amount_minor")}, COUNT(*)
FROM ledger_transaction t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.split_count = 0 AND ({{days}}){{more}}
GROUP BY 1, 2, 3, 4, 5, 6, 7
UNION ALL
SELECT t.posted_on, t.currency, s.category_id, c.name, c.kind, t.transfer_id IS NOT NULL,
    t.status = 'pending', {IN.format("s.amount_minor")}, COUNT(*)
FROM ledger_transaction t JOIN ledger_split s ON s.transaction_id = t.id
LEFT JOIN ledger_category c ON c.id = s.category_id
WHERE t.user_id = %s AND t.split_count > 0 AND ({{days}}){{more}}
GROUP BY 1, 2, 3, 4, 5, 6, 7
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
    return [_flow(row) for row in fetch(MONTHS.format(more=more), values)]


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
    return [_flow(row) for row in fetch(DAYS.format(days=days, more=more), [*values, *values])]


def _flow(row: tuple[Any, ...]) -> Flow:
    on, currency, category, name, kind, is_transfer, is_pending, inflow, outflow, count = row
    category_id = None if category is None else as_id(category)
    return Flow(
        as_day(on),
        currency,
        None if category_id == NIL else category_id,
        name,
        kind,
        bool(is_transfer),
        bool(is_pending),
        int(inflow),
        int(outflow),
        int(count),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's balance at the end of the day before, in minor units of its currency."""

    account_id: UUID
    type: str
    currency: str
    closed: bool
    cleared: int  # without pending rows
    balance: int  # with them


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
        )
        for row_id, kind, currency, cleared, balance, closed, cleared_since, since in fetch(
            SINCE.format(more=more), values
        )
    ]


__all__ = ["Flow", "Standing", "as_day", "days_of", "months_since", "standing_before"]
