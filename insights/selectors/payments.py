"""The latest payments to each payee, for standing charges: their cost is payees, never history.

Each payee gives at most PAYMENTS_MAX rows, from the end of an index. A payee that was paid more than
BUSY_MAX times in ninety days is a habit and gives none; finding that out reads BUSY_MAX entries.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from accounts.sql import as_id, fetch, is_postgres
from insights.selectors.flows import as_day
from insights.subscriptions import Payment

PAYMENTS_MAX = 40
BUSY_MAX = 30
BUSY_DAYS = 90
YEARS = 4

LATEST = """
SELECT x.id FROM ledger_transaction x
WHERE x.user_id = p.user_id AND x.payee_id = p.id AND x.posted_on BETWEEN %s AND %s
ORDER BY x.posted_on DESC, x.id DESC LIMIT {limit}
"""
NOT_BUSY = """
NOT EXISTS (SELECT 1 FROM ledger_transaction b
    WHERE b.user_id = p.user_id AND b.payee_id = p.id AND b.posted_on > %s
    ORDER BY b.posted_on LIMIT 1 OFFSET {busy})
"""
COLUMNS = """
SELECT p.id, p.name, c.id, c.name, t.account_id, t.currency, t.posted_on, t.amount_minor, t.id
"""
WANTED = """
p.user_id = %s AND t.amount_minor < 0 AND t.transfer_id IS NULL AND t.status <> 'pending'
AND (c.kind IS NULL OR c.kind = 'expense')
"""
ON_POSTGRES = f"""
{COLUMNS} FROM ledger_payee p
CROSS JOIN LATERAL ({LATEST.replace("x.id FROM", "x.* FROM")}) t
LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE {NOT_BUSY} AND {WANTED}
ORDER BY p.id, t.posted_on, t.id
"""
ON_SQLITE = f"""
{COLUMNS} FROM ledger_payee p
JOIN ledger_transaction t ON t.id IN ({LATEST})
LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE {NOT_BUSY} AND {WANTED}
ORDER BY p.id, t.posted_on, t.id
"""


@dataclass(slots=True)
class PaidTo:
    """A payee and what it was paid lately in one currency, oldest first."""

    payee_id: UUID
    name: str
    currency: str
    category_id: UUID | None = None
    category: str | None = None
    account_id: UUID | None = None
    payments: list[Payment] = field(default_factory=list)


def payments(user_id: UUID, today: date) -> list[PaidTo]:
    """The latest outflows by payee and currency, transfers and pending rows left out: one statement."""
    text = ON_POSTGRES if is_postgres() else ON_SQLITE
    sql = text.format(limit=PAYMENTS_MAX, busy=BUSY_MAX)
    first = today.replace(year=today.year - YEARS, day=min(today.day, 28))
    busy_since = today - timedelta(days=BUSY_DAYS)
    found: dict[tuple[UUID, str], PaidTo] = {}
    for payee, name, category, category_name, account, currency, on, minor, row in fetch(
        sql, [first, today, busy_since, user_id]
    ):
        key = (as_id(payee), currency)
        paid = found.setdefault(key, PaidTo(key[0], name, currency))
        # Of the latest row, so that a payee that moved to another category is named by the new one.
        paid.category_id = None if category is None else as_id(category)
        paid.category, paid.account_id = category_name, as_id(account)
        paid.payments.append(Payment(as_day(on), -minor, as_id(row)))
    return list(found.values())


__all__ = ["PaidTo", "payments"]
