"""Income by payer and day: read from the rows of income categories, which are few in any history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from accounts.sql import as_id, fetch
from insights.selectors.flows import as_day
from insights.streams import Stream
from ledger.periods import Span
from ledger.rates import Converter

# Whole rows and parts of split ones (a payslip) in income categories by their index, then inflows
# without a category. Transfers and pending rows are no income (yet).
PAYERS = """
SELECT t.payee_id, p.name, c.name, t.currency, t.posted_on, SUM(t.amount_minor)
FROM ledger_category c
JOIN ledger_transaction t ON t.user_id = c.user_id AND t.category_id = c.id
LEFT JOIN ledger_payee p ON p.id = t.payee_id
WHERE c.user_id = %s AND c.kind = 'income' AND t.posted_on BETWEEN %s AND %s
    AND t.transfer_id IS NULL AND t.split_count = 0 AND t.status <> 'pending'
GROUP BY t.payee_id, p.name, c.name, t.currency, t.posted_on
UNION ALL
SELECT t.payee_id, p.name, c.name, t.currency, t.posted_on, SUM(s.amount_minor)
FROM ledger_category c
JOIN ledger_split s ON s.user_id = c.user_id AND s.category_id = c.id
JOIN ledger_transaction t ON t.id = s.transaction_id
LEFT JOIN ledger_payee p ON p.id = t.payee_id
WHERE c.user_id = %s AND c.kind = 'income' AND t.posted_on BETWEEN %s AND %s
    AND t.transfer_id IS NULL AND t.status <> 'pending'
GROUP BY t.payee_id, p.name, c.name, t.currency, t.posted_on
UNION ALL
SELECT t.payee_id, p.name, NULL, t.currency, t.posted_on, SUM(t.amount_minor)
FROM ledger_transaction t LEFT JOIN ledger_payee p ON p.id = t.payee_id
WHERE t.user_id = %s AND t.category_id IS NULL AND t.posted_on BETWEEN %s AND %s
    AND t.amount_minor > 0 AND t.transfer_id IS NULL AND t.split_count = 0
    AND t.status <> 'pending'
GROUP BY t.payee_id, p.name, t.currency, t.posted_on
"""
UNKNOWN = "Unknown payer"


@dataclass(frozen=True, slots=True)
class Income:
    """What one payer paid on one day; without a payer the category stands for it."""

    payee_id: UUID | None
    name: str
    currency: str
    on: date
    minor: int


def incomes(user_id: UUID, span: Span) -> list[Income]:
    """One statement."""
    values: list[Any] = [user_id, span.start, span.end]
    return [
        Income(
            None if payee is None else as_id(payee),
            name or category or UNKNOWN,
            currency,
            as_day(on),
            int(minor),
        )
        for payee, name, category, currency, on, minor in fetch(PAYERS, values * 3)
    ]


def streams_of(found: Iterable[Income], converter: Converter) -> tuple[list[Stream], set[str]]:
    """Streams by payer in the home currency, largest first, and the names that lack a rate."""
    streams: dict[Any, Stream] = {}
    incomplete: set[str] = set()
    for income in found:
        home = converter.convert(income.minor, income.currency, income.on)
        stream = streams.setdefault(income.payee_id or income.name, Stream(income.name))
        if home is None:
            incomplete.add(income.name)
        else:
            stream.by_day[income.on] = stream.by_day.get(income.on, 0) + home
    ordered = sorted(streams.values(), key=lambda s: (-s.total, s.name))
    return ordered, incomplete


__all__ = ["Income", "incomes", "streams_of"]
