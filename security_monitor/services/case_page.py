"""What somebody at the desk sees of a case: the row, the owner's usual amounts, what is related."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.utils.safestring import SafeString

from ledger import money
from ledger.api.rows import transactions_by_id
from ledger.models import Transaction
from security_monitor.charts import bars, usual_amounts
from security_monitor.engine.buckets import Sketch, index_of
from security_monitor.models import Case, Profile, VerdictRecord
from security_monitor.services.related import Booking, related_of

LINKS = {"session": "same session", "device": "same device", "network": "same network"}


@dataclass(slots=True)
class Page:
    row: dict[str, Any] | None = None
    reasons: list[dict[str, Any]] = field(default_factory=list)
    bars: SafeString | None = None
    charts: list[tuple[str, SafeString]] = field(default_factory=list)
    related: list[dict[str, Any]] = field(default_factory=list)
    booking: Booking | None = None
    by_hand: list[dict[str, Any]] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    verdicts: list[VerdictRecord] = field(default_factory=list)


def page_of(case: Case) -> Page:
    """Fifteen queries at most, whatever the owner's history."""
    page = Page(reasons=case.evidence.get("reasons", []))
    page.bars = bars(page.reasons, case.score)
    found = related_of(case)
    page.cases, page.booking = found.cases, found.booking
    if case.transaction_id is None:
        return page
    page.verdicts = list(
        VerdictRecord.objects.for_user(case.user_id)
        .filter(transaction_id=case.transaction_id).order_by("at", "id")
    )  # fmt: skip
    shown = transactions_by_id(case.user_id, [case.transaction_id, *found.rows])
    near = [row_id for row_id in dict.fromkeys([*found.payee, *found.beside]) if row_id in shown]
    page.related = [shown[row_id] for row_id in near]
    page.by_hand = [
        {**shown[row_id], "link": LINKS[link]}
        for row_id, link in found.hand.items()
        if row_id in shown
    ]
    page.row = shown.get(case.transaction_id)
    if found.row is not None:
        page.charts = _charts(found.row)
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
