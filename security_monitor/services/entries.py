"""From a row of the ledger to what the engine sees of it."""

from calendar import timegm
from collections.abc import Mapping
from typing import Any

from ledger import money
from ledger.models import Transaction
from security_monitor.engine.profiles import Entry


def entry_of(row: Transaction) -> Entry:
    day = row.posted_on
    return Entry(
        id=row.id,
        user_id=row.user_id,
        account_id=row.account_id,
        currency=row.currency,
        exponent=money.exponent(row.currency),
        amount_minor=row.amount_minor,
        day=day.toordinal(),
        month=day.year * 12 + day.month - 1,
        payee_id=row.payee_id,
        category_id=row.category_id,
        instant=timegm(row.occurred_at.utctimetuple()) if row.occurred_at else None,
        created_day=row.created_at.toordinal(),
        is_transfer=row.transfer_id is not None,
    )


def is_learned(row: Transaction) -> bool:
    """Whether the row stands in the profiles: scored, not in quarantine, not between own accounts.

    Told by the row's own columns, so that the profiles can be recomputed from the rows at any time.
    """
    return row.risk_score is not None and not row.flagged and row.transfer_id is None


def is_recalled(row: Transaction) -> bool:
    """Whether the row counts among the owner's last days: there flagged rows count too."""
    return row.risk_score is not None and row.transfer_id is None


def is_material(before: Transaction, after: Transaction) -> bool:
    """Whether an edit makes it another payment, which is judged anew."""
    return (
        before.amount_minor != after.amount_minor
        or before.payee_id != after.payee_id
        or before.account_id != after.account_id
    )


def evidence_of(row: Transaction) -> Mapping[str, Any]:
    """The figures of a row that a case and a verdict keep. No names, no memo."""
    return {
        "amount": money.format_minor(row.amount_minor, row.currency),
        "currency": row.currency,
        "posted_on": row.posted_on.isoformat(),
        "account": str(row.account_id),
        "payee": str(row.payee_id) if row.payee_id else None,
        "category": str(row.category_id) if row.category_id else None,
    }
