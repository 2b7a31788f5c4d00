"""What somebody at the desk sees of a case: the row, the owner's usual amounts, what is related."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.utils.safestring import SafeString

from ledger import money
from ledger.api.rows import transactions_by_id
from ledger.models import Transaction
from security_monitor.charts import bars, usual_amounts
from security_monitor.engine.buckets import Sketch, index_of
from security_monitor.models import Case, Profile, VerdictRecord

RELATED = 15


@dataclass(slots=True)
class Page:
    row: dict[str, Any] | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    bars: SafeString | None = None
    charts: list[tuple[str, SafeString]] = field(default_factory=list)
    related: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[VerdictRecord] = field(default_factory=list)


def page_of(case: Case) -> Page:
    """Seven queries at most, whatever the owner's history."""
    page = Page(reasons=case.evidence.get("reasons", []))
    page.bars = bars(page.reasons, case.score)
    if case.transaction_id is None:
        return page
    page.verdicts = list(
        VerdictRecord.objects.for_user(case.user_id)
        .filter(transaction_id=case.transaction_id).order_by("at", "id")
    )  # fmt: skip
    row = Transaction.objects.for_user(case.user_id).filter(id=case.transaction_id).first()
    if row is None:
        return page
    page.row = transactions_by_id(case.user_id, [row.id])[row.id]
    page.charts = _charts(row)
    page.related = _related(row)
    return page


def _charts(row: Transaction) -> list[tuple[str, SafeString]]:
    keys = [key for key in (row.payee_id, row.category_id, row.account_id) if key]
    found = {
        p.key: p.state
        for p in Profile.objects.for_user(row.user_id).filter(key__in=keys, currency=row.currency)
    }
    side = "o" if row.amount_minor < 0 else "i"
    names = ((row.payee_id, "this payee"), (row.category_id, "this category"),
             (row.account_id, "this account"))  # fmt: skip
    charts = []
    for key, name in names:
        sketch = Sketch(orjson.loads(found[key]).get(side, {}) if key in found else {})
        if sketch.n:
            marked = index_of(abs(row.amount_minor))
            charts.append((name, usual_amounts(sketch, marked, _shown(row.currency))))
    return charts


def _shown(currency: str) -> Callable[[float], str]:
    return lambda minor: money.format_minor(round(minor), currency)


def _related(row: Transaction) -> list[dict[str, Any]]:
    """The last rows of the same payee, and those of the account in the days around it."""
    owned = Transaction.objects.for_user(row.user_id).exclude(id=row.id)
    near = owned.filter(
        account_id=row.account_id,
        posted_on__range=(row.posted_on - timedelta(days=2), row.posted_on + timedelta(days=2)),
    )
    ids: list[UUID] = list(
        near.order_by("-posted_on", "-id").values_list("id", flat=True)[:RELATED]
    )
    if row.payee_id:
        same = owned.filter(payee_id=row.payee_id).order_by("-posted_on", "-id")
        ids = [*same.values_list("id", flat=True)[:RELATED], *ids]
    found = transactions_by_id(row.user_id, dict.fromkeys(ids))
    return [found[row_id] for row_id in dict.fromkeys(ids) if row_id in found]
