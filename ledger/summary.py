"""Income, spending and categories over a span, read from the monthly totals.

Whole months cost the number of their totals, whatever the history; only the days of a partial
first or last month are summed from the rows, by the covering index. Amounts in another currency
are converted at each day's rate, so they are always read by day.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum

from accounts.sql import fetch
from ledger.effects import NIL
from ledger.models import Account, Category, Split, Transaction
from ledger.money import format_minor
from ledger.periods import Span
from ledger.rates import Converter, RateTable
from ledger.selectors.rates import converter_for

MONTHS_SQL = """
SELECT category_id, SUM(inflow_minor), SUM(outflow_minor), SUM(count)
FROM ledger_monthlytotal
WHERE user_id = %s AND month BETWEEN %s AND %s AND is_transfer = %s AND currency = %s{more}
GROUP BY category_id
"""


@dataclass(slots=True)
class Line:
    """One category's sums in the home currency; `amount` is None where a rate is missing."""

    category_id: UUID | None
    inflow: int = 0
    outflow: int = 0
    count: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows count: all accounts or one, all categories or some, pending rows or not."""

    include_pending: bool = False
    account_id: UUID | None = None
    category_ids: tuple[UUID, ...] | None = None


EVERYTHING = Scope()


@dataclass(slots=True)
class Summary:
    currency: str
    span: Span
    converter: Converter
    lines: dict[UUID, Line] = field(default_factory=dict)

    def line(self, category_id: UUID) -> Line:
        if category_id not in self.lines:
            self.lines[category_id] = Line(None if category_id == NIL else category_id)
        return self.lines[category_id]


def summarise(user_id: UUID, currency: str, span: Span, scope: Scope = EVERYTHING) -> Summary:
    """Sum the owner's rows over a span, transfers left out. Two statements for whole months and one
    currency; two more for partial edges, three more where other currencies occur."""
    result = Summary(currency, span, Converter(RateTable(), currency))
    whole, edges = span.split_at_months()
    accounts = Account.objects.for_user(user_id)
    if scope.account_id is not None:
        accounts = accounts.filter(id=scope.account_id)
    if whole:
        _add_months(result, user_id, whole, scope)
    if edges:
        _add_days(result, _parts(user_id, edges, scope, Q(currency=currency)))
    if accounts.exclude(currency=currency).exists():
        abroad = list(_parts(user_id, [span], scope, ~Q(currency=currency)))
        result.converter = converter_for(user_id, currency, [(part[1], part[2]) for part in abroad])
        _add_days(result, abroad)
    return result


def _add_months(result: Summary, user_id: UUID, span: Span, scope: Scope) -> None:
    more, values = "", [user_id, span.start, span.end, False, result.currency]
    if not scope.include_pending:
        more += " AND is_pending = %s"
        values.append(False)
    if scope.account_id is not None:
        more += " AND account_id = %s"
        values.append(scope.account_id)
    if scope.category_ids is not None:
        more += f" AND category_id IN ({', '.join(['%s'] * len(scope.category_ids))})"
        values.extend(scope.category_ids)
    for category_id, inflow, outflow, count in fetch(MONTHS_SQL.format(more=more), values):
        line = result.line(category_id if isinstance(category_id, UUID) else UUID(category_id))
        line.inflow += int(inflow)
        line.outflow += int(outflow)
        line.count += int(count)


# category (NIL for none), currency, day, inflow, outflow (positive), parts
Part = tuple[UUID, str, date, int, int, int]


def _parts(user_id: UUID, spans: Iterable[Span], scope: Scope, currencies: Q) -> Iterable[Part]:
    """Sums by category, currency and day straight from the rows: whole rows, then parts of split ones."""
    days = Q()
    for span in spans:
        days |= Q(posted_on__gte=span.start, posted_on__lte=span.end)
    rows: QuerySet[Any] = Transaction.objects.for_user(user_id).filter(
        days, currencies, transfer__isnull=True
    )
    if not scope.include_pending:
        rows = rows.exclude(status="pending")
    if scope.account_id is not None:
        rows = rows.filter(account_id=scope.account_id)
    whole = rows.filter(split_count=0)
    splits = Split.objects.for_user(user_id).filter(transaction__in=rows.filter(split_count__gt=0))
    if scope.category_ids is not None:
        whole = whole.filter(category_id__in=scope.category_ids)
        splits = splits.filter(category_id__in=scope.category_ids)
    found = (
        *_sums(whole, "category_id", "currency", "posted_on"),
        *_sums(splits, "category_id", "transaction__currency", "transaction__posted_on"),
    )
    for category_id, currency, day, inflow, outflow, count in found:
        yield category_id or NIL, currency, day, inflow or 0, -(outflow or 0), count


def _sums(rows: QuerySet[Any], category: str, currency: str, day: str) -> Any:
    return (
        rows.order_by()
        .values_list(F(category), F(currency), F(day))
        .annotate(
            inflow=Sum("amount_minor", filter=Q(amount_minor__gt=0)),
            outflow=Sum("amount_minor", filter=Q(amount_minor__lte=0)),
            parts=Count("pk"),
        )
    )


def _add_days(result: Summary, parts: Iterable[Part]) -> None:
    for category_id, currency, day, inflow, outflow, count in parts:
        line = result.line(category_id)
        line.count += count
        came = result.converter.convert(inflow, currency, day)
        went = result.converter.convert(outflow, currency, day)
        if came is None or went is None:
            line.is_complete = False
        else:
            line.inflow += came
            line.outflow += went


def answer(user_id: UUID, summary: Summary) -> dict[str, Any]:
    """The report as the API gives it. A figure that lacks a rate is null and named in `warnings`."""
    known = Category.objects.for_user(user_id).in_bulk(
        [line.category_id for line in summary.lines.values() if line.category_id]
    )
    income = expense = 0
    complete = {"income": True, "expense": True}
    by_category = []
    for line in summary.lines.values():
        if not line.count:
            continue
        category = known.get(line.category_id) if line.category_id else None
        net = line.inflow - line.outflow
        if category is None:
            income += line.inflow
            expense += line.outflow
            sides = ["income", "expense"]
        elif category.kind == "income":
            income += net
            sides = ["income"]
        else:
            expense -= net
            sides = ["expense"]
        if not line.is_complete:
            complete.update(dict.fromkeys(sides, False))
        by_category.append(
            {
                "category": category.name if category else None,
                "category_id": line.category_id,
                "kind": category.kind if category else None,
                "amount": format_minor(net, summary.currency) if line.is_complete else None,
                "count": line.count,
            }
        )
    by_category.sort(key=lambda row: (row["category"] is None, str(row["category"]).casefold()))

    def shown(minor: int, *sides: str) -> str | None:
        return format_minor(minor, summary.currency) if all(complete[s] for s in sides) else None

    return {
        "date_from": summary.span.start,
        "date_to": summary.span.end,
        "currency": summary.currency,
        "income": shown(income, "income"),
        "expense": shown(expense, "expense"),
        "net": shown(income - expense, "income", "expense"),
        "count": sum(row["count"] for row in by_category),
        "by_category": by_category,
        "rates": summary.converter.rates(),
        "warnings": summary.converter.warnings(),
    }
