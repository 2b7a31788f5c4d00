"""Purchases with and without a mood: a bounded window of rows, moods by their own index."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.sql import as_id, fetch
from insights.models import TransactionMood
from insights.moods import Purchase
from insights.selectors.flows import as_day
from ledger.models import Transaction
from ledger.periods import Span
from ledger.rates import Converter
from ledger.selectors.rates import converter_for

# Untold purchases that others are compared with: the latest of the span. A sample this large has a
# median as sure as anybody needs; reading more would make the answer depend on the history.
UNTOLD_MAX = 3000

TOLD = """
SELECT t.id, t.posted_on, t.occurred_at, t.amount_minor, t.currency, c.name, m.mood, m.intensity
FROM insights_transactionmood m
JOIN ledger_transaction t ON t.id = m.transaction_id AND t.user_id = m.user_id
LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE m.user_id = %s AND t.posted_on BETWEEN %s AND %s AND t.amount_minor < 0
    AND t.transfer_id IS NULL
"""
UNTOLD = f"""
SELECT t.id, t.posted_on, t.occurred_at, t.amount_minor, t.currency, c.name, NULL, 5
FROM ledger_transaction t
LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.posted_on BETWEEN %s AND %s AND t.amount_minor < 0
    AND t.transfer_id IS NULL AND t.status <> 'pending' AND (c.kind IS NULL OR c.kind = 'expense')
    AND NOT EXISTS (SELECT 1 FROM insights_transactionmood m
        WHERE m.user_id = t.user_id AND m.transaction_id = t.id)
ORDER BY t.posted_on DESC, t.id DESC LIMIT {UNTOLD_MAX}
"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class Purchases:
    """In the home currency. unknown: purchases whose rate is missing, named in the warnings."""

    found: list[Purchase]
    converter: Converter
    untold: int
    unknown: int


def purchases(
    user_id: UUID, home: str, zone: ZoneInfo, span: Span, *, untold: bool = True
) -> Purchases:
    """Expenses of a span, those with a mood and the latest without: two statements, and rates."""
    values = [user_id, span.start, span.end]
    rows = fetch(TOLD, values)
    without = fetch(UNTOLD, values) if untold else []
    rows = [*rows, *without]
    abroad = [(row[4], as_day(row[1])) for row in rows if row[4] != home]
    converter = converter_for(user_id, home, abroad)
    found = [_purchase(row, converter, zone) for row in rows]
    known = [purchase for purchase in found if purchase is not None]
    return Purchases(known, converter, len(without), len(found) - len(known))


BY_ID = """
SELECT t.id, t.posted_on, t.occurred_at, t.amount_minor, t.currency, c.name, NULL, 5
FROM ledger_transaction t LEFT JOIN ledger_category c ON c.id = t.category_id
WHERE t.user_id = %s AND t.id IN ({marks}) AND t.amount_minor < 0 AND t.transfer_id IS NULL
"""


def untold_by_id(user_id: UUID, home: str, zone: ZoneInfo, ids: Sequence[UUID]) -> list[Purchase]:
    """These purchases, if they are in the books and are expenses; those without a rate are left out."""
    rows = fetch(BY_ID.format(marks=", ".join(["%s"] * len(ids))), [user_id, *ids])
    abroad = [(row[4], as_day(row[1])) for row in rows if row[4] != home]
    converter = converter_for(user_id, home, abroad)
    found = (_purchase(row, converter, zone) for row in rows)
    return [purchase for purchase in found if purchase is not None]


def _purchase(row: tuple[Any, ...], converter: Converter, zone: ZoneInfo) -> Purchase | None:
    row_id, on, at, minor, currency, category, mood, intensity = row
    home = converter.convert(-minor, currency, as_day(on))
    if home is None:
        return None
    return Purchase(as_id(row_id), as_day(on), home, category, _local(at, zone), mood, intensity)


def _local(at: Any, zone: ZoneInfo) -> datetime | None:
    """The local wall time of an instant as the driver gave it: SQLite keeps naive UTC texts."""
    if at is None:
        return None
    if isinstance(at, str):
        at = datetime.fromisoformat(at).replace(tzinfo=timezone.get_default_timezone())
    local: datetime = at.astimezone(zone)
    return local


def standing_moods(user_id: UUID) -> QuerySet[Any]:
    """The owner's moods whose transaction is in the books, with what a list shows of it."""
    rows = Transaction.objects.for_user(user_id).filter(id=OuterRef("transaction_id"))

    def of_row(column: str) -> Subquery:
        return Subquery(rows.values(column)[:1])

    found: QuerySet[Any] = (
        TransactionMood.objects.for_user(user_id)
        .annotate(
            posted_on=of_row("posted_on"),
            amount_minor=of_row("amount_minor"),
            currency=of_row("currency"),
            payee_name=of_row("payee__name"),
            category_name=of_row("category__name"),
        )
        .filter(posted_on__isnull=False)
    )
    return found


def moods_between(rows: Sequence[Purchase], span: Span) -> list[Purchase]:
    return [p for p in rows if p.mood and span.start <= p.on <= span.end]


__all__ = ["Purchases", "moods_between", "purchases", "standing_moods", "untold_by_id"]
